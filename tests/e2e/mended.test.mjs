// What was once wrong, in the small: each of these was seen to fail on a phone, by keyboard or on a slow machine.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { setTraffic, settledP99, until } from './page.mjs';

test('on a phone a panel that opens below is brought into view', async ({ open }) => {
  const page = await open('/?stage=7&run=0', { viewport: { width: 390, height: 844 } });
  await settledP99(page, { complete: false });
  const isSeen = () =>
    page.evaluate(() => {
      const { top } = document.querySelector('#inspector')?.getBoundingClientRect() ?? { top: Infinity };
      return top >= -1 && top < innerHeight - 100;
    });
  const ways = [
    [page.locator('#diagram [data-part="web2"]').first(), 'Close the part\'s panel'],
    [page.getByRole('button', { name: 'Settings', exact: true }), 'Close the settings at hand'],
  ];
  for (const [way, close] of ways) {
    await way.focus();
    await page.keyboard.press('Enter');
    await until(isSeen, Boolean, 'the panel is seen');
    await page.getByRole('button', { name: close }).click();
    await page.locator('#inspector').waitFor({ state: 'detached' });
  }
});

test('what was asked of a run is not waited for once the run begins anew', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await settledP99(page, { complete: false });
  const asks = page.getByRole('group', { name: 'Ask' });
  // Both in one go: requests are still being followed when the clock goes back.
  await page.evaluate(() => {
    for (const name of ['Follow a request', 'Restart']) {
      [...document.querySelectorAll('button')].find((button) => button.textContent === name).click();
    }
  });
  await until(() => asks.innerText(), (text) => !/Following/.test(text), 'nothing is waited for');
  await asks.getByRole('button', { name: 'Follow a request' }).click();
  await asks.getByText('Hop by hop').waitFor();
});

test('A and B are exchanged before either is known, and both are measured', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await settledP99(page, { complete: false });
  await page.getByRole('button', { name: 'Keep as A' }).click();
  await setTraffic(page, 120);
  const panel = page.locator('#beside');
  await panel.getByRole('button', { name: 'Swap A and B' }).click();
  await panel.getByText(/Traffic 120\sreq.* → /u).waitFor();
  const row = panel.getByRole('row', { name: /^p99/ });
  const said = async () => (await row.innerText()).replace(/\u202f/g, ' ');
  await until(said, (words) => /^p99\t\S+ ± .*\t\S+ ± .*\t/.test(words), 'intervals of both', 40_000);
});

test('passing over sliders by Tab changes nothing', async ({ open }) => {
  // None of the values on which the arrow keys stop.
  const page = await open('/?stage=3&run=0#v=1&clients.rate=73.5&web.servers=7');
  await settledP99(page, { complete: false });
  const sliders = page.locator('input.slider');
  assert.ok((await sliders.count()) > 2);
  const values = () => sliders.evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuetext')));
  const before = [await values(), page.url()];
  for (const slider of await sliders.all()) {
    await slider.focus();
    for (const key of ['Tab', 'Shift+Tab', 'Shift', 'Control']) await page.keyboard.press(key);
    if (!(await slider.evaluate((one) => one.closest('.inspector')))) await page.keyboard.press('Escape');
  }
  // Escape closes the panel of settings, and changes none of them.
  const after = await values();
  await sliders.last().focus();
  await page.keyboard.press('Escape');
  await page.locator('.inspector').waitFor({ state: 'hidden' });
  // The address follows 300 ms behind: what is done now shows that nothing was waiting.
  await page.locator('.step').click();
  await page.locator('.clock-now', { hasText: '00:00:00.1' }).waitFor();
  assert.deepEqual([after, page.url()], before);
  assert.ok(await page.getByRole('button', { name: /^Undo/ }).isDisabled(), 'there is nothing to undo');
});

test('data centers are set at hand without the page going elsewhere', async ({ open }) => {
  for (const key of ['Enter', 'Tab']) {
    const page = await open('/?stage=3&run=0', { viewport: { width: 1366, height: 650 } });
    const field = page.locator('#inspector').getByLabel('Data centers');
    await field.scrollIntoViewIfNeeded();
    await field.fill('3');
    const scrolled = () => page.evaluate(() => scrollY);
    const before = await scrolled();
    await field.press(key);
    await page.locator('#diagram [data-part="web3"]').first().waitFor();
    assert.equal(await scrolled(), before);
    assert.ok(await page.evaluate(() => document.querySelector('#inspector').contains(document.activeElement)), key);
  }
});

test('a machine that holds everything says how full it is beside other parts', async ({ open }) => {
  // A rectangle of negative height would be told on the console, where this fails.
  const page = await open('/?stage=1&add=cdn,lb,sessions,queue,monitor', { viewport: { width: 1366, height: 900 } });
  const cell = page.locator('#diagram [data-part="web.0"] .dg-in');
  await until(() => cell.innerHTML(), (text) => /\d/.test(text), 'its share in use');
});

test('the failures are there at every width', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  for (const width of [320, 390, 683, 768, 860, 1024]) {
    await page.setViewportSize({ width, height: 700 });
    assert.ok(await page.getByLabel('Failures that people really have').isVisible(), `${width}`);
  }
});

test('a story begins at its top, whichever way leads to it', async ({ open }) => {
  const wide = await open('/?stage=2&run=0', { viewport: { width: 1366, height: 650 } });
  const panel = wide.locator('.lesson');
  await panel.evaluate((element) => element.scrollTo(0, 400));
  await wide.getByRole('button', { name: /^4 Replication/ }).click();
  await wide.locator('#lesson-title', { hasText: 'Replication' }).waitFor();
  assert.equal(await panel.evaluate((element) => element.scrollTop), 0);

  const page = await open('/?stage=2&run=0', { viewport: { width: 390, height: 844 } });
  const top = () => page.locator('#lesson-title').evaluate((title) => title.getBoundingClientRect().top);
  const atTop = (at) => at >= 0 && at < 80;
  await page.getByRole('button', { name: /story and challenge/ }).click();
  await until(top, atTop, 'the story is at the top');
  await page.getByRole('button', { name: /^Stage 3:/ }).click();
  await page.locator('#lesson-title', { hasText: 'Load balancer' }).waitFor();
  await until(top, atTop, 'the next story is at the top');
});

test('on a phone the story begins above the figures', async ({ open }) => {
  for (const [at, words] of [
    ['stage=1', /^Stage 1, Single server\. A web system grows here .*Each number is measured\. On to the story and challenge/],
    ['stage=4', /^Stage 4, Replication\. The database has copies\. The primary .* share the reads\. On to/],
    ['preset=retry-storm', /^Retry storm\. At 60 s the database is slow for 20 s\. It recovers, the system does not: .* given up\. On to the story/],
  ]) {
    const page = await open(`/?${at}&run=0`, { viewport: { width: 390, height: 844 } });
    const story = page.locator('.story');
    assert.match((await story.innerText()).replace(/\s+/g, ' '), words);
    const [said, figures] = [await story.boundingBox(), await page.locator('.tiles').boundingBox()];
    assert.ok(said.y > 0 && said.y + said.height <= figures.y, `${at}: ${said.y}`);
  }
  const wide = await open('/?stage=1&run=0');
  assert.ok(await wide.locator('.story').isHidden(), 'there it stands beside');
});

test('what is out of range is told where one works, and moves nothing', async ({ open }) => {
  const page = await open('/?stage=3&run=0', { viewport: { width: 1366, height: 650 } });
  await settledP99(page, { complete: false });
  const field = page.getByLabel('Traffic, exact value');
  await field.scrollIntoViewIfNeeded();
  const place = () => field.evaluate((element) => element.getBoundingClientRect().top);
  const before = await place();
  await setTraffic(page, -7);
  const notice = page.getByRole('region', { name: 'Notice' });
  await notice.getByText(/-7 is outside/).waitFor();
  const { top, bottom } = await notice.evaluate((element) => element.getBoundingClientRect());
  assert.ok(top > 0 && bottom <= 650, `${top} to ${bottom}`);
  assert.equal(await place(), before);
  await setTraffic(page, 446.5277777);
  await notice.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo: Traffic 0.01 → 446.5', exact: true }).waitFor();
});

test('in a small frame the legend is seen in full', async ({ open }) => {
  for (const stage of [1, 4, 7]) {
    const page = await open(`/?stage=${stage}&embed=1&run=0`, { viewport: { width: 640, height: 400 } });
    const bottom = () => page.locator('#diagram').evaluate((card) => card.getBoundingClientRect().bottom);
    await until(bottom, (at) => at <= 400, `stage ${stage}`);
  }
});

test('the fields of traffic share a line, and what is asked stays where it is', async ({ open }) => {
  const page = await open('/?stage=3&run=0', { viewport: { width: 1366, height: 768 } });
  await settledP99(page, { complete: false });
  const box = (name) => page.getByLabel(name).boundingBox();
  assert.equal((await box('Traffic, exact value')).y, (await box('Daily users, exact value')).y);
  const asks = page.getByRole('group', { name: 'Ask' });
  const places = () =>
    Promise.all(['What must not die?', 'Keep as A', 'Look back'].map((name) => asks.getByRole('button', { name }).boundingBox()));
  const before = await places();
  await asks.getByRole('button', { name: 'Follow a request' }).click();
  await asks.getByText('Hop by hop').waitFor();
  assert.deepEqual(await places(), before);
});

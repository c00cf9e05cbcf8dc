// The story: each stage's challenge misses the goal, the lesson's action reaches it, and a prediction is judged by what both
// runs measured.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { overflow, setTraffic, settledP99, until } from './page.mjs';

const goal = (page) => page.locator('#goal span');

for (const stage of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
  test(`stage ${stage}: the challenge misses the goal and the lesson's action reaches it`, async ({ open }) => {
    const page = await open(`/?stage=${stage}&run=0`);
    await page.locator('.eyebrow', { hasText: `Stage ${stage}` }).waitFor();
    await page.locator('#challenge-begin').click();
    await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 60_000 });
    const trouble = await page.locator('#diagram').innerText();
    await page.locator('.predict input').nth(1).check();
    await page.locator('#challenge-act').click();
    await goal(page).filter({ hasText: 'reached' }).waitFor({ timeout: 60_000 });
    assert.match(await page.locator('#answer').innerText(), /^[✓✕] .*: .+ without it, .+ with it\./);
    await page.locator('.rail-stage.here .rail-reached').waitFor();
    const after = await page.locator('#diagram').innerText();
    assert.notEqual(after, trouble, 'the action shows in the diagram');
  });
}

test('no column answers a question that is open, and one way on stands where the goal was reached', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  // Measured in full, it would stand beside as what was before.
  await settledP99(page);
  await page.locator('#challenge-begin').click();
  await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 40_000 });
  const heads = () => page.locator('#compare thead th').allInnerTexts();
  const asked = await heads();
  assert.ok(asked.includes('Now') && !asked.some((head) => /Before/.test(head)), asked.join(', '));
  assert.equal(await page.locator('.challenge .next').count(), 0, 'nothing is reached yet');
  await page.locator('#challenge-act').click();
  await goal(page).filter({ hasText: 'reached' }).waitFor({ timeout: 40_000 });
  await page.locator('.challenge .next').waitFor();
  assert.equal(await page.locator('.next').count(), 1);
  assert.ok(await page.locator('#challenge-act').isDisabled(), 'it is done');
});

test('what stands below the button that is pressed stays where it is', async ({ open }) => {
  const page = await open('/?stage=9&run=0');
  await page.locator('#challenge-begin').click();
  await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 40_000 });
  const below = () =>
    page.evaluate(() => {
      const top = (within) => document.querySelector(within).getBoundingClientRect().top;
      return top('.tries') - top('.challenge');
    });
  const place = await below();
  await page.locator('#challenge-act').click();
  await page.locator('#challenge-act:disabled').waitFor();
  assert.equal(await below(), place);
  await page.locator('#answer').waitFor({ timeout: 40_000 });
  // What was tried and what is taken back moves nothing either.
  const height = () => page.locator('.challenge').evaluate((element) => element.offsetHeight);
  const answered = await height();
  await page.locator('.try', { hasText: 'Traffic' }).click();
  await page.locator('#challenge-act:enabled').waitFor();
  assert.ok(Math.abs((await height()) - answered) <= 1, 'the challenge is as high as before');
});

test('what is to try waits for what it acts on', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  const tries = page.locator('.try');
  await tries.filter({ hasText: 'Kill web server 2' }).waitFor();
  await page.locator('#challenge-begin').click();
  await page.locator('.tries', { hasText: 'Once this stage is built' }).waitFor();
  assert.equal(await tries.count(), 0);
  // Whatever else is done, nothing that is not there is offered.
  await page.getByRole('slider', { name: 'Traffic' }).press('ArrowRight');
  await page.locator('#challenge-act.plain', { hasText: 'Add the load balancer' }).waitFor();
  assert.equal(await tries.count(), 0);
  await page.locator('#challenge-act').click();
  await tries.filter({ hasText: 'Kill web server 2' }).waitFor();
});

test('the action is offered in its own trouble alone, and the answer comes whatever is tried meanwhile', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await page.locator('#challenge-begin').click();
  const act = page.locator('#challenge-act');
  await act.filter({ hasText: 'Scale the machine up to 4 vCPU' }).click();
  // Before anything is measured.
  await page.locator('.try', { hasText: '96 vCPU' }).click();
  await act.filter({ hasText: 'Back to 4 vCPU' }).waitFor();
  await page.locator('#answer').waitFor({ timeout: 40_000 });
  await goal(page).filter({ hasText: 'reached' }).waitFor({ timeout: 40_000 });
  await act.click();
  await act.filter({ hasText: '✓' }).and(page.locator(':disabled')).waitFor();
});

test('a part\'s panel begins at its name, which stays in sight', async ({ open }) => {
  const page = await open('/?stage=4&run=0', { viewport: { width: 1440, height: 900 } });
  const panel = page.locator('#inspector');
  await page.locator('#diagram [data-part="web"]').click({ position: { x: 30, y: 12 } });
  const name = page.locator('#inspector-title');
  const seen = async () => {
    const [inside, at] = [await panel.boundingBox(), await name.boundingBox()];
    return at.y >= inside.y && at.y < inside.y + 40;
  };
  await name.filter({ hasText: 'Web tier' }).waitFor();
  await panel.evaluate((element) => element.scrollTo(0, 400));
  assert.ok(await seen(), 'scrolled');
  await page.locator('#diagram [data-part="db"]').click({ position: { x: 30, y: 12 } });
  await name.filter({ hasText: 'Database' }).waitFor();
  await until(() => panel.evaluate((element) => element.scrollTop), (top) => top === 0, 'it begins at its top');
});

test('a goal says nothing of success before its challenge has begun', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await settledP99(page);
  // What was measured stands there, and meets the goal: but by no one's doing.
  await until(() => page.locator('.goals').innerText(), (text) => /\d\s?(ms|%)\s*$/u.test(text), 'figures');
  assert.equal(await goal(page).innerText(), 'not begun yet');
  assert.doesNotMatch(await page.locator('.goals').innerText(), /[✓✕]/u);
  await setTraffic(page, 250);
  await until(() => page.locator('.goals').innerText(), (text) => /errors.*\d\d\.\d\s±/su.test(text), 'errors', 40_000);
  assert.equal(await goal(page).innerText(), 'not begun yet', 'nor of failure');
  await page.locator('#challenge-begin').click();
  await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 40_000 });
});

test('who opens a challenge by its link is in it, and its action reaches the goal', async ({ open }) => {
  const first = await open('/?stage=3&run=0');
  await first.locator('#challenge-begin').click();
  const link = await until(() => first.url(), (url) => url.includes('#'), 'it has a link');
  const page = await open(link.slice(new URL(link).origin.length));
  await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 40_000 });
  await page.locator('#challenge-act').click();
  await goal(page).filter({ hasText: 'reached' }).waitFor({ timeout: 40_000 });
});

test('a whole stage is walked by keyboard alone', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await page.locator('.eyebrow', { hasText: 'Stage 2' }).waitFor();
  const at = () =>
    page.evaluate(() => {
      const { id, tagName, textContent } = document.activeElement;
      return id || (tagName === 'BUTTON' ? textContent.trim() : '');
    });
  const reach = async (wanted, key = 'Tab') => {
    for (let i = 0; i < 80; i += 1) {
      if (wanted.test(await at())) return;
      await page.keyboard.press(key);
    }
    assert.fail(`${wanted} is not reached`);
  };
  await reach(/^challenge-begin$/);
  await page.keyboard.press('Enter');
  await goal(page).filter({ hasText: 'missed' }).waitFor({ timeout: 40_000 });
  assert.equal(await at(), 'challenge-title', 'the focus stays');
  for (let i = 0; i < 80 && !(await page.evaluate(() => document.activeElement?.name === 'predict')); i += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.locator('.predict input').nth(1).and(page.locator(':checked')).waitFor();
  await reach(/^challenge-act$/);
  await page.keyboard.press('Enter');
  await goal(page).filter({ hasText: 'reached' }).waitFor({ timeout: 40_000 });
  assert.match(await page.locator('#answer').innerText(), /^✓/);
  assert.equal(await at(), 'challenge-title', 'the focus stays');
  await reach(/Web server: 2 vCPU/);
  await page.keyboard.press('Enter');
  await page.locator('.try', { hasText: 'Web server: 1 vCPU' }).waitFor();
  await page.keyboard.press('Control+z');
  await page.locator('.try', { hasText: 'Web server: 2 vCPU' }).waitFor();
  // The way on stands where the goal was reached.
  await reach(/^Stage 3: 150.*k users come/u, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('.eyebrow', { hasText: 'Stage 3' }).waitFor();
});

test('a term says what it means where it stands, and the glossary finds terms and settings', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  const term = page.getByRole('button', { name: 'single point of failure' });
  await term.focus();
  await page.getByRole('tooltip', { name: /whose death alone/ }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('tooltip').count(), 0);
  await term.hover();
  await page.getByRole('tooltip').waitFor();
  await page.locator('#glossary-open').click();
  await page.getByLabel('Search').fill('evict');
  await page.locator('.terms dt', { hasText: 'LRU' }).waitFor();
  assert.match(await page.locator('.terms').innerText(), /\(Cache\)/, 'settings are found');
  await axe(page);
  // The first Escape empties the search, as in every search field.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('.terms').waitFor({ state: 'detached' });
});

test('figures of the stage before stand beside those of now, and follow the users', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  const cell = (row, column) => page.locator('#compare tbody tr', { hasText: row }).locator('td').nth(column).innerText();
  const known = (text) => text !== '…';
  assert.match(await page.locator('#compare thead').innerText(), /Stage\s1.*Now/s);
  assert.match(await until(() => cell('Errors', 0), known, 'the stage before is settled'), /^1\d\.?\d*\s?%/u);
  assert.match(await until(() => cell('Errors', 1), known, 'this stage is settled'), /^0/);
});

test('beside the figures of every stage stands the one that it is about', async ({ open }) => {
  for (const [stage, row] of [[3, 'Web busy'], [5, 'Static p50'], [7, 'Reads p50'], [8, 'Jobs p99'], [9, 'Busiest DB']]) {
    const page = await open(`/?stage=${stage}&run=0`);
    assert.equal(await page.locator('#compare tbody th').nth(4).innerText(), row);
  }
});

for (const [width, height] of [[1440, 900], [1366, 650], [1024, 700], [390, 844], [320, 700]]) {
  test(`what was before stands beside now on a screen of ${width} by ${height}, and covers nothing`, async ({ open }) => {
    const page = await open('/?stage=5&run=0', { viewport: { width, height } });
    const is = (text) => /p99\s*3\.0\s*s.*321\s*ms.*Errors\s*28\s*%.*0\s*%.*2\.2\s*s.*27\s*ms/su.test(text);
    await until(() => page.locator('#compare').innerText(), is, 'both are settled', 60_000);
    const inSight = () => page.locator('#compare').evaluate((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth && bottom - top > 20;
    });
    assert.ok(await inSight(), 'at the beginning');
    await page.locator('.results .limits').waitFor({ state: 'attached' });
    const covered = await page.evaluate(() => {
      const bar = document.querySelector('#compare');
      const all = [...document.querySelectorAll('button, summary, input, select, .term')];
      return all.filter((element) => {
        if (!element.checkVisibility()) return false;
        element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const hit = document.elementFromPoint((left + right) / 2, Math.min(bottom - 3, innerHeight));
        return !bar.contains(element) && bar.contains(hit);
      }).map((element) => element.outerHTML.slice(0, 120));
    });
    assert.deepEqual(covered, []);
    if (width > 1380) return;
    assert.ok(await inSight(), 'wherever the page is scrolled to');
    await page.locator('#compare summary').click();
    const rows = page.locator('#compare tbody tr');
    for (const row of await rows.all()) assert.ok((await row.boundingBox()).y > 0);
    assert.equal(await rows.count(), 6);
    assert.ok(await inSight(), 'opened');
    await axe(page);
    assert.equal(await overflow(page), 0);
  });
}

test('in a frame the story ends with what was measured there', async ({ open }) => {
  const page = await open('/?stage=5&run=0&embed=1&panel=lesson,numbers', { viewport: { width: 640, height: 400 } });
  await settledP99(page);
  assert.equal(await page.locator('#compare').count(), 0);
  await page.locator('.try', { hasText: 'Flush' }).waitFor();
  await page.locator('.try').first().click();
  const text = () => page.locator('#compare').innerText();
  await until(text, (text) => /Before this step\s+Now/u.test(text) && /p99/u.test(text) && !text.includes('…'), 'both', 40_000);
});

test('a failure has a remedy that acts, and the sandbox is the tenth stop', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await page.getByLabel('Failures that people really have').selectOption({ label: 'Retry storm' });
  await page.locator('#lesson-title', { hasText: 'Retry storm' }).waitFor();
  await page.locator('#remedy').click();
  await until(() => page.url(), (url) => url.includes('clients.retry_budget=0.2'), 'the remedy is set');
  await axe(page);
  await page.locator('.rail-stage', { hasText: 'Sandbox' }).click();
  await page.locator('#lesson-title', { hasText: 'Sandbox' }).waitFor();
  assert.equal(await page.locator('[aria-current="step"] .rail-number').innerText(), '∞');
});

for (const [width, height] of [[1440, 900], [390, 844]]) {
  test(`a challenge is accessible and fits ${width}`, async ({ open }) => {
    const page = await open('/?stage=1&run=0', { viewport: { width, height } });
    await page.locator('#challenge-begin').click();
    await page.locator('.predict input').first().check();
    await page.locator('#challenge-act').click();
    await page.locator('#answer').waitFor({ timeout: 40_000 });
    await axe(page);
    assert.equal(await overflow(page), 0);
  });
}

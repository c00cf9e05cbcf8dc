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

// What is planned for later is come to at once: the run gets ahead to shortly before it, and goes on from there.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { described, settledP99, until } from './page.mjs';

const ahead = (page) => page.locator('.lesson .ahead');
/** The clock in seconds. */
const now = async (page) => {
  const [h, m, s] = (await page.locator('.clock-now').innerText()).split(':').map(Number);
  return h * 3600 + m * 60 + s;
};
const choose = (page, name) => page.getByLabel('Failures that people really have').selectOption({ label: name });

for (const by of ['mouse', 'touch', 'keyboard']) {
  test(`a failure that is chosen is come to by ${by}, and seen to strike`, async ({ open }) => {
    const page = await open('/?stage=1&run=0', { hasTouch: by === 'touch' });
    await choose(page, 'Failover overload');
    // What settles is read out as well, and has its say first.
    await settledP99(page);
    const button = ahead(page).filter({ hasText: 'Run ahead to 55 s' });
    await button.waitFor();
    const filled = () => page.locator('.lesson button.main').allInnerTexts();
    assert.deepEqual(await filled(), ['▸▸ Run ahead to 55 s'], 'it is the thing to do');
    await axe(page);
    if (by === 'mouse') await button.click();
    if (by === 'touch') await button.tap();
    if (by === 'keyboard') await button.press('Enter');
    await until(() => now(page), (at) => at >= 55, 'the run gets ahead', 50_000);
    const seen = await now(page);
    assert.ok(seen < 60, `it is seen before it strikes, at ${seen} s`);
    assert.doesNotMatch(await described(page, 'lb1'), /dead/);
    assert.equal(await ahead(page).count(), 0, 'nothing more is planned');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.locator('#said', { hasText: /^The clock is at 00:00:55/ }).waitFor();
    if (by === 'keyboard') assert.equal(await page.evaluate(() => document.activeElement.id), 'planned', 'the focus stays');
    await until(() => described(page, 'lb1'), (text) => /dead/.test(text), 'the balancer dies', 20_000);
    await page.locator('.planned .muted').waitFor();
    assert.deepEqual(await filled(), ['▸ With the remedy, from the start'], 'then the remedy is');
    const failing = page.locator('#failing');
    await failing.getByText('since second 60.').waitFor();
    await page.getByText('In the settled run', { exact: true }).waitFor();
  });
}

test('a double click gets ahead as a single one does', async ({ open }) => {
  const page = await open('/?stage=9&run=0#v=1&clients.rate=1000000&fault=kill.db@3000');
  await ahead(page).dblclick();
  await page.locator('.clock-state', { hasText: 'running ahead' }).waitFor();
  await until(() => now(page), (at) => at > 0, 'the clock goes');
  await ahead(page).filter({ hasText: 'Stop here' }).click();
  await page.locator('.clock-state', { hasText: 'paused' }).waitFor();
});

test('on the way to what is planned it says so, and stops where it is told to', async ({ open }) => {
  // So much that no device is soon there.
  const page = await open('/?stage=9&run=0#v=1&clients.rate=1000000&fault=kill.db@3000');
  await page.locator('.track [data-mark]').focus();
  const own = page.locator('.timeline-times .ahead');
  await own.filter({ hasText: 'Run ahead to 2995 s' }).waitFor();
  await ahead(page).click();
  await page.locator('.clock-state', { hasText: 'running ahead' }).waitFor();
  await page.locator('#said', { hasText: 'Running ahead to 2995 s' }).waitFor();
  await until(() => now(page), (at) => at > 0, 'the clock goes');
  await ahead(page).filter({ hasText: 'Stop here' }).click();
  await page.locator('.clock-state', { hasText: 'paused' }).waitFor();
  const stopped = await now(page);
  assert.ok(stopped > 0 && stopped < 2995, `it stopped at ${stopped} s`);
  await page.locator('#said', { hasText: 'The clock is at' }).waitFor();
  await own.filter({ hasText: 'Run ahead to 2995 s' }).click();
  await page.locator('.clock-state', { hasText: 'running ahead' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('.clock-state', { hasText: 'paused' }).waitFor();
  await ahead(page).filter({ hasText: 'Run ahead' }).waitFor();
});

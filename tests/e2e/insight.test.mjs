// What can be asked of the system: two configurations side by side, what limits it, what must not die, what happened,
// what theory says.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { overflow, setTraffic, settledP99, steps, tile, until } from './page.mjs';

const text = async (locator) => (await locator.innerText()).replace(/\u202f/g, ' ');

test('two configurations stand side by side, are exchanged and undone', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await settledP99(page);
  await page.getByRole('button', { name: 'Keep as A' }).press('Enter');
  await setTraffic(page, 200);
  await settledP99(page);
  await page.getByRole('button', { name: 'A kept · compare' }).press('Enter');
  const panel = page.locator('#beside');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'beside');
  const row = panel.getByRole('row', { name: /^p99/ });
  await until(() => text(row), (words) => /B higher, worse/.test(words), 'the finding');
  assert.match(await text(panel.locator('.differs')), /Traffic .* → 200/);
  const about = () => text(page.locator('#beside-a'));
  assert.equal(await about(), 'A is Stage 2, Separate database, with nothing changed; kept at 00:00:00.0. B is the system as it stands.');
  assert.equal(await panel.getAttribute('aria-describedby'), 'beside-a', 'read out with the panel');
  assert.match(await page.getByRole('button', { name: 'A kept · compare' }).getAttribute('title'), /^A is Stage 2, Separate database, /);
  assert.equal(await panel.locator('path.other').count(), 2, 'A is outlined in the key and in the chart');
  await panel.getByText('Table').click();
  await panel.getByRole('columnheader', { name: 'A', exact: true }).last().waitFor();
  await axe(page);
  await panel.getByRole('button', { name: 'Swap A and B' }).click();
  await panel.getByText(/Traffic 200\sreq.* → /).waitFor();
  assert.match(await about(), /^A is Stage 2, Separate database, with Users: Traffic .* → 200 req.s; kept at /);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await panel.getByText(/Traffic .* → 200/).waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await overflow(page), 0);
  await panel.getByRole('button', { name: 'Drop A' }).click();
  assert.equal(await panel.count(), 0);
});

test('what limits it is told in numbers, and the change that helps is tried, done and undone', async ({ open }) => {
  const page = await open('/?stage=2&run=0#v=1&clients.rate=220');
  await settledP99(page);
  assert.match(await page.locator('#limit').innerText(), /% of its CPU/);
  const offer = page.locator('#remedy');
  assert.match(await offer.innerText(), /Size of a server 1 → /);
  await page.locator('#remedy-tried', { hasText: /Tried: .*p99 .* → / }).waitFor({ timeout: 30_000 });
  const before = await settledP99(page);
  await offer.click();
  await page.waitForURL(/web\.size=/);
  assert.ok((await settledP99(page)) < before);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.waitForURL((url) => !url.hash.includes('web.size'));
});

test('single points of failure are marked until there are none', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await settledP99(page);
  await page.getByRole('button', { name: 'What must not die?' }).click();
  const balancer = page.locator('#diagram [data-part="lb"]');
  await until(() => balancer.getAttribute('aria-label'), (label) => /SPOF/.test(label), 'the balancer is marked');
  assert.ok((await page.locator('.dg-spof').count()) >= 2);
  await page.locator('#threats').getByRole('row', { name: /^Site / }).waitFor();
  await setTraffic(page, 300);
  assert.match(await balancer.getAttribute('aria-label'), /SPOF/, 'the marks follow the structure, not the load');
  await page.getByRole('button', { name: 'As text' }).click();
  await page.getByText(/single point of failure.* Here: .*Load balancer/).waitFor();
  await page.getByRole('button', { name: 'Hide ◆ marks' }).click();
  assert.equal(await page.getByText('◆').count(), 0);
});

test('who looks back is told at what time, hears it from the slider, and how to come back', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await settledP99(page, { complete: false });
  await steps(page, 20);
  await page.locator('.clock-now', { hasText: '00:00:02.0' }).waitFor();
  const shown = () => tile(page, 'offered').locator('.tile-value').innerText();
  const now = await shown();
  await page.getByRole('button', { name: 'Look back' }).click();
  const back = page.getByRole('group', { name: 'Looking back' });
  const slider = back.getByRole('slider');
  const said = async () => [await back.locator('label').innerText(), await slider.getAttribute('aria-valuetext')];
  const at = (time) => [`Looking back at ${time}`, `${time} of the run`];
  const newest = await until(said, ([label]) => /^Looking back at 00:00:0/.test(label), 'the time is said');
  assert.deepEqual(newest, at(newest[0].slice(-10)));
  await page.getByRole('slider', { name: newest[0] }).press('Home');
  const first = await until(said, ([label]) => label !== newest[0], 'the first moment is said');
  assert.ok(first[0] < newest[0], `${first[0]} is before ${newest[0]}`);
  assert.deepEqual(first, at(first[0].slice(-10)));
  assert.notEqual(await shown(), now, 'the numbers are those of that time');
  assert.equal(await page.locator('.dg-dots').count(), 0, 'no dots of now lie over them');
  await axe(page);
  await slider.press('ArrowRight');
  await until(said, ([label]) => label > first[0] && label <= newest[0], 'a key goes on to the next');
  assert.deepEqual(await back.getByRole('button').allInnerTexts(), ['Back to live']);
  await back.getByRole('button', { name: 'Back to live' }).click();
  await back.waitFor({ state: 'detached' });
  assert.equal(await shown(), now);
  await page.locator('.dg-dots').waitFor();
  await page.getByRole('button', { name: 'Look back' }).waitFor();
});

test('charts say what happened and are read out by keys; theory stands beside what was measured', async ({ open }) => {
  const page = await open('/?stage=3');
  await settledP99(page);
  await page.waitForTimeout(1_000);
  await page.getByRole('button', { name: 'Kill web server 2' }).click();
  await page.locator('.charts .event-name', { hasText: /dead|Kill/ }).first().waitFor();
  await page.getByRole('button', { name: /^Pause/ }).first().click();
  assert.match(await text(page.locator('.charts')), /Web tier [1-9]\d %, .*Database [1-9]\d %, /, 'as busy as measured');
  const cursor = page.getByRole('slider', { name: 'Latency, read out', exact: true });
  await cursor.focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await cursor.getAttribute('aria-valuetext'), /^At 00:00:\d\d\.\d: p50 /);
  assert.match(await text(page.locator('.plot-say.reading')), /p99/);
  await page.getByRole('button', { name: 'Compare with theory' }).click();
  const station = page.locator('.theory-table').first().getByRole('row', { name: /^Load balancer/ });
  await station.waitFor({ timeout: 30_000 });
  assert.match(await text(page.locator('#theory-sum')), /^\d+ of \d+ figures agree with theory, within 5 % or the interval\./);
  assert.match(await text(station), / ± .*Pollaczek–Khinchine$/s, 'the formula stands last');
  const busy = page.locator('.tables + *').getByRole('button', { name: 'Busy' }).first();
  await busy.focus();
  await page.getByRole('tooltip').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#hosts').getByText('Table').click();
  await page.locator('#hosts').getByRole('row', { name: /Web server 2/ }).waitFor();
  await axe(page);
});

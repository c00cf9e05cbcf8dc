// The address: it follows the controls, brings everything back, and Back works.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { setTraffic, settledP99, tile, until } from './page.mjs';

const address = (page) => new URL(page.url()).search + new URL(page.url()).hash;
const settles = (page, expected) => until(() => address(page), (text) => text === expected, `address ${expected}`);

test('the address follows the controls, and brings the same run back', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await setTraffic(page, 800);
  await page.getByLabel('Algorithm', { exact: true }).selectOption('two-choices');
  await page.getByRole('button', { name: 'Kill web server 2' }).click();
  const link = '?stage=3&run=0#v=1&clients.rate=800&lb.algorithm=two-choices&fault=kill.web.2';
  await settles(page, link);
  const p99 = await settledP99(page);
  const again = await open(`/${link}`);
  assert.equal(await settledP99(again), p99, 'the same link gives the same figures');
  assert.equal(await again.getByLabel('Traffic, exact value').inputValue(), '800');
  assert.equal(await again.getByLabel('Algorithm', { exact: true }).inputValue(), 'two-choices');
  assert.equal(await again.getByRole('button', { name: 'Bring web server 2 back' }).count(), 1);
});

test('Back leads to the stage before, with its changes', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await setTraffic(page, 100);
  const length = await page.evaluate(() => history.length);
  await page.getByRole('button', { name: /^2 ?Separate database/ }).click();
  await settles(page, '?stage=2&run=0#v=1');
  assert.equal(await page.evaluate(() => history.length), length + 1);
  await page.goBack();
  await page.locator('.eyebrow', { hasText: 'Stage 1' }).waitFor();
  assert.equal(await page.getByLabel('Traffic, exact value').inputValue(), '100');
  await page.goForward();
  await page.locator('.eyebrow', { hasText: 'Stage 2' }).waitFor();
});

test('a fragment changed from outside is taken on without loading', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await page.evaluate(() => { window.stays = true; location.hash = '#v=1&web.servers=7'; });
  await until(() => page.locator('#hand-web-servers').getAttribute('aria-valuetext'), (t) => t === '7', 'seven servers');
  assert.equal(await page.evaluate(() => window.stays), true);
});

test('a link that is wrong everywhere says so and breaks nothing', async ({ open }) => {
  const page = await open('/?stage=77#web.servers=-3&web.moon=<img src=x onerror=alert(1)>&fault=x');
  const notice = page.locator('.notice');
  await notice.waitFor();
  assert.equal(await notice.locator('li').count(), 4);
  assert.equal(await notice.locator('img').count(), 0);
  await notice.getByRole('button').click();
  assert.equal(await notice.count(), 0);
  await page.locator('.eyebrow', { hasText: 'Stage 1' }).waitFor();
});

test('undo and redo go through settings, faults and stages, and leave the clock alone', async ({ open }) => {
  const page = await open('/?stage=3');
  await page.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
  await setTraffic(page, 900);
  await page.getByRole('button', { name: 'Kill web server 2' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  // What the engine said before it heard of the pause may still be on its way.
  let clock = '';
  await until(async () => [clock, (clock = await page.locator('.clock-now').innerText())], ([a, b]) => a === b, 'stands');
  await page.getByRole('button', { name: 'Undo: Kill web server 2' }).click();
  await page.getByRole('button', { name: 'Kill web server 2', exact: true }).waitFor();
  await page.locator('body').press('Control+z');
  await until(() => page.getByLabel('Traffic, exact value').inputValue(), (rate) => rate !== '900', 'undone');
  assert.equal(await page.locator('.clock-now').innerText(), clock, 'undo should not restart the clock');
  assert.equal(await page.getByRole('button', { name: 'Undo' }).isDisabled(), true);
  await page.locator('body').press('Control+Shift+z');
  assert.equal(await page.getByLabel('Traffic, exact value').inputValue(), '900');
  await page.getByRole('button', { name: /^1 ?Single server/ }).click();
  await page.locator('.eyebrow', { hasText: 'Stage 1' }).waitFor();
  await page.locator('body').press('Control+z');
  await page.locator('.eyebrow', { hasText: 'Stage 3' }).waitFor();
});

test('one drag of a slider is one step', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await settledP99(page, { complete: false });
  const box = await page.locator('#traffic').boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 30; i < 60; i += 3) await page.mouse.move(box.x + (box.width * i) / 100, box.y + box.height / 2);
  await page.mouse.up();
  assert.match(await page.getByRole('button', { name: /^Undo/ }).getAttribute('aria-label'), /^Undo: Traffic \d+ → \d+$/);
  await page.getByRole('button', { name: /^Undo/ }).click();
  assert.equal(await page.getByRole('button', { name: /^Undo/ }).isDisabled(), true);
  assert.notEqual(await tile(page, 'p99').getAttribute('data-settled-seq'), '0');
});

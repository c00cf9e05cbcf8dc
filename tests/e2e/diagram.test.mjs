// The diagram: looked at closely without ever taking the page's own scrolling, and as text.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { settledP99, until } from './page.mjs';

const factor = (page) => page.locator('.dg-fit').textContent().then((text) => Number.parseInt(text, 10));

test('the diagram is looked at closely by wheel, buttons, keys and drag; the plain wheel scrolls the page', async ({ open }) => {
  const page = await open('/?stage=9&run=0', { viewport: { width: 1440, height: 900 } });
  await settledP99(page, { complete: false });
  const box = await page.locator('.dg-svg').boundingBox();
  const middle = [box.x + box.width / 2, Math.min(box.y + box.height / 2, 600)];
  const cells = () => page.locator('[data-part^="db1."] .dg-note').count();
  await page.mouse.move(...middle);
  await page.mouse.wheel(0, 120);
  await page.waitForFunction(() => scrollY > 0);
  assert.equal(await factor(page), 100, 'the plain wheel changes nothing here');
  await page.evaluate(() => scrollTo(0, 0));

  const far = await cells();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await page.waitForFunction(() => Number.parseInt(document.querySelector('.dg-fit').textContent, 10) > 200);
  assert.equal(await page.evaluate(() => scrollY), 0, 'the page stays');
  assert.ok((await cells()) > far, 'closely, more is said of each server');

  const seen = () => page.locator('.dg-near').getAttribute('viewBox');
  const before = await seen();
  await page.mouse.down();
  await page.mouse.move(middle[0] - 80, middle[1] - 40, { steps: 4 });
  await page.mouse.up();
  assert.notEqual(await seen(), before, 'a drag moves what is seen');
  assert.equal(await page.locator('.dg-pick.sel').count(), 0, 'and selects nothing');

  await page.getByRole('button', { name: /show all$/ }).click();
  await page.locator('[data-part="web1"]').focus();
  await page.keyboard.press('+');
  assert.equal(await factor(page), 150);
  await page.keyboard.press('0');
  assert.equal(await factor(page), 100);
});

test('on a slow machine, while it runs, a drag and quick turns of the wheel end where they do on a fast one', async ({ open }) => {
  const page = await open('/?stage=9', { viewport: { width: 1024, height: 700 } });
  await settledP99(page, { complete: false });
  const box = await page.locator('.dg-svg').boundingBox();
  const [x, y] = [box.x + box.width / 2, Math.min(box.y + box.height / 2, 600)];
  const seen = () => page.locator('.dg-near').getAttribute('viewBox');
  const cdp = await page.context().newCDPSession(page);
  const look = async (rate) => {
    await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    await page.mouse.move(x, y);
    await page.keyboard.down('Control');
    // Three notches before the first can be drawn.
    await Promise.all([1, 2, 3].map(() => page.mouse.wheel(0, -100)));
    await page.keyboard.up('Control');
    await until(() => factor(page), (percent) => percent === 338, 'no notch is lost');
    const from = await seen();
    await page.mouse.down();
    await page.mouse.move(x - 60, y - 30, { steps: 6 });
    await until(seen, (view) => view !== from, 'it follows while the button is held', 5_000);
    await page.mouse.move(x - 150, y - 70, { steps: 9 });
    await page.mouse.up();
    const to = await page.evaluate(() => new Promise((drawn) => {
      requestAnimationFrame(() => requestAnimationFrame(() => drawn(document.querySelector('.dg-near').getAttribute('viewBox'))));
    }));
    assert.equal(await page.locator('.dg-pick.sel').count(), 0, 'nothing is selected by it');
    await page.getByRole('button', { name: /show all$/ }).click();
    await until(() => factor(page), (percent) => percent === 100, 'all is seen again');
    return [from, to];
  };
  const fast = await look(1);
  assert.notEqual(fast[0], fast[1]);
  assert.deepEqual(await look(6), fast);
});

test('the diagram as text says all that the drawing shows, and what an outage costs', async ({ open }) => {
  const page = await open('/?stage=7&run=0#fault=kill.network3', { viewport: { width: 1440, height: 900 } });
  for (let i = 0; i < 10; i += 1) await page.locator('.step').click();
  await page.locator('.dg-site.down .dg-cost').first().waitFor();
  const costs = (await page.locator('.dg-site.down .dg-cost').allTextContents()).join(' ');
  assert.match(costs, /%/);
  const parts = await page.locator('[data-part]').evaluateAll((all) => all.map((one) => one.dataset.part));
  await page.getByRole('button', { name: 'As text' }).click();
  const text = await page.locator('.dg-twin').textContent();
  assert.match(text, /East Asia: down/);
  assert.match(text, /What the outage costs: .* tries fail here/);
  assert.match(text, /Load balancer in Europe → Web tier in Europe/);
  assert.ok(await page.locator('.dg-twin li').count() >= parts.length, 'every part and server has its line');
  await axe(page);
  await page.getByRole('button', { name: 'As text' }).click();
  await page.locator('.dg-svg').waitFor();
});

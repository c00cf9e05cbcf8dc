// What the page does when its own program or its worker fails.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { setTraffic, settledP99, tile, until } from './page.mjs';

test('when the program fails the page says so, gives the newest link, and loads again with it', async ({ open, expect }) => {
  expect(/console error: .*panicked at/);
  expect(/page error: .*unreachable/s);
  const page = await open('/?stage=2&run=0');
  await settledP99(page, { complete: false });
  const shown = await page.evaluate(() => {
    const field = document.querySelector('[aria-label="Traffic, exact value"]');
    // As a browser that has no room left: the program can make no element any more. Those that come here are its own.
    const refuse = () => { throw new DOMException('no room'); };
    const { createElement, createElementNS } = Document.prototype;
    const { cloneNode } = Node.prototype;
    const make = (document, node) => {
      Object.assign(Document.prototype, document);
      Node.prototype.cloneNode = node;
    };
    make({ createElement: refuse, createElementNS: refuse }, refuse);
    window.roomAgain = () => make({ createElement, createElementNS }, cloneNode);
    // More than there may be, so that a notice comes; and sooner than the address bar follows.
    field.value = '99999999999';
    field.dispatchEvent(new Event('change', { bubbles: true }));
    return location.hash;
  });
  assert.doesNotMatch(shown, /clients\.rate/);
  const panel = page.locator('#panic');
  await panel.waitFor();
  await page.evaluate(() => roomAgain());
  assert.match(await page.locator('#panic-what').innerText(), /panicked at/);
  const link = await page.locator('#panic-link').inputValue();
  assert.match(link, /\/\?stage=2&run=0#v=1&clients\.rate=1000000$/);
  assert.equal(await panel.getByRole('link').getAttribute('href'), link);
  await axe(page);
  await panel.getByRole('button', { name: 'Copy the link' }).click();
  await panel.getByText('Copied.').waitFor();
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' })));
  await page.locator('#paste').focus();
  await page.keyboard.press('Control+v');
  assert.equal(await page.locator('#paste').inputValue(), link);
  await panel.getByRole('button', { name: 'Reload' }).click();
  await page.locator('#panic').waitFor({ state: 'hidden' });
  await page.locator('#tile-p99').waitFor();
  assert.equal(await page.getByLabel('Traffic, exact value').inputValue(), '1000000');
});

const fails = (worker) => worker.evaluate(() => { setTimeout(() => { throw new Error('broken by a test'); }); });
const help = async (page, words) => {
  await page.getByRole('button', { name: 'Help and settings' }).click();
  await page.getByRole('dialog').getByText(words).waitFor();
  await page.keyboard.press('Escape');
};

test('a worker that fails is started anew, and then the page goes on itself, with the same system', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await setTraffic(page, 60);
  await settledP99(page, { complete: false });
  for (const [said, place] of [
    ['engine: it failed, and a new one was started', /in a worker of its own, started anew/],
    ['engine: it failed, and the page runs it itself now', /in the page itself, since its worker failed twice/],
  ]) {
    for (const tenths of [1, 2]) {
      await page.locator('.step').click();
      await page.locator('.clock-now', { hasText: `00:00:00.${tenths}` }).waitFor();
    }
    const [worker] = page.workers();
    const gone = worker.waitForEvent('close');
    await fails(worker);
    await page.locator('.notice', { hasText: said }).waitFor();
    await gone;
    await page.locator('.clock-now', { hasText: '00:00:00.0' }).waitFor();
    assert.equal(await page.getByLabel('Traffic, exact value').inputValue(), '60');
    await help(page, place);
  }
  await page.locator('.step').click();
  await page.locator('.clock-now', { hasText: '00:00:00.1' }).waitFor();
  await setTraffic(page, 70);
  await settledP99(page, { complete: false });
  assert.equal(page.workers().length, 0);
});

test('a worker that has grown too large gives way to a new one without a word', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  const before = await settledP99(page);
  const script = await page.evaluate(() => document.querySelector('link[rel=modulepreload]').href);
  const [worker] = page.workers();
  // 64 MiB more, which nothing gives back.
  await worker.evaluate(async (script) => (await (await import(script)).default()).memory.grow(1024), script);
  const gone = worker.waitForEvent('close');
  const came = page.waitForEvent('worker');
  await page.getByRole('button', { name: 'Restart' }).click();
  await Promise.all([gone, came]);
  // A step that comes before the new one hears is lost.
  const clock = async () => {
    await page.locator('.step').click();
    return page.locator('.clock-now').innerText();
  };
  await until(clock, (text) => /^00:00:0\d\.[1-9]/.test(text), 'the clock goes on');
  assert.equal(await settledP99(page), before);
  assert.equal(page.workers().length, 1);
  assert.equal(await page.locator('.notice').count(), 0);
  assert.equal(await tile(page, 'p99').getAttribute('data-fresh'), 'true');
  await help(page, 'in a worker of its own.');
});

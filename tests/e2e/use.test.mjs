// Ways to use the page: by keyboard, in a frame, on a phone, without motion; and that a slider is answered.
import assert from 'node:assert/strict';
import { axe, site, test } from './helpers.mjs';
import { overflow, settledP99, tile, until } from './page.mjs';

test('everything needed can be done by keyboard', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('aria-label'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'diagram', 'the skip link leads to the diagram');
  for (let i = 0; i < 40 && (await focused()) !== 'traffic'; i += 1) await page.keyboard.press('Tab');
  assert.equal(await focused(), 'traffic', 'the slider is reached');
  const rate = async () => Number(await page.getByLabel('Traffic, exact value').inputValue());
  const before = await rate();
  await page.keyboard.press('ArrowRight');
  await until(rate, (now) => now === 100, `the next of 1, 2, 5 after ${before}`);
  await page.keyboard.press('PageUp');
  await until(rate, (now) => now === 1000, 'ten times as much');
  assert.equal(await page.locator('#traffic').getAttribute('aria-valuetext'), '1 thousand requests per second');
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  assert.equal(await page.getByRole('button', { name: 'Play', exact: true }).count(), 1, 'a field keeps its keys');
  await page.locator('#diagram').focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await axe(page);
  await page.getByRole('switch', { name: /Single keys/ }).press('Space');
  await page.keyboard.press('Escape');
  await page.locator('#diagram').focus();
  await page.keyboard.press('Space');
  assert.equal(await page.getByRole('button', { name: 'Pause', exact: true }).count(), 1, 'single keys are off');
});

test('parts of the diagram are selected and broken by keyboard', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await settledP99(page, { complete: false });
  const web = page.locator('#diagram [data-part="web"]');
  await web.focus();
  await page.keyboard.press('Enter');
  await page.locator('#inspector-title', { hasText: 'Web tier' }).waitFor();
  await page.getByLabel('Servers looked at').selectOption('3');
  await page.locator('#inspector').getByRole('button', { name: 'Kill' }).click();
  await page.locator('.faults', { hasText: 'Web server 3 is dead' }).waitFor();
  assert.match(await page.locator('#summary').textContent(), /Web server 3 is dead/);
  await page.locator('.faults').getByRole('button').click();
  await page.locator('.faults li').waitFor({ state: 'detached' });
});

test('in a sandboxed frame the page runs the engine itself, with the same figures', async ({ embed, open }) => {
  const link = '?stage=3#v=1&web.servers=5';
  const html = `<iframe src="${site.url}/${link}" width="900" height="700" sandbox="allow-scripts"></iframe>`;
  const host = await embed(html);
  const frame = host.frameLocator('iframe');
  const settled = frame.locator('#tile-p99[data-fresh="true"] .tile-settled:not(.provisional)');
  await settled.waitFor({ timeout: 50_000 });
  await frame.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
  const inside = await frame.locator('#tile-p99').getAttribute('data-settled');
  await frame.getByRole('button', { name: 'Help and settings' }).click();
  await frame.locator('dialog', { hasText: 'runs in the page itself' }).waitFor();
  const page = await open(`/${link}`);
  await settledP99(page);
  assert.equal(await tile(page, 'p99').getAttribute('data-settled'), inside);
  await page.getByRole('button', { name: 'Help and settings' }).click();
  await page.locator('dialog', { hasText: 'in a worker of its own' }).waitFor();
});

test('a frame does not take the focus', async ({ embed }) => {
  const host = await embed(`<input autofocus><iframe src="${site.url}/?stage=1" width="640" height="400"></iframe>`);
  await host.frameLocator('iframe').locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
  assert.equal(await host.evaluate(() => document.activeElement.tagName), 'INPUT');
});

for (const [width, height] of [[320, 568], [390, 844], [640, 400], [1024, 700]]) {
  test(`nothing is wider than a window of ${width}`, async ({ open }) => {
    const page = await open('/?stage=3', { viewport: { width, height } });
    await page.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
    assert.equal(await overflow(page), 0);
  });
}

test('with reduced motion no request moves, and all is there', async ({ open }) => {
  const page = await open('/?stage=3&run=0', { reducedMotion: 'reduce' });
  await settledP99(page);
  assert.match(await page.locator('#diagram').innerText(), /Web tier/);
  assert.match(await page.locator('#summary').textContent(), /99 percent are answered within/);
});

test('the theme is toggled, kept, and given by the link', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  await page.getByRole('button', { name: 'Dark theme' }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.reload();
  await page.getByRole('button', { name: 'Light theme' }).waitFor();
  const linked = await open('/?stage=1&run=0&theme=light', { colorScheme: 'dark' });
  await linked.getByRole('button', { name: 'Dark theme' }).waitFor();
});

test('a slider is answered by settled figures', async ({ open }) => {
  for (const [stage, playing] of [[1, 0], [3, 0], [3, 1]]) {
    const page = await open(`/?stage=${stage}&run=${playing}`);
    await settledP99(page);
    const settled = await page.evaluate(async () => {
      const slider = document.querySelector('#traffic');
      const tile = document.querySelector('#tile-p99');
      const frame = () => new Promise((go) => requestAnimationFrame(go));
      const settled = [tile.dataset.settled];
      for (let i = 0; i < 6; i += 1) {
        slider.value = String(Number(slider.value) + (i % 2 ? -3 : 3));
        slider.dispatchEvent(new InputEvent('input', { bubbles: true }));
        // Figures of the setting before are no answer.
        while (tile.dataset.fresh !== 'true' || tile.dataset.settled === settled.at(-1)) await frame();
        settled.push(tile.dataset.settled);
      }
      return settled;
    });
    assert.equal(settled.length, 7, 'every change is answered');
    assert.ok(settled.every((p99) => Number(p99) > 0), `${settled}`);
  }
});

test('what is read out is what has settled, and seldom', async ({ open }) => {
  const page = await open('/?stage=1');
  const said = await until(() => page.locator('#said').textContent(), (text) => text !== '', 'something is said');
  assert.match(said, /^Settled: p99 .* requests per second answered well\.$/u);
});

test('a page that is held up is not buried under figures that wait for it', async ({ open }) => {
  const page = await open('/?stage=2');
  await settledP99(page);
  const [came, held] = await page.evaluate(async () => {
    // The worker's messages, as they are decoded: the page hears each on its own line to the worker.
    let came = 0;
    const decode = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data').get;
    const seen = new WeakSet();
    Object.defineProperty(MessageEvent.prototype, 'data', {
      get() {
        const data = decode.call(this);
        if (this.target instanceof Worker && !seen.has(this) && data.byteLength > 500) came += 1;
        seen.add(this);
        return data;
      },
    });
    const rest = (ms) => new Promise((go) => setTimeout(go, ms));
    await rest(3000);
    const usual = came;
    came = 0;
    const until = performance.now() + 3000;
    while (performance.now() < until);
    await rest(50);
    return [usual, came];
  });
  assert.ok(came > 8, `${came} messages in three seconds`);
  assert.ok(held < 4, `${held} messages waited for three seconds`);
});

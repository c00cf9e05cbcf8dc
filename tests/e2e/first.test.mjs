// The first picture: it is there before the program, and gives way to the page without a jump.
import assert from 'node:assert/strict';
import { site, test } from './helpers.mjs';

/** Where the frames of the page stand. */
const frames = (page) =>
  page.evaluate(() =>
    ['.top', '.lesson', '.stage', '.transport', '.inspector'].map((name) => {
      const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
      return [name, ...[x, y, width, height].map(Math.round)].join(' ');
    }),
  );

test('the first picture stands in the page\'s own text', async () => {
  const html = await (await fetch(site.url)).text();
  assert.match(html, /<div class="page first-paint">/);
  assert.match(html, /aria-label="Stage 1: /);
});

/** How much of the page has jumped since it was opened, as the browser scores it: above 0.1 is bad. */
const shifts = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        new PerformanceObserver((list) => done(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({
          type: 'layout-shift',
          buffered: true,
        });
        // Nothing has shifted when the browser has nothing to say.
        setTimeout(done, 300, 0);
      }),
  );

for (const [width, height] of [[390, 844], [640, 400], [1024, 700]]) {
  test(`at ${width} by ${height} nothing jumps when the program comes`, async ({ open }) => {
    const page = await open('/?stage=1', { viewport: { width, height } });
    // By then all layers are drawn, figures have come, and there is a past to look back at.
    await page.locator('button:enabled', { hasText: 'Look back' }).waitFor();
    const shifted = await shifts(page);
    assert.ok(shifted < 0.01, `shifted by ${shifted}`);
  });
}

test('the program takes the place of the first picture without a jump', async ({ open }) => {
  const viewport = { width: 1440, height: 900 };
  const before = await frames(await open('/?stage=1&run=0', { viewport, program: false }));
  const page = await open('/?stage=1&run=0', { viewport });
  await page.locator('.tile').first().waitFor();
  assert.equal(await page.locator('.first-paint').count(), 0);
  assert.deepEqual(await frames(page), before);
  const shifted = await shifts(page);
  assert.ok(shifted < 0.01, `shifted by ${shifted}`);
});

/** The most pixels that the text of a paragraph in sight takes: what browsers tell of as the largest paint. */
const largestText = (page) =>
  page.evaluate(() => {
    const sizes = [...document.querySelectorAll('p')].filter((p) => p.checkVisibility()).map((p) => {
      const range = document.createRange();
      range.selectNodeContents(p);
      const { top, bottom, width } = range.getBoundingClientRect();
      return Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) * width;
    });
    return Math.max(...sizes);
  });

for (const viewport of [{ width: 412, height: 823 }, { width: 1440, height: 900 }]) {
  test(`at ${viewport.width} the largest text is in the first picture, so that nobody waits for it`, async ({ open }) => {
    const first = await largestText(await open('/', { viewport, program: false }));
    const page = await open('/?run=0', { viewport });
    await page.locator('.tile').first().waitFor();
    const most = await largestText(page);
    assert.ok(first > most, `${first} before, ${most} after`);
  });
}

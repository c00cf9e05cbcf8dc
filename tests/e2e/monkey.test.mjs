// Random input on every stage and the sandbox, for a moment each and always the same: `make monkey` takes its time.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { PAGES, address, rampage } from '../../tools/monkey.mjs';

const SECONDS = 1;

for (const name of PAGES) {
  test(`random input breaks nothing on ${address(name)}`, async ({ open }) => {
    const page = await open(address(name), { hasTouch: true, viewport: { width: 1280, height: 800 } });
    page.on('filechooser', () => {});
    const done = await rampage(page, { seed: 7, seconds: SECONDS });
    assert.equal(await page.locator('#panic').isVisible(), false, `after ${done.join(' ')}`);
    assert.equal(await page.locator('#diagram').count(), 1, `after ${done.join(' ')}`);
  });
}

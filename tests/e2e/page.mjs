// How a visitor finds things on the page: shared by the tests of the page.
import assert from 'node:assert/strict';

/** The tile of one of the eight numbers. */
export const tile = (page, key) => page.locator(`#tile-${key}`);

/** The live value of a tile, as a number; k and M count. */
export async function value(page, key) {
  const text = await tile(page, key).locator('.tile-value').innerText();
  const [, number, unit] = /([\d.]+)\s*(\S*)/u.exec(text.replace(/\u202f/g, ' ')) ?? [];
  const factor = { s: 1000, k: 1e3, 'k/s': 1e3, M: 1e6, 'M/s': 1e6 }[unit] ?? 1;
  return Number(number) * factor;
}

/** Settled figures of the scenario as it stands: the p99 in seconds, once the run is complete. */
export async function settledP99(page, { complete = true } = {}) {
  const selector = complete
    ? '#tile-p99[data-fresh="true"] .tile-settled:not(.provisional)'
    : '#tile-p99[data-fresh="true"]';
  await page.locator(selector).waitFor({ timeout: 40_000 });
  return Number(await tile(page, 'p99').getAttribute('data-settled'));
}

/** Waits until `probe` gives something `good`, and returns it. */
export async function until(probe, good, what, ms = 30_000) {
  const end = Date.now() + ms;
  let seen;
  do {
    seen = await probe();
    if (good(seen)) return seen;
    await new Promise((go) => setTimeout(go, 100));
  } while (Date.now() < end);
  assert.fail(`${what}: ${JSON.stringify(seen)} after ${ms} ms`);
}

/** Sets the traffic by its number field. */
export async function setTraffic(page, rate) {
  const field = page.getByLabel('Traffic, exact value');
  await field.fill(String(rate));
  await field.press('Enter');
}

/** Lets so many tenths of a simulated second pass, by the page's own button: by the mouse it would take minutes. */
export async function steps(page, tenths) {
  await page.evaluate(async (tenths) => {
    for (let i = 0; i < tenths; i += 1) {
      document.querySelector('.step').click();
      await new Promise((go) => setTimeout(go, 50));
    }
  }, tenths);
}

/** Whether the page is wider than its window. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What the diagram says of a part, or of one of its servers counted from 1. */
export function described(page, part, server) {
  const name = server ? `${part}.${server - 1}` : part;
  return page.locator(`#diagram [data-part="${name}"]`).getAttribute('aria-label');
}

// That no word of the page is cut or stands on another one, at every width it is made for.
import { test } from './helpers.mjs';
import { overflow, settledP99, steps, until } from './page.mjs';

const SIZES = [[1440, 900], [1024, 700], [640, 400], [390, 844], [320, 700]];
const SCENES = ['?stage=1', '?stage=4', '?stage=6', '?stage=9', '?preset=sandbox', '?stage=5&sites=4', '?stage=9&sites=4', '?stage=7&sites=1'];
const BROKEN = '?stage=9&run=0#v=1&clients.hot_user_share=0.1&clients.rate=5000';

/** What is cut, and which words of the diagram stand on others. */
const faults = () => {
  const found = [];
  for (const tile of document.querySelectorAll('.tile-name, .tile-value, .tile-settled, .rail-text, .clock-now')) {
    if (tile.checkVisibility() && tile.scrollWidth > tile.clientWidth + 1 && tile.clientWidth > 1) {
      found.push(`cut: ${tile.textContent}`);
    }
  }
  const words = [...document.querySelectorAll('.dg-svg text')].filter((word) => word.textContent.trim());
  if (words.length < 20) found.push('the diagram is not drawn');
  const boxes = words.map((word) => [word.textContent, word.getBoundingClientRect()]);
  boxes.forEach(([text, a], i) => {
    if (text.includes('…')) found.push(`cut: ${text}`);
    for (const [other, b] of boxes.slice(i + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Lines of text may touch: their boxes have room for signs that are not there.
      if (wide > 1 && high > 3) found.push(`${text} on ${other}`);
    }
  });
  return found;
};

async function fits(page, scene) {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await until(() => page.evaluate(faults), (found) => found.length === 0, `${scene} at ${width}`, 5_000);
    await until(() => overflow(page), (over) => over <= 0, `${scene} at ${width}`, 5_000);
  }
}

for (const scene of SCENES) {
  test(`no word is cut or covered: ${scene}`, async ({ open }) => {
    const page = await open(`/${scene}&run=0`);
    await settledP99(page, { complete: false });
    await fits(page, scene);
  });
}

test('no word is cut or covered under overload', async ({ open }) => {
  const page = await open(`/${BROKEN}`);
  await settledP99(page, { complete: false });
  await steps(page, 20);
  await fits(page, 'overload');
});

// A share of almost all has the most signs, and the smallest cards are those of several sites in a frame.
test('no word is cut or covered in a frame whose databases are almost all in use', async ({ open }) => {
  const page = await open('/?stage=5&sites=3&embed=1&run=0#v=1&clients.rate=20000');
  await page.setViewportSize({ width: 640, height: 400 });
  await page.locator('#diagram svg text', { hasText: '> 99 %' }).first().waitFor();
  await until(() => page.evaluate(faults), (found) => found.length === 0, 'the frame', 5_000);
});

// Pictures of the page for the README and for a look at all states at once: one PNG for each scene, size and theme
// in docs/screenshots. Use: node tools/screenshots.mjs [word …] takes only those whose file name contains a word.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
};
const THEMES = ['light', 'dark'];

/** What is shown: the page's address after the file, and what a visitor does there before the picture is taken. */
const SCENES = [
  { name: 'stage-1', query: '?stage=1', steps: async () => {} },
  { name: 'stage-2', query: '?stage=2', steps: async () => {} },
  { name: 'stage-3', query: '?stage=3', steps: async () => {} },
];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here('../docs/screenshots/');
const words = process.argv.slice(2);
const shots = SCENES.flatMap((scene) =>
  Object.entries(SIZES).flatMap(([size, viewport]) =>
    THEMES.map((colorScheme) => ({ ...scene, viewport, colorScheme, file: `${scene.name}-${size}-${colorScheme}.png` })),
  ),
).filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word)));

mkdirSync(folder, { recursive: true });
const site = await serve(here('../dist'));
const browser = await launch();
try {
  for (const { query, steps, viewport, colorScheme, file } of shots) {
    // Without motion, so that the same build gives the same picture.
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.appStarted = new Promise((go) => addEventListener('TrunkApplicationStarted', () => go(), { once: true }));
    });
    await page.goto(`${site.url}/${query}`);
    await page.evaluate(() => window.appStarted);
    await steps(page);
    await page.screenshot({ path: folder + file, animations: 'disabled' });
    await context.close();
    console.log(`docs/screenshots/${file}`);
  }
} finally {
  await browser.close();
  await site.close();
}

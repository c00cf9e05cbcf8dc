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
  { name: 'stage-1', query: '?stage=1&run=0', steps: rest },
  { name: 'stage-1-overloaded', query: '?stage=1&run=0#clients.rate=250', steps: run },
  { name: 'stage-1-dead', query: '?stage=1&run=0#fault=kill.web', steps: run },
  { name: 'stage-2', query: '?stage=2&run=0', steps: rest },
  { name: 'stage-2-overloaded', query: '?stage=2&run=0#clients.rate=400', steps: run },
  { name: 'stage-2-dead', query: '?stage=2&run=0#fault=kill.db', steps: run },
  { name: 'stage-3', query: '?stage=3&run=0', steps: rest },
  { name: 'stage-3-overloaded', query: '?stage=3&run=0#clients.rate=1200', steps: run },
  { name: 'stage-3-dead', query: '?stage=3&run=0#fault=kill.web.2', steps: run },
  { name: 'stage-5', query: '?stage=5&run=0', steps: rest },
  { name: 'stage-7-dead', query: '?stage=7&run=0#fault=kill.network3', steps: run },
  { name: 'stage-9', query: '?stage=9&run=0', steps: rest },
];

/** Until the settled figures are complete. */
async function rest(page) {
  await page.locator('#tile-p99[data-fresh="true"] .tile-settled:not(.provisional)').waitFor({ timeout: 60_000 });
}

/** The same moment of the live run each time: three simulated seconds, in steps of a tenth. */
async function run(page) {
  await rest(page);
  for (let i = 0; i < 30; i += 1) await page.locator('.step').click();
  await page.locator('.clock-now', { hasText: '00:00:03.0' }).waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
}

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

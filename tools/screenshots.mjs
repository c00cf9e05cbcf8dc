// Pictures of the page for the README and for a look at all states at once: each stage and the sandbox at rest and at its
// breaking point, in both themes and three sizes, in docs/screenshots. WebP, so that the repository can bear them.
// Use: node tools/screenshots.mjs [word …] takes only those whose file name contains a word; OUT names another folder.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

const SIZES = {
  desk: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 700 },
  phone: { width: 390, height: 844 },
};
const THEMES = ['light', 'dark'];
const QUALITY = 60;

/** What breaks each stage: more than it was built for, or the death of what it hangs on. */
const BREAKS = {
  1: 'clients.rate=250',
  2: 'clients.rate=400',
  3: 'fault=kill.web.2',
  4: 'fault=kill.db.1',
  5: 'fault=kill.cache',
  6: 'fault=spike4.clients',
  7: 'fault=kill.network3',
  8: 'fault=spike3.clients&queue.workers=1',
  9: 'clients.hot_user_share=0.1&clients.rate=5000',
  sandbox: 'fault=kill.network2',
};

const address = (name) => (name === 'sandbox' ? 'preset=sandbox' : `stage=${name}`);
const SCENES = Object.entries(BREAKS).flatMap(([name, how]) => {
  const file = name === 'sandbox' ? name : `stage-${name}`;
  return [
    { file, query: `?${address(name)}&run=0`, steps: 0 },
    { file: `${file}-broken`, query: `?${address(name)}&run=0#v=1&${how}`, steps: 40 },
  ];
});

/** The same moment of the live run each time, in steps of a tenth of a simulated second; without any, the settled run. */
async function run(page, steps) {
  const settled = '#tile-p99[data-fresh="true"] .tile-settled:not(.provisional)';
  await page.locator(settled).waitFor({ timeout: 120_000 });
  // And what it is compared with.
  await page.locator('#compare td', { hasText: '…' }).first().waitFor({ state: 'detached', timeout: 120_000 });
  if (steps === 0) return;
  // The steps are taken in the page: a click by the mouse each would take minutes.
  await page.evaluate(async (steps) => {
    for (let i = 0; i < steps; i += 1) {
      document.querySelector('.step').click();
      await new Promise((go) => setTimeout(go, 60));
    }
  }, steps);
  await page.locator('.clock-now', { hasText: `00:00:0${steps / 10}.0` }).waitFor({ timeout: 60_000 });
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = process.env.OUT ? `${process.env.OUT}/` : here('../docs/screenshots/');
const words = process.argv.slice(2);
const wanted = (file) => words.length === 0 || words.some((word) => file.includes(word));
const name = ({ file }, size, theme) => `${file}-${size}-${theme}.webp`;
const shots = (scene) => Object.keys(SIZES).flatMap((size) => THEMES.map((theme) => [size, theme, name(scene, size, theme)]));

if (words.length === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const site = await serve(here(process.env.DIST ?? '../dist'));
const browser = await launch();
let total = 0;
try {
  for (const scene of SCENES.filter((one) => shots(one).some(([, , file]) => wanted(file)))) {
    // Without motion, so that the same build gives the same picture.
    const context = await browser.newContext({ viewport: SIZES.desk, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await page.goto(`${site.url}/${scene.query}`);
    await run(page, scene.steps);
    for (const [size, colorScheme, file] of shots(scene).filter(([, , file]) => wanted(file))) {
      await page.setViewportSize(SIZES[size]);
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(400);
      const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
      const bytes = Buffer.from(data, 'base64');
      total += bytes.length;
      writeFileSync(folder + file, bytes);
    }
    await context.close();
    console.log(`${scene.file}: ${scene.query}`);
  }
  console.log(`${(total / 1e6).toFixed(1)} MB in ${folder}`);
} finally {
  await browser.close();
  await site.close();
}

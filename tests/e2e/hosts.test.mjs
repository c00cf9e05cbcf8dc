// Course notes with an embed in them, made with their real tools from examples/hosts: each frame runs in Chromium. mdBook
// and Jupyter are tried by `make hosts`, which installs them in .tools/hosts; plain HTML and reveal.js always are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { site, test } from './helpers.mjs';
import { until } from './page.mjs';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BUILT = root('test-results/hosts/');
const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

/** Copies an example of ours to where it is built. */
function copied(name) {
  rmSync(BUILT + name, { recursive: true, force: true });
  mkdirSync(BUILT, { recursive: true });
  cpSync(root(`examples/hosts/${name}`), BUILT + name, { recursive: true });
  return BUILT + name;
}

/** What lies in a folder, with this test's address in place of the one in the examples. */
const lying = (folder, others = {}) => (path) => {
  const [place] = Object.keys(others).filter((start) => path.startsWith(start));
  const file = place ? join(others[place], path.slice(place.length)) : join(folder, path);
  if (!existsSync(file) || !extname(file)) return undefined;
  const body = readFileSync(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return { type, body: extname(file) === '.html' ? body.toString().replaceAll('https://millionth.example', site.url) : body };
};

/** The frame is there only once it is near, or its slide is shown. */
const LATER = { start: '/index.html', started: false };
const ours = (page, part = '') => page.frames().find((frame) => frame.url().startsWith(site.url) && frame.url().includes(part));
const runs = async (page, part) => {
  await until(() => Boolean(ours(page, part)), Boolean, 'the frame');
  await ours(page, part).locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor({ state: 'attached' });
};
const photograph = async (page, name) => {
  await ours(page).locator('#tile-p99[data-fresh="true"]').waitFor({ state: 'attached' });
  await page.screenshot({ path: `${BUILT}${name}.png` });
};

test('a plain page has a frame that runs', async ({ embed }) => {
  const page = await embed(lying(copied('plain')), LATER);
  await runs(page);
  await photograph(page, 'plain');
});

test('a deck made with reveal.js runs a frame while its slide is shown', async ({ embed }) => {
  const deck = lying(copied('reveal'), { '/reveal.js/': root('node_modules/reveal.js/') });
  const page = await embed(deck, LATER);
  const goes = (way) => page.evaluate((to) => Reveal[to](), way);
  const frame = (stage) => page.frames().find((one) => one.url().includes(`stage=${stage}`));
  const clock = () => frame(4).locator('.clock-now').innerText();
  await page.waitForFunction(() => window.Reveal?.isReady());
  assert.equal(frame(3), undefined, 'nothing is loaded before its slide');
  await goes('next');
  await runs(page, 'stage=3');
  await photograph(page, 'reveal');
  await goes('next');
  await until(() => frame(3), (left) => !left, 'the frame of a slide that was left is gone');
  await runs(page, 'stage=4');
  await goes('next');
  let before = '';
  await until(async () => [before, (before = await clock())], ([a, b]) => a === b, 'one that is preloaded stands still');
  await goes('prev');
  await until(clock, (now) => now !== before, 'it goes on');
});

if (process.env.HOSTS === 'all') {
  const tool = (name, ...words) => execFileSync(root(`.tools/hosts/bin/${name}`), words, { stdio: 'pipe' });

  test('a book made with mdBook has a frame that runs', async ({ embed }) => {
    const folder = copied('mdbook');
    tool('mdbook', 'build', folder);
    const page = await embed(lying(`${folder}/book`), { ...LATER, start: '/balancers.html' });
    await runs(page);
    await photograph(page, 'mdbook');
  });

  test('a notebook that was run and exported to HTML has a frame that runs', async ({ embed, expect }) => {
    const folder = copied('jupyter');
    tool('jupyter-nbconvert', '--execute', '--to', 'html', `${folder}/balancers.ipynb`);
    // The export names scripts elsewhere, for formulas and widgets: they are not ours to load.
    expect(/foreign request: https:\/\/cdnjs\.cloudflare\.com/);
    const page = await embed(lying(folder), { ...LATER, start: '/balancers.html', emptied: 'https://cdnjs.cloudflare.com/**' });
    await runs(page);
    await photograph(page, 'jupyter');
  });
}

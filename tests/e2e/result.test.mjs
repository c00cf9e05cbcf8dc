// One scenario, one result: the page and an embed settle each preset to the very bytes that the engine gives natively, in
// Node and in Chromium, where tests/parity holds the same table.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { site, test } from './helpers.mjs';
import { settledP99, until } from './page.mjs';

const table = (name) => readFileSync(new URL(`../parity/${name}`, import.meta.url), 'utf8').trim().split('\n').map((line) => line.split(' '));
const KNOWN = table('settled.txt');

/** Loads presets in `frame` by `load(link)`, each until its hash is among all that was ever told there. */
async function gives(frame, load) {
  assert.ok(KNOWN.length >= 19, 'all stages and presets');
  for (const [hash, link] of KNOWN) {
    await load(link);
    await until(() => frame.evaluate((h) => window.seen.includes(h), hash), Boolean, `${link} gives ${hash}`);
  }
}

test('the page gives the recorded result of every preset', async ({ open }) => {
  const page = await open('/?stage=1&run=0#v=1');
  // The first figures are settled quickly and replaced by longer runs: each that was ever there is kept.
  await page.evaluate(() => {
    const tile = document.querySelector('#tile-p99');
    window.seen = [tile.dataset.resultHash];
    new MutationObserver(() => window.seen.push(tile.dataset.resultHash)).observe(tile, { attributes: true });
  });
  await gives(page, (link) => page.evaluate((end) => { location.hash = end.slice(1).replace('#', '&'); }, link));
});

test('an embed gives the recorded result of every preset', async ({ embed }) => {
  const host = await embed(`<script>
      window.seen = [];
      addEventListener('message', ({ data }) => { if (data.settled) seen.push(data.settled.result_hash); });
    </script><iframe src="${site.url}/?stage=1&embed=1&run=0" width="640" height="400" sandbox="allow-scripts allow-same-origin"></iframe>`);
  const post = (end) => frames[0].postMessage({ ns: 'millionth', v: 1, type: 'load', link: end }, '*');
  await gives(host, (link) => host.evaluate(post, link));
});

test('once figures have settled the share dialog shows the hash that the command gives', async ({ open }) => {
  const [hash, link] = table('complete.txt').at(-1);
  const page = await open(`/${link.replace('#', '&run=0#')}`);
  await settledP99(page);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  assert.equal(await page.locator('.share-hash code').innerText(), hash);
});

test('what could be saved is given to the page around', async ({ embed }) => {
  const host = await embed(`<script>
      window.seen = [];
      addEventListener('message', ({ data }) => seen.push(data));
    </script><iframe src="${site.url}/?stage=3&embed=1&run=0#v=1&web.servers=6" width="640" height="400" sandbox="allow-scripts"></iframe>`);
  const heard = (type, id) => until(
    () => host.evaluate(([t, i]) => window.seen.find((message) => message.type === t && message.id === i), [type, id]),
    Boolean,
    `${type} ${id}`,
  );
  await until(() => host.evaluate(() => window.seen.some(({ type }) => type === 'ready')), Boolean, 'ready');
  const ask = (format) => host.evaluate((f) => frames[0].postMessage({ ns: 'millionth', v: 1, type: 'export', format: f, id: f }, '*'), format);
  await ask('json');
  const { name, text } = await heard('export', 'json');
  assert.equal(name, 'millionth-stage-3.json');
  assert.equal(JSON.parse(text).settings['web.servers'], 6);
  await ask('svg');
  const svg = (await heard('export', 'svg')).text;
  assert.match(svg, /^<svg .*<metadata id="millionth">/s);
  await ask('csv');
  assert.match((await heard('error', 'csv')).problems[0].what, /nothing has run yet/);
  await host.evaluate(() => frames[0].postMessage({ ns: 'millionth', v: 1, type: 'play' }, '*'));
  await until(async () => {
    await ask('csv');
    return host.evaluate(() => window.seen.find(({ type, id }) => type === 'export' && id === 'csv')?.text.split('\n').length);
  }, (lines) => lines > 1, 'a table');
});

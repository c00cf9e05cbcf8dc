// The folder that a host serves (`make dist`), below a path, from a host that sends no policy: it runs under its own, it
// runs again without a network, a new build takes over cleanly, and in a frame nothing is kept.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { dist, version } from '../../tools/dist.mjs';
import { inlineScriptHashes, policy, served } from '../../tools/policy.mjs';
import { test } from './helpers.mjs';
import { until } from './page.mjs';

const folder = mkdtempSync(join(tmpdir(), 'millionth-'));
after(() => rmSync(folder, { recursive: true }));
const [before, now, later, changed] = ['before', 'now', 'later', 'changed'].map((name) => join(folder, name));

dist({ to: before });
renameSync(join(before, 'v', version()), join(before, 'v', '0.0.1'));
const { versions } = dist({ to: now, old: before });

// A later build: another page and another file that has no hash in its name.
cpSync('dist', changed, { recursive: true });
const second = readFileSync('dist/index.html', 'utf8').replace('<head>', '<head><meta name="build" content="second">');
writeFileSync(join(changed, 'index.html'), second);
writeFileSync(join(changed, 'worker_loader.js'), `${readFileSync('dist/worker_loader.js', 'utf8')}// second\n`);
dist({ from: changed, to: later, old: before });

const HOST = { under: '/course/sim', bare: true };
const runs = (page) => page.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
const isKept = (page) => page.evaluate(async () => {
  const { active } = await navigator.serviceWorker.ready;
  return active.scriptURL;
});
const caches = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  return Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
});
const build = (page) => page.locator('meta[name=build]').count();

/** The host goes away, and the visitor's network with it. */
async function cut(page, host) {
  await page.context().setOffline(true);
  await host.close();
}

test('the headers and the page say the same policy, and every version is there', async () => {
  assert.deepEqual(versions, ['0.0.1', version()]);
  const page = readFileSync(join(now, 'index.html'), 'utf8');
  const hashes = inlineScriptHashes(page);
  assert.ok(page.includes(`<meta http-equiv="Content-Security-Policy" content="${policy(hashes)}">`));
  assert.ok(readFileSync(join(now, '_headers'), 'utf8').includes(`\n  Content-Security-Policy: ${served(hashes)}\n`));
  assert.throws(() => dist({ to: before, old: before }), /cannot be the new one/);
});

test('below a path it runs, and again when the network is cut', async ({ open, serve }) => {
  const host = await serve(now, HOST);
  const page = await open(`${host.url}/?stage=3#v=1&web.servers=6`);
  await runs(page);
  assert.ok((await isKept(page)).startsWith(`${host.url}/service_worker.js?build=`));
  const [kept, ...more] = await caches(page);
  assert.deepEqual(more, []);
  const files = JSON.parse(/FILES = (\{.*?\});/s.exec(readFileSync(join(now, 'service_worker.js'), 'utf8'))[1]);
  const expected = Object.keys(files).map((file) => new URL(file, `${host.url}/`).href);
  assert.deepEqual(kept.toSorted(), expected.toSorted());

  await cut(page, host);
  await page.reload();
  await runs(page);
  await page.goto(`${host.url}/index.html?stage=2`);
  await runs(page);
  await page.locator('#diagram [data-part="db"]').waitFor();
});

test('a new build takes over without a mixture of both', async ({ open, serve }) => {
  const site = join(folder, 'site');
  cpSync(now, site, { recursive: true });
  const host = await serve(site, HOST);
  const page = await open(`${host.url}/?stage=1`);
  await isKept(page);
  rmSync(site, { recursive: true });
  cpSync(later, site, { recursive: true });
  await page.reload();
  assert.equal(await build(page), 1, 'the network comes first');
  await until(() => caches(page), ({ length }) => length === 2, 'the page open keeps its cache');
  // The last page of the old build goes away.
  const other = await page.context().newPage();
  await page.close();
  await other.goto(`${host.url}/v/0.0.1/?stage=2`);
  await runs(other);
  assert.equal(await build(other), 0, 'a link to an older version opens that version');
  const visited = async () => {
    await other.goto('about:blank');
    await other.goto(`${host.url}/?stage=1`);
    const names = await other.evaluate(async () => caches.keys());
    return names.filter((name) => !name.includes('/v/')).length;
  };
  await until(visited, (count) => count === 1, 'the old build is forgotten');
  await runs(other);
  await cut(other, host);
  await other.reload();
  await runs(other);
  assert.equal(await build(other), 1);
  await other.goto(`${host.url}/v/0.0.1/?stage=2`);
  await runs(other);
  assert.equal(await build(other), 0, 'each version is kept by itself');
});

test('in a frame it runs under the same policy and keeps nothing', async ({ embed, open, serve }) => {
  const host = await serve(now, HOST);
  const page = await embed(`<iframe src="${host.url}/?stage=1" width="640" height="400"></iframe>
    <iframe src="${host.url}/v/${version()}/?stage=1&embed=1" width="640" height="400" sandbox="allow-scripts"></iframe>`, { started: false });
  const [, free, sandboxed] = await until(() => page.frames(), ({ length }) => length === 3, 'there are two frames');
  await runs(free);
  await sandboxed.locator('.clock-now').scrollIntoViewIfNeeded();
  await runs(sandboxed);
  const alone = await open(`${host.url}/?stage=1&embed=1`);
  await runs(alone);
  for (const where of [free, alone]) {
    // Where a browser keeps frames from it altogether, there is none either.
    const count = () => navigator.serviceWorker.getRegistrations().then(({ length }) => length, () => 0);
    assert.equal(await where.evaluate(count), 0);
  }
});

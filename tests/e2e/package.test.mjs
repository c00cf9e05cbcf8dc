// The JavaScript package, in Node and in Chromium: the hashes of the native command, the examples of its document, its
// types, and its command beside the native one, byte for byte. `tools/package` makes it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { blocks } from './docs.mjs';
import { test } from './helpers.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const target = execFileSync(join(ROOT, 'tools/target'), { encoding: 'utf8' }).trim();
const folder = mkdtempSync(join(tmpdir(), 'millionth-'));
after(() => rmSync(folder, { recursive: true }));

// A project that has it installed as docs/javascript.md says; the package is built already.
const PACKAGE = join(folder, 'node_modules/millionth');
const BIN = join(folder, 'node_modules/.bin');
const [install, commands] = blocks('javascript.md', 'sh');
const shell = (script) => execFileSync('bash', ['-ec', script], {
  cwd: folder,
  encoding: 'utf8',
  timeout: 60_000,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PATH: `${BIN}:${process.env.PATH}`, npm_config_offline: 'true', npm_config_loglevel: 'error' },
});
symlinkSync(target, join(folder, 'target'));
writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
const installed = shell(install.replace(/^make package.*\n/, ''));
const millionth = await import(pathToFileURL(join(PACKAGE, 'node.js')).href);

const NATIVE = join(target, 'debug/millionth');
const inFolder = { cwd: folder, encoding: 'utf8', timeout: 60_000 };
const node = (script) => {
  writeFileSync(join(folder, 'example.mjs'), script);
  return execFileSync(process.execPath, ['example.mjs'], inFolder);
};

/** The presets with the hashes of their runs, as the native engine recorded them. */
const RECORDED = readFileSync(join(ROOT, 'tests/parity/presets.txt'), 'utf8').trim().split('\n')
  .map((line) => line.split(' '));
const SHORT = { warmup: 0.2, duration: 0.3 };

test('all presets have in Node the hashes of the native engine', async () => {
  for (const [hash, link] of RECORDED) {
    assert.equal(millionth.simulate(link, SHORT).result_hash, hash, link);
    const { scenario, problems } = millionth.decodeLink(link);
    assert.deepEqual(problems, []);
    assert.equal(millionth.encodeLink(scenario), link);
    assert.deepEqual(millionth.validate(scenario), []);
  }
});

test('all presets have in Chromium the hashes of the native engine', async ({ embed, serve }) => {
  cpSync(join(ROOT, 'dist/index.html'), join(PACKAGE, 'index.html'));
  const { url } = await serve(PACKAGE, { bare: true });
  const page = await embed('<html lang="en">', { started: false });
  const hashes = await page.evaluate(async ([module, links, options]) => {
    const { simulate } = await import(module);
    return links.map((link) => simulate(link, options).result_hash);
  }, [`${url}/browser.js`, RECORDED.map(([, link]) => link), SHORT]);
  assert.deepEqual(hashes, RECORDED.map(([hash]) => hash));
});

test('the command gives in Node the bytes and the exit codes of the native one', async () => {
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify({ stage: 3, settings: { 'web.servers': 6 }, checks: ['p99 < 2 s'] }));
  writeFileSync(join(folder, 'latin1.txt'), Buffer.from([0xff, 0xfe]));
  writeFileSync(join(folder, 'zeros.txt'), Buffer.alloc(2 ** 20 + 1));
  const short = ['--warmup', '1', '--duration', '2'];
  const lines = [
    ['help'], ['params'], ['params', '--json'], ['metrics'], ['metrics', '--json'], ['schema'], [],
    ['convert', file], ['convert', '?stage=3#web.servers=6'], ['convert', '-'],
    ['run', 'stage-1', '--metric', 'p99', ...short], ['run', file, '--csv', '-', ...short],
    ['run', 'stage-3', '--csv', 'out.csv', '--metric', 'p50', '--seed', '18446744073709551615', ...short],
    ['sweep', 'stage-3', '--over', 'web.servers=3,4', '--csv', '-', '--jobs', '1', ...short],
    ['sweep', 'stage-3', '--over', 'web.servers=3,4', '--json', ...short],
    ['plan', 'stage-3', '--over', 'web.servers=3,6', '--json', ...short],
    ['theory', 'stage-2', ...short], ['theory', 'stage-2', '--json', ...short], ['explain', 'stage-5', ...short],
    ['spof', 'stage-2', ...short], ['settle', 'stage-1'], ['settle', 'stage-1', '--json'],
    ['check', file, '--check', 'p99 < 0 s', '--junit', 'out.xml', ...short], ['check', file, 'stage-3', ...short],
    ['check', file, '--json', ...short],
    ['version'], ['run', 'stage-3.json'], ['run', 'zeros.txt'], ['run', 'stage-1', '--csv', '--json'], ['moon', 'stage-3'],
    ['run', 'missing.json'], ['run', '.'], ['run', 'latin1.txt'], ['run', 'missing/a.json', '--moon', '--warmup', 'long'],
    ['run', 'stage-1', '--csv', 'missing/out.csv', ...short], ['moon'],
  ];
  const written = (name) => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch ({ code }) {
      return code;
    }
  };
  const told = (program, words, rest) => {
    const { status, stdout, stderr } = spawnSync(program, [...words, ...rest], { ...inFolder, input: '?stage=2#v=1' });
    return { status, stdout, stderr, csv: written('out.csv'), xml: written('out.xml') };
  };
  const codes = new Set();
  for (const words of lines) {
    for (const name of ['out.csv', 'out.xml']) rmSync(join(folder, name), { force: true });
    const native = told(NATIVE, [], words);
    for (const name of ['out.csv', 'out.xml']) rmSync(join(folder, name), { force: true });
    assert.deepEqual(told(process.execPath, [join(PACKAGE, 'command.js')], words), native, words.join(' '));
    codes.add(native.status);
  }
  assert.deepEqual([...codes].sort(), [0, 1, 2]);
  // What a run says of itself, but for the time that it took.
  const timeless = (text) => ({ ...JSON.parse(text), timing: undefined });
  const run = ['run', 'retry-storm', '--json', ...short];
  assert.deepEqual(timeless(told(process.execPath, [join(PACKAGE, 'command.js')], run).stdout),
    timeless(told(NATIVE, [], run).stdout));
});

test('problems are errors with all of them, and a session that is closed says so', async () => {
  const { MillionthError, openSession, simulate } = millionth;
  const wrong = { stage: 3, settings: { 'web.servers': 0, 'web.moon': 1 } };
  assert.throws(() => simulate(wrong), (error) => error instanceof MillionthError && error.problems.length === 2);
  assert.throws(() => simulate('stage-3', { moon: 1, duration: 'long' }), ({ problems }) => problems.length === 2);
  for (const strange of [undefined, null, 7, '', [], {}, 'stage-3 '.repeat(1e5)]) {
    assert.throws(() => simulate(strange), MillionthError);
  }
  const shares = [];
  const result = simulate('stage-1', { ...SHORT, seed: 2n ** 64n - 1n, progress: (share) => shares.push(share) });
  assert.match(result.report.link, /seed=18446744073709551615/);
  assert.equal(shares.at(-1), 1);
  assert.throws(() => simulate('stage-1', { ...SHORT, progress: () => { throw new RangeError('enough'); } }), RangeError);
  const session = openSession('stage-1');
  assert.equal(session.run(1).figures.at_s, 1);
  assert.throws(() => session.set('web.moon', 1), MillionthError);
  for (const strange of [undefined, null, 7, {}]) {
    for (const method of ['set', 'fault', 'heal']) assert.throws(() => session[method](strange, 1), MillionthError, method);
  }
  assert.throws(() => session.set('web.servers', NaN), /NaN/);
  assert.equal(session.run(1).figures.at_s, 2, 'nothing wrong stops it');
  session.close();
  session.close();
  assert.throws(() => session.run(1), /closed/);
});

for (const [number, script] of blocks('javascript.md', 'js').entries()) {
  test(`docs/javascript.md, example ${number + 1}, runs as it is written`, async () => {
    const said = node(script);
    assert.ok(said.length > 10 && !said.includes('undefined') && !said.includes('NaN'), said);
  });
}

test('docs/javascript.md says what runs in a shell', async () => {
  assert.match(installed, /servers|p99/);
  assert.match(shell(commands), /1 hold, 0 failed[\s\S]*web\.servers,p99,p99_ci95\n3,/);
});

test('docs/javascript.md says what runs on a page', async ({ embed, serve }) => {
  cpSync(join(ROOT, 'dist/index.html'), join(PACKAGE, 'index.html'));
  const { url } = await serve(PACKAGE, { under: '/js', bare: true });
  const [html] = blocks('javascript.md', 'html');
  const page = await embed(html.replace('https://millionth.example/js', url), { started: false });
  await page.locator('output').filter({ hasText: /^\d+ ms$/ }).waitFor();
});

test('the types say exactly what there is', async () => {
  // Results as literals: a figure too many or too few is an error of their type.
  const results = ['stage-3', 'stage-9', 'retry-storm'].map((name) => millionth.simulate(name, { warmup: 1, duration: 2 }));
  const session = millionth.openSession('stage-9');
  const typed = {
    'Result[]': results, Snapshot: session.run(1), 'Param[]': millionth.params(), 'Metric[]': millionth.metrics(),
  };
  const literals = Object.entries(typed)
    .map(([type, value], at) => `export const value${at}: ${type} = ${JSON.stringify(value)};`);
  writeFileSync(join(folder, 'types.ts'), `
    import type { Metric, Param, Result, Snapshot } from 'millionth';
    import * as all from 'millionth';
    import 'millionth/element';
    ${literals.join('\n')}
    const names: Record<'${Object.keys(millionth).join("' | '")}', unknown> = all;
    const same: typeof all = names as typeof all;
    const element: HTMLElementTagNameMap['millionth-sim'] = document.createElement('millionth-sim');
    element.addEventListener('metrics', ({ detail }) => detail.live?.p99_ms?.toFixed());
    element.set('web.servers', 6).then(({ link }) => link.length);
    // @ts-expect-error a duration is a number
    same.simulate('stage-3', { duration: 'long' });
  `);
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--module', 'nodenext',
    '--lib', 'es2022,dom', 'types.ts'];
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options], inFolder);
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

// Makes the folder that a host serves: node tools/dist.mjs [--from dist] [--to site] [--package FOLDER] [--old FOLDER]
// The newest page stands at its top and, for ever, in v/X.Y.Z/; the versions of an older folder are taken over as they
// are. Everything in it is relative, so that it works under any path. Nothing is built here: tools/dist does that first.
// The element <millionth-sim> stands beside each page, the package in js/ below it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { HASHED, inlineScriptHashes, policy, served } from './policy.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const sha256 = (body) => createHash('sha256').update(body).digest();
const hex = (body) => sha256(body).toString('hex').slice(0, 16);
const text = (...path) => readFileSync(join(...path), 'utf8');

/** The version in Cargo.toml, which is that of the page and of the package. */
export const version = () => /^version = "([^"]+)"/m.exec(text(ROOT, 'Cargo.toml'))[1];

/** The page with its policy inside, for hosts that send none, and with what keeps it for later. */
function finish(html, offline) {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy(inlineScriptHashes(html))}">`;
  const finished = html
    // Before anything that it is to hold for.
    .replace(/<meta charset="?utf-8"?\s*\/?>/i, (charset) => `${charset}\n    ${meta}`)
    .replace('</head>', `  <script type="module" src="./${offline}"></script>\n  </head>`);
  if (!finished.includes(meta) || !finished.includes(offline)) throw new Error('dist: index.html has no such head');
  return finished;
}

/** The service worker, told what to keep. */
function worker(folder, build, files) {
  const table = Object.fromEntries(files.sort().map((file) => [
    file === 'index.html' ? './' : `./${file}`,
    `sha256-${sha256(readFileSync(join(folder, file))).toString('base64')}`,
  ]));
  return `${build}const FILES = ${JSON.stringify(table, null, 2)};\n\n${text(ROOT, 'static/service_worker.js')}`;
}

/** One version, complete in a folder of its own. */
function page(from, to, packed) {
  const files = readdirSync(from).sort();
  mkdirSync(to, { recursive: true });
  for (const file of files) cpSync(join(from, file), join(to, file));
  const sources = ['static/offline.js', 'static/service_worker.js'].map((source) => join(ROOT, source));
  const inputs = [...files.map((file) => join(from, file)), ...sources].map((file) => sha256(readFileSync(file)));
  const build = `const BUILD = '${hex(Buffer.concat(inputs))}';\n`;
  const script = build + readFileSync(sources[0], 'utf8');
  const offline = `offline-${hex(script)}.js`;
  writeFileSync(join(to, offline), script);
  writeFileSync(join(to, 'index.html'), finish(text(from, 'index.html'), offline));
  writeFileSync(join(to, 'service_worker.js'), worker(to, build, [...files, offline]));
  cpSync(join(ROOT, 'src/api/js/millionth-sim.js'), join(to, 'millionth-sim.js'));
  if (packed) cpSync(packed, join(to, 'js'), { recursive: true });
}

/** Headers as Netlify and Cloudflare Pages read them. No two rules say the same header of a file. */
function headers(to, versions) {
  const pages = ['', ...versions.map((name) => `v/${name}/`)];
  const hashes = new Set(pages.flatMap((folder) => inlineScriptHashes(text(to, folder, 'index.html'))));
  const lines = [
    '/*',
    '  Access-Control-Allow-Origin: *',
    `  Content-Security-Policy: ${served([...hashes])}`,
    '  Referrer-Policy: no-referrer',
    '  X-Content-Type-Options: nosniff',
  ];
  // The newest version's alone: these hosts read a hundred rules, and what has none is asked for anew, which is only slower.
  for (const folder of ['', `v/${version()}/`]) {
    lines.push(`/${folder}`, '  Cache-Control: no-cache');
    for (const file of readdirSync(join(to, folder)).filter((file) => HASHED.test(file))) {
      lines.push(`/${folder}${file}`, '  Cache-Control: public, max-age=31536000, immutable');
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Makes the folder `to` of the built page `from`, and of the versions that `old` has. Returns the versions in it. */
export function dist({ from = 'dist', to = 'site', old, package: packed } = {}) {
  const kept = old && existsSync(join(old, 'v')) ? readdirSync(join(old, 'v')) : [];
  if (old && resolve(old) === resolve(to)) throw new Error('dist: the old folder cannot be the new one');
  if (!existsSync(join(from, 'index.html'))) throw new Error(`dist: there is no built page in ${from}`);
  rmSync(to, { recursive: true, force: true });
  page(from, to, packed);
  const newest = version();
  for (const name of kept) cpSync(join(old, 'v', name), join(to, 'v', name), { recursive: true });
  // What is published under a version never changes: whoever pinned it gets what they saw.
  if (!kept.includes(newest)) page(from, join(to, 'v', newest), packed);
  const versions = [...new Set([...kept, newest])].sort();
  writeFileSync(join(to, '_headers'), headers(to, versions));
  // GitHub Pages leaves files alone where it finds this.
  writeFileSync(join(to, '.nojekyll'), '');
  return { versions, kept };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = ['from', 'to', 'old', 'package'].map((name) => [name, { type: 'string' }]);
  const { values } = parseArgs({ options: Object.fromEntries(options) });
  const { versions, kept } = dist(values);
  console.log(`dist: ${values.to ?? 'site'}/ has ${versions.map((name) => `v/${name}`).join(', ')}`);
  if (kept.includes(version())) console.log(`dist: v/${version()} was there already and stays as it was`);
}

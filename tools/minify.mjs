// Takes out of the built scripts and styles what only people read: `node tools/minify.mjs FOLDER`, which tools/build calls
// on what Trunk has built. Their names stay: the same sources give the same bytes.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { transformSync } from 'esbuild';

const folder = process.argv[2];
for (const name of readdirSync(folder)) {
  const loader = extname(name).slice(1);
  if (!['js', 'css'].includes(loader)) continue;
  const file = join(folder, name);
  const { code } = transformSync(readFileSync(file, 'utf8'), { loader, minify: true, target: 'esnext', charset: 'utf8' });
  writeFileSync(file, code);
}

// Prints what each file of the built page weighs, as it is and as a host sends it. Use: node tools/weigh.mjs [folder]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = process.argv[2] ?? 'dist';
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(11);
const row = (sizes, name) => console.log(`${sizes.map(kb).join('')}  ${name}`);

console.log(`${'raw'.padStart(11)}${'gzip'.padStart(11)}${'brotli'.padStart(11)}  ${folder}`);
const total = [0, 0, 0];
for (const name of readdirSync(folder, { recursive: true }).sort()) {
  const file = join(folder, name);
  if (!statSync(file).isFile()) continue;
  const body = readFileSync(file);
  const sizes = [body, gzipSync(body, { level: 9 }), brotliCompressSync(body)].map((b) => b.length);
  sizes.forEach((size, i) => (total[i] += size));
  row(sizes, name);
}
row(total, 'total');

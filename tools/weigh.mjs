// Prints what each file of the built page weighs, as it is and as a host sends it, and fails when all of them together
// weigh more than the budget. Use: node tools/weigh.mjs [folder]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

// The goal, and what is allowed until it is reached: above it the build fails. It is what is reached: lowered
// with each saving, raised only by what a commit says it is for.
const GOAL = 200_000;
const BUDGET = 773_500;

const folder = process.argv[2] ?? 'dist';
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const row = (sizes, name) => console.log(`${sizes.map((size) => kb(size).padStart(11)).join('')}  ${name}`);

console.log(`${['raw', 'gzip', 'brotli'].map((head) => head.padStart(11)).join('')}  ${folder}`);
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

const [, gzip] = total;
console.log(`budget ${kb(BUDGET)} gzip, goal ${kb(GOAL)}: ${gzip > GOAL ? `${kb(gzip - GOAL)} above the goal` : 'reached'}`);
if (gzip > BUDGET) {
  console.error(`weigh: ${kb(gzip)} gzip is more than the budget of ${kb(BUDGET)}`);
  process.exitCode = 1;
}

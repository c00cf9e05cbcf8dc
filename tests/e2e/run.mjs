// Drives the built site as a visitor would: node tests/e2e/run.mjs [word …]
// Runs every *.test.mjs here, or those whose names contain one of the words, in one process, so that they share one
// server and one browser. Needs dist/, which tools/build makes.
import { readdirSync } from 'node:fs';
import { runAll, start, test } from './helpers.mjs';

const words = process.argv.slice(2);
const files = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.test.mjs'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) throw new Error(`no test file matches ${words.join(' ')}`);

await start();
for (const file of files) {
  try {
    await import(`./${file}`);
  } catch (error) {
    // A file that cannot be read is a failed test, and keeps no other from running.
    test(file, () => {
      throw error;
    });
  }
}
runAll();

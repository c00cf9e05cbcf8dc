// Prints what the engine does: `node tools/bench.mjs NATIVE_BENCH FILE.wasm`, native, in Node and in Chromium. Rounds
// of all workloads and of the bare loop are interleaved, so that a busy machine slows all of them alike: read the ratios.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { launch } from './browser.mjs';
import { measure } from './measure.mjs';

const [, , native, file] = process.argv;
const ROUNDS = Number(process.env.ROUNDS ?? 7);
if (!Number.isInteger(ROUNDS) || ROUNDS < 1) throw new Error('bench: ROUNDS is a whole number');

// The goals of wasm, where visitors run it: W3 against the bare loop, and every preset in requests per second.
const RATIO = 0.9;
const RATE = 1e6;

function inNative() {
  const env = { ...process.env, ROUNDS: String(ROUNDS) };
  return JSON.parse(execFileSync(native, { env, encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** In a worker, as in the page. */
async function inChromium(bytes) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const script = `${measure};
      onmessage = async ({ data: [base64, rounds] }) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        postMessage(await measure(bytes, rounds));
      };`;
    const started = ([script, base64, rounds]) =>
      new Promise((done, failed) => {
        const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
        const worker = new Worker(url);
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = (event) => failed(new Error(event.message));
        worker.postMessage([base64, rounds]);
      });
    const measured = await page.evaluate(started, [script, bytes.toString('base64'), ROUNDS]);
    return [`Chromium ${browser.version()}`, measured];
  } finally {
    await browser.close();
  }
}

const sorted = (list) => list.toSorted((a, b) => a - b);
const median = (list) => sorted(list)[list.length >> 1];
const millions = (rate) => (rate / 1e6).toFixed(3);

function show(where, { names, rates, means }, isJudged) {
  const bare = median(rates[0]);
  console.log(`\n${where}: median and range of ${ROUNDS} interleaved rounds`);
  const row = (cells) => cells.map((cell, i) => (i ? cell.padStart([0, 9, 17, 8, 13][i]) : cell.padEnd(34))).join(' ');
  console.log(row(['workload', 'M req/s', 'range', 'x bare', 'mean ms']));
  const missed = [];
  ['bare loop of W3', ...names].forEach((name, index) => {
    const rate = median(rates[index]);
    const [least, most] = [Math.min(...rates[index]), Math.max(...rates[index])];
    const range = `${millions(least)}..${millions(most)}`;
    console.log(row([name, millions(rate), range, (rate / bare).toFixed(2), means[index].toFixed(5)]));
    if (index === 3 && rate < RATIO * bare) missed.push(`${name} at ${(rate / bare).toFixed(2)} of the bare loop`);
    if (index > 3 && rate < RATE) missed.push(`${name} at ${millions(rate)} M/s`);
  });
  if (isJudged) {
    console.log(missed.length ? `goals missed: ${missed.join('; ')}` : 'all goals are met');
  }
}

/** The table of docs/performance.md. */
function table(results) {
  const [{ names }] = results.map(([, result]) => result);
  const rate = ([, { rates }], index) => millions(median(rates[index]));
  const share = ([, { rates }], index) => (median(rates[index]) / median(rates[0])).toFixed(2);
  const head = ['workload', ...results.map(([where]) => where), ...results.map(([where]) => `x bare, ${where}`)];
  const rows = ['bare loop of W3', ...names].map((name, index) => [
    name, ...results.map((result) => rate(result, index)), ...results.map((result) => share(result, index)),
  ]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}

/** Puts the table where the last one stood. */
async function record(results) {
  const path = new URL('../docs/performance.md', import.meta.url);
  const [before, rest] = (await readFile(path, 'utf8')).split('<!-- measured -->\n');
  const after = rest.slice(rest.indexOf('<!-- until here -->'));
  const said = `M requests/s, medians of ${ROUNDS} interleaved rounds:\n\n${table(results)}\n\n`;
  await writeFile(path, `${before}<!-- measured -->\n${said}${after}`);
}

const bytes = await readFile(file);
const results = [['native', inNative()]];
results.push([`wasm in Node ${process.version}`, await measure(bytes, ROUNDS)]);
const [browser, measured] = await inChromium(bytes);
results.push([`wasm in ${browser}`, measured]);

console.log('The wasm file is built and optimised as the page\'s worker is. Goals in wasm: W3 at '
  + `${RATIO} of the bare loop of the same run or more, every preset at ${RATE / 1e6} M requests/s or more.`);
results.forEach(([where, result], index) => show(where, result, index > 0));

if (process.env.MILLIONTH_RECORD) await record(results);

// The same work was done everywhere, to the last bit of its mean.
const [{ names, means }] = results.map(([, result]) => result);
for (const [where, result] of results) {
  means.forEach((mean, index) => {
    if (mean !== result.means[index]) {
      console.error(`bench: ${names[index - 1] ?? 'the bare loop'} has mean ${result.means[index]} in ${where}, not ${mean}`);
      process.exitCode = 1;
    }
  });
}

// Rates the built site as Lighthouse does, on its mobile profile: a slow phone on a slow network, both simulated. Fails
// below the goal. The server compresses, as hosts of static files do. Use: node tools/lighthouse.mjs, with RUNS (3),
// of which the median counts, and PAGE (a path of the site).
import { writeFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch as chrome } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { serve } from './serve.mjs';

const GOAL = 95;
const RUNS = Number(process.env.RUNS ?? 3);
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const FIGURES = [
  'first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index',
  'total-byte-weight',
];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

const site = await serve(here(process.env.DIST ?? '../dist'));
const browser = await chrome({
  chromePath: process.env.CHROMIUM || '/usr/bin/chromium',
  chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  const options = { port: browser.port, onlyCategories: CATEGORIES, logLevel: 'error' };
  const runs = [];
  for (let i = 0; i < RUNS; i += 1) runs.push((await lighthouse(site.url + (process.env.PAGE ?? '/'), options)).lhr);
  console.log(`Lighthouse ${runs[0].lighthouseVersion}, mobile profile, median of ${RUNS}\n`);
  const missed = [];
  for (const key of CATEGORIES) {
    const score = Math.round(median(runs.map(({ categories }) => categories[key].score)) * 100);
    if (score < GOAL) missed.push(key);
    console.log(`${key.padEnd(28)} ${String(score).padStart(4)}  goal ${GOAL} ${score < GOAL ? 'MISSED' : ''}`);
  }
  for (const key of FIGURES) {
    const value = median(runs.map(({ audits }) => audits[key].numericValue));
    const { numericUnit } = runs[0].audits[key];
    console.log(`${key.padEnd(28)} ${value.toFixed(numericUnit === 'unitless' ? 3 : 0).padStart(8)} ${numericUnit}`);
  }
  // What costs points, apart from those that only the times decide.
  const audits = Object.values(runs.at(-1).audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 &&
    ['binary', 'metricSavings', 'numeric'].includes(scoreDisplayMode));
  for (const { id, title, displayValue } of audits) console.log(`  ${id}: ${title} ${displayValue ?? ''}`);
  mkdirSync(here('../test-results'), { recursive: true });
  writeFileSync(here('../test-results/lighthouse.json'), JSON.stringify(runs.at(-1), null, 1));
  if (missed.length > 0) process.exitCode = 1;
} finally {
  browser.kill();
  await site.close();
}

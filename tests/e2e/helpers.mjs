// What every end-to-end test needs: the built site on a server of its own, a browser, and a guard that fails a test
// on anything the page says on the console, any error and any request to another origin.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { after, suite, test as nodeTest } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from '../../tools/browser.mjs';
import { serve } from '../../tools/serve.mjs';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const FAILURES = folder('../../test-results/e2e/');
const TIMEOUT = 60_000;

/** Where the built site is served; set by `start`. */
export let site;
let browser;
const tests = [];

/** Starts what the tests share. Called once, by run.mjs. */
export async function start() {
  site = await serve(folder('../../dist'));
  browser = await launch();
}

async function stop() {
  await browser?.close();
  await site?.close();
}

/**
 * A test that is given a `Visit`, closed at its end, and that fails if the guard saw anything unexpected.
 * A failing test leaves a picture of each of its pages in test-results/e2e.
 */
export function test(name, body) {
  tests.push({ name, body });
}

/**
 * Hands all tests to Node's runner at once: it ends what they share when it has none left, so none may come late. Two run
 * side by side: alone, one waits for its page for half of its time.
 */
export function runAll() {
  suite('end to end', { concurrency: 2 }, () => {
    for (const { name, body } of tests) nodeTest(name, { timeout: TIMEOUT }, () => run(name, body));
  });
  after(stop);
}

async function run(name, body) {
  const visit = new Visit();
  try {
    await body(visit);
    await visit.check();
  } catch (error) {
    await visit.photograph(name);
    if (visit.problems.length > 0) console.error(`What came up in "${name}":\n  ${visit.problems.join('\n  ')}`);
    throw error;
  } finally {
    await visit.close();
  }
}

/** The pages of one test, each in a fresh browser context: no storage, no cache, nothing from another test. */
class Visit {
  /** All that the guard saw, expected or not. */
  problems = [];
  #contexts = [];
  #pages = [];
  #expected = [];
  #underway = new Set();
  #hosts = [];
  #servers = [];
  #own = [site.url];

  constructor() {
    // So that a test can take them apart: ({ open, expect }) => …
    this.open = this.open.bind(this);
    this.embed = this.embed.bind(this);
    this.expect = this.expect.bind(this);
    this.serve = this.serve.bind(this);
  }

  /**
   * Opens a path of the site, or a whole address, and waits until the app has started. With `program: false` the wasm
   * never arrives, so that the page stays as it is before; with `started: false` the app is not waited for. `emptied` are
   * addresses of which nothing is loaded. The other options are what the visitor's browser is like.
   */
  async open(path = '/', options = {}) {
    const {
      program = true,
      started = program,
      viewport = { width: 1280, height: 800 },
      colorScheme = 'light',
      reducedMotion = 'no-preference',
      emptied,
      ...context
    } = options;
    const opened = await browser.newContext({ viewport, colorScheme, reducedMotion, ...context });
    this.#contexts.push(opened);
    if (emptied) await opened.route(emptied, (route) => route.fulfill({ body: '' }));
    const page = await opened.newPage();
    page.setDefaultTimeout(TIMEOUT / 4);
    this.#pages.push(page);
    this.#guard(page);
    if (!program) await page.route('**/*.wasm', (route) => this.#underway.delete(route.request()));
    // Trunk's start script says once when the program runs, so the page has to listen from its beginning.
    await page.addInitScript(() => {
      window.appStarted = new Promise((go) => addEventListener('TrunkApplicationStarted', () => go(), { once: true }));
    });
    page.response = await page.goto(new URL(path, site.url).href);
    // In a page of someone else's the app is in the first frame.
    const app = page.frames().find((frame) => frame.url().startsWith(site.url)) ?? page;
    if (started) {
      await withLimit(app.evaluate(() => window.appStarted), 'the app should start');
      // It takes the first picture's place once that is painted, and draws its layers one by one: this is in the last.
      await app.locator('#said').waitFor({ state: 'attached' });
    }
    return page;
  }

  /**
   * Opens a page of another site with ours in a frame: `html` is the text of its only page, or gives what lies at a path
   * as `{ type, body }`; `start` is the path to open. Options as for `open`.
   */
  async embed(html, { start = '/', ...options } = {}) {
    // A server of its own, since Chromium keeps a made-up site from reaching this machine. Another host name is another
    // site, which another port alone would not be.
    const host = createServer((request, response) => {
      const path = new URL(request.url, 'http://localhost').pathname;
      const only = { type: 'text/html; charset=utf-8', body: `<!doctype html><title>Course</title>${html}` };
      const found = typeof html === 'function' ? html(path) : path === '/' && only;
      response.writeHead(found ? 200 : 204, { 'Content-Type': found?.type ?? 'text/plain' });
      response.end(found?.body);
    });
    await new Promise((listening) => host.listen(0, '127.0.0.1', listening));
    this.#hosts.push(host);
    const address = `http://localhost:${host.address().port}`;
    this.#own.push(address);
    return this.open(address + start, options);
  }

  /** Says that a problem matching `pattern` has to come up in this test: then it is no failure, and its absence is. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Serves another folder besides the built site, for as long as the test lasts; options as for `serve`. */
  async serve(folder, options) {
    const server = await serve(folder, 0, options);
    this.#servers.push(server);
    this.#own.push(new URL(server.url).origin);
    return server;
  }

  #guard(page) {
    const note = (text) => this.problems.push(text);
    page.on('console', (message) => note(`console ${message.type()}: ${message.text()} (${message.location().url})`));
    page.on('pageerror', (error) => note(`page error: ${error.stack ?? error}`));
    page.on('crash', () => note('the page crashed'));
    page.on('request', (request) => {
      this.#underway.add(request);
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && !this.#own.includes(url.origin)) note(`foreign request: ${url}`);
    });
    page.on('requestfinished', (request) => this.#underway.delete(request));
    page.on('requestfailed', (request) => {
      this.#underway.delete(request);
      const reason = request.failure()?.errorText;
      // What a page was still loading when it was left or loaded anew is no failure.
      if (reason !== 'net::ERR_ABORTED') note(`failed request: ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) note(`status ${response.status()}: ${response.url()}`);
    });
  }

  /** Waits for what is still being loaded, the worker above all, and fails on anything that should not have come up. */
  async check() {
    for (let rounds = 0; this.#underway.size > 0 && rounds < 100; rounds += 1) await pause(50);
    assert.deepEqual([...this.#underway].map((request) => request.url()), [], 'everything should have loaded');
    await pause(50);
    const unexpected = this.problems.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(unexpected, [], 'the page should be silent');
    const missing = this.#expected.filter((pattern) => !this.problems.some((text) => pattern.test(text)));
    assert.deepEqual(missing, [], 'the page should have said this');
  }

  async photograph(name) {
    mkdirSync(FAILURES, { recursive: true });
    const base = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    for (const [i, page] of this.#pages.entries()) {
      // A page that has crashed has no picture, and the test's own error is the one to report.
      await page.screenshot({ path: `${FAILURES}${base}-${i}.png` }).catch(() => {});
    }
  }

  async close() {
    for (const context of this.#contexts) await context.close();
    for (const host of this.#hosts) host.close().closeAllConnections();
    for (const server of this.#servers) await server.close();
  }
}

/** Fails when `promise` takes longer than a person would wait. */
export function withLimit(promise, what, ms = TIMEOUT / 4) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Fails on any violation of WCAG 2.2 A and AA that axe finds in the page as it now is. */
export async function axe(page) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }),
    AXE_TAGS,
  );
  assert.ok(passes.length > 0, 'axe should have checked something');
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((n) => n.html).join('\n    ')}`);
  assert.deepEqual(found, [], 'axe should find no violation');
}

// Random input by pointer, touch and keyboard on each stage and the sandbox, as a test of what no test thinks of:
// nothing may panic, nothing may be said on the console, and the memory in use may not grow.
// Use: node tools/monkey.mjs [stage …], with SECONDS (120) for each page, SEED (1) and JOBS (2) pages at a time. The page
// is the one of `tools/build --counted`, which tells what it holds: what wasm has taken it never gives back, and so says
// only how large the largest system was that was met.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

/** The pages: the nine stages and the sandbox. */
export const PAGES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'sandbox'];

/** The address of one of them, after the site's. */
export const address = (name) => (name === 'sandbox' ? '/?preset=sandbox' : `/?stage=${name}`);

const VIEWPORT = { width: 1280, height: 800 };
const KEYS =
  'Tab Tab Tab Shift+Tab Enter Space Escape ArrowLeft ArrowRight ArrowUp ArrowDown Home End PageUp PageDown Delete Backspace ' +
  'Control+z Control+Shift+z Control+y + - 0 1 2 5 9 . e k f g n p q r s t ?';
/** What a field is filled with: numbers, and what is none. */
const ENTRIES = ['0', '1', '7', '250', '1e9', '-3', '99999999999', '0.5', '', 'abc', '<b>x</b>', '∞'];

/** A generator of numbers in 0..1 that the seed decides (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Acts at random until the time is over. Returns what it did, the last last. */
export async function rampage(page, { seed, seconds }) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const touch = await page.context().newCDPSession(page);
  const done = [];
  const somewhere = () => [Math.round(next() * VIEWPORT.width), Math.round(next() * VIEWPORT.height)];
  const control = async () => {
    // The middle of a control that can be seen; where there is none, anywhere.
    const found = await page.evaluate((share) => {
      const open = document.querySelector('dialog[open]') ?? document;
      const all = [...open.querySelectorAll('button, input, select, summary, a, [tabindex="0"], [data-part]')];
      const seen = all.map((one) => one.getBoundingClientRect()).filter(
        ({ x, y, width, height }) => width && x + width / 2 > 0 && y + height / 2 > 0 &&
          x + width / 2 < innerWidth && y + height / 2 < innerHeight,
      );
      const box = seen[Math.floor(share * seen.length)];
      return box && [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
    }, next());
    return found ?? somewhere();
  };
  const finger = (type, ...points) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  const acts = {
    click: async () => page.mouse.click(...(await control())),
    press: async () => page.keyboard.press(pick(KEYS.split(' '))),
    anywhere: () => page.mouse.click(...somewhere()),
    twice: async () => page.mouse.dblclick(...(await control())),
    drag: async () => {
      await page.mouse.move(...(await control()));
      await page.mouse.down();
      await page.mouse.move(...somewhere(), { steps: 4 });
      await page.mouse.up();
    },
    wheel: () => page.mouse.wheel(0, Math.round((next() - 0.5) * 1600)),
    closer: async () => {
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, Math.round((next() - 0.6) * 600));
      await page.keyboard.up('Control');
    },
    tap: async () => {
      await finger('touchStart', await control());
      await finger('touchEnd');
    },
    swipe: async () => {
      await finger('touchStart', await control());
      await finger('touchMove', somewhere());
      await finger('touchMove', somewhere());
      await finger('touchEnd');
    },
    pinch: async () => {
      const [a, b] = [somewhere(), somewhere()];
      await finger('touchStart', a, b);
      await finger('touchMove', somewhere(), somewhere());
      await finger('touchEnd');
    },
    fill: async () => {
      const entry = pick(ENTRIES);
      await page.evaluate(
        ([text, share]) => {
          const fields = [...document.querySelectorAll('input.entry, input[type=search]')];
          const field = fields[Math.floor(share * fields.length)];
          if (!field) return;
          field.focus();
          field.select();
          document.execCommand('insertText', false, text);
        },
        [entry, next()],
      );
      await page.keyboard.press('Enter');
    },
    choose: () =>
      page.evaluate(
        ([one, other]) => {
          const lists = [...document.querySelectorAll('select')];
          const list = lists[Math.floor(one * lists.length)];
          if (!list) return;
          list.selectedIndex = Math.floor(other * list.options.length);
          list.dispatchEvent(new Event('input', { bubbles: true }));
          list.dispatchEvent(new Event('change', { bubbles: true }));
        },
        [next(), next()],
      ),
  };
  const names = ['click', 'click', 'click', 'click', 'press', 'press', 'press', ...Object.keys(acts)];
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const name = pick(names);
    done.push(name);
    await acts[name]();
  }
  await touch.detach();
  return done;
}

/** Keeps the page where it is, and notes what it should not have done. */
export async function guard(context, site, note) {
  // Links of the page lead elsewhere, on purpose: they are not followed.
  await context.route((url) => url.origin !== new URL(site).origin, (route) => route.abort('aborted'));
  context.on('page', (page) => {
    page.on('console', (message) => note(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => note(`page error: ${error.stack ?? error}`));
    page.on('crash', () => note('the page crashed'));
    page.on('dialog', (dialog) => note(`a dialog that blocks the page: ${dialog.message()}`));
    // Open and save are the browser's matter.
    page.on('filechooser', () => {});
    page.on('download', (download) => download.cancel().catch(() => {}));
  });
}

/** Nodes of a tree, those that the browser itself makes for fields included. */
const within = ({ children = [], shadowRoots = [], pseudoElements = [] }) =>
  [...children, ...shadowRoots, ...pseudoElements].reduce((sum, node) => sum + within(node), 1);

/**
 * Whether nothing runs in a worker: in a third of a second it answers late a few times at most. A run works in slices of
 * some milliseconds, one every 30 or less.
 */
async function isIdle() {
  const { port1, port2 } = new MessageChannel();
  const end = performance.now() + 300;
  let late = 0;
  for (let last = performance.now(); last < end; last = performance.now()) {
    await new Promise((answered) => {
      port1.onmessage = answered;
      port2.postMessage(null);
    });
    if (performance.now() - last > 1.5) late += 1;
  }
  return late < 4;
}

/** What is in use, in bytes and nodes, once everything that can be thrown away is gone. */
async function usage(page) {
  // Its start function gives the program that runs already.
  const own = async (script) => {
    const program = await (await import(script)).default();
    return { held: program.held(), taken: program.memory.buffer.byteLength };
  };
  const script = await page.evaluate(() => document.querySelector('link[rel=modulepreload]').href);
  const all = async () => {
    const workers = await Promise.all(page.workers().map((worker) => worker.evaluate(own, script)));
    const sum = (key) => workers.reduce((before, worker) => before + worker[key], 0);
    return { worker: sum('held'), 'taken by the worker': sum('taken') };
  };
  // Runs under way hold much, those of what is compared too, and go on for minutes after an overload: once all figures
  // are there it is at rest.
  let workers = {};
  for (let tries = 0, same = 0; tries < 400 && same < 3; tries++) {
    await page.waitForTimeout(500);
    const now = await all();
    const idle = await Promise.all(page.workers().map((worker) => worker.evaluate(isIdle)));
    same = now.worker === workers.worker && idle.every((one) => one) ? same + 1 : 0;
    workers = now;
  }
  // The browser keeps what the pointer was over, and all that it was part of, until the pointer moves.
  await page.mouse.move(1, 1);
  await page.mouse.move(2, 2);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const counters = await cdp.send('Memory.getDOMCounters');
  // Panels that were opened are nodes too, and stay open: what leaks is what is in no document.
  const { root } = await cdp.send('DOM.getDocument', { depth: -1, pierce: true });
  const loose = counters.nodes - within(root);
  await cdp.detach();
  const { held, taken } = await page.evaluate(own, script);
  return { heap: usedSize, held, nodes: counters.nodes, loose, listeners: counters.jsEventListeners, taken, ...workers };
}

/** One page from its opening to its end: what came up, what it used when it began, half way, and at the end. */
export async function visit(browser, site, name, { seed, seconds }) {
  const context = await browser.newContext({ viewport: VIEWPORT, hasTouch: true });
  const problems = [];
  let done = [];
  try {
    await guard(context, site, (text) => problems.push(text));
    const page = await context.newPage();
    const begin = async () => {
      // By the address, so that the page starts anew without being loaded anew, its choices kept; by way of another stage,
      // as a link to what is there already changes nothing.
      for (const other of [name === '1' ? '2' : '1', name]) {
        await page.evaluate((link) => history.replaceState(null, '', link), `${address(other)}&run=0`);
        await page.evaluate(() => dispatchEvent(new HashChangeEvent('hashchange')));
        await page.waitForTimeout(500);
      }
      await page.keyboard.press('Escape');
      // A run that goes on keeps its moments, up to 240 of them: it is to stand, as the page does that begins.
      const pause = page.getByRole('button', { name: 'Pause', exact: true });
      // By the page itself: after a pinch nothing lies where its rectangle says.
      if (await pause.isVisible()) await pause.evaluate((button) => button.click());
      // What ran until then, at 300 times the pace maybe, has filled its caches: it is to stand at the beginning.
      await page.getByRole('button', { name: 'Restart', exact: true }).evaluate((button) => button.click());
      return usage(page);
    };
    await page.goto(site + address(name));
    await page.locator('#diagram').waitFor();
    const half = { seed, seconds: seconds / 2 };
    done = await rampage(page, half);
    const middle = await begin();
    done = done.concat(await rampage(page, { ...half, seed: seed + 1 }));
    const end = await begin();
    if (await page.locator('#panic').isVisible()) problems.push('the panic panel is shown');
    if ((await page.locator('#diagram').count()) === 0) problems.push('the page is gone');
    return { problems, done, middle, end };
  } catch (error) {
    problems.push(`the monkey failed: ${error.message}`);
    return { problems, done };
  } finally {
    await context.close();
  }
}

/**
 * What the second half may add, in bytes that are held and in nodes that are in no document: what is kept on purpose has
 * a limit, such as the steps that can be undone.
 */
const GROWTH = { heap: 4e6, held: 2e6, worker: 4e6, nodes: 8000, loose: 1500, listeners: 1500 };
/** What is taken for good, in bytes, however large the systems were that were met. */
const MOST = { taken: 32e6, 'taken by the worker': 64e6 };

/** Where the second half of the time added more than it may, or more was taken than may be. */
export function grown({ middle, end }) {
  if (!middle || !end) return [];
  const keys = Object.keys(GROWTH).filter((key) => !(end[key] - middle[key] <= GROWTH[key]));
  const large = Object.keys(MOST).filter((key) => !(end[key] <= MOST[key]));
  return [...keys, ...large].map((key) => `${key}: ${middle[key]} half way, ${end[key]} at the end`);
}

async function main() {
  const seed = Number(process.env.SEED ?? 1);
  const seconds = Number(process.env.SECONDS ?? 120);
  const jobs = Number(process.env.JOBS ?? 2);
  const words = process.argv.slice(2);
  const names = PAGES.filter((name) => words.length === 0 || words.includes(name));
  const site = await serve(fileURLToPath(new URL(process.env.DIST ?? '../target/counted', import.meta.url)));
  const browser = await launch();
  const mb = (bytes) => (bytes / 1e6).toFixed(1).padStart(7);
  const line = (what, { heap, held, worker, taken, nodes, loose, listeners, ...more }) =>
    `    ${what} heap ${mb(heap)} MB, held ${mb(held)} MB of ${mb(taken)} MB, by the worker ${mb(worker)} MB of ` +
    `${mb(more['taken by the worker'])} MB, ${nodes} nodes (${loose} loose), ${listeners} listeners`;
  const waiting = [...names];
  const one = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const seen = await visit(browser, site.url, name, { seed, seconds });
      const bad = [...new Set(seen.problems), ...grown(seen)];
      console.log(`${bad.length === 0 ? 'well' : 'BAD '} ${name}: ${seen.done.length} acts in ${seconds} s, seed ${seed}`);
      if (seen.end) console.log(`${line('half way', seen.middle)}\n${line('at end  ', seen.end)}`);
      for (const problem of bad) console.log(`    ${problem}`);
      if (bad.length > 0) {
        console.log(`    last acts: ${seen.done.slice(-12).join(' ')}`);
        process.exitCode = 1;
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, one));
  await browser.close();
  await site.close();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();

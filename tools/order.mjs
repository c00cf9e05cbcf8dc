// Puts the functions of the built program into an order in which like stands by like, so that it compresses better:
// `node tools/order.mjs FOLDER`, which tools/build calls on what Trunk has built. Nothing else in it changes.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodies, imported, leb } from './wasm.mjs';

/** Functions are alike by the runs of so many bytes that they share; one that more functions have says nothing. */
const RUN = 6;
const COMMON = 300;
/** A function is to be like so many bytes before it. A compressor looks back further, but first at what is near. */
const WINDOW = 12000;
/** How much more a long function has to share than a short one. */
const LENGTH = 0.8;

/** For each function the numbers of its runs, each once; only runs that several functions have, with how much each tells. */
function runs(functions) {
  const numbers = new Map();
  const lists = functions.map((body) => {
    const own = new Set();
    for (let at = 0; at + RUN <= body.length; at += 1) {
      const run = body.latin1Slice(at, at + RUN);
      let known = numbers.get(run);
      if (known === undefined) numbers.set(run, (known = numbers.size));
      own.add(known);
    }
    return own;
  });
  const holders = Array.from({ length: numbers.size }, () => []);
  lists.forEach((own, index) => own.forEach((run) => holders[run].push(index)));
  const tells = holders.map((all) => (all.length < 2 || all.length > COMMON ? 0 : 1 / Math.log2(1 + all.length)));
  return { lists: lists.map((own) => [...own].filter((run) => tells[run] > 0)), holders, tells };
}

/** The order: the longest function, then each time the one most like those just before. */
function order(functions) {
  const { lists, holders, tells } = runs(functions);
  const near = new Uint16Array(holders.length);
  const likeness = new Float64Array(functions.length);
  const placed = new Uint8Array(functions.length);
  const weigh = (index, sign) => {
    for (const run of lists[index]) {
      const before = near[run];
      near[run] += sign;
      // Counts once, however often it stands in the window.
      if (sign > 0 ? before > 0 : near[run] > 0) continue;
      for (const other of holders[run]) likeness[other] += sign * tells[run];
    }
  };
  const byLength = functions.map((_, index) => index).sort((a, b) => functions[b].length - functions[a].length || a - b);
  const found = [];
  let [next, first, size, longest] = [byLength[0], 0, 0, 0];
  for (;;) {
    placed[next] = 1;
    found.push(next);
    if (found.length === functions.length) return found;
    weigh(next, 1);
    size += functions[next].length;
    while (size - functions[found[first]].length > WINDOW) {
      weigh(found[first], -1);
      size -= functions[found[first++]].length;
    }
    let best = 0.01;
    next = -1;
    for (let index = 0; index < functions.length; index += 1) {
      if (placed[index]) continue;
      const score = likeness[index] / (functions[index].length + 20) ** LENGTH;
      if (score > best) [best, next] = [score, index];
    }
    if (next < 0) {
      while (placed[byLength[longest]]) longest += 1;
      next = byLength[longest];
    }
  }
}

/** A name section in which each function is called by its place, for wasm-opt to sort by. */
function named(places, offset) {
  const text = (word) => [...leb(word.length), ...Buffer.from(word)];
  const rows = places.flatMap((place, index) => [...leb(offset + index), ...text(String(place).padStart(6, '0'))]);
  const functions = [...leb(places.length), ...rows];
  const content = [...text('name'), 1, ...leb(functions.length), ...functions];
  return Buffer.from([0, ...leb(content.length), ...content]);
}

// What wasm-opt may use is said once, where Trunk calls it.
const features = readFileSync('index.html', 'utf8').match(/--enable-[a-z-]+/g);
const folder = process.argv[2];
for (const name of readdirSync(folder).filter((name) => name.endsWith('.wasm'))) {
  const file = join(folder, name);
  const bytes = readFileSync(file);
  const functions = bodies(bytes);
  const places = new Array(functions.length);
  order(functions).forEach((index, place) => (places[index] = place));
  writeFileSync(file, Buffer.concat([bytes, named(places, imported(bytes))]));
  const flags = [...features, '--reorder-functions-by-name', '--strip-debug'];
  execFileSync('wasm-opt', [...flags, file, '-o', file], { stdio: 'inherit' });
}

// Checks that the hot loop reaches V8's optimising compiler, TurboFan: `node tools/tiers.mjs FILE.wasm`, the file made by
// tools/bench-wasm. A function that V8 keeps in its baseline tier (Liftoff), because it grew too large or is entered
// only once, costs a third of the speed and says nothing.
//
// How: the module is given an export for each of its functions, which changes none of them; W3 is run until V8 has
// compiled what it will; a profile then says which functions take the time, and V8 itself says in which tier each of
// those is (its natives, which Node offers under --allow-natives-syntax). Neither names nor sizes nor clocks are relied
// on: whatever function is hot has to be optimised, and a busy machine cannot make the check fail.
import { readFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { leb, number, sections } from './wasm.mjs';

/** W3 among the workloads of the file. */
const REFERENCE = 3;
/** Functions that together take so much of the time have to be optimised. */
const SHARE = 0.98;

/** The same module, with every function exported as `f0`, `f1`, …; how many bytes each has. */
function exposed(bytes) {
  const all = sections(bytes);
  const has = (wanted) => all.find(({ id }) => id === wanted);
  if (has(2)) throw new Error('tiers: the module has imports, which this check does not count');
  const exports = has(7);
  let [count, at] = number(bytes, has(10).body);
  const sizes = [];
  for (; sizes.length < count; ) {
    const [size, body] = number(bytes, at);
    sizes.push(size);
    at = body + size;
  }
  const extra = sizes.flatMap((_, index) => {
    const name = [...Buffer.from(`f${index}`)];
    return [name.length, ...name, 0, ...leb(index)];
  });
  const [own, rest] = number(bytes, exports.body);
  const content = [...leb(own + count), ...bytes.subarray(rest, exports.end), ...extra];
  const section = Buffer.from([7, ...leb(content.length), ...content]);
  const module = Buffer.concat([bytes.subarray(0, exports.start), section, bytes.subarray(exports.end)]);
  return { module, sizes };
}

/** Samples of each function, by its number, while `work` runs. V8 names them `wasm-function[7]` or as the module does. */
async function profile(work, names) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  work();
  const { profile: { nodes } } = await session.post('Profiler.stop');
  session.disconnect();
  const hits = new Map();
  for (const { callFrame, hitCount } of nodes) {
    if (!callFrame.url.startsWith('wasm:')) continue;
    // Entering from JavaScript is not the module's doing.
    if (callFrame.functionName.startsWith('js-to-wasm')) continue;
    const index = /^wasm-function\[(\d+)\]$/.exec(callFrame.functionName)?.[1] ?? names.get(callFrame.functionName);
    if (index === undefined) throw new Error(`tiers: ${callFrame.functionName} is no function of the module`);
    hits.set(Number(index), (hits.get(Number(index)) ?? 0) + hitCount);
  }
  return hits;
}

/** The functions' numbers by name, from the name section. */
function named(bytes) {
  const names = new Map();
  const text = (from, to) => Buffer.from(bytes.subarray(from, to)).toString('utf8');
  for (const { id, body, end } of sections(bytes)) {
    if (id !== 0) continue;
    const [length, from] = number(bytes, body);
    if (text(from, from + length) !== 'name') continue;
    for (let at = from + length; at < end; ) {
      const kind = bytes[at];
      const [size, start] = number(bytes, at + 1);
      at = start + size;
      if (kind !== 1) continue;
      let [count, next] = number(bytes, start);
      for (; count > 0; count -= 1) {
        const [index, nameAt] = number(bytes, next);
        const [nameLength, nameStart] = number(bytes, nameAt);
        next = nameStart + nameLength;
        names.set(text(nameStart, next), index);
      }
    }
  }
  return names;
}

/** A Rust name as people write it: `_ZN4core3foo17h0123456789abcdefE` is `core::foo`. */
function readable(symbol) {
  const parts = [];
  for (let rest = /^_ZN(.*)E$/.exec(symbol)?.[1] ?? ''; rest; ) {
    const [digits, length] = [/^\d+/.exec(rest)?.[0] ?? '', parseInt(rest, 10)];
    if (!length) break;
    parts.push(rest.slice(digits.length, digits.length + length));
    rest = rest.slice(digits.length + length);
  }
  if (!parts.length) return symbol;
  const marks = { '$LT$': '<', '$GT$': '>', '$u20$': ' ', '$RF$': '&', '$C$': ',', '..': '::' };
  const text = parts.filter((part) => !/^h[0-9a-f]{16}$/.test(part)).join('::');
  return text.replace(/\$LT\$|\$GT\$|\$u20\$|\$RF\$|\$C\$|\.\./g, (mark) => marks[mark]).replace(/^_</, '<');
}

setFlagsFromString('--allow-natives-syntax');
const native = (name) => new Function('f', `return %${name}(f)`);
const isTurboFan = native('IsTurboFanFunction');

const bytes = await readFile(process.argv[2]);
const { module, sizes } = exposed(bytes);
const names = named(bytes);
const { instance } = await WebAssembly.instantiate(module);
const { run } = instance.exports;

// V8 compiles in the background: each round gives it time, and the next calls find the new code.
for (let round = 0; round < 3; round += 1) run(REFERENCE);
const hits = [...(await profile(() => run(REFERENCE), names))].sort((a, b) => b[1] - a[1]);
const all = hits.reduce((sum, [, count]) => sum + count, 0);
if (all < 200) throw new Error(`tiers: only ${all} samples of wasm were taken`);

const nameOf = new Map([...names].map(([name, index]) => [index, name]));
let covered = 0;
const slow = [];
for (const [index, count] of hits) {
  if (covered >= SHARE * all) break;
  covered += count;
  const optimised = isTurboFan(instance.exports[`f${index}`]);
  const share = `${((100 * count) / all).toFixed(1)} %`.padStart(7);
  const name = readable(nameOf.get(index) ?? `function ${index}`);
  console.log(`${share}  ${optimised ? 'TurboFan' : 'baseline'}  ${String(sizes[index]).padStart(6)} bytes  ${name}`);
  if (!optimised) slow.push(name);
}
if (slow.length) {
  console.error(`tiers: hot, and not optimised by V8 ${process.versions.v8}: ${slow.join(', ')}`);
  process.exitCode = 1;
}

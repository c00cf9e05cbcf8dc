// Times the wasm workloads in Node: `node tools/bench.mjs FILE.wasm`. Rounds are interleaved, so
// that a busy machine slows all of them alike; read the ratios.
import { readFile } from "node:fs/promises";

const NAMES = ["bare loop W3", "W1 one server", "W2 least connections", "W3 reference",
  "stage 1", "stage 2", "stage 3"];
const ROUNDS = Number(process.env.ROUNDS ?? 7);

const { instance } = await WebAssembly.instantiate(await readFile(process.argv[2]));
const rates = NAMES.map(() => []);
NAMES.forEach((_, index) => instance.exports.requests(index)); // reaches the optimising tier
for (let round = 0; round < ROUNDS; round++) {
  NAMES.forEach((_, index) => {
    const start = performance.now();
    const requests = instance.exports.requests(index);
    rates[index].push(requests / ((performance.now() - start) / 1e3));
  });
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const bare = median(rates[0]);
console.log(`wasm in Node ${process.version}, median of ${ROUNDS} interleaved rounds`);
console.log(`${"workload".padEnd(22)} ${"requests/s".padStart(14)} ${"x bare W3".padStart(10)} ${"mean ms".padStart(12)}`);
NAMES.forEach((name, index) => {
  const rate = median(rates[index]);
  console.log(`${name.padEnd(22)} ${rate.toFixed(0).padStart(14)} ${(rate / bare).toFixed(2).padStart(10)} `
    + instance.exports.mean_ms(index).toFixed(4).padStart(12));
});

// Times the workloads of a wasm module made by tools/bench-wasm. Stands on its own, so that its text can be sent to a
// worker of a browser: what is measured in Node and in Chromium is the same.

/** Names of the workloads, requests per second of each round, and the mean time in each, the bare loop first. */
export async function measure(bytes, rounds) {
  const { instance } = await WebAssembly.instantiate(bytes);
  const { memory, mean_ms, name, name_length, run, workloads } = instance.exports;
  const indices = Array.from({ length: workloads() + 1 }, (_, index) => index);
  const text = (index) => new TextDecoder().decode(new Uint8Array(memory.buffer, name(index), name_length(index)));
  const rates = indices.map(() => []);
  const means = indices.map((index) => {
    run(index); // Reaches the optimising tier; not measured.
    return mean_ms();
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const index of indices) {
      const start = performance.now();
      const requests = run(index);
      rates[index].push(requests / ((performance.now() - start) / 1e3));
    }
  }
  return { names: indices.slice(1).map(text), rates, means };
}

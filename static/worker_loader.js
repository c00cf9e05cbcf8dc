// Starts the engine's worker: new Worker("./worker_loader.js?v=BUILD"). Ours in place of Trunk's, whose way to call
// wasm-bindgen warns on the console. A query is passed on, so that a new build never meets an old worker from a cache,
// as the names of these files carry no hash. A failure to load becomes the worker's `error` event, which the page
// answers by running the engine itself; as a mere rejected promise the page would never hear of it.
importScripts(`./worker.js${location.search}`);
wasm_bindgen({ module_or_path: `./worker_bg.wasm${location.search}` }).catch((error) => {
  setTimeout(() => {
    throw error;
  });
});

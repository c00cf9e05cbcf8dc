// Starts the engine's worker from what the page has loaded already: its first message names the page's own script, and
// carries the compiled program, so that nothing is fetched or compiled twice. In a worker the program serves the engine.
// A failure to load becomes the worker's `error` event, which the page answers by running the engine itself; as a mere
// rejected promise the page would never hear of it.
const start = async ({ data: [script, program] }) => {
  try {
    const { default: init } = await import(script);
    await init({ module_or_path: program });
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
};
addEventListener('message', start, { once: true });

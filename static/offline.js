// Lets the full page open without a network from its second visit on. Never in a frame, where a course's page owns the
// visitor's storage, and not where a browser forbids it: then the page simply needs a network. tools/dist puts it in, and
// before it BUILD, a hash of the build.
/* global BUILD */
const isEmbed = window.top !== window.self || /[?&#]embed=1(&|#|$)/.test(location.search + location.hash);
if (!isEmbed && isSecureContext && location.protocol.startsWith('http')) {
  // Loading the page comes first.
  const register = async () => {
    try {
      // By a name of its own for each build: then a new one is taken at once, not when the browser finds the time.
      await navigator.serviceWorker.register(`./service_worker.js?build=${BUILD}`, { updateViaCache: 'none' });
    } catch {
      // Forbidden, or the host does not give a file as it was built.
    }
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}

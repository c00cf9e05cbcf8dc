// Keeps the full page working without a network. tools/dist writes before it what is kept: FILES, a table of this
// build's files with the hash of each, and BUILD, a hash of the build.
//
// A page never gets files of two builds. What has a hash in its name is asked for by pages of its own build alone; the
// rest comes from the network first, and from here only without one. The cache of an older build goes when no page
// uses it any more: this worker takes over only then.
/* global FILES, BUILD */

/** Another copy on the same host, such as an older version's, has a cache of its own. */
const OURS = `millionth ${registration.scope} `;
const CACHE = OURS + BUILD;
const HASHED = /-[0-9a-f]{14,16}(_bg)?\.(css|js|svg|wasm)$/;
/** How long the network may take before the page that is kept answers, in milliseconds. */
const PATIENCE = 5000;

async function keep() {
  const fetched = await Promise.all(Object.entries(FILES).map(async ([file, integrity]) => {
    const response = await fetch(file, { integrity, cache: HASHED.test(file) ? 'default' : 'no-cache' });
    if (!response.ok) throw new Error(`${file}: status ${response.status}`);
    return [file, response];
  }));
  // Only when all are there and are what they should be.
  const cache = await caches.open(CACHE);
  await Promise.all(fetched.map(([file, response]) => cache.put(file, response)));
}

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

/** The kept file that an address means, if any; the page is `./`. */
function fileAt({ origin, pathname }) {
  const place = origin + pathname;
  if (!place.startsWith(registration.scope)) return undefined;
  const file = `./${place.slice(registration.scope.length)}`.replace(/^\.\/index\.html$/, './');
  return Object.hasOwn(FILES, file) ? file : undefined;
}

const kept = async (file) => (await caches.open(CACHE)).match(file);

async function keptFirst(file, request) {
  return (await kept(file)) ?? fetch(request);
}

async function networkFirst(file, request) {
  const network = fetch(request);
  // A late failure is nobody's business any more.
  network.catch(() => {});
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error('late')), PATIENCE));
  try {
    return await Promise.race([network, late]);
  } catch {
    return (await kept(file)) ?? network;
  }
}

addEventListener('install', (event) => event.waitUntil(keep()));
addEventListener('activate', (event) => event.waitUntil(forget()));
addEventListener('fetch', (event) => {
  const { request } = event;
  const file = fileAt(new URL(request.url));
  // A page in a frame is left to the network.
  if (request.method !== 'GET' || request.destination === 'iframe' || !file) return;
  event.respondWith(HASHED.test(file) ? keptFirst(file, request) : networkFirst(file, request));
});

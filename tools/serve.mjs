// A static server with the headers a host should send. `make serve` and the tests share it, so that what is tested
// is what a strict host does. Use: node tools/serve.mjs [folder] with PORT=… to insist on a port.
import { readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { HASHED, inlineScriptHashes, served } from './policy.mjs';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** What hosts of static files compress, GitHub Pages among them: all text, and wasm. */
const COMPRESSED = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/;
const compress = promisify(gzip);

/** The file a request means, or undefined: outside the folder, also by way of a symbolic link, there is nothing. */
async function fileFor(root, under, url) {
  try {
    const whole = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    if (!whole.startsWith(under)) return undefined;
    const path = whole.slice(under.length);
    const file = await realpath(join(root, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(root + sep) ? { file, body: await readFile(file) } : undefined;
  } catch {
    // Badly encoded, missing, a folder: all the same to the caller.
    return undefined;
  }
}

/**
 * Serves `folder` on 127.0.0.1. Port 0 takes any free one. Returns the address, without a final slash, and `close`.
 * Its index.html, whose start script's hash is part of the policy, is read once here: a folder without one is an error.
 * `under` is a path such as /course below which the folder stands. A `bare` host sends no policy, as GitHub Pages.
 */
export async function serve(folder, port = 0, { under = '', bare = false } = {}) {
  const root = await realpath(resolve(folder));
  const hashes = inlineScriptHashes(await readFile(join(root, 'index.html'), 'utf8'));
  const strict = { 'Content-Security-Policy': served(hashes), 'Referrer-Policy': 'no-referrer' };

  // Each file is compressed once, as long as it stays the same.
  const packed = new Map();
  const compressed = async ({ file, body }) => {
    const known = packed.get(file);
    if (known?.of.equals(body)) return known.body;
    const made = { of: body, body: await compress(body, { level: 9 }) };
    packed.set(file, made);
    return made.body;
  };

  const server = createServer(async (request, response) => {
    const common = {
      'Access-Control-Allow-Origin': '*',
      ...(bare ? {} : strict),
      'X-Content-Type-Options': 'nosniff',
    };
    const answer = (status, headers, body) => {
      response.writeHead(status, { 'Cache-Control': 'no-cache', ...common, 'Content-Length': body.length, ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const plain = (status, text) =>
      answer(status, { 'Content-Type': TYPES['.txt'] }, Buffer.from(`${text}\n`));

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(405, 'Only GET and HEAD');
    }
    const found = await fileFor(root, under, request.url);
    if (!found) return plain(404, 'Not found');
    const type = TYPES[extname(found.file)] ?? 'application/octet-stream';
    const headers = { 'Content-Type': type };
    let { body } = found;
    if (COMPRESSED.test(type)) {
      headers.Vary = 'Accept-Encoding';
      if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
        headers['Content-Encoding'] = 'gzip';
        body = await compressed(found);
      }
    }
    const caching = HASHED.test(found.file) ? 'public, max-age=31536000, immutable' : 'no-cache';
    return answer(200, { ...headers, 'Cache-Control': caching }, body);
  });

  await new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${under}`,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}

/** The first free port from 8080 on, or exactly the one asked for. */
async function serveSomewhere(folder, wanted) {
  if (wanted) return serve(folder, Number(wanted));
  for (let port = 8080; ; port += 1) {
    try {
      return await serve(folder, port);
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port === 8099) throw error;
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { url } = await serveSomewhere(process.argv[2] ?? 'dist', process.env.PORT);
    console.log(`Millionth is at ${url}/ (Ctrl-C stops it)`);
  } catch (error) {
    console.error(`serve: ${error.message}`);
    process.exitCode = 1;
  }
}

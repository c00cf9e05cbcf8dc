// What the built page is allowed to do: the content security policy that its server sends and that stands in the page
// itself, and which of its files never change under their name.
import { createHash } from 'node:crypto';

/** Files whose name changes with what they hold need never be asked for again. */
export const HASHED = /-[0-9a-f]{14,16}(_bg)?\.(css|js|svg|wasm)$/;

/** The policy that may stand in the page, with the hashes of the inline scripts it lets through. */
export function policy(hashes) {
  return [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...hashes].join(' '),
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    // The share dialog shows an embed of the page itself.
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The policy that a server sends: it alone can say who may embed the page, and everyone may. */
export const served = (hashes) => `${policy(hashes)}; frame-ancestors *`;

/** What the inline scripts of a page hash to. A browser hashes the text between the tags, line ends as \n. */
export function inlineScriptHashes(html) {
  const scripts = html.matchAll(/<script(?<attributes>[^>]*)>(?<text>[\s\S]*?)<\/script>/gi);
  return [...scripts]
    .filter(({ groups }) => !/\ssrc\s*=/i.test(groups.attributes))
    .map(({ groups }) => groups.text.replace(/\r\n?/g, '\n'))
    .map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

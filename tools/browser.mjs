// Starts headless Chromium for the tests and the screenshots.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

// No background traffic: it would be refused on a closed machine, and a test must not depend on it anywhere else.
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a new, empty profile. CHROMIUM names another than Debian's. */
export function launch() {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`there is no browser at ${executablePath}: run tools/setup, or set CHROMIUM`);
  }
  // Chromium's own sandbox refuses to start as root, which is what a container is.
  return chromium.launch({ executablePath, args: FLAGS, chromiumSandbox: false });
}

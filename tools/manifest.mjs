// Writes the package.json of the JavaScript package: node tools/manifest.mjs FOLDER
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from './dist.mjs';

const [, , folder] = process.argv;
const manifest = {
  name: 'millionth',
  version: version(),
  description: 'A discrete-event simulator of single requests through a web system: the engine of Millionth, for browsers and Node.',
  license: 'MIT OR Apache-2.0',
  type: 'module',
  engines: { node: '>=20' },
  exports: {
    '.': { types: './index.d.ts', node: './node.js', default: './browser.js' },
    './element': { types: './element.d.ts', default: './millionth-sim.js' },
    './package.json': './package.json',
  },
  types: './index.d.ts',
  bin: { millionth: './command.js' },
  sideEffects: ['./node.js', './browser.js', './command.js', './millionth-sim.js'],
};
const files = readdirSync(folder).filter((file) => file !== 'package.json').sort();
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);

#!/usr/bin/env node
// The command `millionth`, on the WebAssembly engine: the arguments, output and exit codes of the native one. Simulates
// one run after another; --jobs changes nothing.
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import './node.js';
import { command } from './engine.js';

/** Longest file that is read, in bytes. */
const LONGEST = 1 << 20;

/** An error of the system in the words of the native command. */
function inWords({ errno, message }) {
  const [name, words] = getSystemErrorMap().get(errno) ?? [];
  if (!name) return message;
  const said = name === 'EISDIR' ? 'is a directory' : words;
  return `${said[0].toUpperCase()}${said.slice(1)} (os error ${-errno})`;
}

function read(path) {
  let file;
  try {
    file = path === '-' ? 0 : openSync(path);
    const bytes = Buffer.alloc(LONGEST + 1);
    let length = 0;
    let more;
    do {
      more = readSome(file, bytes, length);
      length += more;
    } while (more > 0 && length <= LONGEST);
    if (length > LONGEST) throw new RangeError(`is longer than ${LONGEST} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    throw error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not text in UTF-8' : inWords(error);
  } finally {
    if (file) closeSync(file);
  }
}

function readSome(file, bytes, from) {
  for (;;) {
    try {
      return readSync(file, bytes, from, bytes.length - from, null);
    } catch (error) {
      // Standard input may have nothing yet, or be at its end.
      if (error.code === 'EOF') return 0;
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

function write(path, text) {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw inWords(error);
  }
}

/** Progress on a terminal; nothing in a pipe. */
function tell(share) {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${String(Math.round(share * 100)).padStart(3)} %`);
  if (share >= 1) process.stderr.write('\r     \r');
}

// A reader that has gone away (a closed pipe) is no failure of the run.
process.stderr.on('error', () => {});
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`millionth: standard output: ${inWords(error)}\n`);
  process.exitCode = 2;
});
const clock = () => performance.now() / 1000;
const { out, err, code } = JSON.parse(command(process.argv.slice(2), { read, write, clock, tell }));
process.stderr.write(err);
process.stdout.write(out);
process.exitCode = code;

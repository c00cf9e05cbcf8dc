// The binary form of a WebAssembly module, as far as our tools read and write it: numbers, sections, its functions.

/** An unsigned LEB128 number: its value and where it ends. */
export function number(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
    shift += 7;
  }
}

export function leb(value) {
  const out = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) out.push((value % 0x80) | 0x80);
  return [...out, value];
}

/** The sections of a module: number, start of the whole, start and end of the contents. */
export function sections(bytes) {
  const found = [];
  for (let at = 8; at < bytes.length; ) {
    const [length, body] = number(bytes, at + 1);
    found.push({ id: bytes[at], start: at, body, end: body + length });
    at = body + length;
  }
  return found;
}

/** How many of its functions a module imports: they have the first numbers. */
export function imported(bytes) {
  const imports = sections(bytes).find(({ id }) => id === 2);
  if (!imports) return 0;
  let [count, at] = number(bytes, imports.body);
  let functions = 0;
  const skip = () => ([, at] = number(bytes, at));
  const limits = () => {
    const [flags, next] = number(bytes, at);
    at = next;
    skip();
    if (flags & 1) skip();
  };
  for (; count > 0; count -= 1) {
    for (const _ of ['module', 'name']) {
      const [length, from] = number(bytes, at);
      at = from + length;
    }
    const kind = bytes[at++];
    if (kind === 0) {
      functions += 1;
      skip();
    } else if (kind === 1) {
      at += 1;
      limits();
    } else if (kind === 2) {
      limits();
    } else if (kind === 3) {
      at += 2;
    } else {
      throw new Error(`wasm: an import of kind ${kind}, which is not read here`);
    }
  }
  return functions;
}

/** Where the code of each function of its own lies in a module. */
export function bodies(bytes) {
  let [count, at] = number(bytes, sections(bytes).find(({ id }) => id === 10).body);
  const found = [];
  for (; count > 0; count -= 1) {
    const [length, from] = number(bytes, at);
    at = from + length;
    found.push(bytes.subarray(from, at));
  }
  return found;
}

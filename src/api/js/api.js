// What the package exports, once one of the entries beside has loaded the engine. index.d.ts describes it.
import * as engine from './engine.js';

/** What was given is wrong: `problems` has all that is, each with its place and a sentence. */
export class MillionthError extends Error {
  constructor(problems) {
    super(problems.map(({ at, what }) => `${at}: ${what}`).join('\n'));
    this.name = 'MillionthError';
    this.problems = problems;
  }
}

// Seeds may be too long for a number, and what is no number is named as what it is.
const isBare = (part) => typeof part === 'bigint' || (typeof part === 'number' && !Number.isFinite(part));
const json = (value) => JSON.stringify(value, (_, part) => (isBare(part) ? String(part) : part)) ?? 'null';
const written = (scenario) => (typeof scenario === 'string' ? scenario : json(scenario));

/** Asks the engine, whose problems are errors here. */
function asked(ask) {
  try {
    return ask();
  } catch (thrown) {
    throw typeof thrown === 'string' ? new MillionthError(JSON.parse(thrown)) : thrown;
  }
}

export function simulate(scenario, asking) {
  const { progress, ...options } = asking ?? {};
  // An error must not cut through the engine: it comes when the run is over.
  const errors = [];
  const tell = (share) => {
    try {
      progress?.(share);
    } catch (error) {
      errors.push(error);
    }
  };
  const result = asked(() => engine.simulate(written(scenario), json(options), tell));
  if (errors.length > 0) throw errors[0];
  return JSON.parse(result);
}

export const validate = (scenario) => JSON.parse(engine.validate(written(scenario)));
export const encodeLink = (scenario) => asked(() => engine.encodeLink(written(scenario)));
export const decodeLink = (link) => JSON.parse(engine.decodeLink(String(link)));

/** A table of the command. */
function table(name) {
  const quiet = { read() {}, write() {}, clock: () => 0, tell() {} };
  return JSON.parse(JSON.parse(engine.command([name, '--json'], quiet)).out);
}
export const params = () => table('params');
export const metrics = () => table('metrics');

class Session {
  #inner;

  constructor(inner) {
    this.#inner = inner;
  }

  get #open() {
    if (!this.#inner) throw new Error('the session is closed');
    return this.#inner;
  }

  get link() {
    return this.#open.link();
  }

  get now() {
    return this.#open.now();
  }

  get notices() {
    return JSON.parse(this.#open.notices());
  }

  run(seconds) {
    asked(() => this.#open.run(seconds));
    return this.snapshot();
  }

  set(key, value) {
    const settings = typeof key === 'object' && value === undefined ? key : { [String(key)]: value ?? null };
    return JSON.parse(asked(() => this.#open.set(json(settings))));
  }

  fault(fault) {
    return JSON.parse(asked(() => this.#open.fault(String(fault))));
  }

  heal(place) {
    return JSON.parse(asked(() => this.#open.heal(String(place))));
  }

  snapshot() {
    return JSON.parse(this.#open.snapshot());
  }

  close() {
    this.#inner?.free();
    this.#inner = undefined;
  }
}

export const openSession = (scenario, options) =>
  new Session(asked(() => engine.Session.open(written(scenario), json(options ?? {}))));

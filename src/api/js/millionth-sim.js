// The element <millionth-sim>: a simulation in a frame of its own, with attributes for what an author decides, methods
// and events for the page around. docs/embedding.md says how to use it, docs/protocol.md what is said to the frame.

const NAMESPACE = 'millionth';
const VERSION = 1;

/** What an address may say of the page besides its scenario: attributes of the same names. */
const OPTIONS = ['controls', 'lang', 'links', 'lock', 'motion', 'panel', 'run', 'stages', 'theme'];
/** Those that are on where the attribute stands alone. */
const SWITCHES = ['links', 'lock', 'motion', 'run'];
const KINDS = ['ready', 'height', 'state', 'metrics', 'goal', 'export', 'error'];
/** Longest message that the frame reads, in bytes of JSON. */
const LONGEST = 2 ** 17;
/** A frame is never lower or higher than this, in CSS pixels, whatever it says of itself. */
const [LOWEST, HIGHEST] = [120, 4000];

/** Beside this file stands the page, where both come from one folder; a package has none. */
const HERE = new URL('./', import.meta.url).href;

class MillionthSim extends HTMLElement {
  static observedAttributes = [...OPTIONS, 'base', 'height', 'loading', 'scenario', 'stage', 'title'];

  /** The last messages that said how things stand. */
  state;
  metrics;

  #frame;
  #isReady = false;
  #isDue = false;
  #asked = new Map();
  #next = 1;
  #hear = (event) => this.#take(event);

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
  }

  connectedCallback() {
    this.style.display ||= 'block';
    addEventListener('message', this.#hear);
    this.#load();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#hear);
    this.#drop('the frame was taken away');
    this.#frame?.remove();
    this.#frame = undefined;
  }

  attributeChangedCallback(_, before, after) {
    if (!this.#frame || before === after || this.#isDue) return;
    // Several attributes that change together mean one new frame.
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#load();
    });
  }

  /** The address of the frame. */
  get address() {
    const scenario = this.getAttribute('scenario') ?? '';
    // An address, or any end of one.
    const [start, ...fragment] = scenario.split('#');
    const isAddress = start.includes('/') && !start.includes('?');
    const query = isAddress ? '' : start.slice(start.indexOf('?') + 1);
    const pairs = ['embed=1'];
    const stage = this.getAttribute('stage');
    if (stage && !query) pairs.push(`stage=${encodeURIComponent(stage)}`);
    for (const name of OPTIONS) {
      const value = this.getAttribute(name);
      if (value === null) continue;
      const said = value === '' && SWITCHES.includes(name) ? '1' : value;
      pairs.push(`${name}=${encodeURIComponent(said).replaceAll('%2C', ',')}`);
    }
    const page = new URL(this.getAttribute('base') ?? HERE, document.baseURI);
    page.search = [query, ...pairs].filter(Boolean).join('&');
    page.hash = fragment.join('#');
    return page.href;
  }

  load(scenario) {
    return this.#ask('load', typeof scenario === 'string' ? { link: scenario } : { scenario });
  }

  set(key, value) {
    return this.#ask('set', typeof key === 'string' ? { key, value } : { settings: key });
  }

  play() {
    return this.#ask('play');
  }

  pause() {
    return this.#ask('pause');
  }

  reset() {
    return this.#ask('reset');
  }

  stage(number) {
    return this.#ask('stage', { stage: number });
  }

  fault(fault) {
    return this.#ask('fault', { fault });
  }

  heal(place) {
    return this.#ask('fault', { heal: place });
  }

  get() {
    return this.#ask('get');
  }

  export(format) {
    return this.#ask('export', { format });
  }

  #load() {
    this.#drop('the frame was loaded anew');
    // A frame of its own for each address: going back in the page around never leads into an old one.
    this.#frame?.remove();
    const frame = document.createElement('iframe');
    const height = this.getAttribute('height') ?? 'auto';
    frame.style.cssText = 'display: block; width: 100%; border: 0; color-scheme: normal';
    frame.style.height = /^\d+$/.test(height) ? `${height}px` : '500px';
    frame.title = this.getAttribute('title') ?? 'Simulation of a web system';
    frame.loading = this.getAttribute('loading') === 'eager' ? 'eager' : 'lazy';
    frame.allow = 'clipboard-write; fullscreen';
    frame.sandbox = 'allow-scripts';
    // Without these the link to a new tab would do nothing.
    if (this.getAttribute('links') !== '0') frame.sandbox.add('allow-popups', 'allow-popups-to-escape-sandbox');
    frame.src = this.address;
    this.#frame = frame;
    this.shadowRoot.append(frame);
  }

  #ask(type, content = {}) {
    return new Promise((done, failed) => {
      const id = this.#next++;
      // What JSON cannot say fails here, and not when the frame is ready; so does what the frame would not read.
      const text = JSON.stringify({ ...content, ns: NAMESPACE, v: VERSION, type, id });
      if (new TextEncoder().encode(text).length > LONGEST) {
        throw failure([{ at: 'message', what: `is longer than ${LONGEST} bytes` }]);
      }
      const message = JSON.parse(text);
      this.#asked.set(id, { message, done, failed });
      if (this.#isReady) this.#post(message);
    });
  }

  #post(message) {
    // A sandboxed frame has no origin that could be named; it gets nothing that is secret.
    this.#frame.contentWindow.postMessage(message, '*');
  }

  #take({ source, origin, data }) {
    // Only our own frame, and only while it is the sandboxed page that we put there.
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== 'null') return;
    if (data?.ns !== NAMESPACE || data.v !== VERSION || !KINDS.includes(data.type)) return;
    if (data.type === 'ready') {
      this.#isReady = true;
      for (const { message } of this.#asked.values()) this.#post(message);
    }
    if (data.type === 'height') this.#fit(Number(data.height));
    if (data.type === 'state' || data.type === 'metrics') this[data.type] = data;
    this.#answer(data);
    this.dispatchEvent(new CustomEvent(data.type, { detail: data }));
  }

  #answer({ id, type, problems, name, text }) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    if (type === 'error') asked.failed(failure(problems));
    else asked.done(type === 'export' ? { name, text } : this.state);
  }

  #fit(height) {
    if (/^\d+$/.test(this.getAttribute('height') ?? '') || !Number.isFinite(height)) return;
    this.#frame.style.height = `${Math.min(Math.max(Math.ceil(height), LOWEST), HIGHEST)}px`;
  }

  #drop(why) {
    this.#isReady = false;
    for (const { failed } of this.#asked.values()) failed(failure([{ at: 'frame', what: why }]));
    this.#asked.clear();
  }
}

/** An error that names all problems. */
function failure(problems) {
  const error = new Error(problems.map(({ at, what }) => `${at}: ${what}`).join('\n'));
  return Object.assign(error, { name: 'MillionthError', problems });
}

if (!customElements.get('millionth-sim')) customElements.define('millionth-sim', MillionthSim);

export { MillionthSim };

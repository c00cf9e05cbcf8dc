// The element <millionth-sim> in pages of another site, as docs/embedding.md has it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { dist } from '../../tools/dist.mjs';
import { blocks } from './docs.mjs';
import { axe, test } from './helpers.mjs';
import { until } from './page.mjs';

const folder = mkdtempSync(join(tmpdir(), 'millionth-'));
after(() => rmSync(folder, { recursive: true }));
dist({ to: folder });

const HOST = { under: '/sim', bare: true };
const page = (url, body) => `<html lang="en"><script type="module" src="${url}/millionth-sim.js"></script><main><h1>Lesson</h1>
  ${body}</main>
  <script>
    window.heard = [];
    for (const type of ['ready', 'height', 'state', 'metrics', 'goal', 'error'])
      document.querySelectorAll('millionth-sim').forEach((sim, from) =>
        sim.addEventListener(type, ({ detail }) => heard.push({ ...detail, from })));
  </script>`;
const heard = (host, type, which = () => true) => until(
  async () => (await host.evaluate(() => window.heard)).filter((message) => message.type === type && which(message)),
  (list) => list.length > 0,
  `an event ${type}`,
);

test('an element runs, is told things, tells things and refuses others', async ({ embed, serve }) => {
  const { url } = await serve(folder, HOST);
  const host = await embed(page(url, `<millionth-sim scenario="?stage=3#v=1&web.servers=6" controls="web.servers" run="0"
    links="0" panel="numbers,time" title="Six servers" loading="eager">No scripts</millionth-sim>`), { started: false });
  const frame = host.locator('millionth-sim iframe');
  assert.equal(await frame.getAttribute('src'),
    `${url}/?stage=3&embed=1&controls=web.servers&links=0&panel=numbers,time&run=0#v=1&web.servers=6`);
  assert.equal(await frame.getAttribute('sandbox'), 'allow-scripts');
  assert.equal(await frame.getAttribute('title'), 'Six servers');
  // Any end of an address.
  for (const text of ['https://any.example/x/?stage=3#v=1&seed=2', '?stage=3#v=1&seed=2', 'stage=3#v=1&seed=2']) {
    const read = await host.evaluate((scenario) => {
      const one = document.createElement('millionth-sim');
      one.setAttribute('scenario', scenario);
      return one.address.replace(/^[^?]*/u, '');
    }, text);
    assert.equal(read, '?stage=3&embed=1#v=1&seed=2', text);
  }
  // Asked for before the frame is there.
  const ask = (method, ...words) => host.evaluate(async ([name, all]) => {
    try {
      return await document.querySelector('millionth-sim')[name](...all);
    } catch ({ name: is, problems }) {
      return { is, problems };
    }
  }, [method, words]);
  // What no message can carry is refused at once, and keeps nothing else from the frame.
  const never = await host.evaluate(async () => {
    const sim = document.querySelector('millionth-sim');
    const refused = [sim.set('web.servers', 7n), sim.load('x'.repeat(2 ** 17))];
    return Promise.all(refused.map((asked) => asked.then(() => 'done', ({ name }) => name)));
  });
  assert.deepEqual(never, ['TypeError', 'MillionthError']);
  const state = await ask('set', 'web.servers', 7);
  assert.equal(state.link, '?stage=3#v=1&web.servers=7');
  assert.equal((await ask('set', { 'web.servers': 8, 'lb.algorithm': 'random' })).playing, false);
  const { is, problems } = await ask('set', 'web.moon', 1);
  assert.deepEqual([is, problems.map(({ at }) => at)], ['MillionthError', ['web.moon']]);
  assert.match((await ask('set', 'web.servers', 9000)).link, /web\.servers=500/, 'brought into range is done');
  await heard(host, 'error', ({ problems: [{ at }] }) => at === 'web.servers');
  await ask('set', 'web.servers', 8);
  assert.equal((await ask('fault', 'kill.web.2')).link, '?stage=3#v=1&lb.algorithm=random&web.servers=8&fault=kill.web.2');
  assert.equal((await ask('heal', 'web')).link, '?stage=3#v=1&lb.algorithm=random&web.servers=8');
  assert.equal((await ask('load', { stage: 2 })).stage, 2);
  assert.equal((await ask('stage', 3)).stage, 3);
  assert.equal((await ask('play')).playing, true);
  await heard(host, 'metrics', ({ live }) => live?.goodput_per_s > 0);
  await heard(host, 'goal', ({ stage }) => stage === 3);
  assert.equal((await ask('pause')).playing, false);
  assert.equal((await ask('reset')).stage, 2, 'as it was loaded');
  assert.equal((await ask('get')).type, 'state');
  const saved = await ask('export', 'json');
  assert.deepEqual([saved.name.endsWith('.json'), JSON.parse(saved.text).stage], [true, 2]);
  const [{ height }] = (await heard(host, 'height')).slice(-1);
  assert.equal((await frame.boundingBox()).height, Math.ceil(height), 'as high as what is in it');
  await axe(host);

  // Another scenario by its attribute is another frame.
  await host.evaluate(() => {
    document.querySelector('millionth-sim').setAttribute('theme', 'dark');
    document.querySelector('millionth-sim').setAttribute('scenario', '?stage=1');
  });
  await heard(host, 'ready', ({ link }) => link === '?stage=1#v=1');
  assert.equal(await frame.getAttribute('src'), `${url}/?stage=1&embed=1&controls=web.servers&links=0&panel=numbers,time&run=0&theme=dark`);
});

test('two elements do not meet, and neither hears anyone but its own frame', async ({ embed, serve }) => {
  const { url } = await serve(folder, HOST);
  const one = '<millionth-sim stage="3" run="0" lock loading="eager"></millionth-sim>';
  const host = await embed(page(url, one + one.replace('lock', 'height="300"')), { started: false });
  for (const who of [0, 1]) await heard(host, 'ready', ({ from }) => from === who);
  assert.match(await host.locator('iframe').first().getAttribute('src'), /&lock=1&/);
  assert.equal((await host.locator('iframe').last().boundingBox()).height, 300);
  await host.evaluate(() => document.querySelectorAll('millionth-sim')[1].set('web.servers', 9));
  const links = await host.evaluate(() => [...document.querySelectorAll('millionth-sim')].map(({ state }) => state.link));
  assert.deepEqual(links, ['?stage=3#v=1', '?stage=3#v=1&web.servers=9']);
  // The page itself, and a frame of someone else, say what a frame of ours would.
  await host.evaluate(() => new Promise((done) => {
    const message = "{ ns: 'millionth', v: 1, type: 'height', height: 3210 }";
    const stranger = document.createElement('iframe');
    stranger.sandbox = 'allow-scripts';
    stranger.srcdoc = `<script>parent.postMessage(${message}, '*'); parent.postMessage('done', '*')</script>`;
    postMessage({ ns: 'millionth', v: 1, type: 'height', height: 3210 }, '*');
    addEventListener('message', ({ data }) => data === 'done' && done());
    document.body.append(stranger);
  }));
  assert.equal((await host.evaluate(() => window.heard)).some(({ height }) => height === 3210), false);
  // One that is taken away answers no more.
  const left = await host.evaluate(async () => {
    const sim = document.querySelector('millionth-sim');
    const asked = sim.get().then(() => 'answered', ({ problems }) => problems[0].at);
    sim.remove();
    return asked;
  });
  assert.equal(left, 'frame');
});

for (const file of ['embedding.md', 'protocol.md']) {
  for (const [number, html] of blocks(file, 'html').entries()) {
    test(`docs/${file}, example ${number + 1}, runs as it is written`, async ({ embed, serve }) => {
      const { url } = await serve(folder, HOST);
      const whole = html.includes('<html') ? html : `<html lang="en"><main>${html}</main>`;
      const host = await embed(whole.replaceAll('https://millionth.example', url), { started: false });
      await until(async () => host.frames().length, (count) => count > 1, 'there is a frame');
      await host.frames()[1].locator('.clock-now').waitFor();
      const more = host.getByRole('button', { name: 'Six servers' });
      if (await more.count()) await more.press('Enter'); // The frame above grows: a click could miss.
      const output = host.locator('output');
      if (await output.count()) await output.filter({ hasNotText: '…' }).waitFor();
      await axe(host);
    });
  }
}

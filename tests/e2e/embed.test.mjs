// In other people's pages: what an author can ask for by the address, what the page around can say, and what a frame may
// never do. The pages around stand on another host, so that the frames are truly foreign.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { axe, site, test } from './helpers.mjs';
import { overflow, until } from './page.mjs';

const SANDBOX = 'sandbox="allow-scripts"';
const frame = (end, attributes = SANDBOX) => `<iframe src="${site.url}/${end}" width="640" height="400" ${attributes}></iframe>`;
const runs = (inside) => inside.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();

/** Keeps all that frames post, and says things to the first. */
const LISTEN = `<script>
  window.heard = [];
  addEventListener('message', ({ data, source }) => heard.push({ ...data, from: source === frames[0] ? 0 : 1 }));
  window.say = (message) => frames[0].postMessage({ ns: 'millionth', v: 1, ...message }, '*');
</script>`;
const heard = (page, type, which = () => true) => until(
  async () => (await page.evaluate(() => window.heard)).filter((message) => message.type === type && which(message)),
  (list) => list.length > 0,
  `a message ${type}`,
);

for (const [name, attributes, engine] of [
  ['without its origin', SANDBOX, 'page'],
  ['with its origin', 'sandbox="allow-scripts allow-same-origin"', 'worker'],
  ['without a sandbox', '', 'worker'],
]) {
  test(`a foreign frame ${name} runs, keeps nothing and reaches nothing`, async ({ embed }) => {
    const host = await embed(`${LISTEN}<input><script>document.querySelector("input").focus()</script><p style="height:300px"></p>${frame('?stage=1&embed=1&panel=time', attributes).replace('400', '900')}
      <p style="height:2000px"></p>`);
    const inside = host.frames()[1];
    await runs(inside);
    const [ready] = await heard(host, 'ready');
    assert.equal(ready.engine, engine);
    assert.equal(await host.evaluate(() => document.activeElement.tagName), 'INPUT', 'the focus stays outside');
    const seen = await inside.evaluate(() => {
      const tried = (action) => {
        try { return action(); } catch (error) { return error.name; }
      };
      return {
        stored: tried(() => localStorage.length + sessionStorage.length + document.cookie.length),
        parent: tried(() => parent.document.title),
      };
    });
    assert.ok([0, 'SecurityError'].includes(seen.stored), `stored: ${seen.stored}`);
    assert.equal(seen.parent, 'SecurityError', 'the page around cannot be reached');
    // The page around scrolls also while the pointer is over the frame.
    await host.mouse.move(200, 500); // It is as high as what is in it, so that it has nothing to scroll itself.
    await host.mouse.wheel(0, 700);
    await until(() => host.evaluate(() => scrollY), (y) => y > 300, 'the page scrolls over the frame');
  });
}

test('without the host\'s leave to read its files a sandboxed frame still says what it is, with a link', async ({ embed, expect }) => {
  const page = await (await fetch(`${site.url}/`)).text();
  const bare = createServer(async ({ url }, response) => {
    const answer = await fetch(`${site.url}${url}`);
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') });
    response.end(url.startsWith('/?') ? page : Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((listening) => bare.listen(0, '127.0.0.1', listening));
  try {
    for (const pattern of [/CORS policy/, /net::ERR_FAILED/, /foreign request/, /Failed to fetch/]) expect(pattern);
    const host = await embed(`<iframe src="http://127.0.0.1:${bare.address().port}/?stage=2&embed=1" ${SANDBOX}></iframe>`, { program: false });
    const inside = host.frames()[1];
    await inside.getByRole('heading', { name: 'Millionth' }).waitFor();
    await inside.getByRole('link', { name: 'Open it in a new tab' }).waitFor();
  } finally {
    bare.close().closeAllConnections();
  }
});

test('two frames on a page do not meet, and what one knows the other does not', async ({ embed }) => {
  const host = await embed(LISTEN + frame('?stage=3&embed=1&run=0', '') + frame('?stage=3&embed=1&run=0', ''));
  const [, one, two] = host.frames();
  await heard(host, 'ready', ({ from }) => from === 1);
  await one.getByRole('button', { name: 'Dark theme' }).click();
  await host.evaluate(() => window.say({ type: 'set', key: 'web.servers', value: 7 }));
  await heard(host, 'state', ({ from, link }) => from === 0 && link.includes('web.servers=7'));
  assert.equal(await two.evaluate(() => document.documentElement.dataset.theme), undefined);
  assert.equal((await host.evaluate(() => window.heard)).some(({ from, link }) => from === 1 && link?.includes('=7')), false);
});

test('the page around talks to a frame, and no one else does', async ({ embed }) => {
  const host = await embed(LISTEN + frame('?stage=3&embed=1&lock=1&run=0'));
  const inside = host.frames()[1];
  await heard(host, 'ready');
  const say = (message) => host.evaluate((m) => window.say(m), message);
  await say({ type: 'set', key: 'web.moon', value: 1, id: 'a' });
  const [refused] = await heard(host, 'error', ({ id }) => id === 'a');
  assert.equal(refused.problems[0].at, 'web.moon');
  await say({ type: 'stage', stage: 2, id: 'b' });
  assert.equal((await heard(host, 'state', ({ id }) => id === 'b'))[0].stage, 2);
  await say({ type: 'load', link: '?stage=3#v=1&web.servers=6', id: 'c' });
  await say({ type: 'fault', fault: 'kill.web.2' });
  await heard(host, 'state', ({ link }) => link === '?stage=3#v=1&web.servers=6&fault=kill.web.2');
  await say({ type: 'play' });
  await runs(inside);
  // reveal.js says in plain words that a slide was left.
  await host.evaluate(() => frames[0].postMessage('slide:stop', '*'));
  await heard(host, 'state', ({ hidden, playing }) => hidden && playing);
  await host.evaluate(() => frames[0].postMessage('slide:start', '*'));
  await host.evaluate(() => frames[0].postMessage({ ns: 'other', v: 1, type: 'stage', stage: 9 }, '*'));
  // A frame of the page's own is not its parent.
  await inside.evaluate(() => postMessage({ ns: 'millionth', v: 1, type: 'stage', stage: 9 }, '*'));
  await say({ type: 'reset', id: 'd' });
  assert.equal((await heard(host, 'state', ({ id }) => id === 'd'))[0].link, '?stage=3#v=1&web.servers=6');
  await heard(host, 'goal');
  await heard(host, 'metrics', ({ settled }) => settled?.complete && settled.p99_ms > 0);
  assert.ok((await heard(host, 'height'))[0].height > 300);
  const stamps = await host.evaluate(() => window.heard.filter(({ type }) => type === 'metrics').length);
  assert.ok(stamps > 0);
});

test('a frame whose worker fails tells the page around, each time', async ({ embed }) => {
  const host = await embed(LISTEN + frame('?stage=1&embed=1&run=0', ''));
  assert.equal((await heard(host, 'ready'))[0].engine, 'worker');
  const inside = host.frames()[1];
  for (const [time, what] of [/it failed, and a new one was started/, /it failed, and the page runs it itself now/].entries()) {
    // One that has answered.
    await heard(host, 'metrics', ({ settled }) => settled);
    await inside.locator('.step').click();
    await inside.locator('.clock-now', { hasText: '00:00:00.1' }).waitFor();
    const [worker] = host.workers();
    await worker.evaluate(() => { setTimeout(() => { throw new Error('broken by a test'); }); });
    const [failed] = (await heard(host, 'error', ({ problems }) => what.test(problems[0].what)));
    assert.deepEqual([failed.problems[0].at, failed.id], ['engine', undefined]);
    await inside.locator('.clock-now', { hasText: '00:00:00.0' }).waitFor();
    assert.equal((await host.evaluate(() => window.heard)).filter(({ type }) => type === 'error').length, time + 1, 'told once');
  }
});

test('a frame out of sight stands still, and goes on when it is seen', async ({ embed }) => {
  const host = await embed(`${LISTEN}<p style="height:3000px"></p>${frame('?stage=1&embed=1')}`);
  await heard(host, 'state', ({ hidden }) => hidden);
  await host.locator('iframe').scrollIntoViewIfNeeded();
  await runs(host.frames()[1]);
});

for (const [width, height] of [[640, 400], [320, 568]]) {
  test(`an author's choice of controls is all there is, at ${width}`, async ({ open }) => {
    const address = '/?stage=3&embed=1&run=0&controls=web.servers,lb&stages=2-4&links=0';
    const page = await open(address, { viewport: { width, height } });
    await page.getByLabel('Servers, exact value').waitFor();
    assert.equal(await page.getByLabel('Traffic, exact value').count(), 0);
    assert.equal(await page.getByRole('button', { name: /^Kill/ }).count(), 0);
    assert.equal(await page.getByRole('link', { name: /new tab/ }).count(), 0);
    assert.equal(await page.locator('.frame-stages li').count(), 3);
    assert.equal(await overflow(page), 0);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgba(0, 0, 0, 0)');
    await axe(page);
    await page.locator('.frame-stages button').first().click();
    await page.locator('h1', { hasText: '2' }).waitFor();
    const bare = await open('/?stage=3&embed=1&lock=1&panel=none', { viewport: { width, height } });
    await bare.locator('#diagram [data-part="web"]').waitFor();
    assert.equal(await bare.locator('.strip, .transport, .inspector, .lesson, .results').count(), 0);
    await axe(bare);
  });
}

test('what is asked for in a frame without details is answered in it', async ({ open }) => {
  const page = await open('/?stage=3&embed=1', { viewport: { width: 640, height: 400 } });
  assert.equal(await page.getByRole('heading', { name: 'In detail' }).count(), 0);
  await page.getByRole('button', { name: 'Keep as A' }).click();
  await page.getByRole('button', { name: /A kept/ }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'beside');
  await page.locator('#beside').getByRole('button', { name: /Swap/ }).waitFor();
  await axe(page);
});

test('in a frame the diagram comes first, for the eye and for the tabulator key', async ({ open }) => {
  const page = await open('/?stage=3&run=0&embed=1&panel=lesson,numbers,time,settings,charts');
  for (const [width, height] of [[1300, 700], [1000, 700], [800, 700], [640, 400], [320, 700]]) {
    await page.setViewportSize({ width, height });
    const tops = await page.locator('main > *').evaluateAll((all) =>
      all.filter((element) => element.checkVisibility())
        .map((element) => [element.className, Math.round(element.getBoundingClientRect().top)]),
    );
    assert.ok(tops.length >= 4 && tops[0][0].startsWith('stage'), `${tops}`);
    const board = await page.locator('#diagram').boundingBox();
    assert.ok(width > 1180 || board.width > width - 40, `${width}: no room is left empty`);
    // The part's panel stands beside the diagram where there is room.
    const below = tops.filter(([name]) => width < 861 || !name.startsWith('inspector')).map(([, top]) => top);
    assert.deepEqual(below, below.toSorted((a, b) => a - b), `${width}: ${tops}`);
  }
});

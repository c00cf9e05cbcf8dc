// The page around the program: it loads, quietly, under a strict policy, and shows something before the program runs.
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { axe, site, test } from './helpers.mjs';

test('the page opens and its program starts', async ({ open }) => {
  const page = await open('/');
  assert.match(await page.title(), /^Millionth\b/);
  assert.equal(await page.locator('#app').isVisible(), true);
  await page.locator('.tile').first().waitFor();
  assert.equal(await page.locator('.first-paint').count(), 0, 'the app should have taken the first picture\'s place');
  assert.equal(await page.locator('.notice').count(), 0, 'the address alone is nothing to complain of');
});

test('the policy allows scripts of the site and its one start script only', async ({ open }) => {
  const page = await open('/');
  const policy = page.response.headers()['content-security-policy'];
  assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+'; style-src 'self';/);
  assert.doesNotMatch(policy, /'unsafe-/);
});

test('a script and a style that the page does not bring are refused', async ({ open, expect }) => {
  const page = await open('/');
  expect(/script-src/);
  expect(/style-src/);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.intruded = true';
    document.head.append(script);
    document.body.setAttribute('style', 'opacity: 0.5');
    return [window.intruded, getComputedStyle(document.body).opacity];
  });
  assert.deepEqual(ran, [undefined, '1']);
});

test('the guard notices a message, an error and a request to elsewhere', async ({ open, expect }) => {
  const page = await open('/');
  expect(/^console log: hello/);
  expect(/^page error: Error: thrown/);
  expect(/^foreign request: http:\/\/elsewhere\.test/);
  await page.evaluate(() => {
    console.log('hello');
    setTimeout(() => { throw new Error('thrown'); });
  });
  await page.route('http://elsewhere.test/', (route) => route.fulfill({ body: '' }));
  await page.goto('http://elsewhere.test/');
});

test('a course page can show it in a sandboxed frame', async ({ embed }) => {
  const page = await embed(`<iframe src="${site.url}/?stage=1" width="640" height="400" sandbox="allow-scripts"></iframe>`);
  await page.frameLocator('iframe').locator('#app').waitFor();
});

test('a program that cannot be loaded says so, and its link keeps the scenario', async ({ open, expect }) => {
  for (const pattern of [/ERR_FAILED/, /Failed to fetch/]) expect(pattern);
  const page = await open('/?stage=3#v=1&web.servers=5', { program: false });
  assert.ok(await page.locator('.unloaded').isHidden());
  await page.unroute('**/*.wasm');
  await page.route('**/*.wasm', (route) => route.abort());
  await page.reload();
  await page.locator('.unloaded').waitFor();
  assert.ok(await page.locator('.loading').isHidden());
  const link = page.getByRole('link', { name: 'Open it in a new tab' });
  await link.waitFor();
  assert.match(await link.getAttribute('href'), /\?stage=3#v=1&web\.servers=5$/);
});

test('the first picture and what is needed are shown without JavaScript', async ({ open, expect }) => {
  // How Chromium puts it that it does not preload a module it will not run.
  expect(/^failed request: .*\.js csp/);
  const page = await open('/', { program: false, javaScriptEnabled: false });
  assert.equal(await page.locator('h1').innerText(), 'Millionth');
  assert.equal(await page.locator('main svg').isVisible(), true);
  assert.match(await page.locator('noscript').innerText(), /needs JavaScript/);
});

for (const colorScheme of ['light', 'dark']) {
  test(`the first picture is accessible in ${colorScheme}`, async ({ open }) => {
    const page = await open('/', { colorScheme, program: false });
    assert.equal(await page.locator('.first-paint').isVisible(), true);
    await axe(page);
  });
}

test('the server gives out only the built site', async () => {
  for (const path of ['/../Cargo.toml', '/%2e%2e/Cargo.toml', '/..%2fCargo.toml', '/%00', '/%', '/nothing.js']) {
    // Not fetch(), which would tidy the path before it is sent.
    const response = await new Promise((done, fail) => {
      get(site.url, { path }, done).on('error', fail);
    });
    response.resume();
    assert.equal(response.statusCode, 404, path);
  }
  const page = await fetch(`${site.url}/?stage=3`);
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('access-control-allow-origin'), '*');
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  // As hosts of static files do; fetch() unpacks it.
  assert.equal(page.headers.get('content-encoding'), 'gzip');
  const plain = await fetch(site.url, { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(await plain.text(), await page.text());
});

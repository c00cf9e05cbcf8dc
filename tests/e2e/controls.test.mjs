// What a visitor changes: the timeline of faults, parts and sites, undo and redo, files saved and opened.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axe, test } from './helpers.mjs';
import { overflow, until } from './page.mjs';

const link = (page) => page.evaluate(() => location.search + location.hash);
const linkBecomes = (page, pattern, what) => until(() => link(page), (text) => pattern.test(text), what, 5_000);
const seconds = async (page) => {
  const [h, m, s] = (await page.locator('.clock-now').innerText()).split(':').map(Number);
  return 3600 * h + 60 * m + s;
};

/** Drops a file on the page, as a visitor's file manager would. */
async function drop(page, name, text) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    return data;
  }, [name, text]);
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
}

/** What the menu of files saves under this name. */
async function saved(page, name) {
  await page.getByRole('button', { name: 'File', exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test('a fault on the timeline is dragged, moved by keys, undone and removed, while the clock goes on', async ({ open }) => {
  const page = await open('/?stage=5&run=0#fault=kill.web.2@60for30');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  await page.locator('.step').click();
  await until(() => seconds(page), (s) => s > 0, 'the clock has moved');
  const mark = page.locator('[data-mark="kill.web.2#0"]');
  await mark.scrollIntoViewIfNeeded();
  const track = await page.locator('.track svg').first().boundingBox();
  const shape = await mark.locator('path').boundingBox();
  const [x, y] = [shape.x + shape.width / 2, shape.y + shape.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 1; i <= 5; i += 1) await page.mouse.move(x - (track.width * i) / 20, y);
  await page.mouse.up();
  await linkBecomes(page, /fault=kill\.web\.2@(29|30|31)for30/, 'a quarter of two minutes earlier');
  await mark.focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Shift+ArrowRight');
  await linkBecomes(page, /fault=kill\.web\.2@(39|40|41)for31/, 'keys move it and change its length');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await linkBecomes(page, /fault=kill\.web\.2@60for30/, 'a drag is one step');
  assert.ok((await seconds(page)) > 0, 'the clock goes on');
  await mark.focus();
  await page.keyboard.press('Delete');
  await linkBecomes(page, /^(?!.*fault=)/, 'it is gone');
  await page.getByRole('button', { name: 'Add fault or change' }).click();
  await page.getByLabel('What').selectOption('flush');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await linkBecomes(page, /fault=flush\.cache@\d+/, 'another is added');
  await axe(page);
});

test('a fault that is short on the track is moved by its diamond and made longer at its end', async ({ open }) => {
  const page = await open('/?stage=5&run=0#fault=kill.db@60for1');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  const mark = page.locator('.track [data-mark]');
  await mark.scrollIntoViewIfNeeded();
  const drag = async (from, by) => {
    const track = await page.locator('.track svg').first().boundingBox();
    const shape = await mark.locator('path').boundingBox();
    const [x, y] = [shape.x + shape.width / 2 + from, shape.y + shape.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let i = 1; i <= 5; i += 1) await page.mouse.move(x + (track.width * by * i) / 5, y);
    await page.mouse.up();
  };
  await drag(0, 0.25);
  await linkBecomes(page, /fault=kill\.db@(89|90|91)for1$/, 'it begins later');
  await drag(20, 0.05);
  await linkBecomes(page, /fault=kill\.db@(89|90|91)for([4-9]|1\d)$/, 'it lasts longer');
});

test('servers of a tier that scales by itself are offered as far as they are there, and their number says what it is', async ({ open }) => {
  const page = await open('/?preset=sandbox&run=0');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  await page.locator('.step').click();
  await page.locator('.clock-now', { hasText: '00:00:00.1' }).waitFor();
  await page.getByRole('button', { name: 'Add fault or change' }).click();
  const form = page.getByRole('form', { name: 'Add a fault or change' });
  await form.getByLabel('Part', { exact: true }).selectOption('web1');
  const options = await form.getByLabel('Which').locator('option').allInnerTexts();
  assert.deepEqual(options.slice(1), ['1', '2', '3', '4'], 'those that run, of 40 that there may be');
  await page.locator('#diagram [data-part="web1"]').press('Enter');
  await page.locator('#inspector').getByText(/It scales by itself between \d+ and \d+: this is only what it starts with/).waitFor();
});

test('a site that is taken away comes back as it was, and the fields have room for their largest values', async ({ open }) => {
  const page = await open('/?preset=sandbox&run=0');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  const sites = page.locator('.build').getByLabel('Data centers');
  for (const number of ['2', '3']) {
    await sites.fill(number);
    await sites.press('Enter');
    await page.locator('#diagram [data-part="web3"]').waitFor({ state: number === '2' ? 'detached' : 'attached' });
  }
  await linkBecomes(page, /^\?preset=sandbox(&run=0)?#v=1$/, 'all is as at first');
  const users = page.getByLabel('Daily users, exact value');
  await users.fill('500000000');
  await users.press('Enter');
  await page.locator('.notice', { hasText: /^Users, Traffic: \d+ is outside 0.01 to 1000000; the nearest is 1000000 req\/s$/ }).waitFor();
  for (const field of [users, page.getByLabel('Traffic, exact value')]) {
    assert.equal(await field.evaluate((input) => input.scrollWidth - input.clientWidth), 0, await field.inputValue());
  }
});

test('the sandbox is begun with one server as well, and parts are added to it', async ({ open }) => {
  const page = await open('/?preset=sandbox&run=0');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  const parts = () =>
    page.locator('#diagram [data-part]').evaluateAll((all) => all.filter((one) => /^(lb|web)\d?$/.test(one.dataset.part)).length);
  assert.equal(await parts(), 6, 'three sites, each with a balancer');
  await page.getByRole('button', { name: 'One server' }).click();
  await linkBecomes(page, /^\?preset=sandbox&.*drop=cdn,lb,.*db\.place=web/, 'the system of stage 1');
  await until(parts, (count) => count === 1, 'one machine is left');
  await page.getByRole('heading', { name: 'Sandbox' }).waitFor();
  await page.locator('.build').getByLabel('Parts', { exact: true }).selectOption('lb');
  await until(parts, (count) => count === 2, 'a balancer comes to it');
  for (let i = 0; i < 2; i += 1) await page.getByRole('button', { name: /^Undo/ }).click();
  await linkBecomes(page, /^\?preset=sandbox(&run=0)?#v=1$/, 'everything is undone');
});

test('parts and sites come and go, with the reason where they cannot', async ({ open }) => {
  const page = await open('/?stage=5&run=0');
  await page.getByLabel('Parts', { exact: true }).selectOption('queue');
  await linkBecomes(page, /add=queue/, 'the part is added');
  await page.getByLabel('Data centers').fill('2');
  await page.getByLabel('Data centers').press('Enter');
  await linkBecomes(page, /sites=2/, 'another data center');
  await page.locator('#inspector').getByRole('button', { name: 'Cache', exact: true }).click();
  await page.getByRole('button', { name: 'Remove Cache' }).click();
  await linkBecomes(page, /drop=cache/, 'the part is removed');
  for (let i = 0; i < 3; i += 1) await page.getByRole('button', { name: /^Undo/ }).click();
  await linkBecomes(page, /^\?stage=5(&run=0)?#v=1$/, 'everything is undone');
  await page.getByRole('button', { name: /^Redo/ }).click();
  await linkBecomes(page, /add=queue/, 'and done again');
  await page.locator('#inspector').getByRole('button', { name: 'Web tier', exact: true }).click();
  await page.getByText('Web tier cannot be removed: nothing would answer').waitFor();
});

test('no identifier is twice in the document, with all forms open, so that a label names its own field', async ({ open }) => {
  const page = await open('/?preset=sandbox&run=0');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  const twice = () =>
    page.evaluate(() => {
      const all = [...document.querySelectorAll('[id]')].map((element) => element.id);
      return all.filter((id, at) => all.indexOf(id) !== at);
    });
  const timeline = page.locator('.timeline');
  await timeline.getByRole('button', { name: 'Settings', exact: true }).click();
  await timeline.getByRole('button', { name: 'Add fault or change' }).click();
  const form = page.getByRole('form', { name: 'Add a fault or change' });
  await form.getByLabel('Part', { exact: true }).selectOption('db');
  assert.deepEqual(await twice(), [], 'with the settings at hand');
  await form.getByLabel('What').selectOption('set');
  await page.locator('#diagram [data-part="web1"]').press('Enter');
  await page.locator('#inspector').getByRole('heading', { name: /Web tier/ }).first().waitFor();
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('dialog').getByLabel('Where to').selectOption({ label: 'HTML, mdBook' });
  await page.getByRole('dialog').getByLabel('Readers may change').selectOption({ label: 'only what is ticked' });
  assert.deepEqual(await twice(), [], 'with a part\'s panel and the share dialog');
});

test('a saved picture or scenario opens again, and a hostile file changes nothing', async ({ open }) => {
  const page = await open('/?stage=3&run=0#web.servers=6&fault=kill.web.2@60for30');
  const before = await link(page);
  const picture = await saved(page, 'Diagram as SVG');
  const json = await saved(page, 'Scenario as JSON');
  const png = await saved(page, 'Diagram as PNG');
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  for (let i = 0; i < 8; i += 1) await page.locator('.step').click();
  await page.locator('.clock-now', { hasText: '00:00:00.8' }).waitFor();
  const csv = await saved(page, 'The run as CSV');
  assert.match(csv.bytes.toString(), /^time_s,.*web\.busy.*\r\n0\.\d,/);
  assert.deepEqual([picture.name, json.name], ['millionth-stage-3.svg', 'millionth-stage-3.json']);
  assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
  assert.ok(png.bytes.readUInt32BE(16) > 1000, 'in twice its pixels');
  const svg = picture.bytes.toString();
  assert.match(svg, /<text [^>]*>Stage 3, Load balancer<\/text>/, 'it says in sight what it shows');
  assert.doesNotMatch(svg, / class=| style=|var\(|light-dark/, 'it stands by itself');
  for (const [name, text] of [['a.svg', svg], ['b.json', json.bytes.toString()]]) {
    await page.getByRole('button', { name: /^2/ }).first().click();
    await linkBecomes(page, /stage=2/, 'another stage');
    await drop(page, name, text);
    await linkBecomes(page, /stage=3.*web\.servers=6&fault=kill\.web\.2@60for30/, `${name} opens`);
  }
  await drop(page, 'old.json', '{"v":1,"m":999,"stage":3}');
  await page.locator('.notice', { hasText: 'made with revision 999 of the model' }).waitFor();
  await page.getByRole('button', { name: 'Dismiss the notice' }).click();
  const after = await link(page);
  for (const text of ['', '{', '<svg><metadata id="millionth"><script>alert(1)</script></metadata></svg>', '{"v":1,"stage":99}']) {
    await drop(page, 'evil<b>.json', text);
    await page.locator('.notice', { hasText: 'evil<b>.json: was not opened' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss the notice' }).click();
  }
  assert.equal(await link(page), after);
  assert.match(before, /web\.servers=6/);
});

test('on a tablet the settings take the place of the story, and nothing is wider than the page', async ({ open }) => {
  const page = await open('/?stage=5&run=0', { viewport: { width: 1024, height: 700 } });
  assert.equal(await page.locator('#inspector').isVisible(), false);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.locator('#inspector-title').waitFor();
  const [panel, board] = await Promise.all(['#inspector', '#diagram'].map((id) => page.locator(id).boundingBox()));
  assert.ok(panel.x + panel.width <= board.x, 'the diagram is not covered');
  assert.equal(await page.locator('#lesson-title').isVisible(), false, 'nothing lies below the panel');
  await axe(page);
  await page.getByRole('button', { name: 'Close the settings at hand' }).click();
  assert.equal(await page.locator('#lesson-title').isVisible(), true);
  assert.equal(await page.locator('#inspector').isVisible(), false);
  assert.ok((await overflow(page)) <= 0);
});

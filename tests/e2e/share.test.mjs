// The share dialog: every form can be copied, also where the clipboard is closed, and what is ticked is what is seen.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { overflow, until } from './page.mjs';

const opened = async (page) => {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  return page.getByRole('dialog', { name: 'Share', exact: true });
};
const text = (dialog) => dialog.getByLabel('Text to paste').inputValue();
const status = (dialog, said) => dialog.getByRole('status').filter({ hasText: said }).waitFor();
/** What the clipboard holds, by pasting it. */
const pasted = async (page) => {
  await page.evaluate(() => document.querySelector('dialog[open]').append(Object.assign(document.createElement('input'), { id: 'pasted' })));
  await page.locator('#pasted').focus();
  await page.keyboard.press('Control+v');
  return page.locator('#pasted').inputValue();
};
let clipboard = Promise.resolve();
/** A test that has the clipboard to itself: the browser has one, and two tests run side by side. */
const copying = (body) => (visit) => {
  const turn = clipboard.then(() => body(visit));
  clipboard = turn.catch(() => {});
  return turn;
};
/** Closes the clipboard: what is not granted is denied. */
const close = async (page) => {
  await page.context().grantPermissions([]);
  assert.equal(await page.evaluate(() => navigator.clipboard.writeText('x').catch((error) => error.name)), 'NotAllowedError');
};

test('a link is shared as every form, by keyboard, and the page stays as it was', copying(async ({ open }) => {
  const page = await open('/?stage=3&run=0#v=1&web.servers=6');
  await page.getByRole('button', { name: 'Share', exact: true }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Share', exact: true });
  const address = new URL('/?stage=3&run=0#v=1&web.servers=6', page.url()).href;
  assert.equal(await text(dialog), address);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await status(dialog, 'Copied.');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
  const forms = await dialog.getByLabel('Where to').locator('option').allInnerTexts();
  assert.equal(forms.length, 9);
  const seen = new Set();
  for (const form of forms) {
    await dialog.getByLabel('Where to').selectOption({ label: form });
    await until(() => text(dialog), (now) => !seen.has(now), form);
    seen.add(await text(dialog));
    await axe(page);
  }
  // A single key is the dialog's own.
  await dialog.getByLabel('Where to').press('r');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Share', 'the focus comes back');
  assert.match(page.url(), /run=0#v=1&web\.servers=6$/);
}));

test('where the clipboard is closed the text is copied by its selection', copying(async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await close(page);
  const dialog = await opened(page);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await status(dialog, 'Copied.');
  assert.equal(await pasted(page), await text(dialog));
}));

test('where nothing copies the text is selected and the keys are named', copying(async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await close(page);
  await page.evaluate(() => { document.execCommand = () => false; });
  const dialog = await opened(page);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await status(dialog, 'press Ctrl+C');
  await axe(page);
  const selected = await page.evaluate(() => {
    const { value, selectionStart, selectionEnd, id } = document.activeElement;
    return [id, value.slice(selectionStart, selectionEnd)];
  });
  assert.deepEqual(selected, ['share-text', await text(dialog)]);
  await page.keyboard.press('Control+c');
  assert.equal(await pasted(page), await text(dialog));
}));

test('what is ticked is what readers see and may change', async ({ open }) => {
  const page = await open('/?stage=3&run=0#v=1&web.servers=6');
  const length = await page.evaluate(() => history.length);
  const dialog = await opened(page);
  await dialog.getByLabel('Where to').selectOption({ label: 'HTML, mdBook' });
  await dialog.getByLabel('Title').fill('"><img src=x onerror=alert(1)>');
  await dialog.getByLabel('Title').press('Enter');
  await dialog.getByLabel('Size').selectOption({ label: '320 × 568' });
  assert.equal(await dialog.locator('iframe').count(), 0, 'a preview is made on demand');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  const frame = page.frameLocator('dialog iframe');
  await frame.getByLabel('Traffic, exact value').waitFor();
  await dialog.getByLabel('Readers may change').selectOption({ label: 'only what is ticked' });
  await frame.getByLabel('Traffic, exact value').waitFor({ state: 'detached' });
  await dialog.getByText('Web tier', { exact: true }).click();
  await dialog.getByLabel('Servers', { exact: true }).check();
  await frame.getByLabel('Servers, exact value').waitFor();
  await dialog.getByLabel('Colours').selectOption('dark');
  await dialog.getByLabel('numbers').uncheck();
  await dialog.getByLabel('Stages').selectOption('2');
  await dialog.getByLabel('to', { exact: true }).selectOption('4');
  await until(() => frame.locator('.frame-stages li').count(), (count) => count === 3, 'stages 2 to 4');
  await frame.getByLabel('Servers, exact value').waitFor();
  assert.equal(await frame.locator('.strip').count(), 0);
  assert.equal(await frame.locator('html').getAttribute('data-theme'), 'dark');
  assert.equal(await frame.locator('body').evaluate(() => innerWidth), 320);
  const address = new URL('/', page.url()).href
    + '?stage=3&amp;theme=dark&amp;embed=1&amp;run=0&amp;stages=2-4&amp;controls=faults,web.servers&amp;panel=time,settings#v=1&amp;web.servers=6';
  assert.equal(
    await text(dialog),
    `<iframe src="${address}" title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;" width="320" height="568" style="max-width:100%;border:0" loading="lazy"`
      + ' allow="clipboard-write; fullscreen" sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads"></iframe>',
  );
  await dialog.getByLabel('Readers may change').selectOption('none');
  await frame.getByLabel('Servers, exact value').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => history.length), length, 'the way back is as short as before');
  await axe(page);
});

for (const width of [1440, 390, 320]) {
  test(`the share dialog has room at ${width}`, async ({ open }) => {
    const page = await open('/?stage=7&run=0', { viewport: { width, height: 844 }, colorScheme: 'dark' });
    const dialog = await opened(page);
    await dialog.getByLabel('Where to').selectOption({ label: 'reveal.js' });
    await dialog.getByLabel('Readers may change').selectOption({ label: 'only what is ticked' });
    await dialog.getByText('Web tier', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await page.frameLocator('dialog iframe').locator('#diagram [data-part]').first().waitFor();
    assert.equal(await overflow(page), 0);
    assert.equal(await dialog.evaluate((box) => box.scrollWidth - box.clientWidth), 0, 'the dialog scrolls one way only');
    await axe(page);
  });
}

test('a link that is longer than is kept says so, and its file opens again', async ({ open }) => {
  const many = Array.from({ length: 90 }, (_, i) => `&fault=slow3.web.${1 + (i % 4)}@${100 + i}for5`).join('');
  const page = await open(`/?stage=3&run=0#v=1${many}`);
  const dialog = await opened(page);
  await dialog.getByText('Longer than the 2000 characters').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the scenario' }).click()]);
  assert.equal(download.suggestedFilename(), 'millionth-stage-3.json');
  await dialog.getByLabel('Where to').selectOption({ label: 'HTML, mdBook' });
  await dialog.getByText('Longer than the 2000 characters').waitFor({ state: 'detached' });
});

test('Markdown has a picture beside it', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  const dialog = await opened(page);
  await dialog.getByLabel('Where to').selectOption({ label: 'Markdown' });
  assert.equal(await text(dialog), `[![Stage 2, Separate database](millionth-stage-2.svg)](${new URL('/?stage=2&run=0#v=1', page.url()).href})`);
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the picture' }).click()]);
  assert.equal(download.suggestedFilename(), 'millionth-stage-2.svg');
});

test('a link made with another revision of the model says quietly that numbers may differ', async ({ open }) => {
  const page = await open('/?stage=2&run=0#v=1&m=2');
  const notice = page.getByRole('status').locator('.notice');
  await notice.getByText('made with revision 2 of the model, this is revision 1: numbers may differ').waitFor();
  assert.equal(await notice.locator('li').count(), 1);
  await axe(page);
  await page.evaluate(() => { location.hash = '#v=1&m=3&web.servers=1'; });
  await notice.getByText('made with revision 3').waitFor();
  await notice.getByRole('button').click();
  await until(() => notice.count(), (count) => count === 0, 'dismissed');
});

test('a language that the page does not speak is named, and the one it speaks stays in the address', async ({ open }) => {
  const page = await open('/?stage=2&run=0&lang=de#v=1');
  await page.locator('.notice').getByText('lang: “de” is not auto or en').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  const english = await open('/?stage=2&run=0&lang=en#v=1');
  const dialog = await opened(english);
  assert.equal(await text(dialog), new URL('/?stage=2&run=0&lang=en#v=1', english.url()).href);
  assert.equal(await english.locator('.notice').count(), 0);
});

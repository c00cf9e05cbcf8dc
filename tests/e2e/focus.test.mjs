// Who uses the keyboard stays where they were when what they pressed goes away; and a pointer that is let go where nothing
// tells of it holds nothing any more.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { settledP99, until } from './page.mjs';

/** What has the focus: its id, its name, or its text. */
const focused = (page) =>
  page.evaluate(() => {
    const { id, dataset, textContent, tagName } = document.activeElement;
    const name = document.activeElement.getAttribute('aria-label');
    return id || dataset.part || dataset.mark || name || (tagName === 'BODY' ? 'BODY' : textContent.trim());
  });
const comes = (page, wanted) => until(() => focused(page), (seen) => seen === wanted, `the focus comes to ${wanted}`, 10_000);

/** Presses a button of this name by the keyboard, within something. */
const press = async (within, name) => {
  const button = within.getByRole('button', { name, exact: true });
  await button.focus();
  await button.press('Enter');
};

test('after a mark of the timeline is removed the next one has the focus, then the way to add one', async ({ open }) => {
  const page = await open('/?stage=5&run=0#fault=kill.web.1@20for5&fault=kill.web.2@40for5&fault=kill.web.3@60for5');
  const marks = page.locator('.track [data-mark]');
  const named = (at) => marks.nth(at).getAttribute('aria-label');
  const texts = [await named(0), await named(1), await named(2)];
  await marks.nth(1).focus();
  await page.keyboard.press('Delete');
  await until(() => marks.count(), (count) => count === 2, 'it is removed');
  await until(() => page.evaluate(() => document.activeElement.getAttribute('aria-label')), (text) => text === texts[2], 'the next');
  await page.keyboard.press('Delete');
  await until(() => page.evaluate(() => document.activeElement.getAttribute('aria-label')), (text) => text === texts[0], 'the last');
  await press(page.locator('.timeline-times'), 'Done');
  await comes(page, 'timeline-add');
  assert.equal(await page.locator('.timeline-times').count(), 0);
  await marks.first().focus();
  await press(page.locator('.timeline-times'), 'Remove');
  await comes(page, 'timeline-add');
  assert.equal(await marks.count(), 0);
});

test('a panel that is closed gives the focus back to what it was of', async ({ open }) => {
  const page = await open('/?stage=7&run=0');
  await settledP99(page, { complete: false });
  const inspector = page.locator('#inspector');
  await page.locator('#diagram [data-part="lb2"]').focus();
  await page.keyboard.press('Enter');
  await press(inspector, 'Close the part\'s panel');
  await comes(page, 'lb2');
  assert.equal(await inspector.count(), 0);
  await press(page.locator('.timeline'), 'Settings');
  await press(inspector, 'Close the settings at hand');
  await comes(page, 'settings-open');
  for (const [ask, panel, close] of [['What must not die?', '#threats', /^(Stop|Close)$/], ['Keep as A', '#beside', 'Drop A']]) {
    await press(page.locator('.asks'), ask);
    const button = page.locator(panel).getByRole('button', { name: close });
    await button.focus();
    await button.press('Enter');
    await page.locator(panel).waitFor({ state: 'detached' });
    assert.match(await until(() => focused(page), (seen) => seen !== 'BODY', 'the focus stays'), /Hide|What must not die/);
  }
});

test('who opens a part by the keyboard is in its panel, and Escape leads back, from the settings at hand as well', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await settledP99(page, { complete: false });
  const title = page.locator('#inspector-title');
  await page.locator('#diagram [data-part="web"]').focus();
  await page.keyboard.press('ArrowRight');
  const part = await focused(page);
  await page.keyboard.press('Enter');
  await title.filter({ hasText: 'Web tier' }).waitFor();
  await comes(page, 'inspector-title');
  await page.keyboard.press('Tab');
  assert.match(await focused(page), /panel/, 'its button is next');
  await page.getByLabel('Servers, exact value', { exact: true }).focus();
  await page.keyboard.press('Escape');
  assert.match(await title.innerText(), /Web tier/, 'what is being written stays');
  await page.getByLabel('Servers', { exact: true }).focus();
  await page.keyboard.press('Escape');
  await comes(page, part);
  await title.filter({ hasText: 'At hand' }).waitFor();
  await page.keyboard.press('Space');
  await comes(page, 'inspector-title');
  await page.keyboard.press('Escape');
  await comes(page, part);
  await page.locator('#inspector select').first().focus();
  await page.keyboard.press('Escape');
  await comes(page, 'settings-open');
  assert.equal(await title.count(), 0);
  await page.keyboard.press('Enter');
  await comes(page, 'inspector-title');
  await page.keyboard.press('Escape');
  await comes(page, 'settings-open');
  await page.locator('#diagram [data-part="db"]').click({ position: { x: 30, y: 12 } });
  await title.filter({ hasText: 'Database' }).waitFor();
  assert.equal(await focused(page), 'db', 'a click leaves the focus where it is');
});

test('with one site a closed panel gives way to the settings at hand, and the focus to the part', async ({ open }) => {
  const page = await open('/?stage=3&run=0');
  await settledP99(page, { complete: false });
  await page.locator('#diagram [data-part="db"]').focus();
  await page.keyboard.press('Enter');
  await press(page.locator('#inspector'), 'Close the part\'s panel');
  await comes(page, 'db');
});

test('faults are healed one by one, and parts removed, without the focus being lost', async ({ open }) => {
  const page = await open('/?stage=5&run=0#fault=kill.web.1&fault=kill.web.2');
  await settledP99(page, { complete: false });
  await page.locator('#diagram [data-part="web"]').focus();
  await page.keyboard.press('Enter');
  const inspector = page.locator('#inspector');
  const heal = inspector.locator('.faults button');
  await heal.last().focus();
  await page.keyboard.press('Enter');
  await until(() => heal.count(), (count) => count === 1, 'one is left');
  assert.match(await focused(page), /^Heal: Web server 1/, 'the other can be healed at once');
  await page.keyboard.press('Enter');
  await comes(page, 'break-title');
  await press(inspector, 'Cut off');
  await press(inspector, 'Heal all');
  await comes(page, 'break-title');
  await page.locator('#diagram [data-part="cache"]').focus();
  await page.keyboard.press('Enter');
  await press(inspector, 'Remove Cache');
  await comes(page, 'inspector-title');
});

test('what is looked back at, undone and put away leaves the focus beside it', async ({ open }) => {
  const page = await open('/?stage=2');
  await page.locator('#look-back:enabled').waitFor();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await press(page.locator('.asks'), 'Look back');
  await comes(page, 'moment');
  await press(page.locator('.asks'), 'Back to live');
  await comes(page, 'look-back');
  await page.getByRole('button', { name: 'Kill the database' }).click();
  await page.getByRole('button', { name: /^Undo: / }).focus();
  await page.keyboard.press('Enter');
  await until(() => focused(page), (seen) => /^Redo: /.test(seen), 'the way back is next');
  await page.getByLabel('Traffic, exact value').fill('99999999999');
  await page.keyboard.press('Enter');
  await press(page.locator('.notice'), 'Dismiss the notice');
  await until(() => focused(page), (seen) => seen !== 'BODY', 'the focus stays');
  await page.keyboard.press('?');
  await press(page.getByRole('dialog'), 'Glossary');
  await page.getByRole('dialog', { name: 'Glossary' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await until(() => focused(page), (seen) => seen !== 'BODY', 'the focus stays');
});

test('a click beside all controls leaves the focus where the browser puts it', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await page.locator('#traffic').focus();
  await page.locator('#lesson-title + p').click({ position: { x: 1, y: 1 } });
  await page.locator('.step').dispatchEvent('click');
  await page.locator('.clock-now', { hasText: '00:00:00.1' }).waitFor();
  assert.equal(await focused(page), 'BODY');
});

test('a pointer that is let go outside of the window drags nothing any more', async ({ open }) => {
  const page = await open('/?stage=5&run=0#fault=kill.web.2@60for30');
  await settledP99(page, { complete: false });
  await page.locator('[data-part="web"]').focus();
  await page.keyboard.press('+');
  const seen = () => page.locator('.dg-near').getAttribute('viewBox');
  const drawing = await page.locator('.dg-svg').boundingBox();
  const [x, y] = [drawing.x + drawing.width / 2, drawing.y + Math.min(drawing.height / 2, 200)];
  const moved = (from, to) => Number(to.split(' ')[0]) - Number(from.split(' ')[0]);
  const pointer = (target, type, x, y, buttons) =>
    page.locator(target).first().dispatchEvent(type, { clientX: x, clientY: y, buttons, pointerId: 1, isPrimary: true, bubbles: true });
  const before = await seen();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 20, y);
  const once = await seen();
  await page.mouse.move(x - 60, y);
  const thrice = await seen();
  assert.ok(moved(before, thrice) > 2 * moved(before, once), 'what is seen follows all the way');
  // No browser tells of a button that is let go while it does not look: the next move has none down.
  await pointer('.dg-svg', 'pointermove', x - 100, y, 0);
  await pointer('.dg-svg', 'pointermove', x - 120, y, 1);
  assert.equal(await seen(), thrice);
  await page.mouse.up();

  const mark = page.locator('[data-mark="kill.web.2#0"]');
  await mark.scrollIntoViewIfNeeded();
  const shape = await mark.locator('path').boundingBox();
  const [left, top] = [shape.x + shape.width / 2, shape.y + shape.height / 2];
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left - 60, top, { steps: 3 });
  const at = () => mark.getAttribute('aria-valuenow').then(Number);
  await until(at, (second) => second < 60, 'it is dragged');
  const dragged = await at();
  await pointer('.track svg', 'pointermove', left - 90, top, 0);
  await pointer('.track svg', 'pointermove', left - 120, top, 1);
  await page.mouse.up();
  await mark.focus();
  await page.keyboard.press('ArrowRight');
  await until(at, (second) => second === dragged + 1, 'it stayed where it was left');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await until(at, (second) => second === dragged, 'the key was a step of its own');
});

test('keys that come faster than the page is drawn all count', async ({ open }) => {
  const page = await open('/?stage=1&run=0#fault=kill.web.1@60for30');
  await settledP99(page, { complete: false });
  // In one go, so that nothing is drawn between them.
  const tap = (selector, keys) =>
    page.locator(selector).evaluate((element, keys) => {
      for (const key of keys) {
        for (const type of ['keydown', 'keyup']) element.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }));
      }
    }, keys);
  await tap('#traffic', ['ArrowRight', 'ArrowRight']);
  const traffic = page.getByLabel('Traffic, exact value');
  await until(() => traffic.inputValue(), (text) => text === '200', 'two of 1, 2, 5 further');
  const mark = page.locator('[data-mark="kill.web.1#0"]');
  await tap('[data-mark="kill.web.1#0"]', ['ArrowRight', 'PageUp', 'ArrowLeft', 'ArrowLeft']);
  await until(() => mark.getAttribute('aria-valuenow'), (text) => text === '69', 'one, ten and minus two seconds');
});

test('a number that is asked for its meaning tells it, and Escape leads back to it', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  const explained = page.locator('#explained');
  const at = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await explained.isVisible(), false);
  await page.locator('#tile-p99').click();
  await explained.filter({ hasText: 'Latency that 99 of 100 good answers stayed within' }).waitFor();
  assert.equal(await page.locator('#tile-p99').getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('Escape');
  await explained.waitFor({ state: 'hidden' });
  assert.equal(await at(), 'tile-p99');
  // From within what was told as well.
  await page.keyboard.press('Enter');
  await explained.locator('.term-word').focus();
  await page.getByRole('tooltip').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await explained.waitFor({ state: 'hidden' });
  await until(at, (id) => id === 'tile-p99', 'the focus is back', 5_000);
});

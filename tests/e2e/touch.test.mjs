// By finger alone, on a phone: a page that is scrolled changes nothing, and nothing is cut.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from './helpers.mjs';
import { until } from './page.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A finger goes from one place to another in a few steps. */
async function swipe(page, [x, y], [toX, toY]) {
  const cdp = await page.context().newCDPSession(page);
  const finger = (type, ...touchPoints) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  await finger('touchStart', { x, y });
  for (let i = 1; i <= 10; i += 1) {
    await finger('touchMove', { x: x + ((toX - x) * i) / 10, y: y + ((toY - y) * i) / 10 });
    await pause(16);
  }
  await finger('touchEnd');
}

/** Where a slider is, once the page stands still with it in its middle. */
async function place(slider) {
  await slider.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const { x, y, width, height } = await slider.boundingBox();
  return { at: (share) => x + share * width, y: y + height / 2 };
}

test('a finger that scrolls the page moves no slider, one that goes along it does', async ({ open }) => {
  const page = await open('/?stage=3&run=0', PHONE);
  const slider = page.locator('#traffic');
  const exact = page.getByLabel('Traffic, exact value');
  const rate = () => exact.inputValue();
  const undo = page.getByRole('button', { name: /^Undo/ });
  const before = await rate();
  const { at, y } = await place(slider);
  const scrolled = await page.evaluate(() => scrollY);
  await swipe(page, [at(0.9), y], [at(0.9), y - 200]);
  await until(() => page.evaluate(() => scrollY), (now) => now > scrolled + 100, 'the page is scrolled');
  await until(rate, (now) => now === before, 'the traffic is what it was');
  assert.ok(await undo.isDisabled(), 'there is nothing to undo');
  const again = await place(slider);
  await swipe(page, [again.at(0.5), again.y], [again.at(0.9), again.y]);
  await until(rate, (now) => Number(now) > 100_000, 'the traffic follows the finger');
  assert.ok(await undo.isEnabled(), 'that is a step');
});

test('what a table says of itself is in sight on a phone', async ({ open }) => {
  const page = await open('/?stage=3', PHONE);
  const captions = page.locator('.results .figures caption');
  await until(() => captions.count(), (count) => count > 3, 'the tables are there');
  const ends = await captions.evaluateAll((all) =>
    all.map((caption) => {
      const room = document.createRange();
      room.selectNodeContents(caption);
      return [caption.textContent, room.getBoundingClientRect().right];
    }),
  );
  for (const [text, right] of ends) assert.ok(right <= 390, `${text} ends at ${right}`);
  for (const id of ['log-part', 'log-severity', 'log-search']) {
    const [field, name] = await Promise.all([`#${id}`, `label[for="${id}"]`].map((of) => page.locator(of).boundingBox()));
    assert.ok(name.x < field.x && Math.abs(name.y + name.height / 2 - field.y - field.height / 2) < 8, `${id} beside its name`);
  }
});

test('Escape leads back to the part as the panel\'s button does', async ({ open }) => {
  const page = await open('/?stage=3&run=0', PHONE);
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  const part = page.locator('#diagram [data-part="web"]');
  const left = async (leave) => {
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await part.tap({ position: { x: 30, y: 12 } });
    await page.locator('#inspector-title', { hasText: 'Web tier' }).waitFor();
    await until(() => page.evaluate(() => scrollY), (y) => y > 700, 'the panel is in sight');
    await leave();
    await page.locator('#inspector-title', { hasText: 'At hand' }).waitFor();
    const box = () => part.boundingBox();
    return (await until(box, ({ y, height }) => y >= 0 && y + height <= 844, 'the part is in sight', 3_000)).y;
  };
  const escaped = await left(() => page.keyboard.press('Escape'));
  const closed = await left(() => page.getByRole('button', { name: 'Close the part\'s panel' }).tap());
  assert.ok(Math.abs(escaped - closed) < 2, `${escaped} and ${closed}`);
});

test('figures of a part have their units', async ({ open }) => {
  const page = await open('/?stage=3', PHONE);
  await page.locator('.clock-now').filter({ hasNotText: '00:00:00.0' }).waitFor();
  const rows = page.locator('#inspector .figures tbody tr');
  const figure = async (part, name) => {
    await page.locator(`#diagram [data-part="${part}"]`).tap({ position: { x: 30, y: 12 } });
    const text = () => rows.filter({ hasText: name }).first().innerText().catch(() => '');
    return until(text, (text) => text !== '', `${part}: ${name}`);
  };
  assert.match(await figure('clients', 'Offered'), /Offered\s+[\d.]+\sk?\/s/u);
  assert.match(await figure('web', 'Memory mean'), /Memory mean\s+\d+\sMB/u);
  await page.getByText('Web tier cannot be removed: nothing would answer').waitFor();
});

test('the stops of the story lie under nothing, however wide the window', async ({ open }) => {
  const page = await open('/?stage=7', PHONE);
  for (const width of [390, 667, 768, 844, 1024, 1400]) {
    await page.setViewportSize({ width, height: 390 });
    const covered = await page.locator('.rail button, .rail select, .tools button').evaluateAll((all) =>
      all.filter((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return width > 0 && !element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }).map((element) => element.textContent),
    );
    assert.deepEqual(covered, [], `in a window of ${width}`);
  }
});

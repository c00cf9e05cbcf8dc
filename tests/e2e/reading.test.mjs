// What is read from the figures below the diagram: charts by mouse, finger and keyboard.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { settledP99, steps, until } from './page.mjs';

const said = (chart) => chart.locator('.plot-say').innerText();
const chartOf = (page, title) => page.locator('.results .plot', { has: page.getByText(title, { exact: true }) });

/** The middle of a chart's room at a share of its width. */
async function place(chart, share) {
  const room = chart.locator('.plot-room');
  await room.scrollIntoViewIfNeeded();
  const box = await room.boundingBox();
  return [box.x + share * box.width, box.y + 0.5 * box.height];
}

/** The time that is read out at a place, and how far the cross-hair stands from there. */
async function readOut(chart, at) {
  const text = await until(() => said(chart), (text) => text.startsWith('At 00:'), 'the chart is read out');
  const hair = await chart.locator('.hair').boundingBox();
  return { seconds: Number(text.slice(9, 13)), off: Math.abs(hair.x - at[0]) };
}

test('a chart is read out where the mouse is, and says its sentence again when it has left', async ({ open }) => {
  const page = await open('/?stage=2&run=0');
  await settledP99(page);
  await steps(page, 40);
  const chart = chartOf(page, 'Latency');
  const rest = await said(chart);
  assert.match(rest, /^p50 .*(steady|rising|falling)/);
  let before = -1;
  for (const share of [0.25, 0.5, 0.75]) {
    const at = await place(chart, share);
    await page.mouse.move(...at);
    await until(async () => (await readOut(chart, at)).off, (off) => off < 60, 'the cross-hair is at the mouse');
    const { seconds } = await readOut(chart, at);
    assert.ok(seconds > before, 'later on the right');
    before = seconds;
  }
  assert.equal(await chart.locator('.hair-dot').count(), 3, 'a dot on each line');
  await page.mouse.move(2, 2);
  await until(() => said(chart), (text) => text === rest, 'the sentence is back');
  // Whole bars of the distribution, with their share.
  const bars = chartOf(page, 'Distribution of latency');
  await page.mouse.move(...(await place(bars, 0.5)));
  await until(() => said(bars), (text) => /^.* to .*: .* answers?, .*%\.$/.test(text), 'a bar is read out');
  await bars.locator('.plot-cursor').focus();
  const first = await said(bars);
  await page.keyboard.press('ArrowLeft');
  await until(() => said(bars), (text) => text !== first, 'arrow keys go on');
});

test('a finger reads a chart out, and what it asked for stays', async ({ open }) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const page = await open('/?stage=2&run=0', phone);
  await settledP99(page);
  await steps(page, 40);
  const chart = chartOf(page, 'Requests');
  const at = await place(chart, 0.4);
  await page.touchscreen.tap(...at);
  const first = await readOut(chart, at);
  assert.ok(first.off < 45, `the cross-hair is ${first.off} pixels off`);
  const right = await place(chart, 0.8);
  await page.touchscreen.tap(...right);
  await until(async () => (await readOut(chart, right)).seconds, (s) => s > first.seconds, 'a second touch reads on');
});

test('in forced colours what is pressed or chosen has the letters that belong to its filling', async ({ open }) => {
  const page = await open('/?stage=2', { forcedColors: 'active' });
  const pressed = page.getByRole('button', { name: 'As text' });
  await pressed.click();
  await page.getByRole('button', { name: 'Follow a request' }).click();
  const colours = (of) =>
    of.evaluate((element) => {
      const probe = document.createElement('b');
      probe.style = 'forced-color-adjust: none; color: HighlightText; background: Highlight';
      document.body.append(probe);
      const [own, system] = [element, probe].map((one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]);
      probe.remove();
      return [own, system];
    });
  for (const of of [pressed, page.locator('.rail-stage.here .rail-number'), page.locator('.segment input:checked + span').first()]) {
    const [own, system] = await colours(of);
    assert.deepEqual(own, system);
  }
});

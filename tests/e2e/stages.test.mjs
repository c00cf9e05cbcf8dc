// The story: each stage opens and runs, overload shows, and what dies is missed until the balancer notices.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { described, overflow, setTraffic, settledP99, tile, until, value } from './page.mjs';

const STAGES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

for (const stage of STAGES) {
  test(`stage ${stage} opens, runs and settles, quietly`, async ({ open }) => {
    const page = await open(`/?stage=${stage}`);
    await page.locator('.clock-now').filter({ hasNotText: '00:00:00' }).waitFor();
    assert.match(await page.locator('.eyebrow').innerText(), new RegExp(`Stage ${stage}`));
    assert.equal(await page.locator('[aria-current="step"] .rail-number').innerText(), String(stage));
    const p99 = await settledP99(page);
    assert.ok(p99 > 0.1 && p99 < 1.5, `p99 of ${p99} s`);
    assert.ok((await value(page, 'goodput')) > 10);
    assert.match(await page.locator('#summary').textContent(), new RegExp(`^Stage ${stage}, .*requests per second`));
  });

  for (const [width, height] of [[1440, 900], [390, 844], [320, 640]]) {
    // Both themes at every width up to stage 3; from then on wide in light and a phone in dark, for time.
    if (stage > 3 && width === 320) continue;
    const themes = stage > 3 ? [width === 390 ? 'dark' : 'light'] : ['light', 'dark'];
    test(`stage ${stage} is accessible in ${themes.join(' and ')}, ${width} wide, with a fault`, async ({ open }) => {
      const fault = stage >= 3 ? 'kill.web.2' : 'slow5.db';
      const options = { colorScheme: themes[0], viewport: { width, height } };
      const page = await open(`/?stage=${stage}#fault=${fault}&clients.rate=${stage * 400}`, options);
      await page.locator('.clock-now').filter({ hasNotText: '00:00:00' }).waitFor();
      const look = async () => {
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme });
          await axe(page);
        }
      };
      await look();
      const settings = page.getByRole('button', { name: 'Settings', exact: true });
      if (await settings.count()) await settings.click();
      await page.locator('#inspector').getByRole('button', { name: 'Database', exact: true }).click();
      await page.locator('#tile-p99').click();
      await look();
      assert.equal(await overflow(page), 0, 'nothing should be wider than the window');
    });
  }
}

test('traffic beyond what the machine can do makes the settled p99 explode', async ({ open }) => {
  const page = await open('/?stage=1&run=0');
  const before = await settledP99(page);
  const rate = Number(await page.getByLabel('Traffic, exact value').inputValue());
  await setTraffic(page, rate * 5);
  const after = await settledP99(page);
  assert.ok(after > 3 * before, `${before} s, then ${after} s`);
  const errors = await tile(page, 'errors').locator('.tile-settled').innerText();
  assert.ok(parseFloat(errors.replace(/[^\d.]/gu, ' ')) > 1, `errors of ${errors}`);
});

test('the first estimate of an overload says that it is the least, and the long run is far above', async ({ open }) => {
  const page = await open('/?stage=9&run=0#clients.rate=20000');
  const first = tile(page, 'p99').locator('.tile-settled.provisional');
  const least = await until(() => first.innerText(), (text) => text.startsWith('≥'), 'a first estimate');
  const p99 = await settledP99(page);
  const [, number, unit] = /([\d.]+)\s(ms|s)$/u.exec(least);
  assert.ok(p99 > (2 * number) / (unit === 'ms' ? 1000 : 1), `${least}, then ${p99} s`);
});

test('one of four servers is killed: errors until the health check notices, then none', async ({ open }) => {
  const page = await open('/?stage=3&run=0#clients.rate=480&clients.retries=0');
  await settledP99(page, { complete: false });
  await page.getByLabel('Speed', { exact: true }).selectOption('5');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const rateOf = async (number) => {
    const words = (await described(page, 'web', number)) ?? '';
    return Number(/([\d.]+) requests per second/.exec(words)?.[1]);
  };
  const before = await until(() => rateOf(1), (rate) => rate > 100 && rate < 135, 'a quarter of the traffic each');
  await page.getByRole('button', { name: 'Kill web server 2' }).click();
  await until(() => value(page, 'errors'), (share) => share > 1, 'a quarter of the requests fails');
  await until(() => described(page, 'web', 2), (words) => /taken out/.test(words), 'the balancer notices');
  await until(() => value(page, 'errors'), (share) => share === 0, 'no more errors');
  const after = await until(() => rateOf(1), (rate) => rate > before * 1.2, 'the others take over');
  assert.ok(after < before * 1.5, `${before} /s, then ${after} /s`);
});

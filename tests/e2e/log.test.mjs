// The central log: what happened, by severity, by part and by words.
import assert from 'node:assert/strict';
import { axe, test } from './helpers.mjs';
import { steps, until } from './page.mjs';

test('the log is read by severity, by part and by words', async ({ open }) => {
  const page = await open('/?stage=8&run=0#fault=kill.db@1for1');
  const rows = page.locator('.log-lines tbody tr');
  const cells = async () => (await rows.allInnerTexts()).map((row) => row.split('\t').map((cell) => cell.trim()));
  await page.locator('#tile-p99[data-fresh="true"]').waitFor();
  await steps(page, 22);
  // Nothing more is logged from here on.
  await page.locator('.clock-now', { hasText: '00:00:02.2' }).waitFor();
  await page.locator('.log-lines tr', { hasText: 'primary is back' }).first().waitFor();
  const all = await cells();
  const times = all.map(([time]) => time);
  assert.deepEqual(times, times.toSorted().reverse(), 'the newest stands first');
  assert.deepEqual([...new Set(all.map(([, severity]) => severity))].toSorted(), ['· info', '▲ warning', '✕ error']);
  const planned = all.filter(([, , , what]) => /Database is dead/.test(what)).map(([time, , , what]) => `${time} ${what}`);
  assert.deepEqual(planned, ['00:00:02.0 ends: Database is dead', '00:00:01.0 begins: Database is dead']);

  const only = (wanted, what) => until(cells, (seen) => JSON.stringify(seen) === JSON.stringify(all.filter(wanted)), what, 10_000);
  const count = (wanted) => {
    const found = all.filter(wanted).length;
    assert.ok(found > 0 && found < all.length, 'the choice makes a difference');
    return page.locator('#log-count', { hasText: `${found} of ${all.length} lines` }).waitFor();
  };
  const isError = ([, severity]) => severity === '✕ error';
  await page.getByLabel('From', { exact: true }).selectOption('error');
  await only(isError, 'errors alone');
  await count(isError);

  const list = page.locator('#log-part');
  const name = await list.locator('option').nth(1).innerText();
  await list.selectOption({ label: name });
  const isOfPart = ([, , part]) => part === name || part.startsWith(`${name} `);
  await only((row) => isError(row) && isOfPart(row), `errors of ${name}`);
  await page.getByLabel('From', { exact: true }).selectOption('info');
  await only(isOfPart, `all of ${name}`);
  await list.selectOption('');
  await page.getByLabel('Containing').fill('PRIMARY');
  const isOfPrimary = ([, , , what]) => /primary/.test(what);
  await only(isOfPrimary, 'in capitals as well');
  await count(isOfPrimary);
  await axe(page);
  await page.getByLabel('Containing').fill('no such words');
  await page.locator('#log-count', { hasText: `0 of ${all.length} lines` }).waitFor();
  assert.equal(await rows.count(), 0);
  await page.getByText('No line of the log fits').waitFor();
  await page.getByLabel('Containing').fill('');
  await only(() => true, 'all of them again');
});

test('what is killed and healed by hand is in the log, whether or not a part notices', async ({ open }) => {
  const page = await open('/?stage=4&run=0');
  await steps(page, 10);
  await page.locator('#diagram [data-part="db"]').first().press('Enter');
  await page.getByLabel('Servers looked at').selectOption({ label: 'replica 2' });
  await page.locator('.breaks').getByRole('button', { name: 'Kill', exact: true }).click();
  const line = (text) => page.locator('.log-lines tr', { hasText: text }).waitFor();
  await line('begins: Database, replica 2 is dead');
  await page.getByRole('button', { name: 'Heal: Database, replica 2 is dead' }).first().click();
  await line('ends: Database, replica 2 is dead');
});

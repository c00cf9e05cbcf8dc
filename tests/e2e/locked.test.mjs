// Nothing is offered that the link keeps from its reader, what is offered works, and each site has servers of its own.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { until } from './page.mjs';

const begun = (page, stage) => page.locator('.eyebrow', { hasText: `Stage ${stage}` }).waitFor();
const resets = (page) => page.locator('[aria-labelledby="help-title"]').getByRole('button', { name: /^(New seed|Reset all)$/, includeHidden: true });

test('a locked page has no control that does nothing', async ({ open }) => {
  for (const embed of ['&embed=1&panel=numbers,time,settings,lesson', '']) {
    const page = await open(`/?stage=3&lock=1&run=0${embed}`);
    await begun(page, 3);
    await page.locator('[aria-labelledby="help-title"]').waitFor({ state: 'attached' });
    assert.equal(await page.locator('#challenge-begin, .try, .next, #remedy, #timeline-add').count(), 0);
    assert.equal(await resets(page).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0);
    assert.equal(await page.locator('.rail-stage:enabled:not(.here), #more').count(), 0);
  }
});

test('what a link leaves to its reader works', async ({ open }) => {
  const page = await open('/?stage=1&embed=1&run=0&controls=clients.rate&stages=1-2&panel=numbers,lesson');
  await begun(page, 1);
  await page.locator('[aria-labelledby="help-title"]').waitFor({ state: 'attached' });
  const offered = await page.locator('.try').allInnerTexts();
  assert.ok(offered.length > 0 && offered.every((text) => /Traffic/.test(text)), offered.join('; '));
  const changed = (wanted) => until(() => page.url(), (url) => url.includes('clients.rate=') === wanted, `traffic changed: ${wanted}`);
  await page.locator('.try').first().click();
  await changed(true);
  await page.getByRole('button', { name: 'Undo' }).click();
  await changed(false);
  await page.locator('#challenge-begin').click();
  await changed(true);
  await page.locator('.next').click();
  await begun(page, 2);
  assert.equal(await page.locator('.next, #challenge-begin').count(), 0, 'what stage 3 and the challenge need is not offered');
});

test('a site has its own servers: to set, to look at and to kill', async ({ open }) => {
  const two = '/?stage=3&sites=2&run=0';
  const page = await open(`${two}&embed=1&controls=web2.servers#v=1&web2.servers=8`);
  const servers = page.getByLabel('Servers, exact value');
  await until(() => servers.inputValue(), (value) => value === '8', 'the second site’s servers');
  await servers.fill('9');
  await servers.press('Enter');
  await until(() => page.url(), (url) => /#v=1&web2\.servers=9$/.test(url), 'nine in the second site alone');
  const whole = await open(`${two}#v=1&web2.servers=8&fault=kill.web2.7`);
  await whole.locator('#diagram [data-part="web2"]').first().waitFor();
  assert.equal(await whole.locator('.notice').count(), 0, 'the fault is taken as it is');
  const listed = async (site) => {
    await whole.locator(`#diagram [data-part="${site}"]`).first().focus();
    await whole.keyboard.press('Enter');
    return until(() => whole.locator('#which-server option').allInnerTexts(), (list) => list.length > 1, `servers of ${site}`);
  };
  assert.equal((await listed('web2')).at(-1), '8 of 8');
});

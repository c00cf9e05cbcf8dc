// What seldom happens is seen when the page's own controls make it happen: an open breaker, dead letters.
import assert from 'node:assert/strict';
import { test } from './helpers.mjs';
import { described, until } from './page.mjs';

test('a breaker that is switched on opens when the database dies, and the diagram and the log say so', async ({ open }) => {
  const page = await open('/?stage=3');
  await page.getByLabel('Parts').selectOption({ label: 'Guard of calls to the database' });
  const panel = page.locator('.inspector, aside', { has: page.locator('#inspector-title') });
  await page.locator('#inspector-title', { hasText: 'Calls to the database' }).waitFor();
  await panel.getByText(/more settings/).click();
  await panel.getByRole('switch', { name: 'Circuit breaker' }).click();
  await page.getByRole('button', { name: 'Kill the database' }).click();
  const opens = (text) => /breaker open/.test(text) && /refused by its guard/.test(text);
  await until(() => described(page, 'db'), opens, 'the breaker should open, and refuse');
  await page.getByText('circuit opened').first().waitFor();
  await page.getByText('circuit open', { exact: true }).first().waitFor();
});

test('messages that cannot be processed end as dead letters, and the queue says how many', async ({ open }) => {
  const page = await open('/?stage=8#v=1&queue.visibility_s=1&queue.attempts=2');
  await page.locator('#diagram [data-part="queue2"]').first().click();
  const panel = page.locator('.inspector, aside', { has: page.locator('#inspector-title') });
  await panel.getByText(/more settings/).click();
  const poison = panel.getByLabel('Poison messages, exact value');
  await poison.fill('0.5');
  await poison.press('Enter');
  await until(() => described(page, 'queue2'), (text) => /[1-9]\d* dead letters/.test(text), 'letters should die');
});

test('what was tried says what to look at, and the stage before stands beside', async ({ open }) => {
  const page = await open('/?stage=4');
  assert.equal(await page.locator('#compare thead th', { hasText: 'Stage 3' }).count(), 1);
  await until(() => page.locator('#compare td').first().innerText(), (text) => text !== '…', 'figures', 30_000);
  const look = page.locator('.look');
  assert.equal(await look.count(), 0);
  await page.getByRole('button', { name: 'No failover' }).click();
  assert.match(await look.innerText(), /Now kill the primary/);
});

test('what piles up without end is marked as the least that it comes to, in the long run too', async ({ open }) => {
  const page = await open('/?stage=3&run=0#v=1&clients.rate=900&clients.timeout_s=0&clients.retries=0&web.backlog=1000000');
  await page.locator('.reservation', { hasText: 'the longer the run' }).waitFor({ timeout: 30_000 });
  const below = page.locator('.tile', { has: page.getByText('p99', { exact: true }) }).locator('.tile-settled');
  assert.match(await below.innerText(), /^≥\s\d/);
});

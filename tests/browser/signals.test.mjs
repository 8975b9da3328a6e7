// SPDX-License-Identifier: MIT
// The table of trade signals.

import assert from 'node:assert/strict';
import { signals } from './lib/bodies.mjs';
import { row, says, symbols } from './lib/look.mjs';
import { Visits } from './lib/visit.mjs';

const visits = new Visits();
const at = '#/signals';
const THREE = signals(['AAPL', 'buy', 0.85], ['MSFT', 'sell', 0.4], ['AMZN', 'hold', 0.6]);

async function shown(page, ...wanted) {
  await page.waitForFunction((text) => {
    const rows = document.querySelectorAll('main tr[data-symbol]');
    return (
      [...rows]
        .map((found) => found.dataset.symbol)
        .toSorted()
        .join() === text
    );
  }, wanted.toSorted().join());
}

visits.test('a signal that is published appears', { at }, async (page, host) => {
  await host.publish('trade-signals', THREE);
  await says(row(page, 'AAPL'), 'Buy');
  await says(row(page, 'AAPL'), '85%');
  await host.publish('trade-signals', signals(['AAPL', 'sell', 0.9]));
  await says(row(page, 'AAPL'), 'Sell');
});

visits.test('search and filters narrow the table', { at }, async (page, host) => {
  await host.publish('trade-signals', THREE);
  await shown(page, 'AAPL', 'AMZN', 'MSFT');
  await page.getByRole('searchbox').fill('a');
  await shown(page, 'AAPL', 'AMZN');
  await page.getByRole('button', { name: /^Buy/ }).click();
  await shown(page, 'AAPL');
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: /^All/ }).click();
  await page.getByRole('slider').fill('60');
  await shown(page, 'AAPL', 'AMZN');
  await page.getByRole('searchbox').fill('zz');
  await page.getByRole('button', { name: 'Show all' }).click();
  await shown(page, 'AAPL', 'AMZN', 'MSFT');
});

visits.test('a pinned signal stays first, also after a reload', { at }, async (page, host) => {
  await host.publish('trade-signals', THREE);
  await shown(page, 'AAPL', 'AMZN', 'MSFT');
  const last = (await symbols(page)).at(-1);
  await page.getByRole('button', { name: `Pin ${last}` }).click();
  await page.locator(`tbody tr[data-symbol="${last}"]:first-child`).waitFor();
  await page.reload();
  await page.locator(`tbody tr[data-symbol="${last}"]:first-child`).waitFor();
  const pin = page.getByRole('button', { name: `Pin ${last}` });
  assert.equal(await pin.getAttribute('aria-pressed'), 'true');
});

visits.test('the details have what the publisher said', { at }, async (page, host) => {
  const [item] = signals(['NVDA', 'buy', 0.7]).data;
  await host.publish('trade-signals', {
    data: [{ ...item, strategy: 'momentum of <b>ten</b> days' }],
  });
  await row(page, 'NVDA').getByRole('button', { name: 'Details of NVDA' }).click();
  await says(page.locator('main dl'), 'momentum of <b>ten</b> days');
});

// SPDX-License-Identifier: MIT
// The watchlist and the chart.

import assert from 'node:assert/strict';
import { quotes } from './lib/bodies.mjs';
import { price, row, says, symbols } from './lib/look.mjs';
import { Publisher } from './lib/publisher.mjs';
import { open, openWithClock, Visits } from './lib/visit.mjs';

const LONG_MS = 20_000;
const HOUR_MS = 3_600_000;
const visits = new Visits();
// The past of a symbol that is added is not waited for longer than two seconds.
const expected = [/WebSocket is closed before the connection is established/];

/** The name of the animation behind an element's text. */
function animationOf(locator) {
  return locator.evaluate((element) => getComputedStyle(element, '::before').animationName);
}

visits.test('a quote that is published appears in the watchlist', {}, async (page, host) => {
  await host.publish('market-data', quotes({ AAPL: 190.5 }, { prev_close: 180 }));
  await says(price(page, 'AAPL'), '190.50');
  await says(row(page, 'AAPL').locator('[data-field="change"]'), '+10.50');
  await says(row(page, 'AAPL').locator('[data-field="change-percent"]'), '+5.83%');
});

visits.test('long symbols and great prices cut no column off', { expected }, async (page, host) => {
  const long = 'OPTION:2026-12-18/C00250000.X_YZ';
  await page.getByLabel('Add symbols').fill(`${long},BTC`);
  await page.keyboard.press('Enter');
  await host.publish('market-data', quotes({ [long]: 1234.56 }, { prev_close: 1000 }));
  await host.publish('market-data', quotes({ BTC: 104_250.5 }, { prev_close: 103_000 }));
  await says(price(page, long), '1,234.56');
  await says(price(page, 'BTC'), '104,250.50');
  const cut = (part) => part.scrollWidth - part.clientWidth;
  assert.equal(await page.locator('.table-scroll').evaluate(cut), 0);
});

visits.test('a price that moves flashes, with an arrow and in words', {}, async (page, host) => {
  await host.publish('market-data', quotes({ MSFT: 400 }));
  await says(price(page, 'MSFT'), '400.00');
  for (const [next, way] of [
    [401.25, 'up'],
    [399.75, 'down'],
  ]) {
    await host.publish('market-data', quotes({ MSFT: next }));
    await says(price(page, 'MSFT'), `${way} to ${next.toFixed(2)}`);
    const flash = price(page, 'MSFT').locator(`[data-flash^="${way}"]`);
    assert.notEqual(await animationOf(flash), 'none');
    await flash.locator('svg').waitFor();
  }
});

visits.test(
  'who wants less motion is not flashed at',
  { context: { reducedMotion: 'reduce' } },
  async (page, host) => {
    await host.publish('market-data', quotes({ TSLA: 250 }));
    await says(price(page, 'TSLA'), '250.00');
    await host.publish('market-data', quotes({ TSLA: 251 }));
    await says(price(page, 'TSLA'), 'up to 251.00');
    const flash = price(page, 'TSLA').locator('[data-flash]');
    assert.equal(await animationOf(flash), 'none');
  },
);

visits.test('a symbol that is added is subscribed and kept', { expected }, async (page, host) => {
  await page.keyboard.press('/');
  await page.keyboard.type('nflx');
  await page.keyboard.press('Enter');
  await row(page, 'NFLX').waitFor();
  await host.publish('market-data', quotes({ NFLX: 612.25 }));
  await says(price(page, 'NFLX'), '612.25');
  await page.reload();
  await says(price(page, 'NFLX'), '612.25');
  await row(page, 'NFLX').focus();
  await page.keyboard.press('Delete');
  await row(page, 'NFLX').waitFor({ state: 'detached' });
  await page.reload();
  await row(page, 'AAPL').waitFor();
  assert.ok(!(await symbols(page)).includes('NFLX'));
});

visits.test(
  'a price that nothing was heard of for long is marked',
  { at: null },
  async (page, host) => {
    await openWithClock(page, host);
    await host.publish('market-data', quotes({ META: 500 }));
    await says(price(page, 'META'), '500.00');
    await page.clock.fastForward(LONG_MS);
    const age = row(page, 'META').locator('[data-field="age"]');
    await says(age, /stale: \d+[sm]/);
    await host.publish('market-data', quotes({ META: 501 }));
    await says(age, /^(now|\d+s)/);
  },
);

visits.test('the chart follows the symbol that is chosen', {}, async (page, host) => {
  await host.publish('market-data', quotes({ GOOGL: 140.25, AMZN: 185 }));
  await row(page, 'GOOGL').click();
  const chart = page.getByRole('region', { name: 'Chart of GOOGL' });
  await says(chart, '140.25');
  await chart.locator('canvas').first().waitFor();
  await host.publish('market-data', quotes({ GOOGL: 141.5 }));
  await says(chart, '141.50');
});

visits.test('the chart bears another theme as quotes come in', { at: null }, async (page, host) => {
  await page.addInitScript(() => {
    localStorage.setItem('sentio.settings', JSON.stringify({ interval: '0s' }));
  });
  await open(page, host);
  const began = Date.now() - HOUR_MS;
  // A candle for each quote.
  const next = (number) =>
    quotes({ AAPL: 190 + number }, { timestamp: new Date(began + number * 5000).toISOString() });
  const publisher = new Publisher(host).start('market-data', next, 10);
  await page.locator('main canvas').first().waitFor();
  for (let turn = 0; turn < 9; turn += 1) {
    await publisher.more(5);
    await page.getByRole('button', { name: /^Theme:/ }).click();
  }
  const count = await publisher.stop();
  await says(price(page, 'AAPL'), (189 + count).toFixed(2));
});

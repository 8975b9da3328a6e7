// SPDX-License-Identifier: MIT
// Something on the way lets no WebSocket through: REST takes over.

import { after, before } from 'node:test';
import { earnings, notification, quotes, signals } from './lib/bodies.mjs';
import { connection, counts, notices, price, row, says, visit } from './lib/look.mjs';
import { Proxy } from './lib/proxy.mjs';
import { AWAY, phase, Visits } from './lib/visit.mjs';

const POLL_MS = 30_000;
// REST answers 404 while nothing is known, which the browser writes into the console.
const visits = new Visits({ before: (host) => host.publish('earnings', earnings(100_000)) });
let proxy;

before(async () => {
  proxy = await new Proxy(() => visits.host.address).start();
});

after(() => proxy?.close());

const options = { at: null, expected: AWAY };

visits.test('without WebSocket the page is filled by REST', options, async (page, host) => {
  await host.publish('market-data', quotes({ AAPL: 190.5 }));
  await host.publish('notifications', notification('From afar'));
  proxy.block();
  await page.goto(proxy.origin);
  await phase(page, 'polling');
  await says(connection(page), 'Polling');
  await says(price(page, 'AAPL'), '190.50');
  await visit(page, '#/notifications', 'Notifications');
  await counts(notices(page), 1);
  proxy.unblock();
  // It may come back by itself before it is told to.
  await Promise.race([
    page.getByRole('button', { name: 'Retry now' }).click(),
    phase(page, 'live'),
  ]);
  await phase(page, 'live');
  await counts(notices(page), 1);
});

visits.test('a block in mid-session is bridged, and ends', options, async (page, host) => {
  proxy.unblock();
  await page.clock.install();
  await page.goto(`${proxy.origin}/#/signals`);
  await phase(page, 'live');
  await host.publish('trade-signals', signals(['AAPL']));
  await says(row(page, 'AAPL'), 'Buy');
  proxy.block();
  await phase(page, 'polling');
  await host.publish('trade-signals', signals(['AAPL', 'sell'], ['MSFT', 'hold']));
  await page.clock.fastForward(POLL_MS);
  await says(row(page, 'AAPL'), 'Sell');
  await says(row(page, 'MSFT'), 'Hold');
  await phase(page, 'polling');
  proxy.unblock();
  await page.clock.fastForward(POLL_MS);
  await phase(page, 'live');
  await host.publish('trade-signals', signals(['MSFT', 'buy']));
  await says(row(page, 'MSFT'), 'Buy');
});

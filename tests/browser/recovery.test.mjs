// SPDX-License-Identifier: MIT
// The host, or the network, goes away in mid-session: nothing is missed and nothing comes twice.

import assert from 'node:assert/strict';
import { notification, quotes } from './lib/bodies.mjs';
import { connection, notices, price, says, visit } from './lib/look.mjs';
import { Publisher } from './lib/publisher.mjs';
import { AWAY, phase, Visits } from './lib/visit.mjs';

const visits = new Visits({ channels: { notifications: { history: 1000, queue: 10_000 } } });
const at = '#/notifications';
/** So many, the newest, are in the list. */
const SHOWN = 200;
const numbered = (name) => (number) => notification(`${name} ${number}`);

/** The numbers in the list, in rising order. */
async function numbers(page, name) {
  const titles = await notices(page).allTextContents();
  return titles
    .map((title) => new RegExp(`${name} (\\d+)`).exec(title))
    .filter((found) => found !== null)
    .map(([, number]) => Number(number))
    .toSorted((a, b) => a - b);
}

/** Ids of all notifications that come over the wire, however often they do. */
function record(page, name) {
  const ids = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(payload);
      const named = message.type === 'notification' && message.data.title.startsWith(name);
      if (named && !message.snapshot) ids.push(message.data.id);
    }),
  );
  return ids;
}

async function allArrived(page, name, count) {
  await says(notices(page), new RegExp(`${name} ${count - 1}(?!\\d)`));
  assert.deepEqual(
    await numbers(page, name),
    Array.from({ length: count }, (_, number) => number).slice(-SHOWN),
  );
}

for (const signal of ['SIGTERM', 'SIGKILL']) {
  visits.test(
    `a restart after ${signal} misses nothing`,
    { at: null, expected: AWAY },
    async (page, host) => {
      const ids = record(page, signal);
      await page.goto(`${host.origin}/${at}`);
      await phase(page, 'live');
      const publisher = new Publisher(host).start('notifications', numbered(signal), 50);
      await publisher.more(10);
      await host.end(signal);
      await phase(page, 'waiting');
      await says(connection(page), /Reconnecting (in \d+ s|now)/);
      await host.start();
      await phase(page, 'live');
      await publisher.more(10);
      const count = await publisher.stop();
      await allArrived(page, signal, count);
      assert.equal(new Set(ids).size, count);
      assert.equal(ids.length, count, 'each came over the wire once');
    },
  );
}

visits.test('prices go on after a restart', { expected: AWAY }, async (page, host) => {
  const publisher = new Publisher(host);
  publisher.start('market-data', (number) => quotes({ AAPL: 100 + number }), 50);
  await publisher.more(10);
  await host.end();
  await host.start();
  await publisher.more(10);
  const count = await publisher.stop();
  await says(price(page, 'AAPL'), (99 + count).toFixed(2));
  await phase(page, 'live');
});

visits.test(
  'what is first looked at while the host is away comes with it',
  { at, expected: AWAY },
  async (page, host) => {
    await host.end();
    await visit(page, '#/', 'Markets');
    await says(page.getByRole('status'), 'does not give the chart');
    await page.getByRole('link', { name: 'Admin' }).click();
    await says(page.getByRole('status'), 'does not give the admin page');
    await host.start();
    await page.getByLabel('Admin token').waitFor();
    await visit(page, '#/', 'Markets');
    await page.locator('main canvas').first().waitFor();
  },
);

visits.test(
  'what came while offline is there once online',
  { at, expected: AWAY },
  async (page, host) => {
    const context = page.context();
    await host.publish('notifications', notification('Line 0'));
    await allArrived(page, 'Line', 1);
    await context.setOffline(true);
    await page.evaluate(() => window.dispatchEvent(new Event('offline')));
    for (const number of [1, 2, 3]) {
      await host.publish('notifications', notification(`Line ${number}`));
    }
    await context.setOffline(false);
    await visit(page, at, 'Notifications');
    await allArrived(page, 'Line', 4);
    await phase(page, 'live');
  },
);

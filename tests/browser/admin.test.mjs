// SPDX-License-Identifier: MIT
// The admin page.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { earnings, signals } from './lib/bodies.mjs';
import { ADMIN_TOKEN } from './lib/daemon.mjs';
import { connection, counts, heading, row, says } from './lib/look.mjs';
import { build } from './lib/places.mjs';
import { open, phase, Visits } from './lib/visit.mjs';

const aborts = join(build, 'tests', 'plugins', 'aborts.so');
const visits = new Visits({ channels: { tick: { plugin: aborts, isolation: 'process' } } });
const tab = (name) => `#/admin?token=${ADMIN_TOKEN}&tab=${name}`;
const kicks = (page) => page.getByRole('button', { name: 'Kick', exact: true });

/** Settings of a user, for pages that are opened after this. */
function beUser(page, userId) {
  return page.addInitScript((settings) => {
    localStorage.setItem('sentio.settings', settings);
  }, JSON.stringify({ userId }));
}

/** A plain WebSocket in a page; answers with how it was closed. */
function plainSocket(page, path, first) {
  return page.evaluate(
    ([to, message]) =>
      new Promise((opened) => {
        const socket = new WebSocket(`ws://${location.host}${to}`);
        socket.onopen = () => socket.send(JSON.stringify({ ...message, id: 1 }));
        socket.onmessage = () => opened();
        window.whenClosed = new Promise((done) => {
          socket.onclose = ({ code, reason }) => done({ code, reason });
        });
      }),
    [path, first],
  );
}

const REFUSED = [/401 \(Unauthorized\)/];

visits.test(
  'a wrong token is refused, the right one lets in',
  { at: '#/admin', expected: REFUSED },
  async (page) => {
    await page.getByLabel('Admin token').fill('not-the-token');
    await page.keyboard.press('Enter');
    await says(page.getByRole('alert'), 'The host refused it');
    await page.getByLabel('Admin token').fill(ADMIN_TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
  },
);

visits.test(
  'a token in the address opens the page and leaves the address',
  { at: tab('overview') },
  async (page) => {
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    assert.ok(!page.url().includes(ADMIN_TOKEN));
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.ok(!kept.includes(ADMIN_TOKEN));
  },
);

visits.test(
  'the business figures follow what is published',
  { at: tab('overview') },
  async (page, host) => {
    await host.publish('admin', { kind: 'users', data: { total_users: 150 } });
    await says(page.locator('[data-kind="users"]'), '150');
    await host.publish('admin', { kind: 'users', data: { total_users: 151 } });
    await says(page.locator('[data-kind="users"]'), '151');
  },
);

visits.test('a channel that has failed is shown as failed', { at: null }, async (page, host) => {
  const failed = async () => {
    const { channels } = await host.admin('/api/v1/host/channels');
    return channels.find(({ name }) => name === 'tick').state === 'failed';
  };
  while (!(await failed())) await host.publish('tick', { data: 'abort' }).catch(() => {});
  await open(page, host, tab('channels'));
  const tick = page.locator('tr[data-channel="tick"]');
  await says(tick, 'failed');
  await says(page.getByRole('list', { name: 'Channels that are not open' }), 'tick has failed');
  await says(page.locator('tr[data-channel="earnings"]'), 'open');
});

visits.test('a client that is kicked is told so', { at: tab('clients') }, async (page, host) => {
  const victim = await page.context().newPage();
  await victim.goto(`${host.origin}/icon.svg`);
  await plainSocket(victim, '/ws/earnings', { action: 'subscribe', user_id: 'user_plain' });
  await page.getByRole('searchbox', { name: 'User' }).fill('user_plain');
  await says(page.locator('tr[data-client]'), 'user_plain');
  await counts(page.locator('tr[data-client]'), 1);
  await kicks(page).click();
  await page.getByRole('button', { name: 'Kick client' }).click();
  assert.deepEqual(await victim.evaluate(() => window.whenClosed), {
    code: 1008,
    reason: 'kicked',
  });
  await says(page.locator('main'), 'Kicked');
  await counts(page.locator('tr[data-client]'), 0);
});

visits.test(
  'a dashboard that is kicked says why and stays away',
  { at: tab('clients'), expected: [/sentio: .*kicked/] },
  async (page, host) => {
    // In a browser of its own: tabs of one share their settings.
    const other = await page.context().browser().newContext();
    const victim = await other.newPage();
    await beUser(victim, 'user_kicked');
    await open(victim, host, '#/earnings');
    let opened = 0;
    victim.on('websocket', () => {
      opened += 1;
    });
    await page.getByRole('combobox', { name: 'Channel' }).selectOption('trade-signals');
    await page.getByRole('searchbox', { name: 'User' }).fill('user_kicked');
    await counts(page.locator('tr[data-client]'), 1);
    await kicks(page).click();
    await page.getByRole('button', { name: 'Kick client' }).click();
    await phase(victim, 'stopped');
    await says(connection(victim), 'kicked');
    // Its other connections go on, by which time passes until it is seen to stay away.
    for (const value of [101, 102, 103]) {
      await host.publish('earnings', { ...earnings(value), user_id: 'user_kicked' });
      await says(victim.locator('main'), `$${value}.00`);
    }
    assert.equal(opened, 0);
    await phase(victim, 'stopped');
    await other.close();
  },
);

visits.test(
  'the trace shows what is published as it happens',
  { at: tab('trace') },
  async (page, host) => {
    await page.getByRole('combobox', { name: 'Traced channel' }).selectOption('trade-signals');
    await page.getByRole('button', { name: 'Start' }).click();
    // Not the connection's "Live".
    await says(page.getByRole('status'), /^live$/);
    await host.publish('trade-signals', signals(['TRACED', 'sell', 0.25]));
    const line = page.getByRole('option').filter({ hasText: 'TRACED' }).first();
    await line.click();
    await says(page.getByRole('complementary', { name: 'The chosen line' }), '"symbol": "TRACED"');
    await page.getByRole('button', { name: 'Stop' }).click();
    await says(page.getByRole('status'), /^stopped$/);
  },
);

const INVALID = [/422 \(Unprocessable/];

visits.test(
  'the form publishes, and shows errors by field',
  { at: tab('publish'), expected: INVALID },
  async (page, host) => {
    const editor = page.getByRole('textbox', { name: 'Update, as JSON' });
    await editor.fill(JSON.stringify(signals(['AAPL'], ['MSFT', 'buy', 7])));
    await page.keyboard.press('Control+Enter');
    await says(page.getByRole('alert'), /item 1, confidence:/);
    await editor.fill('{"data": [}');
    await says(page.locator('main'), 'Line 1, column 11');
    assert.ok(await page.getByRole('button', { name: 'Publish', exact: true }).isDisabled());
    await editor.fill(JSON.stringify(signals(['FORMED', 'hold', 0.5])));
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await says(page.getByRole('status'), 'Published 1 item on trade-signals');
    await page.getByRole('link', { name: 'Signals' }).click();
    await heading(page, 'Trade signals').waitFor();
    await says(row(page, 'FORMED'), 'Hold');
    const { signals: kept } = await host.admin(
      '/api/v1/dashboard/trade-signals?symbols=FORMED,AAPL',
    );
    assert.deepEqual(
      kept.map(({ symbol }) => symbol),
      ['FORMED'],
    );
  },
);

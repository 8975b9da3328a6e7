// SPDX-License-Identifier: MIT
// What websocket-integration.md shows, as it stands there, in a browser against the host.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { earnings, notification, signals } from './lib/bodies.mjs';
import { bundle } from './lib/bundle.mjs';
import { counts, says } from './lib/look.mjs';
import { Visits } from './lib/visit.mjs';

const site = mkdtempSync(join(tmpdir(), 'sentio-document-'));
await bundle(site);
after(() => rmSync(site, { recursive: true }));

// Of "Manual Testing".
const SNIPPET = `
const ws = new WebSocket('ws://localhost:8000/ws/trade-signals');

ws.onopen = () => {
  console.log('Connected');
  ws.send(JSON.stringify({
    action: 'subscribe',
    symbols: ['AAPL', 'GOOGL'],
    user_id: 'test_user'
  }));
};

ws.onmessage = (event) => {
  console.log('Received:', JSON.parse(event.data));
};
`;
// The snippet's own address leads to the host, whatever port that has.
const visits = new Visits({
  site,
  browser: ({ port }) => [`--host-resolver-rules=MAP localhost:8000 127.0.0.1:${port}`],
});

visits.test("the document's components work unchanged", { at: null }, async (page, host) => {
  const sockets = [];
  page.on('websocket', (socket) => sockets.push(new URL(socket.url()).pathname));
  await page.goto(host.origin);
  const live = page.getByText('🟢 Live');
  await live.nth(1).waitFor();
  await says(page.locator('#root'), 'Loading...');

  await host.publish('trade-signals', signals(['MSFT', 'sell', 0.7], ['AAPL', 'buy', 0.85]));
  await page.getByText('AAPL: buy (0.85)').waitFor();
  await page.getByText('MSFT: sell (0.7)').waitFor();
  await host.publish('trade-signals', signals(['AAPL', 'hold', 0.5], ['TSLA', 'buy', 0.5]));
  await page.getByText('AAPL: hold (0.5)').waitFor();
  assert.equal(await page.getByText('TSLA').count(), 0);

  await host.publish('earnings', earnings(100_000));
  await page.getByText('Portfolio Value: $100000').waitFor();
  await page.getByText('Daily P&L: $250').waitFor();
  await live.nth(2).waitFor();

  await host.publish('notifications', notification('Trade Executed'));
  await page.getByText('Trade Executed: What Trade Executed is about').waitFor();
  await page.getByRole('button', { name: 'Clear All' }).click();
  await counts(page.locator('strong'), 0);

  const wanted = ['/ws/earnings', '/ws/notifications', '/ws/trade-signals'];
  assert.deepEqual(sockets.toSorted(), wanted, 'one socket each, also in StrictMode');
});

visits.test('the snippet for the console works unchanged', { at: null }, async (page, host) => {
  await page.goto('http://localhost:8000/');
  await page.getByText('🟢 Live').first().waitFor();
  const connected = page.waitForEvent('console', (found) => found.text() === 'Connected');
  // Over the debugger, which is what a console is.
  await page.evaluate(SNIPPET);
  await connected;
  const received = page.waitForEvent('console', async (found) => {
    if (!found.text().startsWith('Received:')) return false;
    const { type, data } = await found.args()[1].jsonValue();
    return type === 'trade_signals' && data.some(({ symbol }) => symbol === 'GOOGL');
  });
  await host.publish('trade-signals', signals(['GOOGL', 'buy', 0.9]));
  await received;
});

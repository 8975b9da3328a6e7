// SPDX-License-Identifier: MIT
// Connections as Node's ws makes and ends them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Client } from './client.mjs';
import { Daemon, TIMEOUT } from './daemon.mjs';

const options = { timeout: TIMEOUT };
const signal = (symbol, more = {}) => ({
  data: [{ symbol, signal: 'buy', confidence: 1, ...more }],
});
let host;

before(async () => {
  host = await new Daemon().start();
});

after(async () => {
  const code = await host.stop();
  host.remove();
  assert.equal(code, 0);
});

test('a ping frame is answered by a pong with its payload', options, async () => {
  const client = await new Client(host.url('/ws/trade-signals')).open();
  client.socket.ping('are you there');
  const [payload] = await once(client.socket, 'pong');
  assert.equal(payload.toString(), 'are you there');
  await client.close();
});

for (const code of [1000, 1001, 3000, 4999]) {
  test(`a close with ${code} is answered with it`, options, async () => {
    const client = await new Client(host.url('/ws/trade-signals')).open();
    assert.equal((await client.close(code, 'bye')).code, code);
  });
}

test('the reason of a close by the host arrives', options, async () => {
  const client = await new Client(host.url('/ws/earnings')).open();
  client.send({ action: 'subscribe' });
  assert.deepEqual(await client.closed, { code: 1008, reason: 'user_id required' });
});

test('an unknown path is refused before the upgrade', options, async () => {
  const socket = new WebSocket(host.url('/ws/weather'));
  const [request, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 404);
  request.destroy();
});

const offers = { PLAIN: true, BITS: { threshold: 0, serverMaxWindowBits: 10 } };
for (const [symbol, perMessageDeflate] of Object.entries(offers)) {
  const offer = JSON.stringify(perMessageDeflate);
  test(`an offer of permessage-deflate (${offer}) is declined or works`, options, async () => {
    const client = new Client(host.url('/ws/trade-signals'), { perMessageDeflate });
    await client.open();
    client.send({ action: 'subscribe', symbols: [symbol], padding: 'p'.repeat(5000) });
    client.send({ action: 'ping' });
    assert.equal((await client.nextOf('pong')).type, 'pong');
    for (const size of [10, 5000, 100_000]) {
      await host.publish('trade-signals', signal(symbol, { padding: 'x'.repeat(size) }));
      const message = await client.liveOf('trade_signals');
      assert.equal(message.data[0].padding.length, size);
    }
    await client.close();
  });
}

test('a client that reconnects after a restart goes on', options, async () => {
  const other = await new Daemon().start();
  try {
    const first = await new Client(other.url('/ws/trade-signals')).open();
    first.send({ action: 'subscribe', symbols: ['AAPL'] });
    assert.equal(await other.stop(), 0);
    assert.equal((await first.closed).code, 1001);
    await other.start(other.address);
    const second = await new Client(other.url('/ws/trade-signals')).open();
    second.send({ action: 'subscribe', symbols: ['AAPL'] });
    second.send({ action: 'ping' });
    await second.nextOf('pong');
    await other.publish('trade-signals', signal('AAPL', { number: 2 }));
    const message = await second.liveOf('trade_signals');
    assert.equal(message.data[0].number, 2);
    await second.close();
    assert.equal(await other.stop(), 0);
  } finally {
    other.remove();
  }
});

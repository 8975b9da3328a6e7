// SPDX-License-Identifier: MIT
// permessage-deflate as Node's ws has it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { Daemon, TIMEOUT } from './daemon.mjs';

const options = { timeout: TIMEOUT };
const ANSWER = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
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

async function connect(perMessageDeflate) {
  const client = new Client(host.url('/ws/trade-signals'), { perMessageDeflate });
  let answer;
  client.socket.once('upgrade', (response) => {
    answer = response.headers['sec-websocket-extensions'];
  });
  await client.open();
  return { client, answer };
}

const offers = [
  { name: 'its default', offer: true, answer: ANSWER },
  { name: 'everything compressed', offer: { threshold: 0 }, answer: ANSWER },
  { name: 'no context', offer: { serverNoContextTakeover: true, clientNoContextTakeover: true },
    answer: ANSWER },
  { name: 'a small window of its own', offer: { threshold: 0, clientMaxWindowBits: 9 },
    answer: ANSWER },
  { name: 'a window of 15', offer: { threshold: 0, serverMaxWindowBits: 15 },
    answer: `${ANSWER}; server_max_window_bits=15` },
  { name: 'a smaller window', offer: { threshold: 0, serverMaxWindowBits: 10 } },
  { name: 'none', offer: false },
];

for (const { name, offer, answer } of offers) {
  test(`what ws offers is answered: ${name}`, options, async () => {
    const { client, answer: given } = await connect(offer);
    assert.equal(given, answer);
    assert.equal(client.socket.extensions, answer ? 'permessage-deflate' : '');
    for (let n = 0; n < 5; n += 1) {
      client.send({ action: 'ping', id: n, padding: 'p'.repeat(n * 4000) });
      assert.equal((await client.nextOf('pong')).id, n);
    }
    await client.close();
  });
}

test('clients with and without it get equal messages', options, async () => {
  const clients = [];
  for (const { offer } of offers) clients.push((await connect(offer)).client);
  for (const client of clients) {
    client.send({ action: 'subscribe', symbols: ['AAPL'], id: 1 });
    await client.nextOf('ok');
  }
  for (const size of [0, 100, 5000, 100_000]) {
    await host.publish('trade-signals', signal('AAPL', { padding: 'ab'.repeat(size) }));
    const messages = await Promise.all(clients.map((client) => client.liveOf('trade_signals')));
    assert.equal(messages[0].data[0].padding.length, 2 * size);
    for (const message of messages) assert.deepEqual(message, messages[0]);
  }
  for (const client of clients) assert.equal((await client.close()).code, 1000);
});

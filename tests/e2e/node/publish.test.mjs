// SPDX-License-Identifier: MIT
// Publishing over /ws/publish, as Node's ws does it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Daemon, TIMEOUT } from './daemon.mjs';

const options = { timeout: TIMEOUT };
const COUNT = 2000;
let host;

before(async () => {
  host = await new Daemon().start();
});

after(async () => {
  const code = await host.stop();
  host.remove();
  assert.equal(code, 0);
});

/** Sends them all at once; the answers. */
async function publish(socket, frames) {
  const answers = [];
  const all = new Promise((resolve) => {
    socket.on('message', (text) => {
      answers.push(JSON.parse(text));
      if (answers.length === frames.length) resolve();
    });
  });
  for (const frame of frames) socket.send(JSON.stringify(frame));
  await all;
  return answers;
}

for (const perMessageDeflate of [false, true]) {
  const how = perMessageDeflate ? 'compressed' : 'plain';
  test(`${how} updates are answered in their order`, options, async () => {
    const socket = new WebSocket(host.url('/ws/publish'), { perMessageDeflate });
    await once(socket, 'open');
    const frames = Array.from({ length: COUNT }, (_, number) => ({
      channel: number % 2 ? 'market-data' : 'trade-signals',
      id: `${how} ${number}`,
      data: number % 2
        ? [{ symbol: 'AAPL', price: number, note: 'x'.repeat(400) }]
        : [{ symbol: 'AAPL', signal: 'buy', confidence: 1, note: 'x'.repeat(400) }],
    }));
    const answers = await publish(socket, frames);
    assert.deepEqual(answers.map(({ id }) => id), frames.map(({ id }) => id));
    assert.ok(answers.every(({ status }) => status === 200));
    socket.close(1000);
    const [code] = await once(socket, 'close');
    assert.equal(code, 1000);
  });
}

test('a page of another origin is refused', options, async () => {
  const socket = new WebSocket(host.url('/ws/publish'), { origin: 'https://evil.example' });
  const [error] = await once(socket, 'error');
  assert.match(error.message, /403/);
});

// SPDX-License-Identifier: MIT
// A feed of quotes at a steady rate.

import { setTimeout as pause } from 'node:timers/promises';

const SYMBOLS = ['AAPL', 'GOOGL', 'MSFT', 'TSLA', 'AMZN', 'NVDA', 'META', 'SPY'];
const STEP_MS = 20;

function update(number) {
  const symbol = SYMBOLS[number % SYMBOLS.length];
  const price = Math.round((200 + 20 * Math.sin(number / 997) + Math.random()) * 100) / 100;
  const volume = 1_000_000 + number;
  return JSON.stringify({ data: [{ symbol, price, volume, prev_close: 200 }] });
}

/** Publishes updates of one quote each. */
export class Load {
  #host;
  #stopped = false;
  #running;
  /** How many have been published. */
  count = 0;

  constructor(host) {
    this.#host = host;
  }

  /** @param {number} rate updates a second */
  start(rate) {
    this.#running = this.#run(rate);
    return this;
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
  }

  async #run(rate) {
    const began = performance.now();
    while (!this.#stopped) {
      const due = Math.floor(((performance.now() - began) * rate) / 1000);
      // What can not be caught up with in a second is left out, and shows in the rate.
      if (due > this.count) await this.#publish(Math.min(due - this.count, rate));
      await pause(STEP_MS);
    }
  }

  async #publish(updates) {
    const lines = Array.from({ length: updates }, (_, i) => update(this.count + i));
    const answer = await fetch(`${this.#host.origin}/api/v1/publish/market-data`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    const { accepted } = await answer.json();
    if (accepted !== updates) throw new Error(`${accepted} of ${updates} updates were accepted`);
    this.count += updates;
  }
}

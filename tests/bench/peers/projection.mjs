// SPDX-License-Identifier: MIT
// The filtering that a service on Node or Bun writes by hand: each item's text is made once, and
// each subscriber gets one message of the items that it named.

export class Projection {
  #subscribers = new Map();

  add(subscriber, symbols) {
    this.#subscribers.set(subscriber, new Set(symbols));
  }

  remove(subscriber) {
    this.#subscribers.delete(subscriber);
  }

  get size() {
    return this.#subscribers.size;
  }

  publish(body, send) {
    const items = JSON.parse(body).data.map((item) => [item.symbol, JSON.stringify(item)]);
    const timestamp = new Date().toISOString();
    for (const [subscriber, symbols] of this.#subscribers) {
      const own = [];
      for (const [symbol, text] of items) {
        if (symbols.has(symbol)) own.push(text);
      }
      if (own.length > 0) {
        send(
          subscriber,
          `{"type":"trade_signals","data":[${own.join(",")}],"timestamp":"${timestamp}"}`,
        );
      }
    }
  }
}

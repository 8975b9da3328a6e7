// SPDX-License-Identifier: MIT
// The filtering that a service on Node or Bun writes by hand: each item's text is made once, an
// index finds the subscribers of its symbol, and each gets one message of the items that it named.

export class Projection {
  #named = new Map(); // subscriber -> its symbols
  #subscribers = new Map(); // symbol -> those that named it

  add(subscriber, symbols) {
    this.#named.set(subscriber, symbols);
    for (const symbol of symbols) {
      const others = this.#subscribers.get(symbol);
      if (others) others.add(subscriber);
      else this.#subscribers.set(symbol, new Set([subscriber]));
    }
  }

  remove(subscriber) {
    for (const symbol of this.#named.get(subscriber) ?? []) {
      this.#subscribers.get(symbol).delete(subscriber);
    }
    this.#named.delete(subscriber);
  }

  get size() {
    return this.#named.size;
  }

  publish(body, send) {
    const own = new Map();
    for (const item of JSON.parse(body).data) {
      const text = JSON.stringify(item);
      for (const subscriber of this.#subscribers.get(item.symbol) ?? []) {
        const texts = own.get(subscriber);
        own.set(subscriber, texts === undefined ? text : `${texts},${text}`);
      }
    }
    const tail = `],"timestamp":"${new Date().toISOString()}"}`;
    for (const [subscriber, texts] of own) {
      send(subscriber, `{"type":"trade_signals","data":[${texts}${tail}`);
    }
  }
}

// SPDX-License-Identifier: MIT
// A client as websocket-integration.md describes it, and nothing more: it knows no ids, offsets or
// other additions.

import { once } from 'node:events';
import WebSocket from 'ws';

export class Client {
  #messages = [];
  #waiting = [];

  constructor(url, options = {}) {
    this.socket = new WebSocket(url, options);
    this.closed = new Promise((done) => {
      this.socket.once('close', (code, reason) => done({ code, reason: reason.toString() }));
    });
    this.socket.on('message', (data, binary) => this.#take(JSON.parse(data.toString()), binary));
  }

  async open() {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
    return this;
  }

  #take(message, binary) {
    if (binary) throw new Error('a binary message');
    const wanted = this.#waiting.shift();
    if (wanted) wanted(message);
    else this.#messages.push(message);
  }

  // The next message, in the order of arrival.
  next() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    return new Promise((done) => this.#waiting.push(done));
  }

  // The next message of a type; others are passed over.
  async nextOf(type) {
    for (;;) {
      const message = await this.next();
      if (message.type === type) return message;
    }
  }

  // As nextOf, past what was known before the subscribe.
  async liveOf(type) {
    for (;;) {
      const message = await this.nextOf(type);
      if (!message.snapshot) return message;
    }
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async close(code = 1000, reason = '') {
    this.socket.close(code, reason);
    return this.closed;
  }
}

// SPDX-License-Identifier: MIT
// A publisher that goes on while the host is away.

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const AGAIN_MS = 50;

/**
 * Publishes one update after the other. What was not answered is sent again with the same
 * Idempotency-Key until it is, so that each is published once.
 */
export class Publisher {
  #host;
  #name = randomUUID();
  #stopped = false;
  #running;
  #progress = new EventEmitter();
  /** How many have been answered. */
  count = 0;

  constructor(host) {
    this.#host = host;
  }

  /**
   * `body(number)` is the update of that number, from 0.
   * @param {number} every milliseconds between two
   */
  start(channel, body, every) {
    this.#running = this.#run(channel, body, every);
    this.#running.catch((error) => this.#progress.emit('error', error));
    return this;
  }

  /** Resolves, once the last is answered, with how many there were. */
  async stop() {
    this.#stopped = true;
    await this.#running;
    return this.count;
  }

  /** Resolves once `count` more than now have been answered. */
  async more(count) {
    const wanted = this.count + count;
    while (this.count < wanted) await once(this.#progress, 'answer');
  }

  async #run(channel, body, every) {
    while (!this.#stopped) {
      await this.#publish(channel, body(this.count), `${this.#name}-${this.count}`);
      this.count += 1;
      this.#progress.emit('answer');
      await pause(every);
    }
  }

  async #publish(channel, body, key) {
    for (;;) {
      try {
        await this.#host.publish(channel, body, { 'idempotency-key': key });
        return;
      } catch (error) {
        // A TypeError is fetch's own: there was no answer. 503: the host ends, or begins.
        if (!(error instanceof TypeError) && error.status !== 503) throw error;
      }
      await pause(AGAIN_MS);
    }
  }
}

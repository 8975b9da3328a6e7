// SPDX-License-Identifier: MIT
// Stands before the host, as proxies do that know nothing of WebSocket.

import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';

export class Proxy {
  #host;
  #server;
  #pipes = new Set();
  /** Whether WebSocket is let through. */
  #open = true;

  /** @param {() => string} host answers with where the host is, as address:port */
  constructor(host) {
    this.#host = host;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async start() {
    this.#server = createServer((asked, answer) => this.#pass(asked, answer));
    this.#server.on('upgrade', (asked, socket, head) => this.#upgrade(asked, socket, head));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Ends all WebSocket connections and refuses new ones. */
  block() {
    this.#open = false;
    for (const socket of this.#pipes) socket.destroy();
  }

  unblock() {
    this.#open = true;
  }

  close() {
    this.block();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #pass(asked, answer) {
    const { method, url, headers } = asked;
    const [hostname, port] = this.#host().split(':');
    const onward = request({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }

  #upgrade(asked, socket, head) {
    socket.on('error', () => {});
    if (!this.#open) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const [hostname, port] = this.#host().split(':');
    const onward = connect(Number(port), hostname);
    const lines = [`GET ${asked.url} HTTP/1.1`];
    for (let i = 0; i < asked.rawHeaders.length; i += 2) {
      lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
    }
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
    this.#pipes.add(socket);
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => {
      onward.destroy();
      this.#pipes.delete(socket);
    });
  }
}

// SPDX-License-Identifier: MIT
// Bun's own publish: a published body goes to every subscriber as it is, by uWebSockets' topics;
// those that named symbols get their own items. A subscriber for whom too much waits misses what is
// published until it has caught up.

import { backlog, host, port, tls } from "./options.mjs";
import { Projection } from "./projection.mjs";

const UNLIMITED = 64 * 1024 * 1024;
const JSON_TYPE = { headers: { "Content-Type": "application/json" } };
const projection = new Projection();

Bun.serve({
  port,
  hostname: host,
  tls: tls || undefined,
  development: false,
  idleTimeout: 0,
  async fetch(request, server) {
    if (request.method === "POST") {
      const body = await request.text();
      server.publish("all", body);
      if (projection.size > 0) projection.publish(body, (socket, text) => socket.send(text));
      return new Response("{}", JSON_TYPE);
    }
    return server.upgrade(request) ? undefined : new Response(null, { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    sendPings: false,
    backpressureLimit: backlog || UNLIMITED,
    message(socket, data) {
      const { symbols } = JSON.parse(data);
      if (symbols) projection.add(socket, symbols);
      else socket.subscribe("all");
      socket.send('{"type":"ok"}');
    },
    close(socket) {
      projection.remove(socket);
    },
  },
});

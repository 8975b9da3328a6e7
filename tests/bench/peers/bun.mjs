// SPDX-License-Identifier: MIT
// Bun's own publish: a published body goes to every subscriber as it is, by uWebSockets' topics;
// those that named symbols get their own items.

import { Projection } from "./projection.mjs";

const projection = new Projection();

Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch(request, server) {
    if (request.method === "POST") {
      const body = await request.text();
      server.publish("all", body);
      if (projection.size > 0) projection.publish(body, (socket, text) => socket.send(text));
      return new Response("{}", { headers: { "Content-Type": "application/json" } });
    }
    return server.upgrade(request) ? undefined : new Response(null, { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    backpressureLimit: 16 * 1024 * 1024,
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

// SPDX-License-Identifier: MIT
// Node with `ws`: a published body goes to every subscriber as it is; those that named symbols get
// their own items. A subscriber for whom too much waits is passed over.

import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { WebSocketServer } from "ws";
import { backlog, host, port, tls } from "./options.mjs";
import { Projection } from "./projection.mjs";

const TEXT = { binary: false };
const everything = new Set();
const projection = new Projection();

function publish(body) {
  for (const socket of everything) {
    if (backlog === 0 || socket.bufferedAmount <= backlog) socket.send(body, TEXT);
  }
  if (projection.size > 0) projection.publish(body.toString(), (socket, text) => socket.send(text));
}

function answer(request, response) {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    publish(parts.length === 1 ? parts[0] : Buffer.concat(parts));
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
}

const server = tls ? createSecureServer({ ...tls, minVersion: "TLSv1.3" }, answer) : createServer(answer);
server.keepAliveTimeout = 600_000;

const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  clientTracking: false,
});
sockets.on("connection", (socket) => {
  socket.on("message", (data) => {
    const { symbols } = JSON.parse(data.toString());
    if (symbols) projection.add(socket, symbols);
    else everything.add(socket);
    socket.send('{"type":"ok"}');
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    everything.delete(socket);
    projection.remove(socket);
  });
});

server.listen({ port, host, backlog: 4096 });

// SPDX-License-Identifier: MIT
// Node with `ws`: a published body goes to every subscriber as it is; those that named symbols get
// their own items.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { Projection } from "./projection.mjs";

const everything = new Set();
const projection = new Projection();

function publish(body) {
  for (const socket of everything) socket.send(body, { binary: false });
  if (projection.size > 0) projection.publish(body.toString(), (socket, text) => socket.send(text));
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    publish(parts.length === 1 ? parts[0] : Buffer.concat(parts));
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
});
server.keepAliveTimeout = 600_000;

const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  socket.on("message", (data) => {
    const { symbols } = JSON.parse(data.toString());
    if (symbols) projection.add(socket, symbols);
    else everything.add(socket);
    socket.send('{"type":"ok"}');
  });
  socket.on("close", () => {
    everything.delete(socket);
    projection.remove(socket);
  });
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });

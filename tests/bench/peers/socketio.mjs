// SPDX-License-Identifier: MIT
// Socket.IO over its WebSocket transport: subscribers join a room, and what is published is emitted
// to it. Where the bytes that may wait are limited, as volatile events: those that a client could
// not be sent at once are dropped.

import { createServer } from "node:http";
import { Server } from "socket.io";
import { backlog, host, port } from "./options.mjs";

const server = createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false });

function room() {
  return backlog > 0 ? io.to("all").volatile : io.to("all");
}

server.on("request", (request, response) => {
  if (request.method !== "POST" || request.url !== "/publish") return;
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    room().emit("trade_signals", JSON.parse(Buffer.concat(parts).toString()));
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
});
server.keepAliveTimeout = 600_000;

// As Socket.IO's page about memory usage advises: the request of the handshake is not needed.
io.engine.on("connection", (connection) => {
  connection.request = null;
});
io.on("connection", (socket) => {
  socket.on("subscribe", () => {
    socket.join("all");
    socket.emit("ok");
  });
});

server.listen({ port, host, backlog: 4096 });

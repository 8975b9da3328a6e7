// SPDX-License-Identifier: MIT
// Socket.IO over its WebSocket transport: subscribers join a room, and what is published is emitted
// to it.

import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false });

server.on("request", (request, response) => {
  if (request.method !== "POST" || request.url !== "/publish") return;
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    io.to("all").emit("trade_signals", JSON.parse(Buffer.concat(parts).toString()));
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
});
server.keepAliveTimeout = 600_000;

io.on("connection", (socket) => {
  socket.on("subscribe", () => {
    socket.join("all");
    socket.emit("ok");
  });
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });

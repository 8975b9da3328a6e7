# SPDX-License-Identifier: MIT
"""HTTP written out byte for byte, for what no client library sends."""

from __future__ import annotations

import http.client
import json
import socket
from typing import BinaryIO, NamedTuple

PUBLISH = "/api/v1/publish/trade-signals"


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def json(self) -> dict:
        return json.loads(self.body)


def post(body: str, *headers: str, path: str = PUBLISH, version: str = "1.1") -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    return (f"POST {path} HTTP/{version}\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"{lines}Content-Length: {len(body.encode())}\r\n\r\n{body}").encode()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Reader:
    """Reads answers from a connection, which is left open."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream: BinaryIO = connection.makefile("rb")

    def answer(self) -> Answer:
        status = int(self._stream.readline().split()[1])
        headers = http.client.parse_headers(self._stream)
        return Answer(status, self._stream.read(int(headers["content-length"] or 0)), headers)

    def answers(self, count: int) -> list[Answer]:
        return [self.answer() for _ in range(count)]

    def statuses(self, count: int) -> list[int]:
        return [answer.status for answer in self.answers(count)]

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        return self._stream.read()

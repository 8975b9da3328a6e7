# SPDX-License-Identifier: MIT
"""A small blocking WebSocket client (RFC 6455) that can also break the rules."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import struct
import time
import zlib
from dataclasses import dataclass, field
from typing import Mapping

from .limits import TIMEOUT

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
RSV1 = 4
FLUSH_TAIL = b"\0\0\xff\xff"
DEFLATE = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@dataclass(frozen=True)
class Address:
    kind: str  # tcp, tls or unix
    host: str  # the socket's path for unix
    port: int
    authority: str | None = field(default=None)
    narrow: bool = False  # over TCP, the kernels hold some 40 KB; the rest waits at the host

    def connect(self, timeout: float = TIMEOUT) -> socket.socket:
        if self.kind == "unix":
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(timeout)
            plain.connect(self.host)
            return plain
        plain = self._connect_tcp(timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.kind == "tcp":
            return plain
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=self.host)

    def _connect_tcp(self, timeout: float) -> socket.socket:
        if not self.narrow:
            return socket.create_connection((self.host, self.port), timeout)
        plain = socket.socket()
        plain.settimeout(timeout)
        # The peer's kernel gives its send buffer room for so many segments: small ones, small room.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect((self.host, self.port))
        return plain

    @property
    def name(self) -> str:
        """For the Host header."""
        return self.authority or ("localhost" if self.kind == "unix" else f"{self.host}:{self.port}")


class Refused(Exception):
    """The upgrade was answered by plain HTTP."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(f"{status} {headers} {body!r}")
        self.status = status
        self.headers = headers
        self.body = body


class Closed(Exception):
    """The server's close frame arrived, or (code 1006) the end without one."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def encode(opcode: int, payload: bytes, fin: bool = True, masked: bool = True,
           rsv: int = 0) -> bytes:
    first = (0x80 if fin else 0) | (rsv << 4) | opcode
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, flag | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", first, flag | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, flag | 127, len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    key = mask * (len(payload) // 4 + 1)
    size = len(payload)
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(key[:size], "big")
    return head + mask + mixed.to_bytes(size, "big")


def deflated(data: bytes, level: int = 6) -> bytes:
    """A message of permessage-deflate, without context (RFC 7692 section 7.2.1)."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -15)
    return (stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(FLUSH_TAIL)


def inflated(payload: bytes) -> bytes:
    stream = zlib.decompressobj(-15)
    return stream.decompress(payload + FLUSH_TAIL) + stream.flush()


class WebSocket:
    def __init__(self, address: Address, path: str, headers: Mapping[str, str] | None = None) -> None:
        self.address = address
        self.socket = address.connect()
        self.bite = 65536  # bytes read at a time
        self._buffer = bytearray()
        self.deflate = False
        self.packed = 0  # bytes that the payload of the last text frame came to; 0: as it is
        self._handshake(path, dict(headers or {}))

    def _handshake(self, path: str, extra: dict[str, str]) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        headers = {"Host": self.address.name, "Upgrade": "websocket", "Connection": "Upgrade",
                   "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **extra}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.raw(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        status, answer = self._head()
        if status != 101:
            body = self._exactly(int(answer.get("content-length", "0")))
            self.socket.close()
            raise Refused(status, answer, body)
        digest = hashlib.sha1((key + GUID).encode()).digest()
        assert answer["sec-websocket-accept"] == base64.b64encode(digest).decode()
        assert answer["upgrade"].lower() == "websocket"
        self.headers = answer
        self.deflate = "sec-websocket-extensions" in answer

    def _head(self) -> tuple[int, dict[str, str]]:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}

    def _more(self) -> None:
        try:
            data = self.socket.recv(self.bite)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed(1006, "the connection ended without a close frame")
        self._buffer += data

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def raw(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send(self, text: str | bytes, opcode: int = TEXT, fin: bool = True) -> None:
        payload = text.encode() if isinstance(text, str) else text
        self.raw(encode(opcode, payload, fin))

    def send_packed(self, text: str | bytes) -> None:
        payload = text.encode() if isinstance(text, str) else text
        self.raw(encode(TEXT, deflated(payload), rsv=RSV1))

    def frame(self) -> tuple[bool, int, bytes]:
        """The next frame: (fin, opcode, payload), the payload inflated. A server's frame is never
        masked, and this one's never fragmented."""
        first, second = self._exactly(2)
        assert not second & 0x80, "the server masked a frame"
        assert not first & (0x30 if self.deflate else 0x70), "a reserved bit without an extension"
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._exactly(2))[0]
            assert size > 125, "not the shortest form of a length"
        elif size == 127:
            size = struct.unpack("!Q", self._exactly(8))[0]
            assert size > 65535, "not the shortest form of a length"
        payload = self._exactly(size)
        opcode = first & 0x0F
        if opcode == TEXT:
            self.packed = size if first & 0x40 else 0
        if first & 0x40:
            assert first == 0xC0 | TEXT, "RSV1 where it does not belong"
            payload = inflated(payload)
        return bool(first & 0x80), opcode, payload

    def has_frame(self) -> bool:
        """Whether a whole frame has been read already."""
        if len(self._buffer) < 2:
            return False
        size = self._buffer[1] & 0x7F
        head = {126: 4, 127: 10}.get(size, 2)
        if len(self._buffer) < head:
            return False
        if head > 2:
            size = int.from_bytes(self._buffer[2:head], "big")
        return len(self._buffer) >= head + size

    def message(self) -> str:
        """The next text message; pings are answered on the way. Raises Closed."""
        text = b""
        deadline = time.monotonic() + TIMEOUT
        while True:
            # The socket's own timeout starts afresh with every ping of the host.
            assert time.monotonic() < deadline, "no message in time"
            fin, opcode, payload = self.frame()
            if opcode == PING:
                self.send(payload, PONG)
            elif opcode == CLOSE:
                self._answer_close(payload)
            elif opcode in (TEXT, CONTINUATION):
                text += payload
                if fin:
                    return text.decode()
            else:
                assert opcode == PONG, f"unexpected opcode {opcode}"

    def _answer_close(self, payload: bytes) -> None:
        assert len(payload) != 1, "the server's close frame has half a code"
        code = struct.unpack("!H", payload[:2])[0] if payload else 1005
        try:
            self.send(payload[:2], CLOSE)
        except OSError:
            pass
        raise Closed(code, payload[2:].decode())

    def closed(self) -> Closed:
        """Reads to the close frame, past any messages before it."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            try:
                self.message()
            except Closed as closed:
                return closed
        raise AssertionError("not closed in time")

    def pong(self, payload: bytes) -> None:
        """Sends a ping and waits for its pong."""
        self.send(payload, PING)
        while True:
            _, opcode, answer = self.frame()
            if opcode == PONG:
                assert answer == payload
                return

    def close(self, code: int = 1000) -> Closed:
        """The closing handshake from our side; what the server answered."""
        self.send(struct.pack("!H", code), CLOSE)
        return self.closed()

    def abandon(self) -> None:
        self.socket.close()

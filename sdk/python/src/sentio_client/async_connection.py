# SPDX-License-Identifier: MIT
"""Connections that are kept, for one event loop: a strict and bounded HTTP/1.1 (RFC 9112)."""

from __future__ import annotations

import asyncio
import re
from typing import Dict, List, Optional

from .address import Address
from .answer import Answer
from .connection import MAX_ANSWER, failure
from .errors import BadAnswer, ConnectionFailed
from .request import Request

MAX_HEAD = 64 * 1024
MAX_INTERIM = 8  # answers with 1xx before the one that counts

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")


class _Broken(Exception):
    """What arrives is not HTTP, or more than is taken."""


class AsyncConnection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._kept = True

    @classmethod
    async def open(cls, address: Address) -> AsyncConnection:
        if address.unix is not None:
            reader, writer = await asyncio.open_unix_connection(address.unix, limit=MAX_HEAD)
        elif address.tls is not None:
            reader, writer = await asyncio.open_connection(
                address.host, address.port, limit=MAX_HEAD, ssl=address.tls,
                server_hostname=address.host)
        else:
            reader, writer = await asyncio.open_connection(address.host, address.port,
                                                           limit=MAX_HEAD)
        return cls(reader, writer)

    async def exchange(self, address: Address, request: Request) -> Answer:
        self._kept = False  # until the whole answer is there
        self._writer.write(_head(address, request) + request.body)
        await self._writer.drain()
        minor, status, headers = await self._answer_head()
        body = await self._answer_body(status, headers)
        self._kept = self._kept and minor == 1 and not _has_token(headers, "connection", "close")
        return Answer(status, headers, body)

    async def _answer_head(self) -> "tuple[int, int, Dict[str, str]]":
        for _ in range(MAX_INTERIM):
            lines = (await self._reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
            match = _STATUS.fullmatch(lines[0])
            if match is None:
                raise _Broken("the status line is not one of HTTP/1.1")
            status = int(match[2])
            if status >= 200:
                return int(match[1]), status, _fields(lines[1:])
            if status == 101:
                raise _Broken("it changed to another protocol")
        raise _Broken(f"more than {MAX_INTERIM} interim answers")

    async def _answer_body(self, status: int, headers: Dict[str, str]) -> bytes:
        self._kept = True
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if status in (204, 304):
            return b""
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise _Broken("the length of the answer is not clear")
            return await self._chunks()
        if length is not None:
            if not re.fullmatch(r"[0-9]{1,10}", length):
                raise _Broken("Content-Length is not a number")
            return await self._exactly(int(length), MAX_ANSWER)
        self._kept = False
        return await self._rest()

    async def _exactly(self, size: int, most: int) -> bytes:
        if size > most:
            raise _Broken(f"the answer is over {MAX_ANSWER} bytes")
        return await self._reader.readexactly(size)

    async def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            match = _CHUNK.fullmatch(await self._reader.readuntil(b"\r\n"))
            if match is None:
                raise _Broken("the size of a chunk is not a number")
            size = int(match[1], 16)
            if size == 0:
                break
            body += await self._exactly(size, MAX_ANSWER - len(body))
            if await self._reader.readexactly(2) != b"\r\n":
                raise _Broken("a chunk is longer than it says")
        trailers = 0
        while True:
            line = await self._reader.readuntil(b"\r\n")
            if line == b"\r\n":
                return bytes(body)
            trailers += len(line)
            if trailers > MAX_HEAD:
                raise _Broken("the trailers do not end")

    async def _rest(self) -> bytes:
        body = bytearray()
        while True:
            piece = await self._reader.read(65536)
            if not piece:
                return bytes(body)
            body += piece
            if len(body) > MAX_ANSWER:
                raise _Broken(f"the answer is over {MAX_ANSWER} bytes")

    @property
    def usable(self) -> bool:
        """Whether it is open; what arrives unasked would be taken for the next answer."""
        unasked = getattr(self._reader, "_buffer", b"")  # there is no public way to see it
        return (self._kept and not unasked and not self._writer.is_closing()
                and not self._reader.at_eof())

    def drop(self) -> None:
        """Closes it at once, also when the peer no longer reads."""
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        try:
            await asyncio.wait_for(self._writer.wait_closed(), 1.0)
        except (OSError, asyncio.TimeoutError):
            self.drop()


def _head(address: Address, request: Request) -> bytes:
    headers = {"Host": address.authority, **request.headers,
               "Content-Length": str(len(request.body))}
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {address.prefix}{request.target} HTTP/1.1\r\n{fields}\r\n".encode("ascii")


def _fields(lines: List[bytes]) -> Dict[str, str]:
    headers: Dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise _Broken("a header is malformed")
        name, value = match[1].decode("ascii").lower(), match[2].decode("latin-1").strip(" \t")
        if name in headers and name in ("content-length", "transfer-encoding"):
            raise _Broken(f"{name} is there twice")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _has_token(headers: Dict[str, str], name: str, token: str) -> bool:
    return token in [part.strip().lower() for part in headers.get(name, "").split(",")]


class AsyncPool:
    """At most `connections` at a time, of one event loop."""

    def __init__(self, address: Address, connections: int) -> None:
        self._address = address
        self._free = asyncio.BoundedSemaphore(connections)
        self._idle: List[AsyncConnection] = []
        self._closed = False

    async def exchange(self, request: Request, timeout: float) -> Answer:
        """Raises ConnectionFailed."""
        async with self._free:
            try:
                return await asyncio.wait_for(self._exchange(request, timeout), timeout)
            except asyncio.TimeoutError as error:
                raise failure(self._address, TimeoutError(), timeout) from error

    async def _exchange(self, request: Request, timeout: float) -> Answer:
        connection: Optional[AsyncConnection] = None
        try:
            connection = self._take() or await AsyncConnection.open(self._address)
            answer = await connection.exchange(self._address, request)
        except (_Broken, asyncio.LimitOverrunError) as error:
            raise BadAnswer(f"{self._address.text}: what answers does not speak HTTP: {error}"
                            ) from error
        except asyncio.IncompleteReadError as error:
            raise ConnectionFailed(f"{self._address.text}: the connection ended before the answer"
                                   ) from error
        except OSError as error:
            raise failure(self._address, error, timeout) from error
        finally:
            if connection is not None:
                self._give_back(connection)
        return answer

    def _take(self) -> Optional[AsyncConnection]:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.drop()
        return None

    def _give_back(self, connection: AsyncConnection) -> None:
        if connection.usable and not self._closed:
            self._idle.append(connection)
        else:
            connection.drop()

    async def close(self) -> None:
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.close() for connection in idle))

# SPDX-License-Identifier: MIT
"""How asyncio's connections read answers: strictly, within bounds, however the bytes arrive."""

from __future__ import annotations

import asyncio
import random
from typing import Any, Callable, Iterator

import pytest

from sentio_client.address import address_of
from sentio_client.answer import Answer
from sentio_client.async_connection import MAX_HEAD, AsyncConnection, _Broken
from sentio_client.request import Writer

ADDRESS = address_of("http://127.0.0.1:8000")
REQUEST = Writer(None).one("ticker", {"data": 1}, "a-key")

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
           b"1\r\n{\r\n01; name=value\r\n}\r\n0\r\nTrailer: x\r\n\r\n")
UNTIL_END = b"HTTP/1.1 200 OK\r\n\r\n{}"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PLAIN


class Sink:
    """A writer whose bytes are kept."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        pass

    def is_closing(self) -> bool:
        return False


def read(pieces: Iterator[bytes]) -> "tuple[Answer, AsyncConnection, Sink]":
    """The answer, when it arrives in these pieces and then the connection ends."""

    async def main() -> Any:
        reader, sink = asyncio.StreamReader(limit=MAX_HEAD), Sink()
        connection = AsyncConnection(reader, sink)  # type: ignore[arg-type]

        async def arrive() -> None:
            for piece in pieces:
                reader.feed_data(piece)
                await asyncio.sleep(0)
            reader.feed_eof()

        arriving = asyncio.create_task(arrive())
        try:
            return await connection.exchange(ADDRESS, REQUEST), connection, sink
        finally:
            arriving.cancel()

    return asyncio.run(main())  # type: ignore[no-any-return]


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def bytewise(data: bytes) -> Iterator[bytes]:
    return (data[at:at + 1] for at in range(len(data)))


@pytest.mark.parametrize("split", [whole, bytewise])
@pytest.mark.parametrize("data", [PLAIN, CHUNKED, UNTIL_END, INTERIM],
                         ids=["plain", "chunked", "until the end", "interim"])
def test_an_answer_is_read_however_it_arrives(split: Callable[[bytes], Iterator[bytes]],
                                              data: bytes) -> None:
    answer, connection, _ = read(split(data))
    assert (answer.status, answer.body) == (200, b"{}")
    assert connection.usable == (data != UNTIL_END)


def test_the_request_is_whole() -> None:
    _, _, sink = read(whole(PLAIN))
    head, _, body = sink.written.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    assert first == "POST /api/v1/publish/ticker HTTP/1.1"
    assert "Host: 127.0.0.1:8000" in fields
    assert "Idempotency-Key: a-key" in fields
    assert f"Content-Length: {len(body)}" in fields
    assert body == b'{"data":1}'


@pytest.mark.parametrize("head", [b"Connection: close", b"Connection: x, Close"])
def test_a_connection_that_the_answer_ends_is_not_kept(head: bytes) -> None:
    _, connection, _ = read(whole(PLAIN.replace(b"Content-Type: application/json", head)))
    assert not connection.usable


def test_a_connection_with_more_than_the_answer_is_not_kept() -> None:
    answer, connection, _ = read(whole(PLAIN + b"{"))
    assert answer.body == b"{}"
    assert not connection.usable


def test_header_names_are_known_in_any_case_and_joined() -> None:
    data = PLAIN.replace(b"Content-Type: application/json", b"X-a: 1\r\nx-A:  2 ")
    assert read(whole(data))[0].headers["x-a"] == "1, 2"


BROKEN = {
    "space before the colon": PLAIN.replace(b"Type:", b"Type :"),
    "folded header": PLAIN.replace(b"Content-Type: ", b"Content-Type:\r\n "),
    "no colon": PLAIN.replace(b"Type: ", b"Type "),
    "a NUL": PLAIN.replace(b"json", b"js\0n"),
    "bare newlines in the head": PLAIN.replace(b"\r\nContent-L", b"\nContent-L"),
    "a length twice": PLAIN.replace(b"Content-Type: application/json", b"Content-Length: 2"),
    "a negative length": PLAIN.replace(b": 2", b": -2"),
    "a signed length": PLAIN.replace(b": 2", b": +2"),
    "a list of lengths": PLAIN.replace(b": 2", b": 2, 2"),
    "a length beside chunks": CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n", 1),
    "another coding": CHUNKED.replace(b"Chunked", b"gzip, chunked"),
    "a chunk of no size": CHUNKED.replace(b"\r\n1\r\n", b"\r\n\r\n", 1),
    "a chunk of a wrong size": CHUNKED.replace(b"\r\n1\r\n", b"\r\nx\r\n", 1),
    "a chunk of a huge size": CHUNKED.replace(b"\r\n1\r\n", b"\r\nffffffff\r\n", 1),
    "a chunk that is longer": CHUNKED.replace(b"{", b"{{"),
    "interim answers without end": INTERIM.partition(b"HTTP/1.1 200")[0] * 9,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "trailers without end": CHUNKED.replace(b"Trailer: x", b"\r\n".join([b"a: b"] * 20_000)),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_not_http_is_refused(data: bytes) -> None:
    with pytest.raises(_Broken):
        read(whole(data))


@pytest.mark.parametrize("data", [PLAIN, CHUNKED, INTERIM], ids=["plain", "chunked", "interim"])
def test_an_answer_that_ends_early_is_no_answer(data: bytes) -> None:
    for size in range(len(data)):
        with pytest.raises(asyncio.IncompleteReadError):
            read(whole(data[:size]))


def test_nothing_that_arrives_leads_anywhere_else() -> None:
    chance = random.Random(5)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(1500):
        data = bytearray(chance.choice([PLAIN, CHUNKED, INTERIM]))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data))
            data[at:at + chance.randint(0, 2)] = bytes(
                chance.choice(b"\r\n\0 :;0129afx\xff") for _ in range(chance.randint(0, 2)))
        try:
            assert len(read(whole(bytes(data)))[0].body) <= len(data)
            outcomes["read"] += 1
        except (_Broken, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 100

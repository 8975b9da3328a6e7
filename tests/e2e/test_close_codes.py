# SPDX-License-Identifier: MIT
"""With which code and reason the host closes a connection."""

from __future__ import annotations

import json
import struct

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon
from harness.websocket import BINARY, CLOSE, CONTINUATION, TEXT


@pytest.fixture
def client(host: Daemon) -> Client:
    return host.client("/ws/trade-signals")


@pytest.fixture
def witness(host: Daemon) -> Client:
    """Another client, which must not notice anything."""
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    return client


def undisturbed(host: Daemon, witness: Client) -> None:
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(witness.live()) == ["AAPL"]


def test_a_binary_frame_closes_with_1003(host: Daemon, client: Client, witness: Client) -> None:
    client.send(b'{"action":"ping"}', BINARY)
    assert client.closed().code == 1003
    undisturbed(host, witness)


@pytest.mark.parametrize("text", [b"\xff", b"{\"a\":\"\xc3\x28\"}", b"\xed\xa0\x80", b"\xc0\xaf",
                                  b"\xf4\x90\x80\x80", b'{"action":"ping","x":"\xe2\x82"}'])
def test_invalid_utf8_closes_with_1007(host: Daemon, client: Client, witness: Client,
                                       text: bytes) -> None:
    client.send(text)
    assert client.closed().code == 1007
    undisturbed(host, witness)


def test_text_that_ends_within_a_character_closes_with_1007(host: Daemon, client: Client,
                                                            witness: Client) -> None:
    client.send(b'{"action":"\xe2', TEXT, fin=False)
    client.send(b'\x82', CONTINUATION)
    assert client.closed().code == 1007
    undisturbed(host, witness)


def padded_ping(size: int) -> str:
    return json.dumps({"action": "ping"}).ljust(size)


def test_a_message_of_the_limit_is_taken_and_one_byte_more_closes_with_1009(start) -> None:
    host = start(limits={"message_size": "4KiB"})
    client = host.client("/ws/trade-signals")
    client.send(padded_ping(4096))
    assert json.loads(client.message())["type"] == "pong"
    client.send(padded_ping(4097))
    assert client.closed().code == 1009


def test_fragments_count_together_towards_the_limit(start) -> None:
    host = start(limits={"message_size": "4KiB"})
    client = host.client("/ws/trade-signals")
    client.send(" " * 4000, TEXT, fin=False)
    client.send(" " * 90, CONTINUATION, fin=False)
    client.send(" " * 90, CONTINUATION, fin=False)
    assert client.closed().code == 1009


def test_a_frame_that_announces_too_much_is_closed_before_it_is_there(start) -> None:
    host = start(limits={"message_size": "4KiB"})
    witness = host.client("/ws/trade-signals")
    witness.subscribe("AAPL")
    client = host.client("/ws/trade-signals")
    client.raw(struct.pack("!BBQ", 0x81, 0x80 | 127, 2**40) + b"\0\0\0\0" + b" " * 5000)
    assert client.closed().code == 1009
    undisturbed(host, witness)


def test_ten_errors_in_a_row_are_answered_and_one_more_closes_with_1008(
        host: Daemon, client: Client, witness: Client) -> None:
    for _ in range(10):
        client.refused(action="jump")
    client.tell(action="jump")
    assert client.closed().code == 1008
    undisturbed(host, witness)


def test_something_right_in_between_starts_the_count_of_errors_afresh(client: Client) -> None:
    for _ in range(3):
        for _ in range(10):
            client.refused(action="jump")
        client.subscribe("AAPL")
    assert client.ping()["type"] == "pong"


def test_too_many_messages_close_with_1008(start) -> None:
    host = start(limits={"message_rate": 1})
    client = host.client("/ws/trade-signals")
    for _ in range(200):
        client.send('{"action":"ping"}')
    closed = client.closed()
    assert (closed.code, closed.reason) == (1008, "rate limit")


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_close_is_answered_with_its_code(client: Client, code: int) -> None:
    assert client.close(code).code == code


def test_a_close_without_a_code_is_answered(client: Client) -> None:
    client.send(b"", CLOSE)
    assert client.closed().code in (1000, 1005)


@pytest.mark.parametrize("payload", [b"\x03", struct.pack("!H", 999), struct.pack("!H", 1005),
                                     struct.pack("!H", 1006), struct.pack("!H", 2999)])
def test_a_close_that_is_not_allowed_is_a_protocol_error(host: Daemon, client: Client,
                                                         witness: Client, payload: bytes) -> None:
    client.send(payload, CLOSE)
    assert client.closed().code in (1002, 1006)
    undisturbed(host, witness)


def test_a_slow_reader_is_dropped_at_the_limit_and_nobody_else(start) -> None:
    host = start(limits={"outbox": "64KiB"})
    slow = host.client("/ws/trade-signals")
    slow.subscribe("AAPL")
    witness = host.client("/ws/trade-signals")
    witness.subscribe("AAPL")
    publisher = host.http()
    padding = "x" * 60_000
    for count in range(1000):
        body = bodies.signals("AAPL", number=count, padding=padding)
        assert publisher.publish("trade-signals", body).status == 200
        assert witness.live()["data"][0]["number"] == count
        if "too slow" in host.log:
            break
    closed = slow.closed()
    assert closed.code in (4101, 1006)
    undisturbed(host, witness)

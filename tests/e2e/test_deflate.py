# SPDX-License-Identifier: MIT
"""permessage-deflate (RFC 7692): what is agreed, what arrives, and what is thrown at it."""

from __future__ import annotations

import json
import random
import struct

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon
from harness.slow import narrow
from harness.websocket import (CLOSE, CONTINUATION, DEFLATE, PING, PONG, RSV1, TEXT, Address,
                               deflated, encode)

ANSWER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
SUBSCRIBE = '{"action":"subscribe","symbols":["AAPL","MSFT"],"id":1}'
MIN = 256


def packing(host: Daemon, channel: str = "trade-signals", address: Address | None = None) -> Client:
    client = host.client(f"/ws/{channel}", address, DEFLATE)
    assert client.headers["sec-websocket-extensions"] == ANSWER
    return client


@pytest.fixture
def client(host: Daemon) -> Client:
    return packing(host)


def serves(host: Daemon) -> None:
    """Also those who compress, and in both directions."""
    client = packing(host)
    client.send_packed(SUBSCRIBE)
    assert json.loads(client.message())["symbols"] == ["AAPL", "MSFT"]
    body = bodies.signals("AAPL", padding="x" * 1000)
    host.publish("trade-signals", body)
    assert client.live()["data"] == body["data"]
    assert client.packed


def test_plain_and_compressing_clients_get_equal_texts(host: Daemon) -> None:
    plain = [host.client("/ws/trade-signals") for _ in range(3)]
    packers = [packing(host) for _ in range(3)]
    for client in plain + packers:
        client.subscribe("AAPL")
    for size in (0, 50, 200, 1000, 65_536, 300_000):
        host.publish("trade-signals", bodies.signals("AAPL", padding="ab" * (size // 2)))
        for client in plain + packers:
            client.live()
        text = plain[0].texts[-1]
        assert all(client.texts[-1] == text for client in plain + packers)
        assert not any(client.packed for client in plain)
        for client in packers:
            assert bool(client.packed) == (len(text) >= MIN)
            assert client.packed < len(text)


def test_what_does_not_get_smaller_is_sent_as_it_is(start) -> None:
    host = start(compress={"min": 0})
    client = packing(host)
    client.ping()
    assert client.packed == 0
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", padding="x" * 100))
    client.live()
    assert 0 < client.packed < len(client.texts[-1])


def test_the_smallest_size_that_is_compressed_is_configured(start) -> None:
    host = start(compress={"min": "2KiB"})
    client = packing(host)
    client.subscribe("AAPL")
    for size in (1000, 2000, 1000):
        host.publish("trade-signals", bodies.signals("AAPL", padding="x" * size))
        client.live()
        assert bool(client.packed) == (size == 2000)


@pytest.mark.parametrize("level", [1, 6, 9])
def test_every_level_is_understood(start, level: int) -> None:
    client = packing(start(compress={"level": level}))
    names = [f"SYMBOL{n}" for n in range(200)]
    assert client.subscribe(*names)["symbols"] == sorted(names)
    assert 0 < client.packed < len(client.texts[-1]) / 2


def test_nobody_gets_it_when_it_is_turned_off(start) -> None:
    host = start(compress={"enabled": False})
    client = host.client("/ws/trade-signals", headers=DEFLATE)
    assert "sec-websocket-extensions" not in client.headers
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", padding="x" * 1000))
    assert symbols(client.live()) == ["AAPL"]


def test_snapshots_and_intervals_are_compressed_too(start) -> None:
    host = start(channels={"market-data": {"interval": "100ms"}})
    names = [f"S{n}" for n in range(20)]
    host.publish("market-data", bodies.quotes(**{name: 1.5 for name in names}))
    clients = [packing(host, "market-data"), host.client("/ws/market-data")]
    for client in clients:
        client.subscribe("*")
        message = client.next()
        assert message["snapshot"] and len(message["data"]) == 20
        assert bool(client.packed) == client.deflate
    host.publish("market-data", bodies.quotes(**{name: 2.5 for name in names}))
    for client in clients:
        assert [item["price"] for item in client.live()["data"]] == [2.5] * 20
        assert bool(client.packed) == client.deflate
    assert clients[0].texts[-1] == clients[1].texts[-1]


def test_many_channels_on_one_compressing_connection(host: Daemon) -> None:
    client = host.client("/ws", headers=DEFLATE)
    client.subscribe("AAPL", channel="trade-signals")
    client.subscribe("AAPL", channel="market-data")
    for n in range(1, 21):
        host.publish("trade-signals", bodies.signals("AAPL", padding="x" * 40 * n))
        host.publish("market-data", bodies.quotes(AAPL=float(n)))
        found = {message["channel"]: message for message in (client.live(), client.live())}
        assert len(found["trade-signals"]["data"][0]["padding"]) == 40 * n
        assert found["market-data"]["data"][0]["price"] == n


def test_a_slow_reader_gets_its_conflated_messages_compressed(start) -> None:
    host = start(channels={"market-data": {"slow": "conflate"}}, limits={"outbox": "64KiB"})
    client = packing(host, "market-data", narrow(host.tcp))
    client.subscribe("*")
    chance = random.Random(7692)
    last = 100
    for n in range(1, last + 1):
        quote = bodies.quote("AAPL", float(n), padding=chance.randbytes(30_000).hex())
        host.publish("market-data", {"data": [quote]})
    conflated = packed = 0
    price = 0.0
    while price < last:
        message = client.live()
        packed += bool(client.packed)
        conflated += message.get("conflated", 0)
        assert message["data"][-1]["price"] > price
        price = message["data"][-1]["price"]
    assert conflated and packed


def test_a_compressed_message_may_come_in_tiny_fragments_with_pings_between(
        host: Daemon, client: Client) -> None:
    payload = deflated(SUBSCRIBE.encode())
    for at in range(len(payload)):
        client.raw(encode(TEXT if at == 0 else CONTINUATION, payload[at:at + 1],
                          fin=at == len(payload) - 1, rsv=RSV1 if at == 0 else 0))
        if at % 8 == 0:
            client.send(b"unasked", PONG)
            if at != len(payload) - 1:
                client.pong(b"in between")
    assert json.loads(client.message())["symbols"] == ["AAPL", "MSFT"]


def test_a_large_compressed_message_is_taken_whole(client: Client) -> None:
    names = [f"S{n}" for n in range(1000)]
    text = json.dumps({"action": "subscribe", "symbols": names, "id": 7, "padding": "p" * 50_000})
    client.send_packed(text)
    answer = json.loads(client.message())
    assert answer["id"] == 7 and answer["symbols"] == sorted(names)


def test_a_bomb_is_refused_with_1009(host: Daemon, client: Client) -> None:
    bomb = deflated(b" " * (32 << 20), 9)
    assert len(bomb) < 64 << 10
    client.raw(encode(TEXT, bomb, rsv=RSV1))
    closed = client.closed()
    assert (closed.code, closed.reason) == (1009, "over limits.message_size")
    serves(host)


def test_a_bomb_in_fragments_is_refused_with_1009(host: Daemon, client: Client) -> None:
    bomb = deflated(b" " * (32 << 20), 9)
    for at in range(0, len(bomb), 1000):
        client.raw(encode(TEXT if at == 0 else CONTINUATION, bomb[at:at + 1000],
                          fin=at + 1000 >= len(bomb), rsv=RSV1 if at == 0 else 0))
    assert client.closed().code == 1009
    serves(host)


# Of the library's own extension the second ends the process.
@pytest.mark.parametrize("payload", [
    b"", deflated(SUBSCRIBE.encode())[:20], deflated(b"x" * 40_000)[:-3],
    b"\x06", b"\xff" * 100, SUBSCRIBE.encode(), b"\xf2\x00\x11\x00\x00",
], ids=["empty", "cut", "cut-late", "bad-block", "ones", "plain", "needs-the-one-before"])
def test_a_message_that_can_not_be_inflated_closes_with_1007(host: Daemon, client: Client,
                                                             payload: bytes) -> None:
    client.raw(encode(TEXT, payload, rsv=RSV1))
    assert client.closed().code == 1007
    serves(host)


def test_the_text_inside_is_checked_like_any_other(host: Daemon, client: Client) -> None:
    client.send_packed('{"action":')
    assert json.loads(client.message())["code"] == "invalid_json"
    client.send_packed(b"")
    assert json.loads(client.message())["code"] == "invalid_json"
    client.send_packed(b'{"action":"\xff"}')
    assert client.closed().code == 1007


@pytest.mark.parametrize("frames", [
    encode(TEXT, b"{", fin=False) + encode(CONTINUATION, b"}", rsv=RSV1),
    encode(TEXT, b"{", fin=False, rsv=RSV1) + encode(CONTINUATION, b"}", rsv=RSV1),
    encode(PONG, b"?", rsv=RSV1),
    encode(CLOSE, struct.pack("!H", 1000), rsv=RSV1),
    encode(TEXT, b"{}", rsv=2), encode(TEXT, b"{}", rsv=1), encode(TEXT, b"{}", rsv=7),
    encode(PING, b"?", rsv=2),
], ids=["continuation", "both", "pong", "close", "rsv2", "rsv3", "all", "ping-rsv2"])
def test_reserved_bits_out_of_place_close_with_1002(host: Daemon, client: Client,
                                                    frames: bytes) -> None:
    client.raw(frames)
    assert client.closed().code == 1002
    serves(host)


@pytest.mark.parametrize("opcode", [TEXT, CONTINUATION, PING, PONG, CLOSE])
def test_rsv1_without_the_extension_closes_with_1002(host: Daemon, opcode: int) -> None:
    client = host.client("/ws/trade-signals")
    if opcode == CONTINUATION:
        client.send("{", fin=False)
    client.raw(encode(opcode, b"\x03\xe8", rsv=RSV1))
    assert client.closed().code == 1002
    serves(host)


def test_random_compressed_frames_do_no_harm(host: Daemon) -> None:
    chance = random.Random(7692)
    for _ in range(40):
        client = packing(host)
        client.raw(b"".join(encode(TEXT, chance.randbytes(chance.randrange(2000)),
                                   fin=chance.random() < 0.5, rsv=RSV1) for _ in range(10)))
        client.abandon()
    serves(host)


def test_tls_carries_compressed_messages(start, certificate) -> None:
    chain, key = certificate
    host = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})
    clients = [packing(host, address=host.tls), host.client("/ws/trade-signals", host.tls),
               packing(host, address=host.tcp)]
    for client in clients:
        client.subscribe("AAPL")
    clients[0].send_packed('{"action":"ping"}')
    assert json.loads(clients[0].message())["type"] == "pong"
    for size in (10, 1000, 200_000):
        host.publish("trade-signals", bodies.signals("AAPL", padding="ab" * size))
        texts = [client.live() and client.texts[-1] for client in clients]
        assert texts[0] == texts[1] == texts[2]
    clients[0].raw(encode(TEXT, deflated(b" " * 1_000_000), rsv=RSV1))
    assert clients[0].closed().code == 1009

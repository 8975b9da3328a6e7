# SPDX-License-Identifier: MIT
"""RFC 6455 as the host has to speak it, and what is thrown at an open port."""

from __future__ import annotations

import json
import os
import random
import socket
import struct

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.websocket import CONTINUATION, PING, PONG, TEXT, Closed, encode

SUBSCRIBE = '{"action":"subscribe","symbols":["AAPL","MSFT"],"id":1}'


@pytest.fixture
def client(host: Daemon) -> Client:
    return host.client("/ws/trade-signals")


def read_to_the_end(connection: socket.socket) -> bytes:
    """All that comes until the host closes, be it by a reset."""
    data = b""
    try:
        while True:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
    except ConnectionError:
        return data


def serves(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(client.live()) == ["AAPL"]


def test_a_message_may_come_in_fragments_of_one_byte(client: Client) -> None:
    data = SUBSCRIBE.encode()
    for index, byte in enumerate(data):
        last = index == len(data) - 1
        client.send(bytes([byte]), TEXT if index == 0 else CONTINUATION, fin=last)
    assert json.loads(client.message())["symbols"] == ["AAPL", "MSFT"]


def test_a_frame_may_come_byte_by_byte(client: Client) -> None:
    for byte in encode(TEXT, SUBSCRIBE.encode()):
        client.raw(bytes([byte]))
    assert json.loads(client.message())["type"] == "ok"


def test_a_ping_may_come_between_fragments(client: Client) -> None:
    client.send(SUBSCRIBE[:20], TEXT, fin=False)
    client.pong(b"in between")
    client.send(SUBSCRIBE[20:], CONTINUATION)
    assert json.loads(client.message())["type"] == "ok"


@pytest.mark.parametrize("size", [0, 1, 125])
def test_a_ping_frame_is_answered_with_its_payload(client: Client, size: int) -> None:
    client.pong(os.urandom(size))


def test_a_pong_that_nobody_asked_for_is_passed_over(client: Client) -> None:
    client.send(b"hello", PONG)
    assert client.ping()["type"] == "pong"


def test_many_frames_in_one_segment_are_all_read(client: Client) -> None:
    client.raw(b"".join(encode(TEXT, b'{"action":"ping"}') for _ in range(50)))
    assert [json.loads(client.message())["type"] for _ in range(50)] == ["pong"] * 50


@pytest.mark.parametrize("size", [125, 126, 127, 65535, 65536, 200_000])
def test_messages_of_every_length_encoding_arrive_whole(host: Daemon, client: Client,
                                                        size: int) -> None:
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", padding="x" * size))
    assert client.live()["data"][0]["padding"] == "x" * size


def test_the_host_pings_after_silence_and_keeps_who_answers(start) -> None:
    host = start(server={"heartbeat": "1s"})
    client = host.client("/ws/trade-signals")
    for _ in range(2):
        _, opcode, payload = client.frame()
        assert opcode == PING
        client.send(payload, PONG)
    assert client.ping()["type"] == "pong"


def test_the_host_drops_who_does_not_answer_its_ping(start) -> None:
    host = start(server={"heartbeat": "1s", "heartbeat_timeout": "1s"})
    client = host.client("/ws/trade-signals")
    assert client.frame()[1] == PING
    with pytest.raises(Closed):
        while True:
            client.frame()


@pytest.mark.parametrize("frame", [
    encode(CONTINUATION, b"nothing to continue"),
    encode(3, b"reserved"),
    encode(11, b"reserved"),
    encode(TEXT, b'{"action":"ping"}', rsv=4),
    encode(TEXT, b'{"action":"ping"}', rsv=2),
    encode(PING, b"x" * 126),
    encode(PING, b"fragmented", fin=False),
    encode(TEXT, b"{", fin=False) + encode(TEXT, b"}"),
    struct.pack("!BBQ", 0x81, 0xFF, 2**63 + 1) + b"\0" * 8,
], ids=["continuation", "opcode3", "opcode11", "rsv1", "rsv2", "long-ping", "fragmented-ping",
        "text-in-text", "negative-length"])
def test_a_frame_against_the_rfc_ends_only_its_own_connection(host: Daemon, client: Client,
                                                              frame: bytes) -> None:
    client.raw(frame)
    assert client.closed().code in (1002, 1006, 1009)
    serves(host)


def test_an_unmasked_frame_does_no_harm(host: Daemon, client: Client) -> None:
    # RFC 6455 section 5.1 wants the connection closed; libwebsockets reads the frame and tells nobody.
    client.raw(encode(TEXT, b'{"action":"ping"}', masked=False))
    assert json.loads(client.message())["type"] == "pong"
    serves(host)


HANDSHAKE = ("GET /ws/trade-signals HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n\r\n")


@pytest.mark.parametrize("text", [
    HANDSHAKE.replace("Upgrade: websocket", "Upgrade: h2c"),
    HANDSHAKE.replace("Upgrade: websocket", "Upgrade: mailbox"),
    HANDSHAKE.replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
    HANDSHAKE.replace("Version: 13", "Version: 7"),
    HANDSHAKE.replace("Connection: Upgrade", "Connection: close").replace(
        "Upgrade: websocket\r\n", ""),
    HANDSHAKE.replace("GET", "POST"),
    "CONNECT /ws/trade-signals HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\0" * 100, "\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
    "GET /" + "a" * 100_000 + " HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\n" + "X-Header: " + "b" * 100_000 + "\r\n\r\n",
    "GET / HTTP/1.1\r\n" + "".join(f"X-{n}: v\r\n" for n in range(5000)) + "\r\n",
    "GET /%00%ff%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}",
    "POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1x\r\n\r\n{}",
    "POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
    "Content-Length: 3\r\n\r\n{}",
], ids=["h2c", "mailbox", "no-key", "version", "no-upgrade", "post-upgrade", "connect", "http2",
        "tls", "zeros", "blank", "no-path", "http9", "long-path", "long-header", "many-headers",
        "bad-percent", "negative-length", "not-a-length", "huge-length", "two-lengths"])
def test_a_bad_request_is_never_upgraded_and_the_host_serves_on(host: Daemon, text: str) -> None:
    witness = host.client("/ws/trade-signals")
    witness.subscribe("AAPL")
    with host.tcp.connect() as connection:
        try:
            connection.sendall(text.encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
        except OSError:  # the host has hung up already
            pass
        answer = read_to_the_end(connection)
    assert not answer.startswith(b"HTTP/1.1 101")
    assert not answer.startswith(b"HTTP/1.1 200") or b"healthy" not in answer
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(witness.live()) == ["AAPL"]


def test_random_bytes_do_no_harm(host: Daemon) -> None:
    chance = random.Random(6455)
    for size in (1, 10, 100, 1000, 10_000):
        with host.tcp.connect() as connection:
            connection.sendall(chance.randbytes(size))
    for size in (1, 10, 100, 1000, 10_000):
        client = host.client("/ws/trade-signals")
        client.raw(chance.randbytes(size))
        client.abandon()
    serves(host)


def test_a_request_that_never_ends_is_dropped_after_the_handshake_time(go_live) -> None:
    live = go_live()
    host = live.host
    connections = []
    for part in ("", "GET /ws/tra", HANDSHAKE[:-2],
                 "POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"):
        connections.append(host.tcp.connect(TIMEOUT))
        connections[-1].sendall(part.encode())
    # Only for these: whoever else connects may take its time.
    live.reload(server={"handshake": "1s"})
    for connection in connections:
        with connection:
            read_to_the_end(connection)
    live.configure(server={})
    assert live.hang_up().startswith("done")
    serves(host)


def test_a_half_closed_client_is_let_go(host: Daemon, client: Client) -> None:
    client.subscribe("AAPL")
    client.socket.shutdown(socket.SHUT_WR)
    read_to_the_end(client.socket)
    serves(host)


def test_clients_that_vanish_in_the_middle_do_no_harm(host: Daemon) -> None:
    for _ in range(20):
        client = host.client("/ws/trade-signals")
        client.subscribe("*")
        client.raw(encode(TEXT, b"x" * 1000)[:100])
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.abandon()
        host.publish("trade-signals", bodies.signals("AAPL"))
    serves(host)

# SPDX-License-Identifier: MIT
"""Publishers' connections on the wire: pipelining, the order of answers, what ends a connection."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.raw import PUBLISH, Reader, get, post

GOOD = json.dumps(bodies.signals("AAPL"))


def signal(name: str) -> bytes:
    return post(json.dumps(bodies.signals(name)))


@pytest.fixture(params=["tcp", "unix"])
def plain(request: pytest.FixtureRequest, start, tmp_path) -> Daemon:
    """A daemon whose publishers come in one of the two ways without TLS."""
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'sentio.sock'}"]},
                 limits={"outbox": "64MiB"})
    host.way = host.unix if request.param == "unix" else host.tcp
    return host


def send_aside(connection: socket.socket, data: bytes) -> threading.Thread:
    """Sends while the caller reads: the host stops reading from a peer that does not."""
    thread = threading.Thread(target=connection.sendall, args=(data,))
    thread.start()
    return thread


def test_a_thousand_publishes_in_one_write_are_answered_in_order(plain: Daemon) -> None:
    client = plain.client("/ws/trade-signals")
    client.subscribe()
    names = [f"S{number}" for number in range(1000)]
    with plain.way.connect() as connection:
        sender = send_aside(connection, b"".join(map(signal, names)))
        answers = Reader(connection).answers(1000)
        sender.join()
    assert {answer.status for answer in answers} == {200}
    assert [answer.json["offset"] for answer in answers] == list(range(1, 1001))
    assert [symbols(client.live()) for _ in names] == [[name] for name in names]


def test_answers_are_in_the_order_of_the_requests_whatever_they_say(plain: Daemon) -> None:
    requests = [post(GOOD), post("{"), post(GOOD, path="/api/v1/publish/nothing"), post(GOOD),
                post("{}"), post(GOOD).replace(b"application/json", b"text/plain"), post(""),
                post(GOOD)]
    with plain.way.connect() as connection:
        connection.sendall(b"".join(requests * 20))
        answers = Reader(connection).answers(len(requests) * 20)
    assert [answer.status for answer in answers] == [200, 400, 404, 200, 422, 415, 422, 200] * 20
    offsets = [answer.json["offset"] for answer in answers if answer.status == 200]
    assert offsets == list(range(1, 61))


def test_requests_may_be_cut_anywhere(host: Daemon) -> None:
    data = post(GOOD) + b"\r\n" + post("{}") + post(GOOD, "Accept: */*")
    with host.tcp.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(connection)
        for cut in range(1, len(data)):
            connection.sendall(data[:cut])
            connection.sendall(data[cut:])
            assert reader.statuses(3) == [200, 422, 200]


def test_a_peer_that_does_not_read_its_answers_is_not_read_and_loses_none(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sender = send_aside(connection, post("{}") * 6000 + post(GOOD) * 2000)
        reader = Reader(connection)
        assert reader.statuses(8000) == [422] * 6000 + [200] * 2000
        sender.join()


def test_a_refusal_that_leaves_a_body_unread_ends_the_connection_in_its_turn(
        plain: Daemon) -> None:
    chunked = (f"POST {PUBLISH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").encode()
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD) * 3 + chunked + post(GOOD) * 3)
        reader = Reader(connection)
        answers = reader.answers(4)
        assert reader.rest() == b""
    assert [answer.status for answer in answers] == [200, 200, 200, 411]
    assert [answer.headers["connection"] for answer in answers] == [None, None, None, "close"]
    assert plain.publish("trade-signals", GOOD)["offset"] == 4


def test_connection_close_ends_the_connection_after_its_answer(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD) + post(GOOD, "Connection: close") + post(GOOD))
        reader = Reader(connection)
        assert reader.statuses(2) == [200, 200]
        assert reader.rest() == b""
    assert plain.publish("trade-signals", GOOD)["offset"] == 3


def test_a_peer_that_has_sent_everything_still_gets_its_answers(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD) * 100 + post(GOOD)[:-1])
        connection.shutdown(socket.SHUT_WR)
        reader = Reader(connection)
        assert reader.statuses(100) == [200] * 100
        assert reader.rest() == b""
    assert plain.publish("trade-signals", GOOD)["offset"] == 101


def test_http_1_0_is_closed_unless_it_asks(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        reader = Reader(connection)
        connection.sendall(post(GOOD, "Connection: Keep-Alive", version="1.0"))
        assert reader.answer().headers["connection"] == "keep-alive"
        connection.sendall(post(GOOD, version="1.0"))
        assert reader.answer().headers["connection"] == "close"
        assert reader.rest() == b""


def test_other_requests_may_follow_publishes_on_their_connection(plain: Daemon) -> None:
    options = f"OPTIONS {PUBLISH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD) * 2 + get("/api/v1/health") + get("/nothing") + options
                           + get("/api/v1/channels"))
        reader = Reader(connection)
        answers = reader.answers(6)
        assert [answer.status for answer in answers] == [200, 200, 200, 404, 204, 200]
        assert answers[2].json["status"] == "healthy"
        for offset in (3, 4):
            connection.sendall(post(GOOD))
            assert reader.answer().json["offset"] == offset
        connection.sendall(get("/api/v1/health"))
        assert reader.answer().status == 200
    assert "adopt_socket" not in plain.log


def test_one_client_publishes_and_asks_in_turn(plain: Daemon) -> None:
    http = plain.http(plain.way)
    for offset in range(1, 6):
        assert http.publish("trade-signals", GOOD).json["offset"] == offset
        assert http.get("/api/v1/dashboard/trade-signals").json["offset"] == offset


def test_a_request_that_follows_a_publish_may_come_in_pieces(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(connection)
        connection.sendall(post(GOOD))
        assert reader.answer().status == 200
        for byte in get("/api/v1/health"):
            connection.sendall(bytes([byte]))
        assert reader.answer().json["status"] == "healthy"


def test_a_websocket_may_follow_publishes(plain: Daemon) -> None:
    upgrade = (b"GET /ws/trade-signals HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
               b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               b"Sec-WebSocket-Version: 13\r\n\r\n")
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD) + upgrade)
        reader = Reader(connection)
        assert reader.statuses(2) == [200, 101]


def test_a_target_that_is_not_plain_is_understood(plain: Daemon) -> None:
    http = plain.http(plain.way)
    for offset, path in enumerate(("/api/v1/publish/trade%2Dsignals", f"{PUBLISH}?x=1",
                                   "/api/v1/publish//trade-signals",
                                   "/api/v1/publish/./trade-signals"), 1):
        response = http.request("POST", path, GOOD, {"Content-Type": "application/json"})
        assert response.json["offset"] == offset
    assert http.request("POST", "/api/v1/publish/../health", GOOD).status == 405
    assert http.request("POST", "/api/v1/publish/%zz", GOOD).status == 400


def test_a_client_that_waits_for_100_is_told_in_its_turn(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        waits = post(GOOD, "Expect: 100-continue")
        connection.sendall(post(GOOD) * 2 + waits[:-len(GOOD)])
        reader = Reader(connection)
        assert reader.statuses(3) == [200, 200, 100]
        connection.sendall(GOOD.encode())
        assert reader.answer().json["offset"] == 3
        connection.sendall(waits)  # with its body, and so not told
        assert reader.answer().json["offset"] == 4


BAD_HEADS = [
    "POST {path} HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{{}}",
    "POST {path} HTTP/1.1\r\nHost : localhost\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\n Host: localhost\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nNo colon\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\n: x\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2, 2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x2\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n{{}}",
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
    "Transfer-Encoding: chunked\r\n\r\n{{}}",
    "POST {path} HTTP/2.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}",
    "POST {path}\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}",
]


@pytest.mark.parametrize("head", BAD_HEADS)
def test_a_malformed_head_is_400_and_the_end(host: Daemon, head: str) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(post(GOOD) + head.format(path=PUBLISH).encode() + post(GOOD))
        reader = Reader(connection)
        answers = reader.answers(2)
        assert reader.rest() == b""
    assert [answer.status for answer in answers] == [200, 400]
    assert answers[1].headers["connection"] == "close" and answers[1].json["detail"]
    assert host.publish("trade-signals", GOOD)["offset"] == 2


def test_a_head_over_8_kib_is_431_and_the_end(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(post(GOOD, "X: " + "x" * 7000) + post(GOOD, "X: " + "x" * 9000))
        reader = Reader(connection)
        assert reader.statuses(2) == [200, 431]
        assert reader.rest() == b""


@pytest.mark.parametrize("part", [post(GOOD)[:1], post(GOOD)[:40], post(GOOD)[:-1]])
def test_a_request_that_is_not_completed_in_time_ends_the_connection(go_live,
                                                                     part: bytes) -> None:
    live = go_live()
    host = live.host
    with host.tcp.connect() as connection:
        connection.sendall(post(GOOD) + part)
        reader = Reader(connection)
        assert reader.answer().status == 200
        live.reload(server={"handshake": "1s"})
        assert reader.rest() == b""
    host.wait_for("no complete request in time")


def test_a_connection_that_says_nothing_is_ended(go_live) -> None:
    live = go_live()
    host = live.host
    with host.tcp.connect() as connection:
        live.reload(server={"handshake": "1s"})
        assert connection.recv(1) == b""
    host.wait_for("no complete request in time")


def test_publishers_that_vanish_leave_nothing_behind(start, tmp_path) -> None:
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'sentio.sock'}"]},
                 limits={"connections": 20})
    data = post(GOOD) * 3 + post("{}") + get("/api/v1/health")
    for cut in range(1, len(data), 7):
        for way in (host.tcp, host.unix):
            # While very many of them are still counted the host closes the next one at once.
            with way.connect() as connection, contextlib.suppress(ConnectionError):
                connection.sendall(data[:cut])
                if cut % 2:
                    reset = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    _publishes_in_the_end(host)


def _publishes_in_the_end(host: Daemon) -> None:
    """The last of those that have vanished may still be counted when the next one comes, which is
    refused then or, when there are very many, closed without an answer."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError):
            if host.http().publish("trade-signals", GOOD).status == 200:
                return
    raise AssertionError("the vanished are still counted")


def test_a_publisher_over_the_limit_is_429_on_every_request(start) -> None:
    host = start(limits={"connections": 1}, server={"io_threads": 1})
    first = host.http()
    assert first.publish("trade-signals", GOOD).status == 200
    with host.tcp.connect() as connection:
        connection.sendall(post(GOOD))
        answer = Reader(connection).answer()
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0
    assert first.publish("trade-signals", GOOD).json["offset"] == 2


def test_a_page_that_may_publish_is_told_so(host: Daemon) -> None:
    allowed = host.http(Origin="http://localhost:3000").publish("trade-signals", GOOD)
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:3000"
    foreign = host.http(Origin="https://evil.example").publish("trade-signals", GOOD)
    assert foreign.status == 403
    assert foreign.headers["access-control-allow-origin"] is None


def test_idle_publishers_do_not_hold_up_the_end(plain: Daemon) -> None:
    with plain.way.connect() as connection:
        connection.sendall(post(GOOD))
        reader = Reader(connection)
        assert reader.answer().status == 200
        plain.stop()
        assert reader.rest() == b""


def test_a_large_body_arrives_whole_between_small_ones(plain: Daemon) -> None:
    large = json.dumps(bodies.signals("LARGE", padding="x" * 900_000))
    client = plain.client("/ws/trade-signals")
    client.subscribe("LARGE", admin_token=ADMIN_TOKEN)
    with plain.way.connect() as connection:
        sender = send_aside(connection, (post(GOOD) + post(large)) * 3)
        assert Reader(connection).statuses(6) == [200] * 6
        sender.join()
    for _ in range(3):
        assert client.live()["data"] == json.loads(large)["data"]

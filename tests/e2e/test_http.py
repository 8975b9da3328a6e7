# SPDX-License-Identifier: MIT
"""HTTP/1.1 on the wire: pipelining, kept connections, bodies in pieces, the unix socket."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.client import symbols
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.raw import PUBLISH, Reader, get, post

GOOD = json.dumps(bodies.signals("AAPL"))
MANY = "&".join(f"p{number}=1" for number in range(300))


def answers(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """That many answers, from a connection that stays open."""
    return [(answer.status, answer.body) for answer in Reader(connection).answers(count)]


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["curl", "-sS", "--max-time", str(TIMEOUT), *arguments], text=True,
                          capture_output=True, check=True)


def test_pipelined_requests_are_answered_in_order(host: Daemon) -> None:
    requests = b"".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in (
        "/api/v1/health", "/nothing", "/api/v1/market/quote/NONE", "/api/v1/channels"))
    with host.tcp.connect() as connection:
        connection.sendall(requests)
        got = answers(connection, 4)
    assert [status for status, _ in got] == [200, 404, 404, 200]
    assert b"healthy" in got[0][1]


def test_a_kept_connection_serves_many_requests(host: Daemon) -> None:
    publisher = host.http()
    for offset in range(1, 201):
        response = publisher.publish("trade-signals", bodies.signals("AAPL"))
        assert response.json["offset"] == offset


def test_a_request_may_come_byte_by_byte(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        for byte in post(json.dumps(bodies.signals("AAPL"))):
            connection.sendall(bytes([byte]))
        assert answers(connection, 1)[0][0] == 200


def test_connection_close_is_honoured(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(post(json.dumps(bodies.signals("AAPL")), "Connection: close"))
        data = b""
        while part := connection.recv(65536):
            data += part
    assert data.startswith(b"HTTP/1.1 200")


def test_http_1_0_is_answered_and_closed(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(b"GET /api/v1/health HTTP/1.0\r\n\r\n")
        data = b""
        while part := connection.recv(65536):
            data += part
    assert b" 200 " in data.splitlines()[0] and b"healthy" in data


def test_a_chunked_body_is_411(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(f"POST {PUBLISH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".encode())
        assert answers(connection, 1)[0][0] == 411


def test_length_and_chunks_together_are_refused(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(post("{}", "Transfer-Encoding: chunked"))
        assert answers(connection, 1)[0][0] in (400, 411)


@pytest.mark.parametrize(("target", "place"), [
    ("/api/v1/%zz", "path"), ("/api/v1/health%", "path"), ("/api/v1/%00health", "path"),
    ("/ws/trade-signals%2", "path"), ("/api/v1/health?a=%zz", "query"),
    ("/sse/trade-signals?symbols=%00", "query"), (f"/api/v1/health?{MANY}", "parameters"),
], ids=["no-escape", "half-an-escape", "nul", "websocket", "query", "nul-in-query", "parameters"])
def test_a_target_that_can_not_be_read_is_400_with_the_place(host: Daemon, target: str,
                                                             place: str) -> None:
    for before in (b"", post(GOOD)):
        with host.tcp.connect() as connection:
            reader = Reader(connection)
            connection.sendall(before + get(target))
            if before:
                assert reader.answer().status == 200
            answer = reader.answer()
            assert reader.rest() == b""
        assert answer.status == 400
        assert place in answer.json["detail"]
        assert answer.headers["connection"] == "close"


def test_a_get_whose_head_is_over_8_kib_is_431(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        reader = Reader(connection)
        connection.sendall(get("/api/v1/health")[:-2] + b"X: " + b"x" * 9000)
        answer = reader.answer()
        assert reader.rest() == b""
    assert (answer.status, answer.headers["connection"]) == (431, "close")
    assert answer.json["detail"]


def test_a_get_that_comes_byte_by_byte_is_answered(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(connection)
        for _ in range(2):
            for byte in get("/api/v1/health?a=%41"):
                connection.sendall(bytes([byte]))
            assert reader.answer().json["status"] == "healthy"


def test_a_post_without_a_length_is_411(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(f"POST {PUBLISH} HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/json\r\n\r\n".encode())
        assert answers(connection, 1)[0][0] in (400, 411, 422)


def test_a_body_that_is_cut_off_publishes_nothing(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(post(json.dumps(bodies.signals("AAPL")))[:-1])
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(TIMEOUT)
        try:
            assert b"HTTP/1.1 200" not in connection.recv(65536)
        except ConnectionError:
            pass
    assert host.publish("trade-signals", bodies.signals("MSFT"))["offset"] == 1


@pytest.mark.parametrize("size", [1500, 20_000, 300_000])
def test_curl_with_expect_100_continue_publishes(host: Daemon, tmp_path: Path, size: int) -> None:
    body = tmp_path / "body.json"
    body.write_text(json.dumps(bodies.signals("AAPL", padding="x" * size)))
    url = f"http://{host.tcp.name}{PUBLISH}"
    done = curl("-H", "Content-Type: application/json", "-H", "Expect: 100-continue",
                "--expect100-timeout", str(int(TIMEOUT)), "--data-binary", f"@{body}", url)
    assert json.loads(done.stdout)["accepted"] == 1


def test_curl_publishes_over_the_unix_socket(start, tmp_path: Path) -> None:
    path = tmp_path / "sentio.sock"
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{path}"]})
    assert host.unix.host == str(path)
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    done = curl("--unix-socket", str(path), "-H", "Content-Type: application/json", "--data-binary",
                json.dumps(bodies.signals("AAPL")), f"http://localhost{PUBLISH}")
    assert json.loads(done.stdout)["accepted"] == 1
    assert symbols(client.live()) == ["AAPL"]


def test_a_client_subscribes_over_the_unix_socket(start, tmp_path: Path) -> None:
    host = start(server={"listen": [f"unix:{tmp_path / 'sentio.sock'}"]})
    client = host.client("/ws/trade-signals", host.unix)
    client.subscribe("AAPL")
    http_ = host.http(host.unix)
    assert http_.publish("trade-signals", bodies.signals("AAPL")).status == 200
    assert symbols(client.live()) == ["AAPL"]


def test_the_unix_socket_is_not_for_everyone_and_goes_with_the_host(start, tmp_path: Path) -> None:
    path = tmp_path / "sentio.sock"
    host = start(server={"listen": [f"unix:{path}"]})
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert not path.stat().st_mode & stat.S_IWOTH
    host.stop()
    assert not os.path.exists(path)


def test_a_unix_socket_left_by_a_crash_is_taken_over(start, tmp_path: Path) -> None:
    path = tmp_path / "sentio.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    host = start(server={"listen": [f"unix:{path}"]})
    assert host.http(host.unix).get("/api/v1/health").status == 200


def test_two_listeners_serve_the_same_channels(start) -> None:
    host = start(server={"listen": ["127.0.0.1:0", "127.0.0.2:0"]})
    second = host.wait_for(r"listening on 127\.0\.0\.2:(\d+)")
    client = host.client("/ws/trade-signals",
                         type(host.tcp)("tcp", "127.0.0.2", int(second[1])))
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(client.live()) == ["AAPL"]


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00\x01\x00", b"\x00", b"{}\n", b"\x81\x85"])
def test_what_is_not_http_is_told_so(host: Daemon, said: bytes) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(said)
        status, body = answers(connection, 1)[0]
    assert status == 400
    assert "not HTTP" in json.loads(body)["detail"]

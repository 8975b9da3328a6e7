# SPDX-License-Identifier: MIT
"""The control socket: who may open it, what is on it, and what is not."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from harness.config import BUILD, CHANNELS
from harness.daemon import Daemon, run
from harness.http import Http
from harness.limits import TIMEOUT
from harness.websocket import Address


def test_the_control_socket_is_the_group_s_and_removed_at_the_end(start, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        host = start()
    finally:
        os.umask(before)
    path = tmp_path / "state" / "control.sock"
    assert host.control.host == str(path)
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660
    host.stop()
    assert not path.exists()


def test_status_says_what_runs(host: Daemon, tmp_path: Path) -> None:
    status = host.ask_control("status")
    assert status["pid"] == host.process.pid
    assert status["config"] == str(tmp_path / "sentio.conf")
    assert status["channels"] == {"open": 5, "restarting": 0, "failed": 0}
    assert status["connections"] == 0
    assert status["io_threads"] == 2
    client = host.client("/ws/trade-signals")
    client.subscribe()
    assert host.ask_control("status")["connections"] == 1


def test_a_channel_in_a_worker_is_told_from_the_others(start) -> None:
    inside = {name: {"isolation": "none"} for name in CHANNELS}
    host = start(channels={**inside, "earnings": {"isolation": "process"}})
    assert host.ask_control("status")["workers"] == 1
    isolation = {item["name"]: item["isolation"]
                 for item in host.ask_control("channels")["channels"]}
    assert isolation.pop("earnings") == "process"
    assert set(isolation.values()) == {"none"}


def test_channels_are_as_in_the_api_and_name_the_file(host: Daemon) -> None:
    public = host.http().get("/api/v1/channels").json["channels"]
    channels = host.ask_control("channels")["channels"]
    for whole, known in zip(channels, public, strict=True):
        assert known.items() <= whole.items()
        assert whole["file"] == str(BUILD / "plugins" / known["plugin"])
        assert "file" not in known


def test_the_control_socket_does_not_answer_the_public_api(host: Daemon) -> None:
    control = host.http(host.control)
    for path in ("/", "/api/v1/health", "/api/v1/channels", "/ws/trade-signals",
                 "/api/v1/dashboard/trade-signals", "/control/v1/nothing"):
        assert control.get(path).status == 404, path
    publisher = host.http(host.control)
    assert publisher.publish("trade-signals", {"data": []}).status == 404


def test_public_listeners_do_not_answer_for_control(start, tmp_path: Path) -> None:
    path = tmp_path / "public.sock"
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{path}"]})
    for address in (host.tcp, host.unix):
        http = host.http(address)
        for what in ("status", "channels", "reload", "shadow"):
            assert http.get(f"/control/v1/{what}").status == 404
            assert http.request("POST", f"/control/v1/{what}", b"").status == 404


def test_a_method_that_does_not_belong_is_refused(host: Daemon) -> None:
    control = host.http(host.control)
    answer = control.request("POST", "/control/v1/status", b"")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert host.ask_control("status")["pid"] == host.process.pid


def test_what_a_shadow_lacks_is_said(host: Daemon) -> None:
    control = host.http(host.control)
    shadow = "/control/v1/shadow?"
    for query, status in (("channel=none&plugin=/x.so&for=1000", 404),
                          ("channel=earnings&plugin=/missing.so&for=1000", 422),
                          ("channel=earnings&plugin=x.so&for=1000", 422),
                          ("channel=earnings&for=1000", 422),
                          ("channel=earnings&plugin=/x.so", 422),
                          ("channel=earnings&plugin=/x.so&for=-1", 422),
                          ("channel=earnings&plugin=/x.so&for=99999999999999999999", 422),
                          ("channel=earnings&plugin=/" + "x" * 3000 + "&for=1", 422),
                          ("", 422), ("for=1000", 404)):
        answer = control.request("POST", shadow + query, b"")
        assert (answer.status, bool(answer.detail)) == (status, True), (query, answer)
    assert control.get("/control/v1/shadow?channel=market-data").status == 404
    assert control.get("/control/v1/shadow").status == 404
    assert control.request("POST", "/control/v1/shadow/stop?channel=market-data", b"").status == 404
    assert host.ask_control("status")["channels"]["open"] == 5


def test_garbage_on_the_control_socket_ends_that_connection_alone(host: Daemon) -> None:
    kept = host.http(host.control)
    assert kept.get("/control/v1/status").status == 200
    for garbage in (b"\0" * 4096, b"GET\r\n\r\n", b"POST /control/v1/status\r\n\r\n",
                    b"POST /control/v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    b"GET /control/v1/status?" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n",
                    os.urandom(2048)):
        with host.control.connect() as stream:
            stream.settimeout(TIMEOUT)
            try:
                stream.sendall(garbage)
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
        assert kept.get("/control/v1/status").json["pid"] == host.process.pid


def test_the_limit_on_connections_does_not_lock_the_operator_out(start) -> None:
    host = start(limits={"connections": 1})
    client = host.client("/ws/trade-signals")
    client.subscribe()
    assert Http(host.tcp).get("/api/v1/health").status == 429
    assert host.ask_control("status")["pid"] == host.process.pid


def test_an_empty_path_is_no_control_socket(start, tmp_path: Path) -> None:
    host = start(server={"control": ""})
    assert host.http().get("/api/v1/health").status == 200
    assert "control socket" not in host.log
    assert not (tmp_path / "state" / "control.sock").exists()


def test_a_killed_daemon_s_control_socket_is_replaced(start, write_config) -> None:
    killed = Daemon(["-c", str(write_config())]).ready()
    killed.kill()
    assert Path(killed.control.host).is_socket()
    host = start()
    assert host.control == killed.control
    assert host.ask_control("status")["pid"] == host.process.pid


def test_a_second_daemon_on_the_control_socket_is_refused(start, write_config) -> None:
    host = start()
    second = run("-c", write_config())
    assert second.returncode == 1
    assert "server.control" in second.stderr
    assert "another daemon" in second.stderr
    assert host.ask_control("status")["pid"] == host.process.pid


def test_several_requests_on_one_connection_are_answered_in_order(host: Daemon) -> None:
    with Address("unix", host.control.host, 0).connect() as stream:
        stream.settimeout(TIMEOUT)
        head = "{} /control/v1/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        stream.sendall("".join((head.format("POST", "status"), head.format("POST", "nothing"),
                                head.format("POST", "channels"))).encode())
        answers = b""
        while answers.count(b"HTTP/1.1 ") < 3 or not answers.endswith(b"}"):
            part = stream.recv(65536)
            assert part, answers
            answers += part
    statuses = [part.split()[0] for part in answers.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"405", b"404", b"405"]

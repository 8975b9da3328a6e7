# SPDX-License-Identifier: MIT
"""The daemon under valgrind: no invalid access, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import ADMIN_TOKEN, CHANNELS, SENTIOD
from harness.daemon import Daemon
from harness.websocket import BINARY, Refused

# --keep-debuginfo: plugins are named in reports although they were unloaded by then.
VALGRIND = ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect", "--keep-debuginfo=yes",
            "--error-exitcode=99", "--num-callers=25"]


def sanitized() -> bool:
    libraries = subprocess.run(["ldd", str(SENTIOD)], capture_output=True, text=True, check=False)
    return any(name in libraries.stdout for name in ("libasan", "libtsan", "libubsan"))


pytestmark = [
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed"),
    pytest.mark.skipif(sanitized(), reason="a sanitizer is built in"),
]


@pytest.fixture
def watched(write_config, tmp_path: Path):
    config = write_config(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'sentio.sock'}"]})
    daemon = Daemon([*VALGRIND[1:], str(SENTIOD), "-c", str(config)], program=VALGRIND[:1],
                    environment={**os.environ, "UV_THREADPOOL_SIZE": "1"})
    try:
        yield daemon.ready()
    finally:
        daemon.kill()


def traffic(host: Daemon) -> None:
    clients = {}
    for channel in CHANNELS:
        client = host.client(f"/ws/{channel}")
        client.subscribe("*", user_id="user_001", admin_token=ADMIN_TOKEN)
        clients[channel] = client
    publisher = host.http()
    for _ in range(20):
        for channel in CHANNELS:
            assert publisher.publish(channel, bodies.VALID[channel]).status == 200
            clients[channel].live()
            assert publisher.publish(channel, {"wrong": 1}).status == 422
    many = host.client("/ws")
    many.subscribe("AAPL", channel="trade-signals", min_confidence=0.5)
    many.subscribe("AAPL", channel="market-data", interval="100ms")
    host.publish("market-data", bodies.quotes(AAPL=5))
    assert symbols(many.live()) == ["AAPL"]


def trouble(host: Daemon) -> None:
    http = host.http()
    for path in ("/api/v1/health", "/api/v1/channels", "/nothing", "/api/v1/market/quotes",
                 "/api/v1/dashboard/trade-signals?symbols=AAPL", "/api/v1/admin",
                 "/api/v1/dashboard/notifications?user_id=user_001"):
        assert http.get(path).status in (200, 401, 403, 404)
    assert host.http(host.unix).get("/api/v1/health").status == 200
    with pytest.raises(Refused):
        host.client("/ws/weather")
    client = host.client("/ws/trade-signals")
    client.refused(action="jump")
    client.send(b"x", BINARY)
    assert client.closed().code == 1003
    client = host.client("/ws/earnings")
    client.tell(action="subscribe")
    assert client.closed().code == 1008
    client = host.client("/ws/trade-signals")
    client.subscribe("*")
    client.abandon()
    host.publish("trade-signals", bodies.signals("AAPL"))


def test_traffic_and_trouble_leave_no_error_and_no_leak(watched: Daemon) -> None:
    traffic(watched)
    trouble(watched)
    watched.stop()
    assert "==" not in watched.log.replace("==>", ""), watched.log


def test_check_config_leaves_no_error_and_no_leak(write_config) -> None:
    for arguments, code in ((["--check-config"], 0), (["--dump-config"], 0),
                            (["--check-config", "--set", "limits.nothing=1"], 1)):
        done = subprocess.run([*VALGRIND, str(SENTIOD), "-c", str(write_config()), *arguments],
                              capture_output=True, text=True, check=False)
        assert done.returncode == code, done

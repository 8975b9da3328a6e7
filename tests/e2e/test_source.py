# SPDX-License-Identifier: MIT
"""A channel's source: a program whose lines are published, and which is started again."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from harness.client import symbols
from harness.config import BAD_PLUGINS, FEED
from harness.daemon import Daemon

# Publishes one quote, whose price is its own process id, and waits to be killed.
PROGRAM = """
import os, signal
print('{"data":[{"symbol":"PID","price":%d}]}' % os.getpid(), flush=True)
signal.pause()
"""


def source(tmp_path: Path, program: str) -> dict:
    path = tmp_path / "source.py"
    path.write_text(program)
    return {"market-data": {"source": {"command": [sys.executable, str(path)]}}}


def process_of(message: dict) -> int:
    return next(int(item["price"]) for item in message["data"] if item["symbol"] == "PID")


def test_a_killed_source_is_started_again_and_clients_are_undisturbed(start,
                                                                      tmp_path: Path) -> None:
    host: Daemon = start(channels=source(tmp_path, PROGRAM))
    client = host.client("/ws/market-data")
    client.subscribe("*")
    first = process_of(client.next())
    for _ in range(2):
        since = host.mark()
        os.kill(first, signal.SIGKILL)
        host.wait_for(r"source.*signal 9", since)
        assert int(host.wait_for(r"source.*started again in (\d+) ms", since)[1]) > 0
        second = process_of(client.live())
        assert second != first
        first = second


def test_each_restart_waits_longer(start, tmp_path: Path) -> None:
    host: Daemon = start(channels=source(tmp_path, "raise SystemExit(3)"))
    since = 0
    delays = []
    for _ in range(3):
        match = host.wait_for(r"started again in (\d+) ms", since)
        since = next(at for at, line in enumerate(host.lines) if match.string == line) + 1
        delays.append(int(match[1]))
    assert delays[0] < delays[1] < delays[2]
    assert "status 3" in host.log


def test_a_source_that_is_not_there_does_not_stop_the_host(start) -> None:
    host: Daemon = start(channels={"market-data": {"source": {"command": ["/not/there"]}}})
    host.wait_for(r"/not/there")
    assert host.http().get("/api/v1/health").status == 200


def test_lines_that_are_wrong_are_logged_and_the_others_published(start, tmp_path: Path) -> None:
    program = "print('nonsense')\nprint('{\"data\":[{\"symbol\":\"A\"}]}')\nprint()\n" + PROGRAM
    host: Daemon = start(channels=source(tmp_path, program))
    client = host.client("/ws/market-data")
    client.subscribe("*")
    message = client.next()
    assert symbols(message) == ["PID"]
    assert message["offset"] == 1
    host.wait_for(r"market-data.*(price|required)")


def test_what_a_source_says_on_standard_error_is_logged(start, tmp_path: Path) -> None:
    program = "import sys\nprint('all is well', file=sys.stderr, flush=True)\n" + PROGRAM
    host: Daemon = start(channels=source(tmp_path, program))
    host.wait_for(r"market-data.*all is well")


def test_a_source_ends_with_the_host(start, tmp_path: Path) -> None:
    host: Daemon = start(channels=source(tmp_path, PROGRAM))
    client = host.client("/ws/market-data")
    client.subscribe("*")
    pid = process_of(client.next())
    host.stop()
    assert not os.path.exists(f"/proc/{pid}")


def test_the_feed_of_the_product_simulates_quotes(start) -> None:
    command = [str(FEED), "--symbols", "AAPL,MSFT", "--seed", "7", "--speed", "20"]
    host: Daemon = start(channels={"market-data": {"source": {"command": command}}})
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", "MSFT")
    seen: set[str] = set()
    while len(client.texts) < 10 or seen != {"AAPL", "MSFT"}:
        for item in client.next()["data"]:
            assert item["price"] > 0
            seen.add(item["symbol"])


def test_a_third_partys_channel_has_a_source_as_well(start, tmp_path: Path) -> None:
    path = tmp_path / "source.py"
    path.write_text("import signal\nprint('{\"n\": 1}')\nprint('{\"n\": 2}')\n"
                    "print('[3]', flush=True)\nsignal.pause()\n")
    host: Daemon = start(channels={"echo": {
        "plugin": str(BAD_PLUGINS / "echo_test.so"),
        "source": {"command": [sys.executable, str(path)]}}})
    host.wait_for(r"echo.*object")
    client = host.client("/ws/echo")
    client.subscribe()
    assert host.publish("echo", {"n": 3})["offset"] == 3
    assert client.next()["data"] == {"n": 3}

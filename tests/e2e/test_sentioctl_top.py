# SPDX-License-Identifier: MIT
"""sentioctl top: what the host and its channels are at."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.daemon import Daemon
from harness.fake_control import FakeControl
from harness.sentioctl import FAILED, OK, SENTIOCTL, UNREACHABLE, USAGE, ask, sentioctl


def columns(text: str) -> dict[str, dict[str, str]]:
    """The table of channels, by their names."""
    rows = text.partition("\nCHANNEL")[2].splitlines()
    names = ("CHANNEL" + rows[0]).split()
    return {row.split()[0]: dict(zip(names, row.split())) for row in rows[1:] if row}


def test_once_shows_the_host_and_each_channel(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe()
    for _ in range(3):
        host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
        client.next()
    done = ask(host, "top", "--once")
    assert (done.returncode, done.stderr) == (OK, "")
    assert f"process {host.process.pid}, " in done.stdout
    assert ", ready\n" in done.stdout
    assert ": 1 WebSocket, 0 SSE, " in done.stdout
    table = columns(done.stdout)
    assert len(table) == 5
    signals = table["trade-signals"]
    assert (signals["STATE"], signals["SUBSCRIBERS"], signals["UPDATES"], signals["DELIVERIES"],
            signals["TOPICS"]) == ("open", "1", "3", "3", "2")


def test_json_has_both_answers_in_a_line(host: Daemon) -> None:
    done = ask(host, "top", "--once", "--json")
    assert done.returncode == OK
    assert len(done.stdout.splitlines()) == 1
    both = json.loads(done.stdout)
    assert both["host"]["pid"] == host.process.pid
    assert [item["name"] for item in both["channels"]][0] == "trade-signals"


def test_what_is_wrong_is_named_and_the_busiest_channel_comes_first(tmp_path: Path) -> None:
    channels = [{"name": "quiet", "state": "open", "rate": 0.0},
                {"name": "tick", "state": "failed", "rate": 0.0, "deaths": 5},
                {"name": "busy", "state": "open", "rate": 12.5, "history_bytes": 1536}]
    answers = {"GET /api/v1/host": (200, {"ready": False, "problems": ["channel tick: died"],
                                          "memory": {"rss_bytes": 3 << 20}}),
               "GET /api/v1/host/channels": (200, {"channels": channels})}
    with FakeControl(tmp_path / "socket", answers) as fake:
        done = sentioctl("--socket", fake.path, "top", "--once")
    assert ", not ready\n" in done.stdout
    assert "\nproblems     channel tick: died\n" in done.stdout
    assert "\nmemory       3.0 MiB, " in done.stdout
    table = columns(done.stdout)
    assert list(table) == ["busy", "quiet", "tick"]
    assert (table["tick"]["STATE"], table["tick"]["DEATHS"]) == ("failed", "5")
    assert done.stdout.splitlines()[-3].endswith("1.5 KiB")


def test_a_host_that_refuses_is_quoted(tmp_path: Path) -> None:
    answers = {"GET /api/v1/host": (503, {"detail": "the host is shutting down"})}
    with FakeControl(tmp_path / "socket", answers) as fake:
        done = sentioctl("--socket", fake.path, "top")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert "the host is shutting down" in done.stderr


def test_it_goes_on_until_the_host_ends(host: Daemon) -> None:
    command = [SENTIOCTL, "--socket", host.control.host, "top", "--json", "--every", "100ms"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as program:
        assert program.stdout is not None and program.stderr is not None
        times = [json.loads(program.stdout.readline())["host"]["timestamp"] for _ in range(3)]
        assert times == sorted(times)
        host.stop()
        program.stdout.read()
        errors = program.stderr.read()
        # A host that is about to go may still say so to who asks just then.
        assert errors.startswith("sentioctl: ")
        assert program.wait() == (FAILED if "shutting down" in errors else UNREACHABLE)


@pytest.mark.parametrize("words", [("--often",), ("--every",), ("--every", "soon"),
                                   ("--every=1ms",), ("--every", "2h"), ("now",)])
def test_what_it_does_not_take_is_said(words: tuple[str, ...]) -> None:
    done = sentioctl("--socket", "/nowhere", "top", *words)
    assert done.returncode == USAGE
    assert "Usage: sentioctl top [--once] [--every 1s]" in done.stderr


def test_without_a_host_it_says_so() -> None:
    done = sentioctl("--socket", "/nowhere", "top")
    assert done.returncode == UNREACHABLE
    assert "is sentiod running" in done.stderr

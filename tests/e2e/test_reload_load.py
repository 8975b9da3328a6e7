# SPDX-License-Identifier: MIT
"""Swaps under load: no connection closes, and everybody gets everything once.

The load is a program (tests/chaos/load): every subscriber checks of every update that it is the
next one, and that the plugin made it from exactly those before. With SENTIO_LONG in the environment
as large as the project promises: 100 swaps, 1,000 subscribers, 2,000 updates a second."""

from __future__ import annotations

import json
import os
import select
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.config import BUILD
from harness.limits import TIMEOUT
from harness.live import Live, install

LOAD = BUILD / "tests" / "chaos-load"
LONG = "SENTIO_LONG" in os.environ
CLIENTS, RATE, SWAPS = (1000, 2000, 100) if LONG else (200, 1000, 20)
BETWEEN = 200  # updates from one swap to the next: what `Load.wait` waits for


class Load:
    """The program; what it says is wrong fails the test."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen([LOAD, str(port), "sums", str(CLIENTS), str(RATE)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        bufsize=1)
        line = self._line()
        assert line == "ready\n", line + self.process.communicate()[0]

    def _line(self) -> str:
        """The one line that is to come."""
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], 10 * TIMEOUT)[0], "nothing goes on"
        return self.process.stdout.readline()

    def tell(self, letter: str) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(letter)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise AssertionError(self.process.communicate()[0]) from None

    def wait(self) -> None:
        """For BETWEEN more updates."""
        self.tell("w")
        line = self._line()
        assert line == "on\n", line

    def end(self) -> dict[str, Any]:
        out, _ = self.process.communicate("e", timeout=10 * TIMEOUT)
        assert self.process.returncode == 0, out
        return json.loads(out)


@pytest.fixture
def load(request: pytest.FixtureRequest):
    started: list[Load] = []

    def begin(port: int) -> Load:
        started.append(Load(port))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


def offset(live: Live) -> int:
    return next(item["offset"] for item in live.host.ask_control("channels")["channels"]
                if item["name"] == "sums")


def sums(tmp_path: Path, isolation: str) -> dict[str, Any]:
    return {"plugin": install("sums", tmp_path / "sums.so"), "isolation": isolation, "history": 10}


def swap(load: Load, live: Live, plugin: Path, number: int) -> None:
    """Another file of the same plugin; bytes behind its end make it another."""
    load.wait()
    fresh = install("sums", plugin.with_name("next.so"))
    with fresh.open("ab") as file:
        file.write(str(number).encode())
    os.rename(fresh, plugin)
    load.tell("s")
    assert len(live.changes()) == 1
    load.tell("q")


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_swaps_under_load_lose_nobody_and_nothing(go_live, load, tmp_path: Path, isolation: str,
                                                  record_property) -> None:
    settings = sums(tmp_path, isolation)
    live = go_live(channels={"sums": settings}, limits={"outbox": "64MiB"},
                   server={"io_threads": 1})
    running = load(live.host.tcp.port)
    for number in range(SWAPS):
        swap(running, live, settings["plugin"], number)
    done = running.end()
    print(f"\n{isolation}: {json.dumps(done)}")
    record_property("figures", done)
    assert done["updates"] == offset(live)
    assert done["received"] == CLIENTS * done["updates"]
    assert done["updates"] > SWAPS * BETWEEN
    assert live.host.ask_control("status")["reloads"]["done"] == SWAPS


def test_bad_versions_under_load_lose_nobody_and_nothing(go_live, load, tmp_path: Path) -> None:
    settings = sums(tmp_path, "process")
    live = go_live(channels={"sums": settings}, limits={"outbox": "64MiB"})
    running = load(live.host.tcp.port)
    for name in ("swap_bad_open", "swap_v1", "not_elf") * (SWAPS // 5):
        running.wait()
        install(name, settings["plugin"])
        live.refused()
    install("sums", settings["plugin"])
    done = running.end()
    assert done["received"] == CLIENTS * done["updates"]


def test_it_moves_between_host_and_worker_under_load(go_live, load, tmp_path: Path) -> None:
    settings = sums(tmp_path, "none")
    live = go_live(channels={"sums": settings}, limits={"outbox": "64MiB"})
    running = load(live.host.tcp.port)
    for number in range(SWAPS):
        running.wait()
        isolation = "none" if number % 2 else "process"
        live.reload(channels={"sums": {**settings, "isolation": isolation}})
    done = running.end()
    assert done["received"] == CLIENTS * done["updates"]

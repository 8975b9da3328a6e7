# SPDX-License-Identifier: MIT
"""Clients that are away at random and come back with `since` end with everything, once and in order.

The load is a program (tests/chaos/load): every client checks of every update that it is the next one,
that nothing was left out before it, and that the plugin made it from exactly those before. With
SENTIO_LONG in the environment: 1,000 clients, away for up to 20 seconds."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from harness.config import BUILD
from harness.limits import TIMEOUT
from harness.live import install

LOAD = BUILD / "tests" / "chaos-load"
LONG = "SENTIO_LONG" in os.environ
# Clients, updates a second, ms that one is away at most, updates in all.
CLIENTS, RATE, AWAY, UPDATES = (1000, 250, 20000, 30000) if LONG else (50, 1000, 300, 2000)
BATCH = 200  # updates that the letter "w" waits for


def run_load(port: int) -> dict[str, Any]:
    with subprocess.Popen([LOAD, str(port), "sums", str(CLIENTS), str(RATE), str(AWAY)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          bufsize=1) as process:
        # It goes on for ever when the host does not answer.
        watchdog = threading.Timer(20 * TIMEOUT, process.kill)
        watchdog.start()
        try:
            assert process.stdin and process.stdout
            line = process.stdout.readline()
            for _ in range(UPDATES // BATCH):
                assert line in ("ready\n", "on\n"), line + process.communicate()[0]
                process.stdin.write("w")
                process.stdin.flush()
                line = process.stdout.readline()
            assert line == "on\n", line + process.communicate()[0]
            out, _ = process.communicate("e", timeout=10 * TIMEOUT)
            assert process.returncode == 0, out
            figures: dict[str, Any] = json.loads(out)
            return figures
        finally:
            watchdog.cancel()
            process.kill()


@pytest.mark.parametrize("isolation", ["none"] if LONG else ["none", "process"])
def test_who_is_away_at_random_ends_with_everything(start: Any, tmp_path: Path, isolation: str,
                                                    record_property: Any) -> None:
    host = start(limits={"per_user": 0}, channels={"sums": {
        "plugin": install("sums", tmp_path / "sums.so"), "isolation": isolation,
        "history": 200000, "history_bytes": "1GiB"}})
    done = run_load(host.tcp.port)
    print(f"\nabsences, isolation {isolation}: {json.dumps(done)}")
    record_property("figures", done)
    assert done["updates"] >= UPDATES
    # Each of them has each update once: the program has checked which.
    assert done["received"] == CLIENTS * done["updates"]
    assert done["returns"] > CLIENTS and done["replayed"] > done["returns"]

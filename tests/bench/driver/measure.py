# SPDX-License-Identifier: MIT
"""Runs the load generator against one server."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
from pathlib import Path

from peers import DURABLE, Peer
from results import Figures, Results
from scenarios import Scenario
from server import Server, Unmeasured, on_cores, running

LOAD_LIMIT = 300.0


def _run_load(command: list[str]) -> tuple[list[Figures], str]:
    """What it measured, and why it did not measure more."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_LIMIT)
    except subprocess.TimeoutExpired as failure:
        raise Unmeasured("the load generator did not end") from failure
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines, "" if done.returncode == 0 else done.stderr.strip() or "it crashed"


class _Control(http.client.HTTPConnection):
    """The host's control socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__("localhost", timeout=LOAD_LIMIT)
        self._path = folder / "control.sock"

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def _items_a_commit(server: Server) -> float:
    """By the host's own counters: each commit has one fsync."""
    control = _Control(server.folder)
    control.request("GET", "/control/v1/status")
    disk = json.load(control.getresponse())["disk"]
    control.close()
    return float(disk["items"]) / float(disk["commits"])


def _load_command(
    build: Path, scenario: Scenario, peer: Peer, server: Server, quick: bool
) -> list[str]:
    command = [str(build / "bench" / "load"), "--port", str(server.port)]
    command += [word for pid in server.pids for word in ("--pid", str(pid))]
    command += scenario.load_options(peer, quick) + peer.client_options(scenario.name)
    return on_cores(command, server=False)


def measure(
    results: Results,
    scenario: Scenario,
    peer: Peer,
    number: int,
    build: Path,
    peers: Path,
    quick: bool,
) -> None:
    """Adds the figures of round `number`, also those that were there before a failure."""
    with running(peer, scenario, build, peers) as server:
        lines, failure = _run_load(_load_command(build, scenario, peer, server, quick))
        if peer.name == DURABLE and lines:
            lines[-1]["group"] = _items_a_commit(server)
        for phase, figures in zip(scenario.phases_for(peer) or ("",), lines):
            results.add((scenario.name, phase, peer.name), number, figures)
        if failure:
            raise Unmeasured(failure)

# SPDX-License-Identifier: MIT
"""Runs the load generator against one server, and keeps what it says."""

from __future__ import annotations

import json
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from peers import HOST, Peer
from scenarios import Scenario
from server import Server, Unmeasured, on_cores, running

LOAD_LIMIT = 600.0

Figures = dict[str, float]
Key = tuple[str, str, str]  # scenario, phase, peer


def _run_load(command: list[str]) -> list[Figures]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_LIMIT)
    except subprocess.TimeoutExpired as failure:
        raise Unmeasured("the load generator did not end") from failure
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        raise Unmeasured(done.stderr.strip())
    return lines


def _load_command(
    build: Path, scenario: Scenario, peer: Peer, server: Server, quick: bool
) -> list[str]:
    command = [str(build / "bench" / "load"), "--port", str(server.port)]
    command += [word for pid in server.pids for word in ("--pid", str(pid))]
    command += scenario.load_options(peer, quick) + peer.client_options(scenario.name)
    return on_cores(command, server=False)


@dataclass
class Results:
    """The figures of every round; rounds are in step between peers, so that a ratio is between
    two measurements that were made shortly after each other."""

    rounds: dict[Key, list[Figures]] = field(default_factory=dict)

    def add(self, scenario: Scenario, peer: Peer, lines: list[Figures]) -> None:
        phases = scenario.phases_for(peer) or ("",)
        for phase, figures in zip(phases, lines, strict=True):
            self.rounds.setdefault((scenario.name, phase, peer.name), []).append(figures)

    def median(self, key: Key, figure: str) -> float | None:
        rounds = self.rounds.get(key)
        return statistics.median(one[figure] for one in rounds) if rounds else None

    def ratio(self, key: Key, figure: str) -> float | None:
        """The peer's figure divided by the host's: the median over the rounds."""
        scenario, phase, _ = key
        mine = self.rounds.get(key, [])
        hosts = self.rounds.get((scenario, phase, HOST), [])
        pairs = [(a[figure], b[figure]) for a, b in zip(mine, hosts) if b[figure] > 0]
        return statistics.median(a / b for a, b in pairs) if pairs else None


def measure(
    results: Results, scenario: Scenario, peer: Peer, build: Path, peers: Path, quick: bool
) -> None:
    with running(peer, build, peers) as server:
        lines = _run_load(_load_command(build, scenario, peer, server, quick))
    results.add(scenario, peer, lines)

# SPDX-License-Identifier: MIT
"""What is measured, and which figures a reader gets of it."""

from __future__ import annotations

from dataclasses import dataclass

from peers import Peer

DELIVERY = (("cpu_us", "CPU us"), ("rate", "per s"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms"),
            ("p999_ms", "p99.9 ms"), ("bytes", "bytes"))  # fmt: skip
CONNECT = (("cpu_us", "CPU us"), ("rate", "per s"), ("rss_kib", "KiB each"), ("p50_ms", "p50 ms"),
           ("p99_ms", "p99 ms"), ("p999_ms", "p99.9 ms"))  # fmt: skip
PUBLISH = DELIVERY[:-1]
BROADCAST_PHASES = ("1x200", "16x200", "64x200", "1x4096", "16x4096", "64x4096")
SLOW_PHASES = ("1x200", "16x200", "1x4096")


@dataclass(frozen=True)
class Scenario:
    """`phases` are WINDOWxSIZE: messages in flight, and bytes of a published body."""

    name: str
    title: str
    clients: int
    columns: tuple[tuple[str, str], ...]
    phases: tuple[str, ...] = ()
    seconds: float = 1.0
    warm: int = 0

    def phases_for(self, peer: Peer) -> tuple[str, ...]:
        if peer.slow and self.name == "broadcast-10k":
            return tuple(phase for phase in self.phases if phase in SLOW_PHASES)
        return self.phases

    def load_options(self, peer: Peer, quick: bool) -> list[str]:
        seconds = self.seconds / 4 if quick else self.seconds
        options = ["--scenario", self.name.removesuffix("-10k"), "--clients", str(self.clients),
                   "--seconds", str(seconds), "--warm", str(self.warm)]  # fmt: skip
        for phase in self.phases_for(peer):
            options += ["--phase", phase]
        return options

    def phase_title(self, phase: str) -> str:
        """`phase` is empty where a scenario has but one measurement."""
        window, _, size = phase.partition("x")
        if self.name == "publish":
            return f"{self.title}, {window} connections"
        what = f", {size} bytes" if size not in ("", "0") else ""
        return f"{self.title}{what}, {window} in flight" if phase else self.title


SCENARIOS = (
    Scenario("broadcast", "broadcast to 1,000", 1000, DELIVERY, BROADCAST_PHASES),
    Scenario("broadcast-10k", "broadcast to 10,000", 10000, DELIVERY, BROADCAST_PHASES),
    Scenario(
        "projection",
        "projection: 5,000 clients, each 10 of 500 symbols, 50 items a batch",
        5000,
        DELIVERY,
        ("1x0", "16x0"),
    ),
    Scenario("connect", "10,000 connect and subscribe, then idle", 10500, CONNECT, warm=500),
    Scenario("publish", "publish, nobody subscribed", 0, PUBLISH, ("1x200", "16x200")),
)

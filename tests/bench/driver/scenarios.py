# SPDX-License-Identifier: MIT
"""What is measured, and which figures a reader gets of it."""

from __future__ import annotations

from dataclasses import dataclass

from peers import Peer

Columns = tuple[tuple[str, str], ...]

DELIVERY: Columns = (
    ("cpu_us", "CPU us"),
    ("rate", "per s"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("p999_ms", "p99.9 ms"),
    ("bytes", "bytes"),
)
CONNECT: Columns = (
    ("cpu_us", "CPU us"),
    ("rate", "per s"),
    ("rss_kib", "KiB each"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("p999_ms", "p99.9 ms"),
)
PUBLISH = DELIVERY[:-1]
DURABLE: Columns = (*PUBLISH, ("group", "a commit"))
CONFLATION: Columns = (
    ("cpu_us", "CPU us"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("p999_ms", "p99.9 ms"),
    ("fast_percent", "fast got %"),
    ("slow_messages", "slow got"),
    ("rss_kib", "KiB slow"),
    ("closed", "closed"),
    ("current_percent", "current %"),
)


@dataclass(frozen=True)
class Scenario:
    """`phases` are WINDOWxSIZE: messages in flight, and bytes of a published body, or
    WINDOWxSIZE/CONNECTIONS over which they are published."""

    name: str
    kind: str  # the load generator's scenario
    title: str
    clients: int
    columns: Columns
    phases: tuple[str, ...] = ()
    slow_phases: tuple[str, ...] | None = None  # those that slow peers take part in; None: all
    seconds: float = 1.0
    options: tuple[str, ...] = ()
    tls: bool = False

    def phases_for(self, peer: Peer) -> tuple[str, ...]:
        chosen = self.slow_phases if peer.slow else None
        return self.phases if chosen is None else chosen

    def load_options(self, peer: Peer, quick: bool) -> list[str]:
        seconds = self.seconds / 4 if quick else self.seconds
        options = ["--scenario", self.kind, "--clients", str(self.clients)]
        options += ["--seconds", str(seconds), *self.options]
        for phase in self.phases_for(peer):
            options += ["--phase", phase]
        return [*options, "--tls"] if self.tls else options

    def phase_title(self, phase: str) -> str:
        """`phase` is empty where a scenario has but one measurement."""
        window, _, rest = phase.partition("x")
        size, _, connections = rest.partition("/")
        if connections:
            return f"{self.title}, {window} in flight on {connections} connection"
        if self.kind == "publish":
            return f"{self.title}, {window} connection{'s' if window != '1' else ''}"
        what = f", {size} bytes" if size not in ("", "0") else ""
        return f"{self.title}{what}, {window} in flight" if phase else self.title


SCENARIOS = (
    Scenario(
        "broadcast",
        "broadcast",
        "broadcast to 1,000",
        1000,
        DELIVERY,
        ("1x200", "16x200", "64x200", "1x4096", "16x4096", "64x4096"),
        ("1x200", "16x200", "1x4096"),
        seconds=1.5,
    ),
    Scenario(
        "events",
        "broadcast",
        "broadcast to 1,000 by WebSocket and by Server-Sent Events",
        1000,
        DELIVERY,
        ("1x200", "16x200"),
    ),
    Scenario(
        "broadcast-18k",
        "broadcast",
        "broadcast to 18,000",
        18000,
        DELIVERY,
        ("1x200", "64x200"),
        seconds=2.0,
    ),
    Scenario(
        "broadcast-10k",
        "broadcast",
        "broadcast to 10,000",
        10000,
        DELIVERY,
        ("1x200", "16x200", "16x4096"),
        ("1x200",),
    ),
    Scenario(
        "projection",
        "projection",
        "projection: 5,000 clients, each 10 of 500 symbols, 50 items a batch",
        5000,
        DELIVERY,
        ("1x0", "16x0", "64x0"),
        ("1x0", "16x0"),
        seconds=1.5,
    ),
    Scenario(
        "tls-broadcast",
        "broadcast",
        "broadcast to 1,000 over TLS 1.3",
        1000,
        DELIVERY,
        ("1x200", "16x200", "64x200", "1x4096", "16x4096", "64x4096"),
        tls=True,
    ),
    Scenario(
        "conflation",
        "conflation",
        "2,000 quotes a second to 1,000, of which 500 read 16 KiB a second",
        1000,
        CONFLATION,
        seconds=5.0,
        options=("--slow", "500"),
    ),
    Scenario(
        "connect",
        "connect",
        "10,000 connect and subscribe, then idle",
        10500,
        CONNECT,
        options=("--warm", "500"),
    ),
    Scenario("publish", "publish", "publish, nobody subscribed", 0, PUBLISH, ("1x200", "16x200")),
    Scenario(
        "publish-pipelined", "publish", "publish, nobody subscribed", 0, PUBLISH, ("64x200/1",)
    ),
    Scenario(
        "worker",
        "publish",
        "publish through a worker",
        0,
        PUBLISH,
        ("1x200", "16x200", "64x200/1"),
    ),
    Scenario(
        "durable", "publish", "publish to the disk", 0, DURABLE, ("64x200",), seconds=4.0
    ),
)

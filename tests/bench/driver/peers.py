# SPDX-License-Identifier: MIT
"""The servers that are compared: how each is started, and how a client of it subscribes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOST = "sentiod"
SUBSCRIBE = '{"action":"subscribe","id":1}'
SUBSCRIBE_OWN = '{"action":"subscribe","id":1,"symbols":[$symbols]}'
ALL_SCENARIOS = frozenset({"broadcast", "broadcast-10k", "projection", "connect", "publish"})


@dataclass(frozen=True)
class Place:
    """Where one server runs."""

    port: int
    folder: Path  # its own, empty
    build: Path  # what run.sh has built
    peers: Path  # tests/bench/peers


@dataclass(frozen=True)
class Peer:
    """`steps` are what a client does after the upgrade, as options of the load generator."""

    name: str
    command: Callable[[Place], list[str]]
    path: str = "/"
    publish_path: str = "/publish"
    steps: tuple[str, ...] = ("--say", SUBSCRIBE, "--expect", '"ok"')
    scenarios: frozenset[str] = ALL_SCENARIOS - {"projection"}
    slow: bool = False  # leaves out what would take it minutes

    def client_options(self, scenario: str) -> list[str]:
        own = [SUBSCRIBE_OWN if step == SUBSCRIBE else step for step in self.steps]
        steps = own if scenario == "projection" else list(self.steps)
        return ["--path", self.path, "--publish-path", self.publish_path, *steps]


def _fill(place: Place, template: str, **values: object) -> str:
    text = (place.peers / template).read_text()
    for name, value in {"PORT": place.port, "FOLDER": place.folder, **values}.items():
        text = text.replace(f"@{name}@", str(value))
    written = place.folder / template.removesuffix(".in")
    written.write_text(text)
    return str(written)


def _host(place: Place) -> list[str]:
    config = _fill(place, "sentio.conf.in", PLUGINS=place.build / "plugins")
    return [str(place.build / "bin" / "sentiod"), "--config", config]


def _floor(place: Place) -> list[str]:
    return [str(place.build / "bench" / "floor"), str(place.port)]


def _nchan(place: Place) -> list[str]:
    config = _fill(place, "nginx.conf.in")
    return ["/usr/sbin/nginx", "-p", str(place.folder), "-c", config]


def _node(script: str) -> Callable[[Place], list[str]]:
    return lambda place: ["node", str(place.peers / script), str(place.port)]


def _bun(place: Place) -> list[str]:
    modules = place.peers / "node_modules"
    found = [*modules.glob("bun/bin/bun.exe"), *modules.glob("@oven/bun-linux-*/bin/bun")]
    programs = [path for path in found if path.stat().st_size > 1_000_000]
    if not programs:
        raise FileNotFoundError("the package bun has no program for this machine")
    return [str(programs[0]), str(place.peers / "bun.mjs"), str(place.port)]


def _fastapi(place: Place) -> list[str]:
    options = "--log-level error --timeout-keep-alive 600 --backlog 4096".split()
    where = ["--app-dir", str(place.peers), "--port", str(place.port)]
    return ["/usr/bin/python3", "-m", "uvicorn", *where, *options, "service:app"]


SOCKET_IO_STEPS = (
    *("--expect", "0{", "--say", "40", "--expect", "40{"),
    *("--say", '42["subscribe"]', "--expect", '42["ok"'),
)

PEERS = (
    Peer("floor", _floor, scenarios=ALL_SCENARIOS),
    Peer(
        HOST,
        _host,
        path="/ws/trade-signals",
        publish_path="/api/v1/publish/trade-signals",
        scenarios=ALL_SCENARIOS,
    ),
    Peer("bun", _bun, scenarios=ALL_SCENARIOS),
    Peer("nchan", _nchan, path="/subscribe", steps=()),
    Peer("ws", _node("ws.mjs"), scenarios=ALL_SCENARIOS),
    Peer(
        "socket.io",
        _node("socketio.mjs"),
        path="/socket.io/?EIO=4&transport=websocket",
        steps=SOCKET_IO_STEPS,
        slow=True,
    ),
    Peer("fastapi", _fastapi, path="/ws/trade-signals", scenarios=ALL_SCENARIOS, slow=True),
)

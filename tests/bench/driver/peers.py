# SPDX-License-Identifier: MIT
"""The servers that are compared: how each is started, and how a client of it subscribes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOST = "sentiod"
WORKER = "worker"
EVENTS = "events"
DURABLE = "durable"
FLOOR = "floor"
WRAPPING_FLOOR = "floor-wraps"
SUBSCRIBE = '{"action":"subscribe","id":1}'
SUBSCRIBE_OWN = '{"action":"subscribe","id":1,"symbols":[$symbols]}'
SUBSCRIBE_ALL = '{"action":"subscribe","id":1,"symbols":["*"]}'
COMMON = frozenset({"broadcast", "broadcast-10k", "connect", "publish"})
OUTBOX = 65536  # conflation: bytes that may wait for one client, where a peer has such a limit


@dataclass(frozen=True)
class Place:
    """Where one server runs, and what for."""

    port: int
    folder: Path  # its own, empty but for the certificate
    build: Path  # what run.sh has built
    peers: Path  # tests/bench/peers
    scenario: str
    certificate: tuple[Path, Path] | None  # and its key: listens with TLS

    @property
    def backlog(self) -> int:
        return OUTBOX if self.scenario == "conflation" else 0


@dataclass(frozen=True)
class Peer:
    """`steps` are what a client does after the upgrade, as options of the load generator."""

    name: str
    command: Callable[[Place], list[str]]
    scenarios: frozenset[str]
    path: str = "/"
    publish_path: str = "/publish"
    steps: tuple[str, ...] = ("--say", SUBSCRIBE, "--expect", '"ok"')
    slow: bool = False  # leaves out what would take it minutes

    def client_options(self, scenario: str) -> list[str]:
        market = scenario == "conflation"
        subscribe = {"projection": SUBSCRIBE_OWN}.get(scenario, SUBSCRIBE)
        if market and self.name == HOST:
            subscribe = SUBSCRIBE_ALL
        steps = [subscribe if step == SUBSCRIBE else step for step in self.steps]
        channel = "market-data" if market else "trade-signals"
        path = self.path.replace("$channel", channel)
        publish_path = self.publish_path.replace("$channel", channel)
        return ["--path", path, "--publish-path", publish_path, *steps]


def _fill(place: Place, template: str, **values: object) -> str:
    text = (place.peers / template).read_text()
    for name, value in {"PORT": place.port, "FOLDER": place.folder, **values}.items():
        text = text.replace(f"@{name}@", str(value))
    written = place.folder / template.removesuffix(".in")
    written.write_text(text)
    return str(written)


def _host(place: Place, more: str = "") -> list[str]:
    channel = f'name = "trade-signals"; plugin = "trade_signals.so"; {more}'
    sections = ""
    scheme = ""
    if place.backlog > 0:
        channel = 'name = "market-data"; plugin = "market_data.so"; interval = "0";'
        channel += ' slow = "conflate";'
        sections += f'limits = {{ outbox = "{place.backlog}B"; }};'
    if place.certificate is not None:
        certificate, key = place.certificate
        scheme = "tls:"
        sections += f'tls = {{ certificate = "{certificate}"; key = "{key}"; }};'
    config = _fill(
        place,
        "sentio.conf.in",
        LISTEN=f"{scheme}127.0.0.1:{place.port}",
        SECTIONS=sections,
        PLUGINS=place.build / "plugins",
        CHANNEL=channel,
    )
    return [str(place.build / "bin" / "sentiod"), "--config", config]


def _worker(place: Place) -> list[str]:
    return _host(place, 'isolation = "process";')


def _durable(place: Place) -> list[str]:
    return _host(place, "durable = true;")


def _floor(place: Place) -> list[str]:
    certificate = [str(path) for path in place.certificate or ()]
    return [str(place.build / "bench" / "floor"), str(place.port), *certificate]


def _wrapping_floor(place: Place) -> list[str]:
    return [*_floor(place), "wrap"]


def _nchan(place: Place) -> list[str]:
    options = tls = ""
    if place.certificate is not None:
        certificate, key = place.certificate
        options = "ssl"
        tls = f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;"
    config = _fill(place, "nginx.conf.in", LISTEN_OPTIONS=options, TLS=tls)
    return ["/usr/sbin/nginx", "-p", str(place.folder), "-c", config]


def _script(program: str, place: Place, name: str) -> list[str]:
    options = ["--port", str(place.port), "--backlog", str(place.backlog)]
    if place.certificate is not None:
        certificate, key = place.certificate
        options += ["--certificate", str(certificate), "--key", str(key)]
    return [program, str(place.peers / name), *options]


def _node(name: str) -> Callable[[Place], list[str]]:
    return lambda place: _script("node", place, name)


def _bun(place: Place) -> list[str]:
    modules = place.peers / "node_modules"
    found = [*modules.glob("bun/bin/bun.exe"), *modules.glob("@oven/bun-linux-*/bin/bun")]
    programs = [path for path in found if path.stat().st_size > 1_000_000]
    if not programs:
        raise FileNotFoundError("the package bun has no program for this machine")
    return _script(str(programs[0]), place, "bun.mjs")


def _fastapi(place: Place) -> list[str]:
    options = "--log-level error --no-access-log --timeout-keep-alive 600 --backlog 4096".split()
    options += "--loop uvloop --http httptools --ws websockets".split()
    options += "--ws-per-message-deflate false".split()
    where = ["--app-dir", str(place.peers), "--port", str(place.port)]
    return ["/usr/bin/python3", "-m", "uvicorn", *where, *options, "service:app"]


SOCKET_IO_STEPS = (
    *("--expect", "0{", "--say", "40", "--expect", "40{"),
    *("--say", '42["subscribe"]', "--expect", '42["ok"'),
)

PEERS = (
    Peer(
        FLOOR,
        _floor,
        COMMON | {"broadcast-18k", "projection", "tls-broadcast", "publish-pipelined"},
    ),
    Peer(WRAPPING_FLOOR, _wrapping_floor, frozenset({"broadcast"})),
    Peer(
        HOST,
        _host,
        COMMON
        | {"broadcast-18k", "projection", "tls-broadcast", "publish-pipelined", "conflation"}
        | {"worker", "events", "durable"},
        path="/ws/$channel",
        publish_path="/api/v1/publish/$channel",
    ),
    Peer(
        EVENTS,
        _host,
        frozenset({"events"}),
        path="/sse/$channel",
        publish_path="/api/v1/publish/$channel",
        steps=("--events", "--expect", "id: "),
    ),
    Peer(
        WORKER,
        _worker,
        frozenset({"worker"}),
        path="/ws/$channel",
        publish_path="/api/v1/publish/$channel",
    ),
    Peer(
        DURABLE,
        _durable,
        frozenset({"durable"}),
        path="/ws/$channel",
        publish_path="/api/v1/publish/$channel",
    ),
    Peer(
        "bun",
        _bun,
        COMMON
        | {"broadcast-18k", "projection", "tls-broadcast", "publish-pipelined", "conflation"},
    ),
    Peer(
        "nchan",
        _nchan,
        COMMON | {"tls-broadcast", "publish-pipelined", "conflation"},
        path="/subscribe",
        steps=(),
    ),
    Peer(
        "ws",
        _node("ws.mjs"),
        COMMON | {"projection", "tls-broadcast", "publish-pipelined", "conflation"},
    ),
    Peer(
        "socket.io",
        _node("socketio.mjs"),
        COMMON | {"publish-pipelined", "conflation"},
        path="/socket.io/?EIO=4&transport=websocket",
        steps=SOCKET_IO_STEPS,
        slow=True,
    ),
    Peer(
        "fastapi",
        _fastapi,
        COMMON | {"projection", "publish-pipelined"},
        path="/ws/trade-signals",
        slow=True,
    ),
)

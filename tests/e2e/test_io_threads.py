# SPDX-License-Identifier: MIT
"""One script of subscribes, publishes and closes says the same to each client, on any number of
threads."""

from __future__ import annotations

import collections
import random
import re
from pathlib import Path
from typing import Any, NamedTuple

from harness import bodies
from harness.client import Client
from harness.daemon import Daemon

CLIENTS = 210
STEPS = 1000
TRANSPORTS = ("tcp", "unix", "tls")
SYMBOLS = [f"S{number}" for number in range(12)]

Transcript = list[str]


class Step(NamedTuple):
    """A publish of `body` on `channel`, or what `client` asks there, or (no action) its end."""

    channel: str
    client: int | None
    action: str | None
    body: dict[str, Any]


class Script:
    """The steps, made up by chance and the same each time."""

    def __init__(self) -> None:
        self._chance = random.Random(3)
        self.steps: list[Step] = []
        self._open = list(range(CLIENTS))
        for client in self._open:
            for channel in channels_of(client):
                self._ask(client, channel, "subscribe")
            self._publish()
        for _ in range(STEPS):
            self._any_step()
        self._publish_all()
        for client in list(self._open):
            self._end(client)

    def _any_step(self) -> None:
        kind = self._chance.random()
        if kind < 0.6:
            self._publish()
            return
        client = self._chance.choice(self._open)
        channel = self._chance.choice(channels_of(client))
        if kind < 0.63:
            self._end(client)
        else:
            self._ask(client, channel, "subscribe" if kind < 0.85 else "unsubscribe")

    def _ask(self, client: int, channel: str, action: str) -> None:
        chance = self._chance
        body: dict[str, Any] = {"user_id": f"user_{client % 10}"}
        if channel == "notifications":
            action = "subscribe"
        elif action == "unsubscribe":
            if chance.random() < 0.8:
                body["symbols"] = chance.choices(SYMBOLS, k=chance.randrange(1, 4))
        else:
            body["symbols"] = chance.choices([*SYMBOLS, "*"], k=chance.randrange(1, 5))
        if channel == "market-data" and action == "subscribe" and client % 2:
            body["interval"] = chance.choice(["1h", "2h", None])
        if channel == "trade-signals" and action == "subscribe" and client % 3:
            body["min_confidence"] = chance.choice([0.3, 0.6, None])
            body["signals"] = chance.choice([["buy"], ["buy", "hold"], None])
        self.steps.append(Step(channel, client, action, body))

    def _end(self, client: int) -> None:
        """What an interval holds back comes first, and the answer behind all that was published."""
        for channel in channels_of(client):
            body = {"interval": None} if channel == "market-data" else {}
            self.steps.append(Step(channel, client, "subscribe", body))
        self.steps.append(Step("", client, None, {}))
        self._open.remove(client)

    def _publish(self) -> None:
        chance = self._chance
        names = chance.choices(SYMBOLS, k=chance.randrange(1, 6))
        channel = chance.choice(("trade-signals", "market-data", "notifications"))
        number = len(self.steps)
        if channel == "trade-signals":
            body = {"data": [bodies.signal(name, chance.choice(("buy", "sell", "hold")),
                                           chance.random(), number=number) for name in names]}
        elif channel == "market-data":
            body = {"data": [bodies.quote(name, 1 + chance.random(), number=number)
                             for name in names]}
        else:
            body = bodies.notification(chance.choice(["*", "user_1", "user_3"]), number=number)
        self.steps.append(Step(channel, None, None, body))

    def _publish_all(self) -> None:
        self.steps.append(Step("trade-signals", None, None, bodies.signals(*SYMBOLS)))
        quotes = [bodies.quote(name, 5) for name in SYMBOLS]
        self.steps.append(Step("market-data", None, None, {"data": quotes}))


def channels_of(client: int) -> tuple[str, ...]:
    """One channel, or for every third client several over /ws."""
    if client % 3 == 2:
        return ("trade-signals", "market-data", "notifications")
    return ("trade-signals",) if client % 3 == 0 else ("market-data",)


def connect(host: Daemon, client: int) -> Client:
    channels = channels_of(client)
    address = getattr(host, TRANSPORTS[client // 3 % 3])
    return host.client("/ws" if len(channels) > 1 else f"/ws/{channels[0]}", address)


def play(host: Daemon, script: Script) -> list[Transcript]:
    """What each client was told, each step being answered before the next."""
    clients = [connect(host, client) for client in range(CLIENTS)]
    publisher = host.http()
    for step in script.steps:
        if step.client is None:
            response = publisher.publish(step.channel, step.body)
            assert response.status == 200, response
            continue
        client = clients[step.client]
        if step.action is None:
            assert client.close().code == 1000
            continue
        named = {} if client.channel else {"channel": step.channel}
        client.ask(action=step.action, **named, **step.body)
    return [[normalised(text) for text in client.texts] for client in clients]


def normalised(text: str) -> str:
    """Without what may differ: times, the epoch, and `prev`, which those with equal interests share
    on each thread. Client has checked it."""
    epoch = re.search(r'"epoch":"([^"]+)"', text)
    if epoch:
        text = text.replace(epoch[1], "epoch")
    return re.sub(r'"timestamp":"[^"]*"|"prev":\d+', "", text)


def check_variety(transcripts: list[Transcript]) -> None:
    """The script has brought about all that it is there for."""
    types = collections.Counter(re.search(r'"type":"(\w+)"', text)[1]
                                for transcript in transcripts for text in transcript)
    assert set(types) == {"ok", "error", "trade_signals", "quotes", "update", "notification"}
    assert types["trade_signals"] > 50 * CLIENTS
    assert types["update"] > 20 * CLIENTS
    assert types["error"] > CLIENTS / 10


def test_each_client_is_told_the_same_on_one_two_and_four_threads(
        start, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    script = Script()
    listen = ["127.0.0.1:0", f"unix:{tmp_path}/socket", "tls:127.0.0.1:0"]
    told = []
    for threads in (1, 2, 4):
        state = tmp_path / f"state of {threads}"
        state.mkdir()
        # No ping: most clients are not read for a long time.
        host = start(server={"listen": listen, "io_threads": threads, "state_dir": state,
                             "heartbeat": "1h"},
                     tls={"certificate": certificate[0], "key": certificate[1]},
                     # What waits for a user comes when the disk has it, and not in one order with
                     # other channels' messages.
                     channels={"market-data": {"interval_max": "2h"},
                               "notifications": {"durable": False}})
        told.append(play(host, script))
        host.stop()
    check_variety(told[0])
    for one, two, four in zip(*told):
        assert one == two == four

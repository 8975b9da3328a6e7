# SPDX-License-Identifier: MIT
"""Runs with durable channels are played as their disk was, whatever it dropped or refused."""

from __future__ import annotations

import json
import random
import resource
from pathlib import Path
from typing import Any, Callable

from harness import bodies
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.live import Live
from harness.replay import identical, updates
from harness.until import until
from harness.websocket import WebSocket

Recorded = Callable[..., Live]

SMALL = {"durable": True, "history": 1, "queue": 2}


def wait_for_drops(host: Daemon, count: int) -> None:
    """Until the disk has dropped as many items that nobody had acknowledged."""
    until(lambda: host.ask_control("status")["disk"]["dropped"], lambda dropped: dropped >= count)


def recover(host: Daemon, since: dict[str, Any]) -> tuple[list[str], bool]:
    """The texts that a subscriber gets who comes back, and whether these are all."""
    client = host.client("/ws/trade-signals")
    messages, end = client.recover(since=since)
    client.close()
    return [item["text"] for message in messages for item in message["data"]], end["recovered"]


def assert_what_is_left(host: Daemon, epoch: str) -> None:
    """Of five signals and five notifications that nobody has seen."""
    since = {"epoch": epoch, "offset": 0}
    assert recover(host, since)[1] is False
    assert recover(host, {**since, "offset": 3}) == (["3", "4"], True)
    late = host.client("/ws/notifications")
    late.subscribe(user_id="user_001", ack=True)
    assert [late.next()["data"]["title"] for _ in range(2)] == ["3", "4"]
    late.close()


def test_what_the_disk_has_dropped_is_not_there_when_it_is_played(
        start: Callable[..., Daemon], recorded: Recorded, journal: Path) -> None:
    """The host has a disk from the first reload on, with a signal of before; what it has dropped
    is not there either when the channels come again."""
    first = start(channels={"trade-signals": SMALL})
    first.publish("trade-signals", bodies.signals("AAPL"))
    first.stop()
    names = ("trade-signals", "notifications")
    gone = {name: {**SMALL, "enabled": False} for name in names}
    there = {name: {**SMALL, "enabled": True} for name in names}
    live = recorded(channels=gone)
    live.reload(channels=there)
    for number in range(5):
        live.host.publish("notifications", bodies.notification("user_001", str(number)))
        if number > 0:
            answer = live.host.publish("trade-signals", bodies.signals("AAPL", text=str(number)))
    wait_for_drops(live.host, 6)
    assert_what_is_left(live.host, answer["epoch"])
    live.reload(channels=gone)
    live.reload(channels=there)
    assert_what_is_left(live.host, answer["epoch"])
    live.host.stop()
    replay = identical(journal)
    assert sum(" replay=4,5 " in line for line in replay.lines) == 4


def test_what_a_full_disk_has_refused_is_refused_when_it_is_played(recorded: Recorded,
                                                                   journal: Path,
                                                                   tmp_path: Path) -> None:
    host = recorded().host
    first = host.publish("notifications", bodies.notification("user_001", "first"))
    size = (tmp_path / "state" / "sentio.db-wal").stat().st_size
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for _ in range(3):
        body = bodies.notification("user_001", "x" * 100)
        assert host.http().publish("notifications", body).status == 503
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE,
                     (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    again = host.publish("notifications", bodies.notification("user_001", "again"))
    assert (again["offset"], again["epoch"]) == (2, first["epoch"])
    assert [client.next()["data"]["title"] for _ in range(2)] == ["first", "again"]
    host.stop()
    replay = identical(journal)
    assert sum(" 503 " in line and "sentio.db" in line for line in replay.lines) == 3
    assert len(updates(replay, "notifications")) == 2


class Random:
    """What publishers and subscribers do, at random. The latter do not read."""

    users = [f"user_{number:03d}" for number in range(4)]
    symbols = ["AAPL", "MSFT", "TSLA"]

    def __init__(self, host: Daemon, chance: random.Random) -> None:
        self.host, self.chance = host, chance
        self.http = host.http()
        self.clients: list[WebSocket] = []
        self.ends: dict[str, dict[str, Any]] = {}

    def act(self, count: int) -> None:
        acts = [self.publish] * 4 + [self.subscribe] * 2 + [self.acknowledge, self.leave]
        for _ in range(count):
            self.chance.choice(acts)()

    def publish(self) -> None:
        channel, body = self.chance.choice([
            ("notifications", bodies.notification(self.chance.choice([*self.users, "*"]), "n")),
            ("trade-signals", bodies.signals(*self.chance.choices(self.symbols, k=2))),
            ("begin", {"data": self.chance.randrange(100)})])
        answer = self.http.publish(channel, body).json
        self.ends[channel] = {"epoch": answer["epoch"], "offset": answer["offset"]}

    def subscribe(self) -> None:
        channel = self.chance.choice(["notifications", "trade-signals", "begin", "end", "watch"])
        fields: dict[str, Any] = {"user_id": self.chance.choice(self.users)}
        if channel == "notifications":
            fields["ack"] = self.chance.random() < 0.5
        if channel == "trade-signals" and self.chance.random() < 0.5:
            fields["symbols"] = [self.chance.choice(self.symbols)]
        if channel in self.ends and self.chance.random() < 0.7:
            end = self.ends[channel]
            fields["since"] = {**end, "offset": self.chance.randrange(end["offset"] + 1)}
        client = WebSocket(self.host.tcp, f"/ws/{channel}")
        client.send(json.dumps({"action": "subscribe", "id": 1, **fields}))
        self.host.keep(client)
        self.clients.append(client)

    def acknowledge(self) -> None:
        """Which is refused where it is on another channel."""
        if self.clients and "notifications" in self.ends:
            end = self.ends["notifications"]
            offset = self.chance.randrange(end["offset"] + 1)
            self.chance.choice(self.clients).send(
                json.dumps({"action": "ack", "id": 2, **end, "offset": offset}))

    def leave(self) -> None:
        if self.clients:
            self.clients.pop(self.chance.randrange(len(self.clients))).abandon()


def publish_to_nobody(host: Daemon) -> None:
    for number in range(5):
        host.publish("notifications", bodies.notification("nobody", str(number)))


def wait_for_the_journal(host: Daemon, journal: Path) -> None:
    """All that has come in so far is in the file."""
    host.publish("notifications", bodies.notification("marker"))
    until(lambda: b"marker" in next(journal.rglob("000001.journal")).read_bytes(), bool)


def test_random_runs_with_drops_and_a_kill_are_played_to_the_byte(recorded: Recorded,
                                                                  journal: Path) -> None:
    sums = {"plugin": BAD_PLUGINS / "sums.so", **SMALL}
    channels = {"notifications": SMALL, "trade-signals": {**SMALL, "ttl": "1s"},
                "begin": {**sums, "options": {"to": "end"}, "forwards": ["end"]}, "end": sums,
                "watch": {**sums, "observes": ["begin"], "isolation": "process"}}
    killed: Daemon = recorded(channels=channels).host
    Random(killed, random.Random(1)).act(60)
    publish_to_nobody(killed)
    wait_for_the_journal(killed, journal)
    killed.kill()
    killed.stop = lambda: None  # type: ignore[method-assign]
    host: Daemon = recorded(channels=channels).host
    some = Random(host, random.Random(2))
    publish_to_nobody(host)
    some.act(60)
    wait_for_drops(host, 3)
    some.act(60)
    host.client("/ws/notifications").subscribe(user_id="nobody")
    host.stop()
    first, second = sorted(journal.iterdir())
    assert len(updates(identical(first), "notifications")) >= 5
    assert len(updates(identical(second), "notifications")) >= 5

# SPDX-License-Identifier: MIT
"""What flows through channels while their plugins are replaced: nothing is lost or done twice."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import pytest

from harness.client import Client
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.live import Live, install

ISOLATIONS = ["none", "process"]
SWAPS = 12

# Clients that read when all is over, however long that takes.
PATIENT: dict[str, Any] = {"limits": {"outbox": "64MiB"}, "server": {"heartbeat": "1h"}}

# Some 2,000 lines a second: in the time that swaps may take they fit into a queue and an outbox.
COUNTS = r"""#!/bin/sh
n=0
while echo "{\"data\":$n}"; do
    n=$((n + 1))
    [ $((n % 20)) -gt 0 ] || sleep 0.01
done
"""


def renew(name: str, target: Path, number: int) -> None:
    """Another file of the same plugin: bytes behind its end make it another."""
    fresh = install(name, target.with_name("next.so"))
    with fresh.open("ab") as file:
        file.write(str(number).encode())
    fresh.rename(target)


class Publisher(threading.Thread):
    """Publishes {"data": 1}, {"data": 2}, ... one after the other, as long as it is let."""

    def __init__(self, host: Daemon, channel: str) -> None:
        super().__init__()
        self.count = 0
        self._http = host.http()
        self._channel = channel
        self._moved = threading.Condition()
        self._over = False
        self._wrong: Any = None

    def run(self) -> None:
        while not self._over and self._wrong is None:
            response = self._http.publish(self._channel, {"data": self.count + 1})
            with self._moved:
                if response.status == 200:
                    self.count += 1
                else:
                    self._wrong = response
                self._moved.notify_all()

    def wait(self, more: int) -> None:
        """Until so many more were accepted."""
        with self._moved:
            goal = self.count + more
            while self.count < goal:
                assert self._wrong is None, self._wrong
                assert self._moved.wait(60), "no update is accepted"

    def end(self) -> None:
        self._over = True
        self.join()
        assert self._wrong is None, self._wrong


@contextmanager
def publishing(host: Daemon, channel: str) -> Iterator[Publisher]:
    publisher = Publisher(host, channel)
    publisher.start()
    try:
        yield publisher
    finally:
        publisher.end()


def follow(client: Client, count: int) -> dict[str, Any]:
    """Reads that many sums, each of which must follow from the one before; the last."""
    last = {"count": 0, "sum": 0}
    for _ in range(count):
        item = client.next()["data"]
        assert item["count"] == last["count"] + 1, (last, item)
        assert item["sum"] == last["sum"] + item["n"], (last, item)
        last = item
    return last


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_forwards_and_observed_items_arrive_once_while_all_three_are_swapped(
        go_live, tmp_path: Path, isolation: str) -> None:
    files = {name: install("sums", tmp_path / f"{name}.so") for name in ("one", "two", "three")}
    live = go_live(channels={
        "one": {"plugin": files["one"], "isolation": isolation, "forwards": ["two"],
                "options": {"to": "two"}},
        "two": {"plugin": files["two"], "isolation": isolation},
        "three": {"plugin": files["three"], "isolation": isolation, "observes": ["one"]},
    }, **PATIENT)
    clients = [live.host.client(f"/ws/{name}") for name in files]
    for client in clients:
        client.subscribe()
    groups = [group for size in (1, 2, 3) for group in itertools.combinations(files, size)]
    with publishing(live.host, "one") as publisher:
        for number, names in enumerate(groups * 2):
            publisher.wait(10)
            for name in names:
                renew("sums", files[name], number)
            assert len(live.changes()) == len(names)
        publisher.wait(10)
    lasts = [follow(client, publisher.count) for client in clients]
    assert lasts[0] == lasts[1] == lasts[2]
    assert lasts[0]["sum"] == publisher.count * (publisher.count + 1) // 2


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_source_is_heard_on_while_its_channel_is_swapped(go_live, tmp_path: Path,
                                                           isolation: str) -> None:
    plugin = install("sums", tmp_path / "sums.so")
    script = tmp_path / "count.sh"
    script.write_text(COUNTS)
    script.chmod(0o755)
    live = go_live(channels={"sums": {"plugin": plugin, "isolation": isolation}}, **PATIENT)
    client = live.host.client("/ws/sums")
    client.subscribe()
    live.reload(channels={"sums": {"plugin": plugin, "isolation": isolation,
                                   "source": {"command": [script]}}})
    first = client.next()["data"]
    assert first == {"n": 0, "count": 1, "sum": 0}
    count = 1
    for number in range(SWAPS):
        renew("sums", plugin, number)
        assert len(live.changes()) == 1
        for _ in range(100):
            count += 1
            item = client.next()["data"]
            # The n-th line is the n-th update.
            assert item == {"n": count - 1, "count": count, "sum": count * (count - 1) // 2}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_subscribers_who_come_and_go_meanwhile_are_counted_right(go_live, tmp_path: Path,
                                                                 isolation: str) -> None:
    plugin = install("swap_v2", tmp_path / "tick.so")
    live = go_live(channels={"tick": {"plugin": plugin, "isolation": isolation}}, **PATIENT)
    stays = live.host.client("/ws/tick")
    stays.subscribe()
    stop = threading.Event()
    threads = [threading.Thread(target=come_and_go, args=(live.host, stop)) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(SWAPS):
            renew("swap_v2", plugin, number)
            assert len(live.changes()) == 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # That the last ones have left is known a moment after they did.
    deadline = time.monotonic() + TIMEOUT
    for number in itertools.count():
        assert time.monotonic() < deadline, "somebody is still counted"
        live.host.publish("tick", {"data": number})
        item = stays.next()["data"]
        assert item["count"] == number + 1
        assert item["subscribers"] >= 1
        if item["subscribers"] == 1:
            break


def come_and_go(host: Daemon, stop: threading.Event) -> None:
    for number in itertools.count():
        client = host.client("/ws/tick")
        client.tell(action="subscribe")
        if number % 3 == 0:
            client.abandon()
        else:
            client.ping()
            client.close()
        if stop.is_set():
            return


def test_a_worker_that_crashes_again_and_again_is_swapped_all_the_same(go_live,
                                                                       tmp_path: Path) -> None:
    plugin = install("crashes_and_forgets", tmp_path / "tick.so")
    settings = {"plugin": plugin, "isolation": "process", "options": {"every": 7}}
    live = go_live(channels={"tick": settings}, plugins={"max_deaths": 0}, **PATIENT)
    client = live.host.client("/ws/tick")
    client.subscribe()
    with publishing(live.host, "tick") as publisher:
        for number in range(SWAPS):
            publisher.wait(20)
            renew("crashes_and_forgets", plugin, number)
            assert len(live.changes()) == 1
    assert [client.next()["data"] for _ in range(publisher.count)] == list(
        range(1, publisher.count + 1))
    assert live.host.log.count("died of signal") >= SWAPS


def test_a_channel_that_has_failed_is_mended_by_a_reload(go_live) -> None:
    settings = {"plugin": BAD_PLUGINS / "crashes_every_n.so", "isolation": "process"}
    live = go_live(channels={"tick": {**settings, "options": {"every": 1}}},
                   plugins={"max_deaths": 2})
    client = live.host.client("/ws/tick")
    client.subscribe()
    assert live.host.http().publish("tick", {"data": 1}).status in (500, 503)
    assert client.error()["code"] == "channel_failed"
    assert state(live) == "failed"
    assert live.host.http().publish("tick", {"data": 2}).status == 503
    live.reload(channels={"tick": {**settings, "options": {"every": 100}}})
    assert state(live) == "open"
    live.host.publish("tick", {"data": 3})
    assert client.next()["data"] == 3


def test_a_save_that_hangs_does_not_keep_the_new_version_out(go_live, tmp_path: Path) -> None:
    plugin = install("swap_hangs", tmp_path / "tick.so")
    live = go_live(channels={"tick": {"plugin": plugin, "isolation": "process"}},
                   plugins={"hang": "2s"})
    client = live.host.client("/ws/tick")
    client.subscribe()
    live.host.publish("tick", {"data": 1})
    install("swap_v2", plugin)
    answer = live.reload()
    assert "died: what it did since its last save()" in answer["warnings"][0]
    live.host.publish("tick", {"data": 2})
    assert [client.next()["data"] for _ in range(2)] == [
        {"version": 2, "count": 1, "subscribers": 1, "data": 1},
        {"version": 2, "count": 1, "subscribers": 1, "data": 2}]


def state(live: Live) -> str:
    return next(item["state"] for item in live.host.ask_control("channels")["channels"]
                if item["name"] == "tick")

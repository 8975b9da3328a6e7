# SPDX-License-Identifier: MIT
"""What a durable channel forwards, and who observes it: done once, over kill -9 at any moment."""

from __future__ import annotations

import json
import random
import resource
import signal
import threading
from contextlib import suppress
from http.client import HTTPException
from itertools import count
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.raw import Reader, post
from harness.until import until
from harness.worker import status

ROUNDS = 5
PUBLISHERS = 3
WINDOW = 16  # requests on their way on each connection
LAST = 2**53
PAGE = 4096 + 24  # of the database's log
HELD_UP = 3


def channel(**settings: Any) -> dict[str, Any]:
    return {"plugin": BAD_PLUGINS / "sums.so", "durable": True, "history": 100_000,
            "history_bytes": "64MiB", **settings}


def channels(isolation: str) -> dict[str, Any]:
    """"begin" forwards each update to "end", and "watch" observes it."""
    return {"begin": channel(options={"to": "end"}, forwards=["end"], isolation=isolation),
            "end": channel(isolation=isolation),
            "watch": channel(observes=["begin"], isolation=isolation)}


def kill(host: Daemon) -> None:
    """Without any notice; what was started is not to be stopped once more."""
    host.signal(signal.SIGKILL)
    host.wait()
    host.stop = lambda: None  # type: ignore[method-assign]


class Publisher(threading.Thread):
    """Publishes numbers of its own, some ahead of their answers, over one host after the other."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.answered: list[int] = []
        self._first = first
        self._host: Daemon | None = None
        self.broken = threading.Event()
        self._mended = threading.Event()

    def run(self) -> None:
        try:
            while self._host:
                with suppress(OSError, IndexError, HTTPException):  # the host goes away
                    self._publish(self._host)
                self.broken.set()
                assert self._mended.wait(TIMEOUT)
                self._mended.clear()
        finally:
            self.broken.set()  # for who waits for more of its answers

    def _publish(self, host: Daemon) -> None:
        with host.tcp.connect() as connection:
            reader = Reader(connection)
            while True:
                first = self._first + len(self.answered) * PUBLISHERS
                numbers = range(first, first + WINDOW * PUBLISHERS, PUBLISHERS)
                connection.sendall(b"".join(
                    post(json.dumps({"data": number, "id": number}), path="/api/v1/publish/begin")
                    for number in numbers))
                for number in numbers:
                    answer = reader.answer()
                    assert answer.status == 200, answer
                    self.answered.append(number)

    def begin(self, host: Daemon) -> None:
        self._host = host
        self.start()

    def go_on(self, host: Daemon | None) -> None:
        """Once the host before is gone. None: it ends."""
        assert self.broken.wait(TIMEOUT)
        self.broken.clear()
        self._host = host
        self._mended.set()


def catch_up(host: Daemon) -> None:
    """What was left of the host before is done: after several starts it would be given up."""
    target = status(host, "begin")["offset"]
    for name in ("end", "watch"):
        until(lambda: status(host, name)["offset"], lambda offset: offset >= target)


def numbers_on(host: Daemon, name: str) -> list[int]:
    """Of all items that the channel ever had, up to the one that was published last."""
    epoch = host.client(f"/ws/{name}").subscribe()["epoch"]
    client = host.client(f"/ws/{name}")
    messages, end = client.recover(since={"epoch": epoch, "offset": 0})
    assert end["recovered"]
    while not messages or messages[-1]["data"]["n"] != LAST:
        messages.append(client.live())
    return [message["data"]["n"] for message in messages]


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_what_follows_from_an_update_comes_once_over_kill_9(start, tmp_path: Path,
                                                            isolation: str) -> None:
    settings = {"server": {"state_dir": tmp_path / "kept"}, "channels": channels(isolation)}
    chance = random.Random()
    publishers = [Publisher(first) for first in range(PUBLISHERS)]
    host = start(**settings)
    for publisher in publishers:
        publisher.begin(host)
    for left in reversed(range(ROUNDS)):
        wanted = len(publishers[0].answered) + chance.randrange(10, 100)
        while len(publishers[0].answered) < wanted:
            assert not publishers[0].broken.wait(0.001)
        kill(host)
        host = start(**settings)
        for publisher in publishers:
            publisher.go_on(host if left else None)
        if left % 2:
            catch_up(host)
    for publisher in publishers:
        publisher.join(TIMEOUT)
    host.publish("begin", {"data": LAST})
    begun = numbers_on(host, "begin")
    for first, publisher in enumerate(publishers):
        own = [number for number in begun if number % PUBLISHERS == first and number != LAST]
        assert own == list(range(first, first + len(own) * PUBLISHERS, PUBLISHERS))
        assert len(own) >= len(publisher.answered)
    assert numbers_on(host, "end") == begun
    assert numbers_on(host, "watch") == begun


def limit_files(host: Daemon, size: int) -> None:
    """No file of the host's grows any further, as on a full disk."""
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Follower:
    """Has seen what came to a channel while it was there."""

    def __init__(self, host: Daemon, name: str) -> None:
        self._client = host.client(f"/ws/{name}")
        self._client.subscribe()
        self.seen: list[int] = []

    def wait_for(self, number: int) -> None:
        while number not in self.seen[-1:]:
            self.seen.append(self._client.live()["data"]["n"])


def fill_and_make_room(host: Daemon, log: Path, room: int, numbers: Iterator[int]) -> list[int]:
    """Publishes until the disk is full, at another place for another `room`, and once more when it
    is not; what was answered."""
    http, answered = host.http(), []
    limit_files(host, log.stat().st_size + room)
    status = 200
    while status == 200:
        number = next(numbers)
        status = http.publish("begin", {"data": number}).status
        if status == 200:
            answered.append(number)
    assert status == 503
    limit_files(host, resource.RLIM_INFINITY)
    answered.append(next(numbers))
    host.publish("begin", {"data": answered[-1]})
    return answered


@pytest.mark.parametrize("end", [Daemon.stop, kill], ids=["stopped", "killed"])
def test_what_a_full_disk_holds_up_comes_once_with_the_next_start(
        start, tmp_path: Path, end: Callable[[Daemon], None]) -> None:
    settings = {"server": {"state_dir": tmp_path / "kept"}, "channels": channels("none")}
    host = start(**settings)
    host.publish("begin", {"data": 0})
    followers = [Follower(host, name) for name in ("end", "watch")]
    numbers, answered, pages = count(1), [0], 0
    held: list[set[int]] = [set(), set()]
    while min(map(len, held)) < HELD_UP:
        log = tmp_path / "kept" / "sentio.db-wal"
        answered += fill_and_make_room(host, log, pages * PAGE, numbers)
        for follower in followers:  # what came before has been tried by then
            follower.wait_for(answered[-1])
        held = [set(answered[1:]) - set(follower.seen) for follower in followers]
        pages += 1
    end(host)
    host = start(**settings)
    host.publish("begin", {"data": LAST})
    assert numbers_on(host, "begin") == [*answered, LAST]
    for name in ("end", "watch"):
        assert sorted(numbers_on(host, name)) == [*answered, LAST]

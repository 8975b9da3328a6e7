# SPDX-License-Identifier: MIT
"""Readers of events that go at random and come back with the last id end with everything, once and in
order. With SENTIO_LONG in the environment there are a thousand of them."""

from __future__ import annotations

import json
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness import bodies
from harness.daemon import Daemon
from harness.sse import EventStream

LONG = "SENTIO_LONG" in os.environ
READERS, UPDATES, THREADS = (1000, 3000, 32) if LONG else (24, 400, 8)
TARGETS = ("/sse/trade-signals", "/sse?channels=earnings,trade-signals&user_id=u&symbols=*")


class Reader:
    """What one of them has; `stay` is one connection, until it goes or has everything. It begins
    with knowing its place."""

    def __init__(self, host: Daemon, number: int) -> None:
        self._host = host
        self._target = TARGETS[number % 2]
        self._chance = random.Random(number)
        self.numbers: list[int] = []
        self.returns = 0
        stream = EventStream(host.tcp, self._target)
        while stream.id.count(":") <= number % 2:
            assert stream.block()
        self._id = stream.id
        stream.close()

    @property
    def done(self) -> bool:
        return len(self.numbers) == UPDATES

    def stay(self) -> None:
        self.returns += 1
        stream = EventStream(self._host.tcp, self._target, {"Last-Event-ID": self._id})
        for _ in range(self._chance.randrange(1, UPDATES // 4)):
            if self.done:
                break
            self._take(stream)
        stream.close()

    def _take(self, stream: EventStream) -> None:
        message = stream.next().message
        if message["type"] == "recovered":
            assert message["recovered"] is True, message
        else:
            assert "snapshot" not in message
            self.numbers += [item["number"] for item in message["data"]]
        self._id = stream.id


def publish(host: Daemon) -> None:
    http = host.http()
    for number in range(UPDATES):
        body = bodies.signals("AAPL", number=number)
        assert http.publish("trade-signals", body).status == 200


def test_readers_that_come_and_go_get_one_sequence(start: Any) -> None:
    host = start(limits={"per_user": 0}, server={"io_threads": 2},
                 channels={"trade-signals": {"history": UPDATES}})
    readers = [Reader(host, number) for number in range(READERS)]
    publisher = threading.Thread(target=publish, args=(host,))
    publisher.start()

    def run(mine: list[Reader]) -> None:
        while left := [reader for reader in mine if not reader.done]:
            for reader in left:
                reader.stay()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(run, readers[first::THREADS]) for first in range(THREADS)]:
            done.result()
    publisher.join()
    for reader in readers:
        assert reader.numbers == list(range(UPDATES))
    figures = {"readers": READERS, "updates": UPDATES,
               "returns": sum(reader.returns for reader in readers)}
    print(f"\nabsences, readers of events: {json.dumps(figures)}")

# SPDX-License-Identifier: MIT
"""A client that loses its connection again and again, and follows a channel by offsets."""

from __future__ import annotations

import random
import threading
from typing import Sequence

from .client import Client, Message
from .daemon import Daemon

# symbol, number, offset of the update's last item
Published = tuple[str, int, int]


class Follower:
    def __init__(self, host: Daemon, channel: str, symbols: Sequence[str], seed: int = 1) -> None:
        self.items: list[tuple[str, int]] = []
        self.replayed = 0
        self._host = host
        self._channel = channel
        self._symbols = symbols
        self._chance = random.Random(seed)
        self._client = self._connect()
        answer = self._client.subscribe(*symbols)
        self._epoch: str = answer["epoch"]
        self._start: int = answer["offset"]
        self._position = self._start

    def _connect(self) -> Client:
        return self._host.client(f"/ws/{self._channel}")

    def _take(self, message: Message) -> None:
        if message.get("snapshot"):
            return
        assert message["prev"] <= self._position, (self._position, message)
        assert message["offset"] > self._position, (self._position, message)
        self._position = message["offset"]
        self.replayed += bool(message.get("replay"))
        self.items += [(item["symbol"], item["n"]) for item in message["data"]]

    def come_back(self) -> None:
        """On a new connection; what the old one was still to get is lost with it."""
        self._client.abandon()
        self._client = self._connect()
        self._client.subscribe(*self._symbols,
                               since={"epoch": self._epoch, "offset": self._position})

    def follow(self, messages: int) -> None:
        while messages > 0:
            message = self._client.next()
            messages -= 1
            if message["type"] != "recovered":
                self._take(message)
                continue
            assert message["recovered"] is True, message
            assert message["offset"] >= self._position
            self._position = message["offset"]

    def follow_rounds(self, rounds: int) -> None:
        for _ in range(rounds):
            self.follow(self._chance.randrange(25))
            self.come_back()

    def finish(self, offset: int) -> None:
        """Takes all up to that offset."""
        self.come_back()
        while self._position < offset:
            self.follow(1)

    def check(self, published: Sequence[Published]) -> None:
        """Everything that was published for it since it began came once, in order."""
        wanted = [(symbol, number) for symbol, number, offset in published
                  if offset > self._start and (symbol in self._symbols or "*" in self._symbols)]
        assert self.items == wanted


def follow_all(followers: Sequence[Follower], rounds: int) -> None:
    """All at the same time; the first failure is raised."""
    failures: list[BaseException] = []

    def run(follower: Follower) -> None:
        try:
            follower.follow_rounds(rounds)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(follower,)) for follower in followers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]

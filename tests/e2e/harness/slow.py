# SPDX-License-Identifier: MIT
"""A client that stops reading, and what it makes of the messages that it gets after all."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

from . import bodies
from .client import Message
from .daemon import Daemon
from .websocket import Address

COUNTERS = ("slow_conflated", "slow_dropped", "slow_disconnected")


def narrow(address: Address) -> Address:
    """The same address, for clients whose kernel takes little ahead of them."""
    return dataclasses.replace(address, narrow=True)


def counters(host: Daemon, channel: str) -> dict[str, int]:
    """What the host says it did about slow readers of the channel."""
    channels = host.http().get("/api/v1/channels").json["channels"]
    found = next(item for item in channels if item["name"] == channel)["counters"]
    return {name: found[name] for name in COUNTERS}


class Market:
    """Publishes quotes whose prices count up, and knows the last one of each symbol."""

    def __init__(self, host: Daemon, symbols: int, padding: int = 1000) -> None:
        self.names = [f"S{index}" for index in range(symbols)]
        self.last: dict[str, int] = {}
        self.published = 0
        self._host = host
        self._http = host.http()
        self._price = itertools.count(1)
        self._padding = "x" * padding

    def publish(self, *names: str, channel: str = "market-data") -> int:
        """One update of these symbols, or of all; the channel's offset after it."""
        items = []
        for name in names or self.names:
            self.last[name] = next(self._price)
            items.append(bodies.quote(name, self.last[name], padding=self._padding))
            if channel == "trade-signals":
                items[-1] |= {"signal": "buy", "confidence": 1}
        response = self._http.publish(channel, {"data": items})
        assert response.status == 200, response
        self.published += len(items)
        offset: int = response.json["offset"]
        return offset

    def publish_until(self, counter: str, channel: str = "market-data") -> int:
        """Goes on until the host has done that to a slow reader; the channel's offset."""
        before = counters(self._host, channel)[counter]
        # Whatever the kernels take for one connection, a fraction of this is enough.
        for _ in range(2000):
            offset = self.publish(channel=channel)
            if counters(self._host, channel)[counter] > before:
                return offset
        raise AssertionError(f"{counter} stays at {before}")


class Ledger:
    """One subscription's messages: what came, and what the host said did not."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.received = 0
        self.conflated = 0
        self.missed = 0  # offsets that `prev` shows were left out
        self.last: dict[str, int] = {}

    def take(self, message: Message) -> None:
        assert message["prev"] <= message["offset"], message
        assert message["offset"] > self.position, message
        self.missed += max(0, message["prev"] - self.position)
        self.position = message["offset"]
        self.received += len(message["data"])
        self.conflated += message.get("conflated", 0)
        for item in message["data"]:
            assert item["price"] > self.last.get(item["symbol"], 0), message
            self.last[item["symbol"]] = item["price"]

    def restart(self, snapshot: Message) -> None:
        assert snapshot["snapshot"] and snapshot["offset"] == self.position
        self.last = {item["symbol"]: item["price"] for item in snapshot["data"]}

    def read(self, client: Any, offset: int) -> None:
        """All messages up to the one that brings the subscription to the offset."""
        while self.position < offset:
            self.take(json.loads(client.message()))
        assert self.position == offset



# SPDX-License-Identifier: MIT
"""Clients that come back after every kill, and know what they are owed."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

from harness.client import Message
from harness.websocket import Closed, Refused, WebSocket

from .host import Host


class Follower(threading.Thread):
    """A user's client. It follows offsets: `seen` is what it has got, in its order, as (offset,
    name); `faults` what the host may not have sent. It ends when it has come to the offset `last`,
    or when the host is over."""

    def __init__(self, host: Host, user: str) -> None:
        super().__init__()
        self.user = user
        self.seen: list[tuple[int, str]] = []
        self.faults: list[str] = []
        self.connections = 0
        self.known = threading.Event()  # the host has answered its first subscribe
        self.failure: BaseException | None = None
        self._host = host
        self._position = 0
        self._epoch: str | None = None

    def run(self) -> None:
        try:
            while not self._host.over:
                start = self._host.starts
                try:
                    self._follow()
                except (Closed, Refused, OSError):
                    self._host.wait_for_start(start)
        except BaseException as failure:  # the main thread raises it
            self.failure = failure

    def came_to(self, offset: int) -> bool:
        return bool(self.seen) and self.seen[-1][0] >= offset

    def _follow(self) -> None:
        client = WebSocket(self._host.address, "/ws/notifications")
        try:
            self.connections += 1
            client.send(json.dumps({"action": "subscribe", "user_id": self.user, "id": 0,
                                    **self._wishes()}))
            while not self._host.over:
                message = json.loads(client.message())
                self._take(client, message)
                if message["type"] == "ok":
                    self.known.set()
        finally:
            client.abandon()

    def _wishes(self) -> dict[str, Any]:
        raise NotImplementedError

    def _take(self, client: WebSocket, message: Message) -> None:
        raise NotImplementedError

    def _check(self, message: Message) -> None:
        if self._epoch not in (None, message["epoch"]):
            self.faults.append(f"another epoch: {message}")
        self._epoch = message["epoch"]

    def _check_gap(self, message: Message) -> None:
        if message["prev"] > self._position:
            self.faults.append(f"a gap after {self._position}: {message}")

    def _accept(self, message: Message) -> None:
        self.seen.append((message["offset"], message["data"]["title"]))
        self._position = message["offset"]


class Resuming(Follower):
    """Comes back with `since`: nothing may come twice."""

    def __init__(self, host: Host, user: str, epoch: str) -> None:
        super().__init__(host, user)
        self._epoch = epoch

    def _wishes(self) -> dict[str, Any]:
        return {"since": {"epoch": self._epoch, "offset": self._position}}

    def _take(self, client: WebSocket, message: Message) -> None:
        if message["type"] == "recovered":
            self._check(message)
            if not message["recovered"]:
                self.faults.append(f"not recovered from {self._position}: {message}")
            self._position = max(self._position, message["offset"])
        elif message["type"] == "notification":
            self._check(message)
            self._check_gap(message)
            if message["offset"] <= self._position:
                self.faults.append(f"once more, at {self._position}: {message}")
            else:
                self._accept(message)
        elif message["type"] != "ok":
            self.faults.append(f"unexpected: {message}")


class Acknowledging(Follower):
    """Comes back and gets what it has not acknowledged; what it knows already it passes over, by
    its offset. It acknowledges now and then, and not all that it has got: what it was told to be
    acknowledged must not come again."""

    def __init__(self, host: Host, user: str, consumer: str, chance: random.Random) -> None:
        super().__init__(host, user)
        self.repeated = 0
        self._consumer = consumer
        self._chance = chance
        self._acknowledged = 0

    def _wishes(self) -> dict[str, Any]:
        return {"ack": True, "consumer": self._consumer}

    def _take(self, client: WebSocket, message: Message) -> None:
        if message["type"] == "ok":
            self._acknowledged = max(self._acknowledged, message.get("acknowledged", 0))
        elif message["type"] == "notification":
            self._check(message)
            self._take_item(client, message)
        else:
            self.faults.append(f"unexpected: {message}")

    def _take_item(self, client: WebSocket, message: Message) -> None:
        if message["offset"] <= self._acknowledged:
            self.faults.append(f"acknowledged to {self._acknowledged}, and sent again: {message}")
        if message["offset"] <= self._position:
            self.repeated += 1
            return
        self._check_gap(message)
        self._accept(message)
        if self._chance.random() < 0.2:
            client.send(json.dumps({"action": "ack", "id": 1, "offset": self._position,
                                    "epoch": self._epoch}))

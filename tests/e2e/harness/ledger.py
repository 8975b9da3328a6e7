# SPDX-License-Identifier: MIT
"""A publisher that knows what each subscriber of everything is to get."""

from __future__ import annotations

import base64
import json
import random
from typing import Any, Sequence

from .client import TIMESTAMP
from .daemon import Daemon
from .http import Http

TIMESTAMP_SIZE = len("2025-01-01T00:00:00.000Z")


class Ledger:
    """Publishes trade signals, one an update, on a daemon that had none before."""

    def __init__(self, host: Daemon, epoch: str, seed: int = 0) -> None:
        self.items: list[str] = []
        self.size = 0  # of all frames
        self._epoch = epoch
        self._host = host
        self._http = host.http()
        self._crowd: list[Http] = []
        # Any piece of it is found nowhere else, so that bytes in the wrong place are seen.
        self._noise = base64.b64encode(random.Random(seed).randbytes(192 * 1024)).decode()

    def publish(self, size: int = 0) -> None:
        """An update that makes a message of `size` bytes, or the shortest that there is."""
        number = len(self.items)
        item = self._item(number, size)
        response = self._http.publish("trade-signals", f'{{"data":[{item}]}}')
        assert response.status == 200, response
        assert response.json["offset"] == number + 1
        self._enter([item])

    def publish_together(self, sizes: Sequence[int]) -> None:
        """Updates from as many publishers at once, in the order that their answers tell."""
        first = len(self.items)
        items = [self._item(first + place, size) for place, size in enumerate(sizes)]
        while len(self._crowd) < len(items):
            self._crowd.append(self._host.http())
        for publisher, item in zip(self._crowd, items):
            publisher.begin_publish("trade-signals", f'{{"data":[{item}]}}')
        ordered = {}
        for publisher, item in zip(self._crowd, items):
            response = publisher.finish()
            assert response.status == 200, response
            ordered[response.json["offset"]] = item
        assert sorted(ordered) == list(range(first + 1, first + len(items) + 1))
        self._enter([ordered[offset] for offset in sorted(ordered)])

    def check(self, texts: Sequence[str], first: int = 0) -> None:
        """These are the messages of the updates from the `first` on, byte for byte."""
        for number, text in enumerate(texts, first):
            message = json.loads(text)
            assert TIMESTAMP.fullmatch(message.pop("timestamp")), text
            data = message.pop("data")
            assert message == self._envelope(number), (number, text)
            assert data == [json.loads(self.items[number])], (number, text)
            assert f'"data":[{self.items[number]}]' in text, (number, text)

    def check_all(self, texts: Sequence[str]) -> None:
        assert len(texts) == len(self.items)
        self.check(texts)

    def _item(self, number: int, size: int) -> str:
        head = (f'{{"symbol":"S{number % 7}","signal":"buy","confidence":0.5,'
                f'"number":{number},"noise":"')
        left = max(0, size - self._overhead(number) - len(head) - 2)
        start = number * 7919 % 65536
        return f'{head}{self._noise[start:start + left]}"}}'

    def _enter(self, items: list[str]) -> None:
        for item in items:
            payload = self._overhead(len(self.items)) + len(item)
            self.size += payload + (2 if payload < 126 else 4 if payload < 65536 else 10)
            self.items.append(item)

    def _envelope(self, number: int) -> dict[str, Any]:
        return {"type": "trade_signals", "offset": number + 1, "prev": number,
                "epoch": self._epoch}

    def _overhead(self, number: int) -> int:
        """The size of a message without its item: the order of its fields does not matter."""
        message = {**self._envelope(number), "timestamp": "t" * TIMESTAMP_SIZE, "data": []}
        return len(json.dumps(message, separators=(",", ":")))

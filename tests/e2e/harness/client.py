# SPDX-License-Identifier: MIT
"""A client of the protocol, which checks on every message what must always hold."""

from __future__ import annotations

import collections
import itertools
import json
import re
from typing import Any, Mapping

from .websocket import Address, WebSocket

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ANSWERS = ("ok", "error", "pong")

Message = dict[str, Any]


class Client(WebSocket):
    def __init__(self, address: Address, path: str, headers: Mapping[str, str] | None = None,
                 channel: str | None = None) -> None:
        super().__init__(address, path, headers)
        self.channel = channel
        self.texts: list[str] = []
        self.position: dict[str | None, int] = {}
        self._ids = itertools.count(1)
        self._inbox: collections.deque[Message] = collections.deque()
        self._times: dict[str | None, str] = {}
        self._epochs: dict[str | None, str] = {}

    def tell(self, **message: Any) -> None:
        """Sends an action that expects no answer."""
        self.send(json.dumps(message))

    def ask(self, **message: Any) -> Message:
        """Sends an action with an id; its answer. Other messages wait for `next`."""
        name = next(self._ids)
        self.tell(**message, id=name)
        return self._answer(lambda answer: answer.get("id") == name)

    def ping(self) -> Message:
        self.tell(action="ping")
        return self._answer(lambda answer: answer["type"] == "pong")

    def error(self) -> Message:
        """The next message, which must be an error."""
        return self._answer(lambda answer: answer["type"] == "error")

    def subscribe(self, *symbols: str, **fields: Any) -> Message:
        """An accepted subscribe; without symbols the field is left out."""
        if symbols:
            fields["symbols"] = list(symbols)
        return self.accepted(action="subscribe", **fields)

    def unsubscribe(self, *symbols: str, **fields: Any) -> Message:
        if symbols:
            fields["symbols"] = list(symbols)
        return self.accepted(action="unsubscribe", **fields)

    def accepted(self, **message: Any) -> Message:
        answer = self.ask(**message)
        assert answer["type"] == "ok", answer
        return answer

    def refused(self, **message: Any) -> Message:
        """An action that is answered by an error message with a code."""
        answer = self.ask(**message)
        assert answer["type"] == "error", answer
        assert re.fullmatch(r"[a-z][a-z0-9_]*", answer["code"]), answer
        assert len(answer["message"]) > 4, answer
        return answer

    def next(self) -> Message:
        """The next message of a channel."""
        if self._inbox:
            return self._inbox.popleft()
        message = self._receive()
        assert message["type"] not in ANSWERS, message
        return message

    def live(self) -> Message:
        """The next message that is not a snapshot."""
        while True:
            message = self.next()
            if not message.get("snapshot"):
                return message

    def recover(self, *symbols: str, **fields: Any) -> tuple[list[Message], Message]:
        """An accepted subscribe with `since`: what comes before "recovered", and that."""
        self.subscribe(*symbols, **fields)
        messages = [self.next()]
        while messages[-1]["type"] != "recovered":
            messages.append(self.next())
        return messages[:-1], messages[-1]

    @property
    def waiting(self) -> int:
        """How many messages were read and not yet asked for."""
        return len(self._inbox)

    def _answer(self, wanted: Any) -> Message:
        while True:
            message = self._receive()
            if wanted(message):
                return message
            assert message["type"] not in ANSWERS, message
            self._inbox.append(message)

    def _receive(self) -> Message:
        text = self.message()
        self.texts.append(text)
        message = json.loads(text)
        self._check(message)
        return message

    def _check(self, message: Message) -> None:
        assert isinstance(message["type"], str), message
        assert TIMESTAMP.fullmatch(message["timestamp"]), message
        if "offset" not in message:
            assert message["type"] in (*ANSWERS, "presence") or "data" in message, message
            return
        channel = message.get("channel", self.channel)
        epoch = self._epochs.setdefault(channel, message["epoch"])
        assert message["epoch"] == epoch, message
        position = self.position.get(channel)
        if message["type"] not in (*ANSWERS, "recovered"):
            self._check_order(channel, message, position)
        if position is None or message["offset"] > position or message.get("replay"):
            self.position[channel] = message["offset"]

    def _check_order(self, channel: str | None, message: Message, position: int | None) -> None:
        assert 0 <= message["prev"] <= message["offset"], message
        assert position is None or message["prev"] <= position, (position, message)
        if message.get("snapshot") or message.get("replay"):
            return
        assert position is None or message["offset"] > position, (position, message)
        assert message["timestamp"] >= self._times.get(channel, ""), message
        self._times[channel] = message["timestamp"]


def symbols(message: Message) -> list[str]:
    """The symbols of a message's items, in their order."""
    return [item["symbol"] for item in message["data"]]

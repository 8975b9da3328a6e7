# SPDX-License-Identifier: MIT
"""A reader of Server-Sent Events as the WHATWG's HTML standard has it (section 9.2.6), which also
checks what this host promises of them."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any, Mapping

from .daemon import Daemon
from .http import Response
from .websocket import Address


@dataclass(frozen=True)
class Event:
    type: str
    data: str
    id: str  # the last event id, as of this event

    @property
    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.data)
        assert message["type"] == self.type, self
        return message


class Refused(Exception):
    """The request was not answered with a stream."""

    def __init__(self, response: Response) -> None:
        super().__init__(repr(response))
        self.status = response.status
        self.response = response


class EventStream:
    def __init__(self, address: Address, target: str,
                 headers: Mapping[str, str] | None = None) -> None:
        self.address = address
        self.socket: socket.socket = address.connect()
        self.id = ""
        self.retry: int | None = None
        self.comments: list[str] = []
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: {address.name}\r\n"
                            f"Accept: text/event-stream\r\n{lines}\r\n".encode())
        answer = http.client.HTTPResponse(self.socket)
        answer.begin()
        self.headers = answer.headers
        if answer.status != 200:
            raise Refused(Response(answer))
        assert self.headers["content-type"] == "text/event-stream"
        self._answer = answer

    def _line(self) -> str | None:
        """None: the stream has ended, and what came since the last blank line is passed over."""
        line = self._answer.readline()
        return line.removesuffix(b"\n").decode() if line.endswith(b"\n") else None

    def event(self) -> Event | None:
        """The next event; None at the stream's end."""
        while (block := self.block()) is not None:
            if isinstance(block, Event):
                return block
        return None

    def block(self) -> Event | bool | None:
        """What comes up to the next blank line, be it an event or not; None at the stream's end."""
        kind, data, name = "", [], self.id
        while (line := self._line()) is not None:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                self.id = name
                return Event(kind or "message", "\n".join(data), name) if data else True
            elif field == "":
                self.comments.append(value)
            elif field == "event":
                kind = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                assert "\0" not in value
                name = value
            elif field == "retry":
                self.retry = int(value)
            else:
                raise AssertionError(f"an unknown field: {line!r}")
        return None

    def next(self) -> Event:
        event = self.event()
        assert event is not None, "the stream has ended"
        return event

    def live(self) -> Event:
        """The next event that is of no snapshot."""
        while True:
            event = self.next()
            if "snapshot" not in event.message:
                return event

    def replay(self) -> tuple[list[dict[str, Any]], Event]:
        """What was missed, and the event that ends it."""
        missed = []
        while (event := self.next()).type != "recovered":
            assert event.message["replay"] is True
            missed.append(event.message)
        return missed, event

    def events(self, count: int) -> list[Event]:
        return [self.next() for _ in range(count)]

    def until_comment(self, text: str) -> None:
        """Reads up to that comment."""
        before = len(self.comments)
        while text not in self.comments[before:]:
            line = self._line()
            assert line is not None, "the stream has ended"
            if line.startswith(":"):
                self.comments.append(line[1:].strip())

    def close_event(self) -> tuple[int, str]:
        """Reads to the stream's end, before which the host must have said why."""
        last = None
        while (event := self.event()) is not None:
            last = event
        assert last is not None and last.type == "close", last
        return last.message["code"], last.message["reason"]

    def close(self) -> None:
        self.socket.close()


def follow(host: Daemon, target: str, address: Address | None = None, **headers: str) -> EventStream:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return EventStream(address or host.tcp, target, named)

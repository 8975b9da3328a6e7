# SPDX-License-Identifier: MIT
"""A client that takes little at a time, so that most of what it is sent waits at the host."""

from __future__ import annotations

import dataclasses
import struct
from dataclasses import dataclass, field

from .client import Client
from .websocket import CLOSE, PING, PONG, TEXT, Address, Closed


@dataclass
class Frames:
    """What was read, by kind; each kind in its order."""

    texts: list[str] = field(default_factory=list)
    pongs: list[bytes] = field(default_factory=list)
    code: int | None = None  # of the close frame; None: there was none


class NarrowClient(Client):
    def __init__(self, address: Address, path: str) -> None:
        self.taken = 0
        super().__init__(dataclasses.replace(address, narrow=True), path)

    def _more(self) -> None:
        before = len(self._buffer)
        super()._more()
        self.taken += len(self._buffer) - before

    def follow(self) -> str:
        """Subscribes to every signal, and counts what is taken from there on; the epoch."""
        answer = self.subscribe("*")
        assert not self._buffer
        self.taken = 0
        return answer["epoch"]

    def sip(self, times: int, bite: int, sent: int) -> None:
        """Reads some times, at most `bite` bytes each, of the `sent` bytes that are on their way."""
        self.bite = bite
        for _ in range(times):
            if self.taken < sent:
                self._more()

    def whole_frame(self) -> tuple[int, bytes]:
        """The next frame. Closed: the connection has ended before all of it was there."""
        while not self.has_frame():
            self._more()
        fin, opcode, payload = self.frame()
        assert fin, "the host never sends fragments"
        return opcode, payload

    def gather(self, frames: Frames) -> int:
        """Adds the next frame to `frames`; its opcode."""
        opcode, payload = self.whole_frame()
        if opcode == TEXT:
            frames.texts.append(payload.decode())
        elif opcode == PONG:
            frames.pongs.append(payload)
        elif opcode == CLOSE:
            frames.code = struct.unpack("!H", payload[:2])[0] if payload else 1005
        else:
            assert opcode == PING, opcode
            self.send(payload, PONG)
        return opcode

    def to_the_end(self, answer: bool = True) -> Frames:
        """All that comes until the connection ends: whole frames, and nothing behind a close."""
        frames = Frames()
        try:
            while frames.code is None:
                self.gather(frames)
            if answer:
                self.send(struct.pack("!H", frames.code), CLOSE)
            self._more()
        except Closed:
            assert not self._buffer, "the connection ended within a frame"
            return frames
        raise AssertionError("there are bytes behind the close frame")

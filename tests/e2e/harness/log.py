# SPDX-License-Identifier: MIT
"""What a process logs: line by line, while it runs."""

from __future__ import annotations

import os
import re
import select
import threading
import time
from typing import IO

from .limits import TIMEOUT


class Log:
    """Follows a pipe until its end. What was written before a question is asked counts for the
    answer: it is read first, whether or not the thread that follows has come to it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lines: list[str] = []
        self._rest = b""
        self._changed = threading.Condition()
        self._ended = False
        os.set_blocking(pipe.fileno(), False)
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def lines(self) -> list[str]:
        with self._changed:
            self._take()
            return list(self._lines)

    def mark(self) -> int:
        """A position, for wait_for's `since`."""
        return len(self.lines())

    def wait_for(self, pattern: str, since: int, timeout: float) -> re.Match[str]:
        """The first line, from `since` on, that matches; waits until there is one."""
        expression = re.compile(pattern)
        deadline = time.monotonic() + timeout
        at = since
        with self._changed:
            while True:
                for line in self._lines[at:]:
                    match = expression.search(line)
                    if match:
                        return match
                at = max(since, len(self._lines))
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    text = "\n".join(self._lines)
                    raise AssertionError(f"no log line matches {pattern!r}:\n{text}")
                self._changed.wait(left)

    def join(self) -> None:
        """Returns once all has been read."""
        self._reader.join(TIMEOUT)

    def _follow(self) -> None:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while not self._ended:
            poll.poll()
            with self._changed:
                self._take()
        self._pipe.close()

    def _take(self) -> None:
        """Takes what is there; the caller has the lock."""
        while not self._ended:
            try:
                data = os.read(self._pipe.fileno(), 65536)
            except BlockingIOError:
                return
            self._ended = not data
            *lines, self._rest = (self._rest + data).split(b"\n")
            if self._ended and self._rest:
                lines.append(self._rest)
            self._lines += [line.decode("utf-8", "replace") for line in lines]
            self._changed.notify_all()

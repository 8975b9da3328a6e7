# SPDX-License-Identifier: MIT
"""When to try again, and when to give up."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Callable, Union

from .errors import ConnectionFailed, Overloaded

# The host remembers idempotency keys for 2 minutes; a retry after that could publish twice.
WINDOW = 110.0

Failure = Union[ConnectionFailed, Overloaded]


@dataclass(frozen=True)
class Retry:
    """At most `attempts`, within `total` seconds; between them a pause that doubles from `first` to
    `longest` seconds, shortened by chance to no less than half, after what Retry-After asks for."""

    attempts: int = 8
    total: float = 30.0
    first: float = 0.1
    longest: float = 5.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("attempts must be at least 1")
        if not 0 < self.total <= WINDOW:
            raise ValueError(f"total must be above 0 and at most {WINDOW:g} seconds, as long as the "
                             "host remembers a key")
        if not 0 <= self.first <= self.longest:
            raise ValueError("first must be at least 0, and at most longest")


ONCE = Retry(attempts=1)


class Attempts:
    """The attempts at one request."""

    def __init__(self, retry: Retry, timeout: float,
                 clock: Callable[[], float] = time.monotonic,
                 chance: Callable[[], float] = random.random) -> None:
        self._retry = retry
        self._timeout = timeout
        self._clock = clock
        self._chance = chance
        self._end = clock() + retry.total
        self._made = 0

    def begin(self) -> float:
        """Begins one; the seconds that it may take."""
        self._made += 1
        return max(0.001, min(self._timeout, self._end - self._clock()))

    def pause(self, error: Failure) -> float:
        """The seconds to wait before the next one; raises the error when there is to be none."""
        pause = min(self._retry.longest, self._retry.first * 2.0 ** (self._made - 1))
        pause *= 0.5 + 0.5 * self._chance()
        if isinstance(error, Overloaded):
            pause += error.retry_after or 0.0
        elif not error.passing:
            raise error
        if self._made >= self._retry.attempts or self._clock() + pause >= self._end:
            raise error
        return pause

# SPDX-License-Identifier: MIT
"""What can go wrong, as exceptions: all are SentioError."""

from __future__ import annotations

from typing import Optional, Tuple

from .problem import Problem
from .result import ManyResult


class SentioError(Exception):
    """`key` is the idempotency key of the update that failed: published again with it, soon enough,
    the update is published once, even if the host had taken it the first time. `done` is what
    publish_many had published before it failed."""

    key: Optional[str] = None
    done: Optional[ManyResult] = None


class ConnectionFailed(SentioError):
    """The host could not be reached, or the connection broke; it may have published the update."""

    passing = True  # whether it is worth while to try again


class TimedOut(ConnectionFailed):
    """There was no answer in time."""


class BadAnswer(ConnectionFailed):
    """What answered does not speak as the host does: the address is probably wrong."""

    passing = False


class Refused(SentioError):
    """The host has answered, and nothing was published."""

    def __init__(self, status: int, detail: str, errors: Tuple[Problem, ...] = (),
                 retry_after: Optional[float] = None) -> None:
        super().__init__(status, detail, errors, retry_after)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after

    def __str__(self) -> str:
        found = "".join(f"; {_where(error)}{error.message}" for error in self.errors[:3])
        more = len(self.errors) - 3
        return f"{self.status}: {self.detail}{found}" + (f"; {more} more" if more > 0 else "")


class Invalid(Refused):
    """422: the update is not what the channel takes; `errors` says why."""


class Unauthorized(Refused):
    """401: the publisher key is missing or wrong."""


class NotFound(Refused):
    """404: the host has no such channel."""


class Overloaded(Refused):
    """503 or 429: the host is busy, stopping, or has a limit that this publisher has reached. The
    update was tried again as often as allowed."""


class BodyError(SentioError, ValueError):
    """The body can not be written as JSON; nothing was sent."""


class QueueFull(SentioError):
    """submit() found no room in the queue; the update was not taken."""


class Closed(SentioError):
    """The publisher is closed, or was closed before the update's turn came."""


def _where(error: Problem) -> str:
    parts = [f"{name} {number}" for name, number in (("update", error.update), ("item", error.item))
             if number is not None]
    if error.field:
        parts.append(error.field)
    return ", ".join(parts) + ": " if parts else ""

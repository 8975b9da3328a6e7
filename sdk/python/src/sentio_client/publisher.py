# SPDX-License-Identifier: MIT
"""The publisher for programs with threads, or none."""

from __future__ import annotations

import atexit
import os
import ssl
import threading
import time
import weakref
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Callable, Iterable, Mapping, Optional, Type, TypeVar

from .address import address_of
from .answer import Answer, interrupted, joined, many_result_of, result_of
from .background import Background, OnError
from .connection import Pool
from .environment import DEFAULT_URL, check_settings, from_environment
from .errors import Closed, ConnectionFailed, Overloaded, SentioError
from .request import Request, Writer
from .result import ManyResult, Result
from .retry import Attempts, Retry

T = TypeVar("T")

AT_EXIT = 5.0  # seconds, for what submit() has left


class Publisher:
    """Publishes to a host. Threads may share one; after a fork each process goes on with connections
    of its own, and what was submitted stays with the parent.

    `timeout` is for each attempt, `retry` for all of them. `queue` (updates) and `queue_bytes` bound
    what waits after submit(); `on_error(channel, key, error)` is called, by the sending thread, for
    each submitted update that could not be published; without it that is logged.
    """

    def __init__(self, url: str = DEFAULT_URL, *, publisher_key: Optional[str] = None,
                 tls: Optional[ssl.SSLContext] = None, timeout: float = 10.0,
                 retry: Retry = Retry(), connections: int = 8, batch_bytes: int = 256 * 1024,
                 queue: int = 10_000, queue_bytes: int = 16 * 1024 * 1024,
                 on_error: Optional[OnError] = None) -> None:
        check_settings(timeout=timeout, connections=connections, batch_bytes=batch_bytes, queue=queue,
                       queue_bytes=queue_bytes)
        self._address = address_of(url, tls)
        self._writer = Writer(publisher_key)
        self._timeout = timeout
        self._retry = retry
        self._batch_bytes = batch_bytes
        self._pool = Pool(self._address, connections)
        self._closing = threading.Event()
        self._background = Background(self._publish, queue, queue_bytes, on_error)
        _publishers.add(self)

    @classmethod
    def from_environment(cls, **settings: Any) -> Publisher:
        """As SENTIO_URL and SENTIO_PUBLISHER_KEY or SENTIO_PUBLISHER_KEY_FILE say."""
        return cls(**from_environment(settings))

    def __repr__(self) -> str:
        return f"Publisher({self._address.text!r})"

    def publish(self, channel: str, body: Mapping[str, Any], *,
                key: Optional[str] = None) -> Result:
        """Publishes one update, and returns when the host has it. `key`, or the body's
        `id`, makes it safe to call again for the same update: the host publishes what comes with the
        same key within 2 minutes once. Raises SentioError."""
        return self._publish(self._writer.one(channel, body, key))

    def publish_many(self, channel: str, bodies: Iterable[Mapping[str, Any]]) -> ManyResult:
        """Publishes updates, many in one request. Each stands for itself: those that are not valid are
        in the result's `errors`, and do not keep the others from being published. They are published
        in their order, but for those that the host was too busy for, which come later. Raises
        SentioError when a request fails, with `done` for what was published."""
        result: Optional[ManyResult] = None
        lines = 0
        try:
            for request in self._writer.many(channel, bodies, self._batch_bytes):
                result = joined(result, self._send(request, many_result_of), lines)
                lines += request.lines
        except SentioError as error:
            interrupted(error, result, lines)
            raise
        return result or ManyResult(channel, 0, 0, "")

    def submit(self, channel: str, body: Mapping[str, Any], *, key: Optional[str] = None,
               block: bool = False, timeout: Optional[float] = None) -> Future[Result]:
        """Leaves the update to a thread, which publishes one after the other in their order. Raises
        QueueFull at once, or with `block` when there was no room for `timeout` seconds."""
        return self._background.submit(self._writer.one(channel, body, key), block, timeout)

    def flush(self, timeout: Optional[float] = None) -> None:
        """Returns when all that was submitted is published or has failed. Raises TimedOut."""
        self._background.flush(timeout)

    def close(self, timeout: Optional[float] = 30.0) -> None:
        """Publishes what was submitted, for at most `timeout` seconds; the rest fails with Closed."""
        end = None if timeout is None else time.monotonic() + timeout
        self._background.stop(timeout)
        self._closing.set()
        self._background.join(None if end is None else max(0.0, end - time.monotonic()))
        self._pool.close()

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def _publish(self, request: Request) -> Result:
        return self._send(request, result_of)

    def _send(self, request: Request, read: Callable[[Request, Answer], T]) -> T:
        attempts = Attempts(self._retry, self._timeout)
        try:
            while True:
                try:
                    return self._attempt(request, read, attempts)
                except (ConnectionFailed, Overloaded) as error:
                    if self._closing.wait(attempts.pause(error)):
                        raise
        except SentioError as error:
            error.key = request.key
            raise

    def _attempt(self, request: Request, read: Callable[[Request, Answer], T],
                 attempts: Attempts) -> T:
        if self._closing.is_set():
            raise Closed("the publisher is closed")
        return read(request, self._pool.exchange(request, attempts.begin()))

    def _forked(self) -> None:
        self._background.forked()
        if not self._closing.is_set():
            self._closing = threading.Event()


_publishers: weakref.WeakSet[Publisher] = weakref.WeakSet()


def _after_fork() -> None:
    for publisher in list(_publishers):
        publisher._forked()


def _at_exit() -> None:
    end = time.monotonic() + AT_EXIT
    for publisher in list(_publishers):
        publisher.close(max(0.0, end - time.monotonic()))


os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)

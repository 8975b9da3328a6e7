# SPDX-License-Identifier: MIT
"""The publisher for asyncio."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Any, AsyncGenerator, Callable, Iterable, Mapping, Optional, Type, TypeVar

from .address import address_of
from .answer import Answer, interrupted, joined, many_result_of, result_of
from .async_background import AsyncBackground
from .async_connection import AsyncPool
from .background import OnError
from .environment import DEFAULT_URL, check_settings, from_environment
from .errors import Closed, ConnectionFailed, Overloaded, SentioError
from .request import Request, Writer
from .result import ManyResult, Result
from .retry import Attempts, Retry

T = TypeVar("T")


class AsyncPublisher:
    """Publishes to a host from one event loop, the one that runs when it is first used. It closes
    with the loop when nobody has closed it before. The settings are those of Publisher."""

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
        self._connections = connections
        self._batch_bytes = batch_bytes
        self._queue = (queue, queue_bytes)
        self._on_error = on_error
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._guard: Optional[AsyncGenerator[None, None]] = None
        self._closed = False

    @classmethod
    def from_environment(cls, **settings: Any) -> AsyncPublisher:
        """As SENTIO_URL and SENTIO_PUBLISHER_KEY or SENTIO_PUBLISHER_KEY_FILE say."""
        return cls(**from_environment(settings))

    def __repr__(self) -> str:
        return f"AsyncPublisher({self._address.text!r})"

    async def publish(self, channel: str, body: Mapping[str, Any], *,
                      key: Optional[str] = None) -> Result:
        """Publishes one update, and returns when the host has it. `key`, or the body's
        `id`, makes it safe to call again for the same update: the host publishes what comes with the
        same key within 2 minutes once. Raises SentioError."""
        await self._begin()
        return await self._publish(self._writer.one(channel, body, key))

    async def publish_many(self, channel: str, bodies: Iterable[Mapping[str, Any]]) -> ManyResult:
        """Publishes updates, many in one request. Each stands for itself: those that are not valid are
        in the result's `errors`, and do not keep the others from being published. They are published
        in their order, but for those that the host was too busy for, which come later. Raises
        SentioError when a request fails, with `done` for what was published."""
        await self._begin()
        result: Optional[ManyResult] = None
        lines = 0
        try:
            for request in self._writer.many(channel, bodies, self._batch_bytes):
                result = joined(result, await self._send(request, many_result_of), lines)
                lines += request.lines
        except SentioError as error:
            interrupted(error, result, lines)
            raise
        return result or ManyResult(channel, 0, 0, "")

    async def submit(self, channel: str, body: Mapping[str, Any], *, key: Optional[str] = None,
                     block: bool = False, timeout: Optional[float] = None) -> asyncio.Future[Result]:
        """Leaves the update to a task, which publishes one after the other in their order. Raises
        QueueFull at once, or with `block` when there was no room for `timeout` seconds."""
        await self._begin()
        return await self._background.submit(self._writer.one(channel, body, key), block, timeout)

    async def flush(self, timeout: Optional[float] = None) -> None:
        """Returns when all that was submitted is published or has failed. Raises TimedOut."""
        await self._begin()
        await self._background.flush(timeout)

    async def close(self, timeout: Optional[float] = 30.0) -> None:
        """Publishes what was submitted, for at most `timeout` seconds; the rest fails with Closed."""
        self._closed = True
        if self._loop is None or self._loop.is_closed():
            return
        self._check_loop()
        await self._background.stop(timeout)
        if self._guard is not None:
            guard, self._guard = self._guard, None
            await guard.aclose()

    async def __aenter__(self) -> AsyncPublisher:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        await self.close()

    async def _begin(self) -> None:
        if self._closed:
            raise Closed("the publisher is closed")
        if self._loop is not None:
            self._check_loop()
            return
        # In a loop, as older versions of Python take the one of the moment for their locks.
        self._loop = _running_loop()
        self._pool = AsyncPool(self._address, self._connections)
        self._background = AsyncBackground(self._publish, *self._queue, self._on_error)
        self._guard = _close_with_loop(self._pool)
        await self._guard.__anext__()

    def _check_loop(self) -> None:
        if self._loop is not _running_loop():
            raise RuntimeError("this AsyncPublisher belongs to another event loop; make one for "
                               "each loop, or use a Publisher")

    async def _publish(self, request: Request) -> Result:
        return await self._send(request, result_of)

    async def _send(self, request: Request, read: Callable[[Request, Answer], T]) -> T:
        attempts = Attempts(self._retry, self._timeout)
        try:
            while True:
                try:
                    return read(request, await self._pool.exchange(request, attempts.begin()))
                except (ConnectionFailed, Overloaded) as error:
                    pause = attempts.pause(error)
                await asyncio.sleep(pause)
        except SentioError as error:
            error.key = request.key
            raise


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError("there is no asyncio event loop here; await this in one, or use "
                           "sentio_client.Publisher, which needs none") from None


async def _close_with_loop(pool: AsyncPool) -> AsyncGenerator[None, None]:
    """The loop knows the generators that run in it, and ends them before it closes itself."""
    try:
        yield
    finally:
        await pool.close()

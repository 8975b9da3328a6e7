# SPDX-License-Identifier: MIT
"""The bounded queue behind AsyncPublisher.submit(), and the task that empties it."""

from __future__ import annotations

import asyncio
import collections
from dataclasses import dataclass
from typing import Awaitable, Callable, Deque, Optional

from .background import OnError, tell
from .errors import Closed, QueueFull, TimedOut
from .request import Request
from .result import Result


@dataclass(eq=False)
class Job:
    request: Request
    future: asyncio.Future[Result]


class AsyncBackground:
    def __init__(self, publish: Callable[[Request], Awaitable[Result]], count: int, size: int,
                 on_error: Optional[OnError]) -> None:
        self._publish = publish
        self._count = count
        self._size = size
        self._on_error = on_error
        self._changed = asyncio.Condition()
        self._jobs: Deque[Job] = collections.deque()
        self._bytes = 0
        self._sending: Optional[Job] = None
        self._task: Optional[asyncio.Task[None]] = None
        self._closed = False

    async def submit(self, request: Request, block: bool,
                     timeout: Optional[float]) -> asyncio.Future[Result]:
        async with self._changed:
            if not self._closed and not self._has_room(request):
                if not block or len(request.body) > self._size:
                    raise self._full(request)
                try:
                    await self._wait_for(
                        lambda: self._closed or self._has_room(request), timeout)
                except asyncio.TimeoutError:
                    raise self._full(request) from None
            if self._closed:
                raise Closed("the publisher is closed")
            job = Job(request, asyncio.get_running_loop().create_future())
            # Its failure is told to on_error; nobody has to wait for the future as well.
            job.future.add_done_callback(_look)
            self._jobs.append(job)
            self._bytes += len(request.body)
            if self._task is None:
                self._task = asyncio.create_task(self._run())
            self._changed.notify_all()
        return job.future

    async def _wait_for(self, done: Callable[[], bool], timeout: Optional[float]) -> None:
        await asyncio.wait_for(self._changed.wait_for(done), timeout)

    def _has_room(self, request: Request) -> bool:
        return len(self._jobs) < self._count and self._bytes + len(request.body) <= self._size

    def _full(self, request: Request) -> QueueFull:
        error = QueueFull(f"{len(self._jobs)} updates of {self._bytes} bytes wait already; the "
                          f"queue holds {self._count} updates and {self._size} bytes")
        error.key = request.key
        return error

    async def flush(self, timeout: Optional[float]) -> None:
        async with self._changed:
            try:
                await self._wait_for(self._is_empty, timeout)
            except asyncio.TimeoutError:
                raise TimedOut(f"{len(self._jobs) + 1} submitted updates are not published yet"
                               ) from None

    def _is_empty(self) -> bool:
        return not self._jobs and self._sending is None

    async def stop(self, timeout: Optional[float]) -> None:
        """Takes nothing more; what is left after the time fails."""
        self._closed = True
        async with self._changed:
            self._changed.notify_all()
        try:
            await self.flush(timeout)
        except TimedOut:
            pass
        finally:
            if self._task is not None:
                self._task.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self._jobs))
                    job = self._sending = self._jobs.popleft()
                    self._bytes -= len(job.request.body)
                    self._changed.notify_all()
                await self._send(job)
                async with self._changed:
                    self._sending = None
                    self._changed.notify_all()
        finally:
            self._closed = True
            self._give_up()
            async with self._changed:
                self._changed.notify_all()

    async def _send(self, job: Job) -> None:
        if job.future.cancelled():
            return
        try:
            result = await self._publish(job.request)
        except Exception as error:
            self._fail(job, error)
        else:
            if not job.future.done():
                job.future.set_result(result)

    def _fail(self, job: Job, error: Exception) -> None:
        if not job.future.cancelled():
            tell(self._on_error, job.request, error)
            job.future.set_exception(error)

    def _give_up(self) -> None:
        left = ([self._sending] if self._sending is not None else []) + list(self._jobs)
        self._jobs.clear()
        self._sending = None
        for job in left:
            if not job.future.done():
                error = Closed("the publisher was closed before the update was answered")
                error.key = job.request.key
                self._fail(job, error)


def _look(future: asyncio.Future[Result]) -> None:
    if not future.cancelled():
        future.exception()

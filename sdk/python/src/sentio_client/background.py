# SPDX-License-Identifier: MIT
"""The bounded queue behind Publisher.submit(), and the thread that empties it."""

from __future__ import annotations

import collections
import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Callable, Deque, Optional

from .errors import Closed, QueueFull, TimedOut
from .request import Request
from .result import Result

log = logging.getLogger("sentio_client")

OnError = Callable[[str, Optional[str], BaseException], None]


def log_error(channel: str, key: Optional[str], error: BaseException) -> None:
    log.error("an update of the channel %s (key %s) was not published: %s", channel, key, error)


def tell(on_error: Optional[OnError], request: Request, error: BaseException) -> None:
    """Calls the caller's function, whose own failure must not end the sender."""
    try:
        (on_error or log_error)(request.channel, request.key, error)
    except Exception:
        log.exception("on_error failed")


@dataclass(eq=False)
class Job:
    request: Request
    future: Future[Result] = field(default_factory=Future)
    told: bool = False  # whether its failure was reported


class Background:
    def __init__(self, publish: Callable[[Request], Result], count: int, size: int,
                 on_error: Optional[OnError]) -> None:
        self._publish = publish
        self._count = count
        self._size = size
        self._on_error = on_error
        self._closed = False
        self._renew()

    def _renew(self) -> None:
        self._changed = threading.Condition()
        self._jobs: Deque[Job] = collections.deque()
        self._bytes = 0
        self._sending: Optional[Job] = None
        self._thread: Optional[threading.Thread] = None

    def submit(self, request: Request, block: bool, timeout: Optional[float]) -> Future[Result]:
        job = Job(request)
        with self._changed:
            if not self._has_room(request) and not self._closed:
                if not block or len(request.body) > self._size:
                    raise self._full(request)
                if not self._changed.wait_for(
                        lambda: self._closed or self._has_room(request), timeout):
                    raise self._full(request)
            if self._closed:
                raise Closed("the publisher is closed")
            self._jobs.append(job)
            self._bytes += len(request.body)
            if self._thread is None:
                # A daemon, so that it can not hold up the end of the program: close() waits for it.
                self._thread = threading.Thread(target=self._run, name="sentio-publisher",
                                                daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return job.future

    def _has_room(self, request: Request) -> bool:
        return len(self._jobs) < self._count and self._bytes + len(request.body) <= self._size

    def _full(self, request: Request) -> QueueFull:
        error = QueueFull(f"{len(self._jobs)} updates of {self._bytes} bytes wait already; the "
                          f"queue holds {self._count} updates and {self._size} bytes")
        error.key = request.key
        return error

    def flush(self, timeout: Optional[float]) -> None:
        with self._changed:
            if not self._changed.wait_for(self._is_empty, timeout):
                raise TimedOut(f"{len(self._jobs) + 1} submitted updates are not published yet")

    def _is_empty(self) -> bool:
        return not self._jobs and self._sending is None

    def stop(self, timeout: Optional[float]) -> None:
        """Takes nothing more; what is left after the time fails."""
        if threading.current_thread() is self._thread:
            timeout = 0.0  # from on_error, say: it can not wait for itself
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(self._is_empty, timeout)
            left, self._jobs = self._jobs, collections.deque()
            self._bytes = 0
        for job in left:
            self._fail(job, Closed("the publisher was closed before the update's turn came"))

    def join(self, timeout: Optional[float]) -> None:
        """Waits for the thread, which is at its last request; past the time it is left to it."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(timeout)
        with self._changed:
            job = self._sending
            if job is None or job.told:
                return
            job.told = True
        tell(self._on_error, job.request,
             Closed("the publisher was closed before the update was answered"))

    def forked(self) -> None:
        self._renew()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._jobs) or self._closed)
                if not self._jobs:
                    return
                job = self._sending = self._jobs.popleft()
                self._bytes -= len(job.request.body)
                self._changed.notify_all()
            self._send(job)
            with self._changed:
                self._sending = None
                self._changed.notify_all()

    def _send(self, job: Job) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            job.future.set_result(self._publish(job.request))
        except BaseException as error:
            with self._changed:
                told, job.told = job.told, True
            if not told:
                tell(self._on_error, job.request, error)
            job.future.set_exception(error)

    def _fail(self, job: Job, error: Closed) -> None:
        error.key = job.request.key
        if job.future.set_running_or_notify_cancel():
            tell(self._on_error, job.request, error)
            job.future.set_exception(error)

# SPDX-License-Identifier: MIT
"""Connections that are kept, for threads: HTTP/1.1 by http.client over TCP, TLS or a unix socket."""

from __future__ import annotations

import http.client
import os
import select
import socket
import ssl
import threading
import time
import weakref
from typing import List, Optional

from .address import Address
from .answer import Answer
from .errors import BadAnswer, ConnectionFailed, SentioError, TimedOut
from .request import Request

MAX_ANSWER = 4 * 1024 * 1024


class Connection(http.client.HTTPConnection):
    def __init__(self, address: Address) -> None:
        super().__init__(address.host or "localhost", address.port or None)
        self._address = address
        self._end = 0.0

    def connect(self) -> None:
        path = self._address.unix
        if path is None:
            plain = socket.create_connection((self._address.host, self._address.port), self._left())
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            plain = socket.socket(socket.AF_UNIX)
        try:
            plain.settimeout(self._left())
            if path is not None:
                plain.connect(path)
            if self._address.tls is not None:
                plain = self._address.tls.wrap_socket(plain, server_hostname=self._address.host)
        except BaseException:
            plain.close()
            raise
        self.sock = plain

    def exchange(self, request: Request, timeout: float) -> Answer:
        """Raises ConnectionFailed; the connection is then closed."""
        self._end = time.monotonic() + timeout
        try:
            return self._exchange(request)
        except SentioError:
            self.close()
            raise
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise failure(self._address, error, timeout) from error
        except BaseException:
            self.close()
            raise

    def _exchange(self, request: Request) -> Answer:
        if self.sock is None:
            self.connect()
        self._set_timeout()
        self.request("POST", self._address.prefix + request.target, request.body,
                     {"Host": self._address.authority, **request.headers})
        self._set_timeout()
        response = self.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, self._body(response))

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        body = b""
        while len(body) + (response.length or 0) <= MAX_ANSWER:
            self._set_timeout()
            piece = response.read(16384)
            if not piece:
                break
            body += piece
        else:
            raise BadAnswer(f"{self._address.text}: the answer is over {MAX_ANSWER} bytes")
        if response.length:
            raise ConnectionFailed(f"{self._address.text}: the connection ended within the answer")
        return body

    def _set_timeout(self) -> None:
        left = self._left()
        if self.sock is not None:  # it is None when the answer ends with the connection
            self.sock.settimeout(left)

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    @property
    def usable(self) -> bool:
        """Whether it is open; what arrives unasked is its end, or nothing good."""
        if self.sock is None:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)


def failure(address: Address, error: BaseException, timeout: float) -> ConnectionFailed:
    # Before Python 3.10, socket.timeout is no TimeoutError.
    if isinstance(error, (socket.timeout, TimeoutError)):
        return TimedOut(f"{address.text}: no answer within {timeout:.3g} s")
    if isinstance(error, http.client.HTTPException) and not isinstance(
            error, (http.client.IncompleteRead, http.client.RemoteDisconnected)):
        return BadAnswer(f"{address.text}: what answers does not speak HTTP: {error!r}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return BadAnswer(f"{address.text}: {error.verify_message or error}")
    return ConnectionFailed(f"{address.text}: {error or type(error).__name__}")


class Pool:
    """At most `connections` at a time; may be used by threads, and after a fork by both processes."""

    def __init__(self, address: Address, connections: int) -> None:
        self._address = address
        self._connections = connections
        self._closed = False
        self._renew()
        _pools.add(self)

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self._connections)
        self._idle: List[Connection] = []

    def exchange(self, request: Request, timeout: float) -> Answer:
        free = self._free
        end = time.monotonic() + timeout
        if not free.acquire(timeout=timeout):
            raise TimedOut(f"{self._address.text}: every connection was in use for {timeout:.3g} s")
        try:
            connection = self._take() or Connection(self._address)
            answer = connection.exchange(request, max(0.001, end - time.monotonic()))
            self._give_back(connection)
            return answer
        finally:
            free.release()

    def _take(self) -> Optional[Connection]:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if connection.sock is not None and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def forked(self) -> None:
        """In the child: the connections are the parent's, and its lock may be held for ever."""
        idle = self._idle
        self._renew()
        for connection in idle:
            connection.close()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _after_fork() -> None:
    for pool in list(_pools):
        pool.forked()


os.register_at_fork(after_in_child=_after_fork)

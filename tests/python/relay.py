# SPDX-License-Identifier: MIT
"""Between a publisher and a host: lets requests through, and loses answers."""

from __future__ import annotations

import socket
import threading

from harness.limits import TIMEOUT


class Relay:
    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self.lost = 0
        self._to_lose = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def lose(self, count: int) -> None:
        """The next connections end when the host has answered, without its answer."""
        self._to_lose = count

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT)
        self._listener.close()

    def _run(self) -> None:
        """One connection at a time, as one publisher with one request under way has."""
        while True:
            try:
                publisher, _ = self._listener.accept()
            except OSError:
                return
            host = socket.create_connection(("127.0.0.1", self._port), TIMEOUT)
            publisher.settimeout(TIMEOUT)
            with publisher, host:
                sending = threading.Thread(target=_copy, args=(publisher, host))
                sending.start()
                if self.lost < self._to_lose:
                    host.recv(65536)
                    self.lost += 1
                    publisher.shutdown(socket.SHUT_RDWR)
                else:
                    _copy(host, publisher)
                sending.join(TIMEOUT)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

# SPDX-License-Identifier: MIT
"""A daemon that is killed and started again, at the same address and with the same state."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path

from harness.config import default_config, dumps, merged
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.websocket import Address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Host:
    """`starts` counts the daemons that have become ready."""

    def __init__(self, folder: Path) -> None:
        self.address = Address("tcp", "127.0.0.1", free_port())
        self._config = folder / "sentio.conf"
        self._config.write_text(dumps(merged(default_config(folder), {
            "server": {"listen": [f"127.0.0.1:{self.address.port}"]},
            "channels": {"notifications": {"durable": True, "queue": 100000}}})))
        self._changed = threading.Condition()
        self.starts = 0
        self.over = False
        self.daemon = self._start()

    def _start(self) -> Daemon:
        return Daemon(["-c", str(self._config)])

    def ready(self) -> None:
        self.daemon.ready()
        with self._changed:
            self.starts += 1
            self._changed.notify_all()

    def kill(self) -> None:
        """SIGKILL, and the next one is on its way."""
        self.daemon.signal(signal.SIGKILL)
        self.daemon.wait()
        self.daemon = self._start()

    def finish(self) -> None:
        """Who still waits for a start is let go."""
        with self._changed:
            self.over = True
            self._changed.notify_all()

    def stop(self) -> None:
        self.finish()
        self.daemon.stop()

    def wait_for_start(self, seen: int) -> int:
        """How often it was started, once that is more than `seen`: a connection to the one before
        has failed."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.over or self.starts > seen, TIMEOUT)
            return self.starts

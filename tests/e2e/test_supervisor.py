# SPDX-License-Identifier: MIT
"""What the host tells systemd about itself (sd_notify(3))."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Iterator

import pytest

from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.worker import children


@pytest.fixture
def notifications(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.settimeout(TIMEOUT)
        own.bind(str(tmp_path / "notify"))
        yield own


def test_systemd_is_told_when_the_host_can_be_reached_and_when_it_ends(
        write_config, tmp_path: Path, notifications: socket.socket) -> None:
    config = write_config(channels={"trade-signals": {"isolation": "process"}})
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
    host = Daemon(["-c", str(config)], environment=environment)
    try:
        assert notifications.recv(64) == b"READY=1"
        assert host.http(host.tcp).get("/readyz").status == 200
        (worker,) = children(host.process.pid)
        assert b"NOTIFY_SOCKET" not in Path(f"/proc/{worker}/environ").read_bytes()
        host.signal(signal.SIGTERM)
        assert notifications.recv(64) == b"STOPPING=1"
        assert host.wait() == 0
    finally:
        host.kill()

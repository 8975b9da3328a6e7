# SPDX-License-Identifier: MIT
"""Every test gets a daemon of its own: `host` as configured by default, `start` for any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness.config import default_config, dumps, merged
from harness.daemon import Daemon

Start = Callable[..., Daemon]


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[..., Path]:
    """Writes the default configuration with changes: section={...}, channels={name: {...}}."""

    def write(**changes: Any) -> Path:
        path = tmp_path / "sentio.conf"
        path.write_text(dumps(merged(default_config(tmp_path), changes)))
        return path

    return write


@pytest.fixture
def start(write_config: Callable[..., Path], request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts daemons; each must end well on SIGTERM unless the test has failed already."""
    daemons: list[Daemon] = []

    def begin(*arguments: str, **changes: Any) -> Daemon:
        daemon = Daemon(["-c", str(write_config(**changes)), *arguments])
        daemons.append(daemon)
        return daemon.ready()

    yield begin
    try:
        for daemon in daemons:
            daemon.stop()
    finally:
        for daemon in daemons:
            daemon.kill()


@pytest.fixture
def host(start: Start) -> Daemon:
    return start()

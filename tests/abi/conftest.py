# SPDX-License-Identifier: MIT
"""The suite `abi` drives the daemon with the harness of tests/e2e."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness.config import default_config, dumps, merged  # noqa: E402
from harness.daemon import Daemon  # noqa: E402


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[[Path], Path]:
    """Writes a configuration with the channel `guest` beside the usual ones."""

    def write(plugin: Path, **settings: Any) -> Path:
        path = tmp_path / "sentio.conf"
        channels = {"guest": {"plugin": plugin, **settings}}
        path.write_text(dumps(merged(default_config(tmp_path), {"channels": channels})))
        return path

    return write


@pytest.fixture
def start(write_config: Callable[..., Path]) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons with such a configuration; each must end well on SIGTERM."""
    daemons: list[Daemon] = []

    def begin(plugin: Path, **settings: Any) -> Daemon:
        daemon = Daemon(["-c", str(write_config(plugin, **settings))])
        daemons.append(daemon)
        return daemon.ready()

    yield begin
    try:
        for daemon in daemons:
            daemon.stop()
    finally:
        for daemon in daemons:
            daemon.kill()

# SPDX-License-Identifier: MIT
"""Every test gets a daemon of its own: `host` as configured by default, `start` for any other."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness.config import default_config, dumps, merged
from harness.daemon import Daemon
from harness.live import Live

Start = Callable[..., Daemon]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For localhost: the chain and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", chain,
                    "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return chain, key


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
def go_live(start: Start, write_config: Callable[..., Path]) -> Callable[..., Live]:
    """Starts a daemon that is then reloaded."""

    def begin(**changes: Any) -> Live:
        return Live(start(**changes), write_config, changes)

    return begin


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def recorded(start: Start, write_config: Callable[..., Path],
             journal: Path) -> Callable[..., Live]:
    """Starts a daemon that records."""

    def begin(**changes: Any) -> Live:
        return Live(start("--journal", str(journal), **changes), write_config, changes)

    return begin


@pytest.fixture
def host(start: Start) -> Daemon:
    return start()

# SPDX-License-Identifier: MIT
"""Fake hosts and real ones, and both publishers behind one function."""

from __future__ import annotations

import asyncio
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator, Tuple

import pytest

TREE = Path(__file__).resolve().parents[2]
SOURCE = TREE / "sdk" / "python" / "src"
sys.path[:0] = [str(SOURCE), str(TREE / "tests" / "e2e")]

from fake_host import FakeHost  # noqa: E402
from harness.config import default_config, dumps, merged  # noqa: E402
from harness.daemon import Daemon  # noqa: E402
from sentio_client import AsyncPublisher, ManyResult, Publisher, Result  # noqa: E402

Publish = Callable[..., Result]
PublishMany = Callable[..., ManyResult]


@pytest.fixture
def make_fake() -> Iterator[Callable[..., FakeHost]]:
    hosts = []

    def make(**settings: Any) -> FakeHost:
        hosts.append(FakeHost(**settings))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()
        assert host.faults == []


@pytest.fixture
def fake(make_fake: Callable[..., FakeHost]) -> FakeHost:
    return make_fake()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons; each must end well on SIGTERM, unless the test has killed it or failed."""
    daemons = []

    def begin(**changes: Any) -> Daemon:
        config = tmp_path / "sentio.conf"
        config.write_text(dumps(merged(default_config(tmp_path), changes)))
        daemons.append(Daemon(["-c", str(config)]))
        return daemons[-1].ready()

    yield begin
    try:
        for daemon in daemons:
            if daemon.process.poll() != -signal.SIGKILL:
                daemon.stop()
    finally:
        for daemon in daemons:
            daemon.kill()


@pytest.fixture
def host(start: Callable[..., Daemon]) -> Daemon:
    return start()


def url_of(daemon: Daemon) -> str:
    return f"http://127.0.0.1:{daemon.tcp.port}"


def by_threads(url: str, channel: str, body: Any, key: Any = None, **settings: Any) -> Result:
    with Publisher(url, **settings) as publisher:
        return publisher.publish(channel, body, key=key)


def by_asyncio(url: str, channel: str, body: Any, key: Any = None, **settings: Any) -> Result:
    async def publish() -> Result:
        async with AsyncPublisher(url, **settings) as publisher:
            return await publisher.publish(channel, body, key=key)

    return asyncio.run(publish())


@pytest.fixture(params=[by_threads, by_asyncio], ids=["threads", "asyncio"])
def publish(request: pytest.FixtureRequest) -> Publish:
    """publish(url, channel, body, key=…, **settings), by a publisher made for it."""
    return request.param


def many_by_threads(url: str, channel: str, bodies: Any, **settings: Any) -> ManyResult:
    with Publisher(url, **settings) as publisher:
        return publisher.publish_many(channel, bodies)


def many_by_asyncio(url: str, channel: str, bodies: Any, **settings: Any) -> ManyResult:
    async def publish() -> ManyResult:
        async with AsyncPublisher(url, **settings) as publisher:
            return await publisher.publish_many(channel, bodies)

    return asyncio.run(publish())


@pytest.fixture(params=[many_by_threads, many_by_asyncio], ids=["threads", "asyncio"])
def publish_many(request: pytest.FixtureRequest) -> PublishMany:
    return request.param


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Tuple[Path, Path]:
    """For localhost and 127.0.0.1: the chain and its key."""
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
def trusting(certificate: Tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))

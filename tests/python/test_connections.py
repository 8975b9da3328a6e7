# SPDX-License-Identifier: MIT
"""Connections are kept, shared, bounded and renewed, and are of the kind that the address says."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Tuple

import pytest

from bodies import HASTY, SIGNAL
from conftest import Publish
from fake_host import TIMEOUT, Answer, FakeHost
from sentio_client import AsyncPublisher, BadAnswer, Closed, ConnectionFailed, Publisher


def test_threads_keep_a_connection(fake: FakeHost) -> None:
    with Publisher(fake.url) as publisher:
        for _ in range(5):
            publisher.publish("trade-signals", SIGNAL)
    assert {seen.connection for seen in fake.seen} == {1}


def test_asyncio_keeps_a_connection(fake: FakeHost) -> None:
    async def main() -> None:
        async with AsyncPublisher(fake.url) as publisher:
            for _ in range(5):
                await publisher.publish("trade-signals", SIGNAL)

    asyncio.run(main())
    assert {seen.connection for seen in fake.seen} == {1}


def test_a_connection_that_the_host_has_closed_is_renewed(fake: FakeHost) -> None:
    with Publisher(fake.url) as publisher:
        for _ in range(3):
            publisher.publish("trade-signals", SIGNAL)
            fake.close_connections()
    assert [seen.connection for seen in fake.seen] == [1, 2, 3]


def test_asyncio_renews_a_connection_that_the_host_has_closed(fake: FakeHost) -> None:
    async def main() -> None:
        async with AsyncPublisher(fake.url, retry=HASTY) as publisher:
            for _ in range(3):
                await publisher.publish("trade-signals", SIGNAL)
                await asyncio.to_thread(fake.close_connections)

    asyncio.run(main())
    assert [seen.connection for seen in fake.seen] == [1, 2, 3]


def test_a_connection_that_the_answer_ends_is_renewed(fake: FakeHost) -> None:
    well = {"channel": "trade-signals", "accepted": 1, "offset": 7, "epoch": "e"}
    fake.then(Answer(200, well, {"Connection": "close"}))
    with Publisher(fake.url) as publisher:
        for _ in range(2):
            publisher.publish("trade-signals", SIGNAL)
    assert [seen.connection for seen in fake.seen] == [1, 2]


def test_a_refusal_does_not_cost_the_connection(fake: FakeHost) -> None:
    fake.then(Answer(503, {"detail": "busy"}), Answer(503, {"detail": "busy"}))
    with Publisher(fake.url, retry=HASTY) as publisher:
        publisher.publish("trade-signals", SIGNAL)
    assert [seen.connection for seen in fake.seen] == [1, 1, 1]


def test_threads_share_a_publisher(fake: FakeHost) -> None:
    with Publisher(fake.url, connections=3) as publisher, ThreadPoolExecutor(12) as threads:
        results = list(threads.map(lambda n: publisher.publish("trade-signals", SIGNAL),
                                   range(60)))
    assert sorted(result.offset for result in results) == list(range(1, 61))
    assert fake.connections <= 3


def test_tasks_share_a_publisher(fake: FakeHost) -> None:
    async def main() -> list[Any]:
        async with AsyncPublisher(fake.url, connections=3) as publisher:
            return await asyncio.gather(*(publisher.publish("trade-signals", SIGNAL)
                                          for _ in range(60)))

    results = asyncio.run(main())
    assert sorted(result.offset for result in results) == list(range(1, 61))
    assert fake.connections <= 3


def test_a_cancelled_publish_leaves_no_half_read_connection(fake: FakeHost) -> None:
    held = threading.Event()
    fake.then(held)

    async def main() -> None:
        async with AsyncPublisher(fake.url, connections=1) as publisher:
            task = asyncio.create_task(publisher.publish("trade-signals", SIGNAL))
            await asyncio.to_thread(fake.wait_for, lambda: len(fake.seen) == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            held.set()
            assert (await publisher.publish("earnings", SIGNAL)).channel == "earnings"

    try:
        asyncio.run(main())
    finally:
        held.set()
    assert [seen.connection for seen in fake.seen] == [1, 2]


def test_a_unix_socket_is_spoken_to(publish: Publish, make_fake: Callable[..., FakeHost],
                                    tmp_path: Path) -> None:
    fake = make_fake(unix=tmp_path / "socket")
    assert publish(fake.url, "trade-signals", SIGNAL).offset == 1
    assert fake.seen[0].headers["host"] == "localhost"


def test_a_unix_socket_that_is_not_there_is_told(publish: Publish, tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match="No such file"):
        publish(f"unix:{tmp_path}/none", "trade-signals", SIGNAL, retry=HASTY)


@pytest.fixture
def with_tls(certificate: Tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def secure(make_fake: Callable[..., FakeHost], with_tls: ssl.SSLContext) -> FakeHost:
    return make_fake(tls=with_tls)


def test_tls_is_spoken(publish: Publish, secure: FakeHost, trusting: ssl.SSLContext) -> None:
    assert publish(secure.url, "trade-signals", SIGNAL, tls=trusting).offset == 1


def test_a_connection_with_tls_is_kept(secure: FakeHost, trusting: ssl.SSLContext) -> None:
    with Publisher(secure.url, tls=trusting) as publisher:
        for _ in range(3):
            publisher.publish("trade-signals", SIGNAL)
    assert secure.connections == 1


def test_a_certificate_that_is_not_trusted_is_told_at_once(publish: Publish,
                                                           secure: FakeHost) -> None:
    with pytest.raises(BadAnswer, match="certificate"):
        publish(secure.url, "trade-signals", SIGNAL)
    assert secure.seen == []


def test_a_certificate_of_another_name_is_not_trusted(
        publish: Publish, make_fake: Callable[..., FakeHost], with_tls: ssl.SSLContext,
        trusting: ssl.SSLContext) -> None:
    fake = make_fake(tls=with_tls, address="127.0.0.2")
    with pytest.raises(BadAnswer, match="127.0.0.2"):
        publish(fake.url, "trade-signals", SIGNAL, tls=trusting)


def test_a_closed_publisher_says_so(fake: FakeHost) -> None:
    publisher = Publisher(fake.url)
    publisher.publish("trade-signals", SIGNAL)
    publisher.close()
    publisher.close()
    fake.wait_for(lambda: not fake._open)
    for call in (publisher.publish, publisher.submit):
        with pytest.raises(Closed):
            call("trade-signals", SIGNAL)


def test_a_closed_publisher_of_asyncio_says_so(fake: FakeHost) -> None:
    async def main() -> None:
        publisher = AsyncPublisher(fake.url)
        await publisher.publish("trade-signals", SIGNAL)
        await publisher.close()
        await publisher.close()
        await asyncio.to_thread(fake.wait_for, lambda: not fake._open)
        for call in (publisher.publish, publisher.submit):
            with pytest.raises(Closed):
                await call("trade-signals", SIGNAL)

    asyncio.run(main())


def test_closing_ends_the_wait_of_a_retry(make_fake: Callable[[], FakeHost]) -> None:
    fake = make_fake()
    fake.then(Answer(503, {"detail": "busy"}, {"Retry-After": "20"}))
    publisher = Publisher(fake.url)
    failed = []

    def publish() -> None:
        try:
            publisher.publish("trade-signals", SIGNAL)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=publish)
    thread.start()
    fake.wait_for(lambda: len(fake.seen) == 1)
    publisher.close()
    thread.join(TIMEOUT / 2)
    assert not thread.is_alive()
    assert len(failed) == 1
    assert len(fake.seen) == 1


@pytest.mark.filterwarnings("error")
def test_the_end_of_the_loop_closes_what_was_left_open(fake: FakeHost) -> None:
    async def main() -> None:
        publisher = AsyncPublisher(fake.url)
        await publisher.publish("trade-signals", SIGNAL)

    for _ in range(2):
        asyncio.run(main())
        fake.wait_for(lambda: not fake._open)
    assert fake.connections == 2


def test_a_publisher_of_another_loop_says_so(fake: FakeHost) -> None:
    publisher = AsyncPublisher(fake.url)
    asyncio.run(publisher.publish("trade-signals", SIGNAL))
    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(publisher.publish("trade-signals", SIGNAL))
    asyncio.run(publisher.close())


def test_a_fork_has_connections_of_its_own(fake: FakeHost) -> None:
    with Publisher(fake.url) as publisher:
        publisher.publish("trade-signals", SIGNAL)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                publisher.publish("earnings", SIGNAL)
                publisher.submit("earnings", SIGNAL).result(TIMEOUT)
                status = 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        publisher.publish("trade-signals", SIGNAL)
    assert [(seen.connection, seen.target.rpartition("/")[2]) for seen in fake.seen] == [
        (1, "trade-signals"), (2, "earnings"), (2, "earnings"), (1, "trade-signals")]

# SPDX-License-Identifier: MIT
"""submit() of the publisher for asyncio."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Awaitable, Callable, Iterator

import pytest

from bodies import HASTY
from fake_host import TIMEOUT, Answer, FakeHost
from sentio_client import AsyncPublisher, Closed, Invalid, QueueFull, TimedOut

Use = Callable[[AsyncPublisher], Awaitable[Any]]


@pytest.fixture
def held(fake: FakeHost) -> Iterator[threading.Event]:
    """The first request is answered once it is set."""
    event = threading.Event()
    fake.then(event)
    yield event
    event.set()


def run(fake: FakeHost, use: Use, **settings: Any) -> Any:
    async def main() -> Any:
        async with AsyncPublisher(fake.url, **settings) as publisher:
            return await use(publisher)

    return asyncio.run(asyncio.wait_for(main(), TIMEOUT))


async def busy(fake: FakeHost, publisher: AsyncPublisher) -> None:
    await publisher.submit("ticker", {"data": 0})
    await asyncio.to_thread(fake.wait_for, lambda: len(fake.seen) == 1)


def test_updates_are_published_in_their_order(fake: FakeHost) -> None:
    async def use(publisher: AsyncPublisher) -> list[int]:
        futures = [await publisher.submit("ticker", {"data": n}) for n in range(100)]
        await publisher.flush(TIMEOUT)
        return [future.result().offset for future in futures]

    fake.then(b"", Answer(503, {"detail": "busy"}))
    assert run(fake, use, retry=HASTY) == list(range(1, 101))
    assert [body["data"] for _, body in fake.published] == list(range(100))


def test_a_full_queue_is_told(fake: FakeHost, held: threading.Event) -> None:
    async def use(publisher: AsyncPublisher) -> None:
        await busy(fake, publisher)
        await publisher.submit("ticker", {"data": 1})
        with pytest.raises(QueueFull):
            await publisher.submit("ticker", {"data": 2})
        with pytest.raises(QueueFull):
            await publisher.submit("ticker", {"data": 3}, block=True, timeout=0.01)
        waiting = asyncio.create_task(publisher.submit("ticker", {"data": 4}, block=True))
        held.set()
        await (await waiting)

    run(fake, use, queue=1)
    assert [body["data"] for _, body in fake.published] == [0, 1, 4]


def test_the_queue_is_bounded_in_bytes(fake: FakeHost, held: threading.Event) -> None:
    async def use(publisher: AsyncPublisher) -> None:
        await busy(fake, publisher)
        await publisher.submit("ticker", {"data": "x" * 60})
        for block in (False, True):
            with pytest.raises(QueueFull):
                await publisher.submit("ticker", {"data": "x" * (200 if block else 60)},
                                       block=block)
        held.set()

    run(fake, use, queue_bytes=100)


def test_a_failure_is_told_and_in_the_future(fake: FakeHost) -> None:
    told: list[Any] = []

    async def use(publisher: AsyncPublisher) -> None:
        failed = await publisher.submit("ticker", {"data": 1}, key="a-key")
        well = await publisher.submit("ticker", {"data": 2})
        with pytest.raises(Invalid):
            await failed
        assert (await well).offset == 1

    fake.then(Answer(422, {"detail": "not valid"}))
    run(fake, use, on_error=lambda *what: told.append(what))
    (channel, key, error), = told
    assert (channel, key, type(error)) == ("ticker", "a-key", Invalid)


def test_leaving_publishes_what_waits(fake: FakeHost) -> None:
    async def use(publisher: AsyncPublisher) -> None:
        for number in range(50):
            await publisher.submit("ticker", {"data": number})

    run(fake, use)
    assert len(fake.published) == 50


def test_closing_in_too_little_time_tells_what_is_left(fake: FakeHost,
                                                       held: threading.Event) -> None:
    told: list[Any] = []

    async def use(publisher: AsyncPublisher) -> None:
        await busy(fake, publisher)
        left = await publisher.submit("ticker", {"data": 1}, key="key-1")
        with pytest.raises(TimedOut):
            await publisher.flush(0.01)
        await publisher.close(0.01)
        with pytest.raises(Closed):
            await left

    run(fake, use, on_error=lambda *what: told.append(what))
    assert [type(error) for _, _, error in told] == [Closed, Closed]
    assert told[1][1] == "key-1"


def test_a_loop_that_ends_tells_what_is_left(fake: FakeHost, held: threading.Event,
                                             caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        publisher = AsyncPublisher(fake.url)
        await busy(fake, publisher)
        await publisher.submit("ticker", {"data": 1})

    asyncio.run(main())
    assert caplog.text.count("was not published: the publisher was closed") == 2


def test_a_cancelled_update_is_not_published(fake: FakeHost, held: threading.Event) -> None:
    async def use(publisher: AsyncPublisher) -> None:
        await busy(fake, publisher)
        (await publisher.submit("ticker", {"data": 1})).cancel()
        await publisher.submit("ticker", {"data": 2})
        held.set()

    run(fake, use)
    assert [body["data"] for _, body in fake.published] == [0, 2]

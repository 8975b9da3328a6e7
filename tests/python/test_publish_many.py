# SPDX-License-Identifier: MIT
"""Many updates in one request, by threads and by asyncio."""

from __future__ import annotations

import asyncio
from typing import Any, Callable

import pytest

from bodies import HASTY
from fake_host import Answer, FakeHost
from sentio_client import (AsyncPublisher, BodyError, ManyResult, Overloaded, Problem, Publisher,
                           Retry)

PublishMany = Callable[..., ManyResult]


def by_threads(url: str, channel: str, bodies: Any, **settings: Any) -> ManyResult:
    with Publisher(url, **settings) as publisher:
        return publisher.publish_many(channel, bodies)


def by_asyncio(url: str, channel: str, bodies: Any, **settings: Any) -> ManyResult:
    async def publish() -> ManyResult:
        async with AsyncPublisher(url, **settings) as publisher:
            return await publisher.publish_many(channel, bodies)

    return asyncio.run(publish())


@pytest.fixture(params=[by_threads, by_asyncio], ids=["threads", "asyncio"])
def publish_many(request: pytest.FixtureRequest) -> PublishMany:
    return request.param


def notes(count: int) -> list[dict[str, Any]]:
    return [{"user_id": f"user_{n}", "data": {"title": f"number {n}"}} for n in range(count)]


def without_ids(published: list[tuple[str, Any]]) -> list[Any]:
    return [{name: value for name, value in body.items() if name != "id"} for _, body in published]


def test_many_updates_are_one_request(publish_many: PublishMany, fake: FakeHost) -> None:
    result = publish_many(fake.url, "notifications", iter(notes(100)))
    assert result == ManyResult("notifications", 100, 100, "e")
    seen, = fake.seen
    assert seen.headers["content-type"] == "application/x-ndjson"
    assert len({line["id"] for line in seen.lines}) == 100
    assert without_ids(fake.published) == notes(100)


def test_an_id_stays_as_it_is(publish_many: PublishMany, fake: FakeHost) -> None:
    publish_many(fake.url, "ticker", [{"id": "a", "data": 1}, {"data": 2, "id": "b"}, {}])
    assert fake.seen[0].lines[:2] == [{"id": "a", "data": 1}, {"data": 2, "id": "b"}]
    assert list(fake.seen[0].lines[2]) == ["id"]


def test_requests_are_kept_to_their_size(publish_many: PublishMany, fake: FakeHost) -> None:
    result = publish_many(fake.url, "notifications", notes(100), batch_bytes=1000)
    assert result.accepted == 100
    assert len(fake.seen) > 5
    assert all(len(seen.body) <= 1000 for seen in fake.seen)
    assert without_ids(fake.published) == notes(100)


def test_an_update_over_the_size_goes_by_itself(publish_many: PublishMany, fake: FakeHost) -> None:
    publish_many(fake.url, "ticker", [{"data": "x" * n} for n in (1, 500, 1)], batch_bytes=100)
    assert [len(seen.lines) for seen in fake.seen] == [1, 1, 1]


def test_updates_that_are_not_valid_are_listed_by_line(publish_many: PublishMany,
                                                       fake: FakeHost) -> None:
    bodies = [{"data": "wrong" if n in (1, 7) else n} for n in range(10)]
    result = publish_many(fake.url, "ticker", bodies, batch_bytes=200)
    assert result.accepted == 8
    assert result.errors == (Problem("is wrong", field="data", line=1),
                             Problem("is wrong", field="data", line=7))
    assert len(fake.seen) > 1


def test_no_update_is_no_request(publish_many: PublishMany, fake: FakeHost) -> None:
    assert publish_many(fake.url, "ticker", []) == ManyResult("ticker", 0, 0, "")
    assert fake.seen == []


def test_a_retried_request_has_the_same_ids(publish_many: PublishMany, fake: FakeHost) -> None:
    fake.then(b"", Answer(503, {"detail": "busy"}))
    publish_many(fake.url, "ticker", [{"data": n} for n in range(3)], retry=HASTY)
    first, second, third = fake.seen
    assert first.lines == second.lines == third.lines
    assert len(fake.published) == 3


def test_a_failure_tells_what_was_published_before(publish_many: PublishMany,
                                                   make_fake: Callable[[], FakeHost]) -> None:
    fake = make_fake()
    published = fake._publish

    def tire(seen: Any) -> Answer:
        return published(seen) if len(fake.seen) < 3 else Answer(503, {"detail": "busy"})

    fake._publish = tire  # type: ignore[method-assign]
    with pytest.raises(Overloaded) as caught:
        publish_many(fake.url, "ticker", [{"data": n} for n in range(9)], batch_bytes=120,
                     retry=Retry(attempts=2, first=0.0, longest=0.0))
    assert caught.value.done is not None
    assert caught.value.done.accepted == len(fake.published) == 4


def test_a_body_that_is_no_json_is_told_by_line(publish_many: PublishMany, fake: FakeHost) -> None:
    with pytest.raises(BodyError, match="line 1: data: a set has no order"):
        publish_many(fake.url, "ticker", [{"data": 1}, {"data": {1}}])
    assert fake.seen == []

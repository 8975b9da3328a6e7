# SPDX-License-Identifier: MIT
"""Many updates in one request, by threads and by asyncio."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from bodies import HASTY
from conftest import PublishMany
from fake_host import Answer, FakeHost
from sentio_client import ONCE, BodyError, ManyResult, Overloaded, Problem, Retry

def notes(count: int) -> list[dict[str, Any]]:
    return [{"user_id": f"user_{n}", "data": {"title": f"number {n}"}} for n in range(count)]


def test_many_updates_are_one_request(publish_many: PublishMany, fake: FakeHost) -> None:
    result = publish_many(fake.url, "notifications", iter(notes(100)))
    assert result == ManyResult("notifications", 100, 100, "e")
    seen, = fake.seen
    assert seen.headers["content-type"] == "application/x-ndjson"
    assert [body for _, body in fake.published] == seen.lines == notes(100)


def test_requests_are_kept_to_their_size(publish_many: PublishMany, fake: FakeHost) -> None:
    result = publish_many(fake.url, "notifications", notes(100), batch_bytes=1000)
    assert result.accepted == 100
    assert len(fake.seen) > 5
    assert all(len(seen.body) <= 1000 for seen in fake.seen)
    assert len({seen.key for seen in fake.seen}) == len(fake.seen)
    assert [body for _, body in fake.published] == notes(100)


def test_an_update_over_the_size_goes_by_itself(publish_many: PublishMany, fake: FakeHost) -> None:
    publish_many(fake.url, "ticker", [{"data": "x" * n} for n in (1, 500, 1)], batch_bytes=100)
    assert [len(seen.lines) for seen in fake.seen] == [1, 1, 1]


def test_updates_that_are_not_valid_are_listed_with_their_index(publish_many: PublishMany,
                                                                fake: FakeHost) -> None:
    bodies = [{"data": "wrong" if n in (1, 7) else n} for n in range(10)]
    result = publish_many(fake.url, "ticker", bodies, batch_bytes=50)
    assert (result.accepted, result.refused) == (8, 2)
    assert result.errors == (Problem("is wrong", field="data", update=1),
                             Problem("is wrong", field="data", update=7))
    assert len(fake.seen) > 1


def test_updates_for_which_the_host_had_no_time_are_sent_again(publish_many: PublishMany,
                                                               fake: FakeHost) -> None:
    bodies = [{"data": "late" if n == 1 else "wrong" if n == 2 else n} for n in range(4)]
    result = publish_many(fake.url, "ticker", bodies, retry=HASTY)
    assert [body["data"] for _, body in fake.published] == [0, 3, "late"]
    assert (result.accepted, result.refused) == (3, 1)
    assert result.errors == (Problem("is wrong", field="data", update=2),)
    first, second = fake.seen
    assert (first.key, first.body) == (second.key, second.body)


def test_updates_for_which_the_host_has_no_time_are_told(publish_many: PublishMany,
                                                         fake: FakeHost) -> None:
    bodies = [{"data": "late" if n == 5 else n} for n in range(6)]
    with pytest.raises(Overloaded) as caught:
        publish_many(fake.url, "ticker", bodies, batch_bytes=25, retry=ONCE)
    assert len(fake.seen) > 2
    assert caught.value.errors == (Problem("busy", update=5),)
    assert caught.value.done is not None
    assert caught.value.done.accepted == len(fake.published) == 5
    assert caught.value.key is None


def test_no_update_is_no_request(publish_many: PublishMany, fake: FakeHost) -> None:
    assert publish_many(fake.url, "ticker", []) == ManyResult("ticker", 0, 0, "")
    assert fake.seen == []


def test_a_retried_request_has_the_same_key(publish_many: PublishMany, fake: FakeHost) -> None:
    fake.then(b"", Answer(503, {"detail": "busy"}))
    publish_many(fake.url, "ticker", [{"data": n} for n in range(3)], retry=HASTY)
    first, second, third = fake.seen
    assert (first.key, first.body) == (second.key, second.body) == (third.key, third.body)
    assert len(fake.published) == 3


def test_a_failure_tells_what_was_published_before(publish_many: PublishMany,
                                                   make_fake: Callable[[], FakeHost]) -> None:
    fake = make_fake()
    published = fake._publish

    def tire(seen: Any) -> Answer:
        return published(seen) if len(fake.seen) < 3 else Answer(503, {"detail": "busy"})

    fake._publish = tire  # type: ignore[method-assign]
    with pytest.raises(Overloaded) as caught:
        publish_many(fake.url, "ticker", [{"data": n} for n in range(9)], batch_bytes=25,
                     retry=Retry(attempts=2, first=0.0, longest=0.0))
    assert caught.value.done is not None
    assert caught.value.done.accepted == len(fake.published) == 4


def test_a_body_that_is_no_json_is_told_by_its_index(publish_many: PublishMany,
                                                      fake: FakeHost) -> None:
    with pytest.raises(BodyError, match="update 1: data: a set has no order"):
        publish_many(fake.url, "ticker", [{"data": 1}, {"data": {1}}])
    assert fake.seen == []

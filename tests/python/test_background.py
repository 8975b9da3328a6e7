# SPDX-License-Identifier: MIT
"""submit(): in order, within its bounds, and nothing is lost without a word."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import Any, Callable, Iterator

import pytest

from bodies import HASTY, SIGNAL
from conftest import SOURCE
from fake_host import TIMEOUT, Answer, FakeHost
from sentio_client import Closed, Invalid, Publisher, QueueFull, TimedOut


@pytest.fixture
def held(fake: FakeHost) -> Iterator[threading.Event]:
    """The first request is answered once it is set."""
    event = threading.Event()
    fake.then(event)
    yield event
    event.set()


def busy(fake: FakeHost, publisher: Publisher) -> None:
    """One update is under way, so that the next ones wait in the queue."""
    publisher.submit("ticker", {"data": 0})
    fake.wait_for(lambda: len(fake.seen) == 1)


def test_updates_are_published_in_their_order(fake: FakeHost) -> None:
    with Publisher(fake.url) as publisher:
        futures = [publisher.submit("ticker", {"data": n}) for n in range(200)]
        publisher.flush(TIMEOUT)
        assert all(future.done() for future in futures)
    assert [future.result().offset for future in futures] == list(range(1, 201))
    assert [body["data"] for _, body in fake.published] == list(range(200))


def test_order_is_kept_when_one_is_tried_again(fake: FakeHost) -> None:
    fake.then(b"", Answer(503, {"detail": "busy"}))
    with Publisher(fake.url, retry=HASTY) as publisher:
        for number in range(10):
            publisher.submit("ticker", {"data": number})
    assert [body["data"] for _, body in fake.published] == list(range(10))


def test_a_body_may_be_changed_after_it_was_submitted(fake: FakeHost,
                                                      held: threading.Event) -> None:
    with Publisher(fake.url) as publisher:
        busy(fake, publisher)
        body = {"data": 1}
        publisher.submit("ticker", body)
        body["data"] = 2
        held.set()
    assert [body["data"] for _, body in fake.published] == [0, 1]


def test_a_full_queue_is_told(fake: FakeHost, held: threading.Event) -> None:
    with Publisher(fake.url, queue=2) as publisher:
        busy(fake, publisher)
        for number in (1, 2):
            publisher.submit("ticker", {"data": number})
        with pytest.raises(QueueFull, match="2 updates"):
            publisher.submit("ticker", {"data": 3})
        held.set()
    assert [body["data"] for _, body in fake.published] == [0, 1, 2]


def test_the_queue_is_bounded_in_bytes(fake: FakeHost, held: threading.Event) -> None:
    with Publisher(fake.url, queue_bytes=100) as publisher:
        busy(fake, publisher)
        publisher.submit("ticker", {"data": "x" * 60})
        with pytest.raises(QueueFull):
            publisher.submit("ticker", {"data": "x" * 60})
        with pytest.raises(QueueFull):
            publisher.submit("ticker", {"data": "x" * 200}, block=True)
        held.set()


def test_one_may_wait_for_room(fake: FakeHost, held: threading.Event) -> None:
    with Publisher(fake.url, queue=1) as publisher:
        busy(fake, publisher)
        publisher.submit("ticker", {"data": 1})
        with pytest.raises(QueueFull):
            publisher.submit("ticker", {"data": 2}, block=True, timeout=0.01)
        threading.Timer(0.01, held.set).start()
        publisher.submit("ticker", {"data": 3}, block=True).result(TIMEOUT)
    assert [body["data"] for _, body in fake.published] == [0, 1, 3]


def test_who_waits_for_room_hears_of_the_end(fake: FakeHost, held: threading.Event) -> None:
    publisher = Publisher(fake.url, queue=1)
    busy(fake, publisher)
    publisher.submit("ticker", {"data": 1})
    caught: list[BaseException] = []

    def submit() -> None:
        try:
            publisher.submit("ticker", {"data": 2}, block=True)
        except Closed as error:
            caught.append(error)

    thread = threading.Thread(target=submit)
    thread.start()
    publisher.close(0.0)
    thread.join(TIMEOUT)
    assert len(caught) == 1


def test_a_failure_is_logged_and_in_the_future(fake: FakeHost,
                                               caplog: pytest.LogCaptureFixture) -> None:
    fake.then(Answer(422, {"detail": "not valid"}))
    with caplog.at_level(logging.ERROR, "sentio_client"), Publisher(fake.url) as publisher:
        failed = publisher.submit("ticker", {"data": 1}, key="a-key")
        well = publisher.submit("ticker", {"data": 2})
    assert isinstance(failed.exception(), Invalid)
    assert well.result().offset == 1
    record, = caplog.records
    assert record.getMessage() == ("an update of the channel ticker (key a-key) was not "
                                   "published: 422: not valid")


def test_a_failure_goes_to_the_callers_function(fake: FakeHost,
                                                caplog: pytest.LogCaptureFixture) -> None:
    told: list[Any] = []

    def on_error(*what: Any) -> None:
        told.append(what)
        raise KeyError("a mistake in here does not end the thread")

    fake.then(Answer(422, {"detail": "not valid"}))
    with Publisher(fake.url, on_error=on_error) as publisher:
        publisher.submit("ticker", {"data": 1}, key="a-key")
        publisher.submit("ticker", {"data": 2})
    (channel, key, error), = told
    assert (channel, key, type(error)) == ("ticker", "a-key", Invalid)
    assert len(fake.published) == 1
    assert "on_error failed" in caplog.text


def test_the_callers_function_may_close_the_publisher(fake: FakeHost) -> None:
    told: list[Any] = []

    def on_error(*what: Any) -> None:
        told.append(what)
        publisher.close()

    publisher = Publisher(fake.url, queue=1, on_error=on_error)
    fake.then(Answer(422, {"detail": "not valid"}))
    failed = publisher.submit("ticker", {"data": 1})
    assert isinstance(failed.exception(TIMEOUT), Invalid)
    assert len(told) == 1
    with pytest.raises(Closed):
        publisher.submit("ticker", {"data": 2})


def test_what_can_not_be_sent_is_told_by_submit(fake: FakeHost) -> None:
    with Publisher(fake.url) as publisher:
        with pytest.raises(ValueError):
            publisher.submit("ticker", {"data": float("nan")})
    assert fake.seen == []


def test_closing_publishes_what_waits(fake: FakeHost) -> None:
    publisher = Publisher(fake.url)
    for number in range(50):
        publisher.submit("ticker", {"data": number})
    publisher.close()
    assert len(fake.published) == 50


def test_closing_in_too_little_time_tells_what_is_left(fake: FakeHost, held: threading.Event,
                                                       ) -> None:
    told: list[Any] = []
    publisher = Publisher(fake.url, on_error=lambda *what: told.append(what))
    busy(fake, publisher)
    left = [publisher.submit("ticker", {"data": n}, key=f"key-{n}") for n in (1, 2)]
    publisher.close(0.01)
    assert [type(future.exception(TIMEOUT)) for future in left] == [Closed, Closed]
    assert [key for _, key, _ in told[:2]] == ["key-1", "key-2"]
    assert len(told) == 3  # the one under way may be published or not, which is told too


def test_flushing_in_too_little_time_is_told(fake: FakeHost, held: threading.Event) -> None:
    with Publisher(fake.url) as publisher:
        busy(fake, publisher)
        with pytest.raises(TimedOut, match="1 submitted"):
            publisher.flush(0.01)
        held.set()
        publisher.flush(TIMEOUT)


def test_a_cancelled_update_is_not_published(fake: FakeHost, held: threading.Event) -> None:
    with Publisher(fake.url) as publisher:
        busy(fake, publisher)
        assert publisher.submit("ticker", {"data": 1}).cancel()
        publisher.submit("ticker", {"data": 2})
        held.set()
    assert [body["data"] for _, body in fake.published] == [0, 2]


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", text, *arguments],
                          env={"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)


def test_the_end_of_the_program_publishes_what_waits(fake: FakeHost) -> None:
    done = script("import sys, sentio_client\n"
                  "publisher = sentio_client.Publisher(sys.argv[1])\n"
                  "for n in range(20): publisher.submit('ticker', {'data': n})\n", fake.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(fake.published) == 20


def test_the_end_of_the_program_does_not_hang(make_fake: Callable[[], FakeHost]) -> None:
    fake = make_fake()
    held = threading.Event()
    fake.then(held)
    try:
        done = script("import sys, sentio_client, sentio_client.publisher\n"
                      "sentio_client.publisher.AT_EXIT = 0.1\n"
                      "publisher = sentio_client.Publisher(sys.argv[1])\n"
                      "for n in range(2): publisher.submit('ticker', {'data': n})\n", fake.url)
    finally:
        held.set()
    assert done.returncode == 0
    assert done.stderr.count("was not published: the publisher was closed before") == 2


def test_publishing_after_a_submit_uses_the_same_settings(fake: FakeHost) -> None:
    with Publisher(fake.url, publisher_key="a-key") as publisher:
        publisher.submit("ticker", SIGNAL)
        publisher.publish("ticker", SIGNAL)
    assert [seen.headers["authorization"] for seen in fake.seen] == ["Bearer a-key"] * 2

# SPDX-License-Identifier: MIT
"""Keys of durable channels outlive kill -9: they are stored with what was published."""

from __future__ import annotations

import json
import random
import signal
import threading
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from conftest import Start
from harness import bodies
from harness.daemon import Daemon
from harness.http import Http, Response
from harness.limits import TIMEOUT

NDJSON = "application/x-ndjson"
CHANNEL = "notifications"
LISTEN = {"history": 100_000, "history_bytes": "64MiB"}


def publish(http: Http, key: str, body: Any, content_type: str = "application/json") -> Response:
    return http.publish(CHANNEL, body, content_type, {"Idempotency-Key": key})


def kill(host: Daemon) -> None:
    """Without any notice; what was started is not to be stopped once more."""
    host.signal(signal.SIGKILL)
    host.wait()
    host.stop = lambda: None  # type: ignore[method-assign]


def titles(host: Daemon, limit: int) -> list[str]:
    """Of all notifications that the user has, the oldest first."""
    answer = host.http().get(f"/api/v1/dashboard/notifications?user_id=u&limit={limit}").json
    return sorted(item["title"] for item in answer["notifications"])


@pytest.fixture
def begin(start: Start, tmp_path: Path) -> Any:
    """Starts the host on the same state folder each time."""
    return lambda: start(server={"state_dir": tmp_path / "kept"}, channels={CHANNEL: LISTEN})


def test_a_key_is_known_after_kill_9(begin: Any) -> None:
    body = json.dumps(bodies.notification("u", "once"))
    first = begin()
    answer = publish(first.http(), "k", body)
    assert answer.status == 200
    named = json.dumps({"id": 17, **bodies.notification("u", "twice")})
    second_answer = first.http().publish(CHANNEL, named)
    kill(first)
    second = begin()
    again = publish(second.http(), "k", body)
    assert (again.status, again.body) == (200, answer.body)
    assert second.http().publish(CHANNEL, named).body == second_answer.body
    assert publish(second.http(), "k", named.replace("17", '"k"')).status == 422
    assert second.publish(CHANNEL, bodies.notification("u", "third"))["offset"] == 3
    assert titles(second, 10) == ["once", "third", "twice"]


def test_keys_are_known_after_a_clean_stop(begin: Any) -> None:
    body = json.dumps(bodies.notification("u"))
    first = begin()
    answer = publish(first.http(), "k", body)
    first.stop()
    assert publish(begin().http(), "k", body).body == answer.body


class Publisher(threading.Thread):
    """Publishes each of its notifications until it is answered, over as many hosts as that takes,
    and ends behind the one at which it hears that there were enough."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.enough = threading.Event()
        self.titles: list[str] = []
        self.answers: list[bytes] = []
        self.http: Http | None = None
        self.broken = threading.Event()
        self.mended = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            title = f"{self.name}-{len(self.titles):05}"
            self.titles.append(title)
            self.answers.append(self._publish(title, json.dumps(bodies.notification("u", title))))

    def _publish(self, title: str, body: str) -> bytes:
        while True:
            with suppress(OSError, HTTPException):  # the host goes away
                assert self.http
                response = publish(self.http, title, body)
                assert response.status == 200, response
                return response.body
            self.broken.set()
            assert self.mended.wait(TIMEOUT)
            self.mended.clear()


def test_what_is_retried_over_kill_9_is_there_once(begin: Any) -> None:
    chance = random.Random(17)
    publishers = [Publisher(f"publisher-{number}") for number in range(4)]
    host = begin()
    for publisher in publishers:
        publisher.http = host.http()
        publisher.start()
    for _ in range(3):
        wanted = len(publishers[0].answers) + chance.randrange(10, 30)
        while len(publishers[0].answers) < wanted:
            assert publishers[0].is_alive(), "it has ended"
            publishers[0].join(0.001)
        kill(host)
        host = begin()
        for publisher in publishers:
            assert publisher.broken.wait(TIMEOUT)
            publisher.broken.clear()
            publisher.http = host.http()
            publisher.mended.set()
    for publisher in publishers:
        publisher.enough.set()
    for publisher in publishers:
        publisher.join()
    sent = [title for publisher in publishers for title in publisher.titles]
    assert all(len(publisher.answers) == len(publisher.titles) for publisher in publishers)
    offsets = [json.loads(answer)["offset"] for publisher in publishers
               for answer in publisher.answers]
    assert sorted(offsets) == list(range(1, len(sent) + 1))
    assert host.publish(CHANNEL, bodies.notification("v"))["offset"] == len(sent) + 1


def test_a_batch_that_kill_9_cut_off_is_there_once_when_it_is_sent_again(begin: Any) -> None:
    count = 3000
    wanted = [f"{number:05}" for number in range(count)]
    body = "".join(json.dumps(bodies.notification("u", title)) + "\n" for title in wanted)
    host = begin()
    client = host.client("/ws/notifications")
    client.subscribe(user_id="u")

    def send(http: Http) -> None:
        with suppress(OSError, HTTPException):  # the host goes away
            publish(http, "k", body, NDJSON)

    thread = threading.Thread(target=send, args=(host.http(),))
    thread.start()
    client.live()
    kill(host)
    thread.join()
    host = begin()
    answer = publish(host.http(), "k", body, NDJSON).json
    assert (answer["accepted"], answer["offset"]) == (count, count)
    assert "errors" not in answer
    assert publish(host.http(), "k", body, NDJSON).json == answer
    assert host.publish(CHANNEL, bodies.notification("v"))["offset"] == count + 1

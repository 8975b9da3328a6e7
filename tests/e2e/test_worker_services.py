# SPDX-License-Identifier: MIT
"""What plugins ask their host for, from a worker as from inside."""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.client import Client
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.worker import DIED, follow, isolated, kill_one, pipeline, status, worker

ISOLATIONS = ["none", "process"]


@pytest.fixture(params=ISOLATIONS)
def host(start, request: pytest.FixtureRequest) -> Daemon:
    plugin = {"plugin": BAD_PLUGINS / "watches.so", "isolation": request.param}
    return start(channels={"event": plugin})


def events(client: Client, count: int) -> list[tuple[str, int]]:
    found = [client.live()["data"] for _ in range(count)]
    return [(event["ready"], event["times"]) for event in found]


def test_a_plugin_is_told_of_each_descriptor_that_it_watches(host: Daemon) -> None:
    client = follow(host, "event")
    times = 0
    for which in ("pipe", "timer", "timer", "pipe"):
        assert host.publish("event", {"data": which})["accepted"] == 0
        times += 1
        assert events(client, 1) == [(which, times)]


def test_a_descriptor_that_stays_readable_is_told_until_it_is_not(host: Daemon) -> None:
    """Each call takes up to eight of what was written."""
    client = follow(host, "event")
    publisher = host.http()
    for _ in range(100):
        assert publisher.publish("event", {"data": "pipe"}).status == 200
    host.publish("event", {"data": "timer"})
    found = events(client, 1)
    while found[-1][0] != "timer":
        found += events(client, 1)
    assert 13 <= len(found) <= 101
    assert [times for _, times in found] == list(range(1, len(found) + 1))


def test_a_plugin_watches_anew_after_a_death(start) -> None:
    host = start(channels={"event": isolated("watches")})
    client = follow(host, "event")
    host.publish("event", {"data": "pipe"})
    assert events(client, 1) == [("pipe", 1)]
    with worker(host) as process:
        process.kill()
    host.wait_for(DIED)
    for which in ("timer", "pipe"):
        host.publish("event", {"data": which})
    assert sorted(events(client, 2)) in ([("pipe", 1), ("timer", 2)], [("pipe", 2), ("timer", 1)])


def test_a_wake_goes_over_a_death(start) -> None:
    """The host keeps the time: a plugin that begins anew has to ask again, and this one does not."""
    host = start(channels={"echo": isolated("echo_test")})
    client = follow(host, "echo")
    for _ in range(3):
        client.accepted(action="wake")
        assert client.next()["type"] == "slept"
        assert client.next()["data"] == {"woken": True}
        with worker(host) as process:
            mark = host.mark()
            process.kill()
            host.wait_for(DIED, mark)


def test_what_was_counted_outlives_the_worker(start) -> None:
    host = start(channels={"echo": isolated("echo_test")})
    client = follow(host, "echo")
    for times in (1, 2, 3):
        client.accepted(action="count")
        assert status(host, "echo")["counters"]["plugin_echo_counted"] == 2 * times
        with worker(host) as process:
            process.kill()


def test_what_a_worker_logs_and_prints_is_in_the_log(start) -> None:
    host = start(channels={"echo": isolated("echo_test", options={"colour": "red"})})
    host.wait_for(r'info +channel echo: echo_test opened with \{.*"red".*\}')
    since = host.mark()
    follow(host, "echo").close()
    host.wait_for(r"channel echo: echo_test was left", since)


def chain(begin: str, relay: str, end: str) -> dict[str, Any]:
    """What is published on the first is observed by the second, which forwards it to the third."""
    files = {name: {"plugin": BAD_PLUGINS / f"{plugin}.so"}
             for name, plugin in (("begin", "aborts"), ("relay", "relays"), ("end", "sums"))}
    files["relay"] |= {"path": "", "observes": ["begin"], "forwards": ["end"]}
    for name, isolation in (("begin", begin), ("relay", relay), ("end", end)):
        files[name]["isolation"] = isolation
    return files


def check_sums(client: Client, first: int, last: int) -> None:
    """These numbers come, each once and in order, and the sum of all from 1 on."""
    for number in range(first, last + 1):
        message = client.live()
        assert message["data"] == {"n": number, "count": number, "sum": number * (number + 1) // 2}
        assert (message["prev"], message["offset"]) == (number - 1, number)


@pytest.mark.parametrize("end", ISOLATIONS)
@pytest.mark.parametrize("relay", ISOLATIONS)
@pytest.mark.parametrize("begin", ISOLATIONS)
def test_what_is_observed_is_forwarded(start, begin: str, relay: str, end: str) -> None:
    host = start(channels=chain(begin, relay, end))
    client = follow(host, "end")
    answers = pipeline(host, "begin", range(1, 101))
    assert {answer.status for answer in answers} == {200}
    check_sums(client, 1, 100)


def test_what_is_forwarded_arrives_once_whoever_dies_on_the_way(start) -> None:
    host = start(channels=chain("process", "process", "process"), plugins={"max_deaths": 0})
    client = follow(host, "end")
    chance = random.Random(7)
    for first in range(1, 400, 10):
        answers = pipeline(host, "begin", range(first, first + 10))
        kill_one(host, chance)
        assert {answer.status for answer in answers} == {200}
        # Two that die while they are put back leave the past behind: each gets on before the next.
        check_sums(client, first, first + 9)

# SPDX-License-Identifier: MIT
"""What a plugin does in a worker stays there: connections, other channels and the host go on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon
from harness.worker import (deaths, follow, isolated, pipeline, sanitized, set_aside, status,
                            worker)

# What ends the worker, and what the log says of its end.
FATAL = {
    "abort": r"signal 6 .* in publish\(\)",
    "exit": r"exit status 0 in publish\(\)",
    "loop": r"signal 9 .* in publish\(\)",
    "garbage": r"signal 9 .* in publish\(\)",
    "close": r"exit status \d+ in publish\(\)",
}
REFUSED = {"fork": errno.EPERM, "exec": errno.EPERM, "socket": errno.EPERM, "kill": errno.EPERM,
           "hog": errno.ENOMEM}


@pytest.fixture
def host(start) -> Daemon:
    return start(channels={"bad": isolated("aborts")},
                 plugins={"hang": "2s", "memory": "64MiB", "max_deaths": 0})


@pytest.fixture
def subscriber(host: Daemon) -> Client:
    return follow(host, "bad")


@pytest.fixture
def witness(host: Daemon) -> Client:
    """Of another channel, who must not notice anything."""
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    return client


def check_witness(host: Daemon, witness: Client) -> None:
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(witness.live()) == ["AAPL"]
    assert witness.ping()["type"] == "pong"


@pytest.mark.parametrize("way", FATAL)
def test_an_update_that_kills_is_refused_and_the_next_ones_arrive(
        host: Daemon, subscriber: Client, witness: Client, tmp_path: Path, way: str) -> None:
    answers = pipeline(host, "bad", ["before", way, "after", {"more": way}])
    check_witness(host, witness)
    assert [answer.status for answer in answers] == [200, 500, 200, 200]
    assert "died of this update twice" in answers[1].json["detail"]
    received = [subscriber.live() for _ in range(3)]
    assert [message["data"] for message in received] == ["before", "after", {"more": way}]
    assert [(message["prev"], message["offset"]) for message in received] == [(0, 1), (1, 2), (2, 3)]
    assert [answer.json["offset"] for answer in answers if answer.status == 200] == [1, 2, 3]
    assert len(deaths(host)) == 2
    host.wait_for(rf"channel bad: plugin fault: the worker of \S*aborts\.so died of {FATAL[way]}")
    assert way in str(set_aside(tmp_path / "state", "bad"))


def test_an_update_that_is_given_up_is_named_with_its_file(
        host: Daemon, subscriber: Client, tmp_path: Path) -> None:
    assert [answer.status for answer in pipeline(host, "bad", ["exit", "fine"])] == [500, 200]
    host.wait_for(r"channel bad: plugin fault: two workers have died in the same publish\(\)")
    match = host.wait_for(r"channel bad: the update that its plugin died of twice is set aside: (\S+)")
    file = Path(match[1])
    assert file.parent == tmp_path / "state" / "set-aside"
    assert '{"data": "exit"}' in file.read_text()
    assert file.parent.stat().st_mode & 0o077 == 0
    assert subscriber.live()["data"] == "fine"


@pytest.mark.parametrize("way", [
    pytest.param(way, marks=pytest.mark.skipif(way == "hog" and sanitized(),
                                               reason="sanitizers need the address space"))
    for way in REFUSED])
def test_what_a_worker_may_not_do_fails_and_it_goes_on(
        host: Daemon, subscriber: Client, witness: Client, way: str) -> None:
    with worker(host) as process:
        assert host.publish("bad", {"data": way})["offset"] == 1
        assert subscriber.live()["data"] == {"tried": way, "errno": REFUSED[way]}
        host.publish("bad", {"data": "after"})
        assert subscriber.live()["data"] == "after"
        assert not process.gone(0)
    check_witness(host, witness)
    assert deaths(host) == []


def test_subscriptions_outlive_many_workers(host: Daemon, witness: Client) -> None:
    clients = [follow(host, "bad") for _ in range(20)]
    gone = clients.pop()
    gone.close()
    for number in range(5):
        with worker(host) as process:
            process.kill()
            host.publish("bad", {"data": number})
        for client in clients:
            message = client.live()
            assert (message["data"], message["offset"]) == (number, number + 1)
    late = follow(host, "bad")
    host.publish("bad", {"data": "end"})
    assert {client.live()["data"] for client in [*clients, late]} == {"end"}
    assert status(host, "bad")["subscribers"] == 20
    check_witness(host, witness)


def test_who_subscribes_while_there_is_no_worker_is_accepted_by_the_next(host: Daemon) -> None:
    for _ in range(5):
        client = host.client("/ws/bad")
        with worker(host) as process:
            process.kill()
        assert client.subscribe()["offset"] == 0
    assert status(host, "bad")["subscribers"] == 5
    host.publish("bad", {"data": "hello"})
    assert client.live()["data"] == "hello"


def test_a_channel_says_how_its_worker_is(host: Daemon) -> None:
    found = status(host, "bad")
    assert (found["state"], found["isolation"]) == ("open", "process")
    assert found["worker"] == {"deaths": 0, "given_up": 0}
    assert "worker" not in status(host, "earnings")
    assert status(host, "earnings")["isolation"] == "none"
    pipeline(host, "bad", ["exit", "fine"])
    assert status(host, "bad")["worker"] == {"deaths": 2, "given_up": 1}


def test_workers_that_die_at_once_are_started_less_and_less_often(
        host: Daemon, subscriber: Client) -> None:
    assert [answer.status for answer in pipeline(host, "bad", ["abort"] * 3)] == [500] * 3
    # It waits 100 ms, then twice as long each time: more than a second now.
    assert status(host, "bad")["state"] == "restarting"
    health = host.http().get("/api/v1/health").json["channels"]
    assert (health["bad"]["state"], health["admin"]["state"]) == ("restarting", "open")
    assert host.publish("bad", {"data": "patience"})["offset"] == 1
    assert subscriber.live()["data"] == "patience"
    assert status(host, "bad")["state"] == "open"

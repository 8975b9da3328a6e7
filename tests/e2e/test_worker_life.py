# SPDX-License-Identifier: MIT
"""Workers begin and end with the host, however that ends."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from harness import bodies
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon
from harness.worker import DIED, Process, children, isolated, worker


def echo(host: Daemon) -> None:
    """The channel works: something published arrives."""
    client = host.client("/ws/echo")
    client.subscribe()
    host.publish("echo", {"hello": 1})
    assert client.live()["data"] == {"hello": 1}


@pytest.fixture
def host(start) -> Daemon:
    return start(channels={"echo": isolated("echo_test")})


def test_the_plugin_is_in_the_worker_and_not_in_the_host(host: Daemon) -> None:
    echo(host)
    with worker(host) as process:
        where = [Path(f"/proc/{pid}/maps").read_text() for pid in (process.pid, host.process.pid)]
        file = Path(f"/proc/{process.pid}/exe").resolve()
    assert file == Path(f"/proc/{host.process.pid}/exe").resolve()
    # The copy that it runs has no name any more, or a private one.
    assert ["echo_test" in text for text in where] == [True, False]


def test_a_clean_stop_closes_the_plugin_and_leaves_no_worker(host: Daemon) -> None:
    with worker(host) as process:
        host.stop()
        assert process.gone(0)
    assert "echo_test closed" in host.log
    assert "plugin fault" not in host.log


def test_a_worker_that_was_started_again_is_closed_as_well(host: Daemon) -> None:
    with worker(host) as first:
        first.kill()
        host.wait_for(DIED)
        assert first.gone()
    echo(host)
    with worker(host) as second:
        host.stop()
        assert second.gone(0)
    assert "echo_test closed" in host.log


def test_an_admin_who_unsubscribed_without_the_token_stays_one(start) -> None:
    host = start(channels={"admin": {"isolation": "process"}})
    client = host.client("/ws/admin")
    client.subscribe(kinds=["users", "revenue"], admin_token=ADMIN_TOKEN)
    client.accepted(action="unsubscribe", kinds=["revenue"])
    with worker(host) as process:
        process.kill()
        host.wait_for(DIED)
    host.publish("admin", bodies.VALID["admin"])
    assert client.live()["type"] == "admin_users"


def test_every_channel_has_a_worker_of_its_own(start) -> None:
    names = dict.fromkeys(CHANNELS, {"isolation": "process"})
    host = start(channels=names)
    pids = children(host.process.pid)
    assert len(pids) == len(CHANNELS)
    processes = [Process(pid) for pid in pids]
    host.stop()
    assert all(process.gone(0) for process in processes)


@pytest.mark.parametrize("restarted", [False, True])
def test_no_worker_outlives_a_host_that_is_killed(host: Daemon, restarted: bool) -> None:
    if restarted:
        with worker(host) as first:
            first.kill()
        host.wait_for(DIED)
        echo(host)
    with worker(host) as process:
        host.signal(signal.SIGKILL)
        assert process.gone()
    assert host.wait() == -signal.SIGKILL
    host.stop = lambda: None


def test_no_worker_outlives_a_host_that_is_killed_while_its_plugin_hangs(start) -> None:
    host = start(channels={"bad": isolated("hangs")}, plugins={"hang": "0s"})
    host.http().begin_publish("bad", "{}")
    with worker(host) as process:
        process.toils()
        host.signal(signal.SIGKILL)
        assert process.gone()
    assert host.wait() == -signal.SIGKILL
    host.stop = lambda: None


def sum_of(host: Daemon, *numbers: int) -> int:
    """Of all that was published on the channel."""
    client = host.client("/ws/sum")
    client.subscribe()
    for number in numbers:
        host.publish("sum", {"data": number})
    return [client.live()["data"]["sum"] for _ in numbers][-1]


@pytest.mark.parametrize("restarted", [False, True])
def test_what_a_plugin_knows_goes_over_a_stop_of_the_host(start, restarted: bool) -> None:
    host = start(channels={"sum": isolated("sums")})
    assert sum_of(host, 1, 2, 3) == 6
    if restarted:
        with worker(host) as process:
            process.kill()
        host.wait_for(DIED)
        assert sum_of(host, 4) == 10
    host.stop()
    again = start(channels={"sum": isolated("sums")})
    assert sum_of(again, 5) == (15 if restarted else 11)


@pytest.mark.parametrize("attempt", range(3))
def test_a_worker_that_dies_as_the_host_stops_takes_nothing_with_it(start, attempt: int) -> None:
    host = start(channels={"sum": isolated("sums")})
    for number in range(4):
        assert sum_of(host, number, 1) == (number * (number + 1)) // 2 + number + 1
    with worker(host) as process:
        process.kill()
        if attempt == 2:
            host.wait_for(DIED)
        host.stop()
    assert "is not part of its state" not in host.log
    again = start(channels={"sum": isolated("sums")})
    assert sum_of(again, 90) == 100


def test_a_worker_that_can_not_save_stops_the_host_all_the_same(start) -> None:
    host = start(channels={"sum": isolated("sums")}, plugins={"hang": "2s"})
    assert sum_of(host, 1, 2) == 3
    with worker(host) as process:
        process.kill(signal.SIGSTOP)
        host.stop()
    again = start(channels={"sum": isolated("sums")})
    assert sum_of(again, 3) == 6

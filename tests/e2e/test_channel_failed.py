# SPDX-License-Identifier: MIT
"""A channel whose worker died too often: it says so, and everything else goes on."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.config import BAD_PLUGINS, BUILD
from harness.daemon import Daemon
from harness.worker import children, deaths, follow, isolated, pipeline, status, worker

SENTIOCTL = BUILD / "bin" / "sentioctl"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A file that can be replaced."""
    path = tmp_path / "tick.so"
    shutil.copy(BAD_PLUGINS / "aborts.so", path)
    return path


@pytest.fixture
def host(start, plugin: Path) -> Daemon:
    """With the limit as it is by default: five deaths in a minute."""
    return start(channels={"tick": {"plugin": plugin, "isolation": "process"}})


@pytest.fixture
def subscriber(host: Daemon) -> Client:
    return follow(host, "tick")


def fail(host: Daemon) -> None:
    """Two updates are given up; the third one is there at the fifth death."""
    statuses = [answer.status for answer in pipeline(host, "tick", [1, *["abort"] * 3, 2, 3])]
    assert statuses == [200, 500, 500, 503, 503, 503]
    host.wait_for(r"channel tick: failed: its worker died 5 times within a minute "
                  r"\(plugins\.max_deaths\); mend \S+tick\.so, then \"sentioctl reload\"")


def test_it_fails_at_the_fifth_death_and_answers_who_waits(host: Daemon) -> None:
    fail(host)
    assert len(deaths(host)) == 5
    assert children(host.process.pid) == []


def test_its_subscribers_are_told_and_stay_connected(host: Daemon, subscriber: Client) -> None:
    many = host.client("/ws")
    many.subscribe(channel="tick")
    many.subscribe("AAPL", channel="trade-signals")
    fail(host)
    assert subscriber.live()["data"] == 1
    assert subscriber.error()["code"] == "channel_failed"
    assert subscriber.ping()["type"] == "pong"
    assert many.live()["data"] == 1
    error = many.error()
    assert (error["code"], error["channel"]) == ("channel_failed", "tick")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(many.live()) == ["AAPL"]


def test_publishers_and_new_subscribers_are_refused(host: Daemon) -> None:
    fail(host)
    response = host.http().publish("tick", {"data": 4})
    assert response.status == 503 and response.headers["Retry-After"]
    assert "died too often" in response.detail
    late = host.client("/ws/tick")
    assert late.refused(action="subscribe")["code"] == "not_running"


def test_everybody_who_asks_is_told(host: Daemon) -> None:
    fail(host)
    found = status(host, "tick")
    assert (found["state"], found["worker"]) == ("failed", {"deaths": 5, "given_up": 2})
    health = host.http().get("/api/v1/health").json["channels"]
    assert {name: channel["state"] for name, channel in health.items()} == {
        "tick": "failed", **dict.fromkeys(health.keys() - {"tick"}, "open")}
    socket = host.wait_for(r"control socket: (\S+)")[1]
    done = subprocess.run([SENTIOCTL, "--socket", socket, "--json", "status"], check=True,
                          capture_output=True, text=True)
    assert json.loads(done.stdout)["channels"] == {"open": 5, "restarting": 0, "failed": 1}


def test_deaths_do_not_add_up_without_a_limit(start) -> None:
    host = start(channels={"tick": isolated("aborts")}, plugins={"max_deaths": 0})
    for number in range(6):
        with worker(host) as process:
            process.kill()
        assert host.publish("tick", {"data": number})["offset"] == number + 1
    assert status(host, "tick")["worker"]["deaths"] == 6


@pytest.mark.parametrize("other", [b"", b"mended"])
def test_a_reload_mends_it_for_who_is_there(
        host: Daemon, subscriber: Client, plugin: Path, other: bytes) -> None:
    fail(host)
    assert subscriber.live()["data"] == 1
    assert subscriber.error()["code"] == "channel_failed"
    mended = plugin.with_suffix(".new")
    # What is behind an ELF file's end is not looked at, but it makes another file.
    mended.write_bytes(plugin.read_bytes() + other)
    mended.rename(plugin)
    mark = host.mark()
    host.signal(signal.SIGHUP)
    host.wait_for(r"channel tick: plugin .* replaced", mark)
    assert host.publish("tick", {"data": "mended"})["offset"] == 2
    message = subscriber.live()
    assert (message["data"], message["prev"], message["offset"]) == ("mended", 1, 2)
    found = status(host, "tick")
    assert (found["state"], found["worker"]["deaths"]) == ("open", 0)

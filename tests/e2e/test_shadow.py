# SPDX-License-Identifier: MIT
"""A new version of a plugin beside the old one: what is compared, and that nobody hears it."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.shadow import Shadow
from harness.until import until
from harness.worker import DIED, Process, status

SAME = BAD_PLUGINS / "tried_v1.so"
OTHER = BAD_PLUGINS / "tried_v2.so"
SUMS = BAD_PLUGINS / "sums.so"
ISOLATIONS = ("none", "process")


@pytest.fixture(params=ISOLATIONS)
def isolation(request: pytest.FixtureRequest) -> str:
    """Where the old version runs; the new one is in a worker in any case."""
    return request.param


@pytest.fixture
def host(start, isolation: str) -> Daemon:
    """The channel "tried" observes "seen" and may forward to "other"."""
    return start(channels={
        "tried": {"plugin": SAME, "isolation": isolation, "observes": ["seen"],
                  "forwards": ["other"]},
        "seen": {"plugin": BAD_PLUGINS / "swap_v1.so"},
        "other": {"plugin": BAD_PLUGINS / "swap_v1.so"}})


def call_all(host: Daemon, word: str) -> None:
    """Every callback of the plugin once, with the word in what it gets."""
    client = host.client("/ws/tried")
    client.subscribe(note=word)
    host.publish("tried", {"data": word})
    assert client.next()["data"]["data"] == {"data": word}
    client.accepted(action="say", note=word)
    assert client.next()["type"] == "said"
    client.accepted(action="wake", note=word)
    assert client.next()["data"]["data"] == "woken"
    host.publish("seen", {"data": word})
    assert host.http().get(f"/api/v1/tried?note={word}").json == {"items": 1}
    client.unsubscribe(note=word)
    client.close()


def test_equal_versions_do_the_same_in_every_callback(host: Daemon) -> None:
    shadow = Shadow(host, "tried", SAME)
    call_all(host, "differ")
    report = shadow.compared(9)
    assert (report["equal"], report["different"], report["deaths"]) == (9, 0, 0)
    assert report["differences"] == []
    assert (report["version"], report["why"]) == ("1.0.0", "")


def test_a_version_that_differs_on_some_inputs_is_equal_on_the_others(host: Daemon) -> None:
    shadow = Shadow(host, "tried", OTHER)
    call_all(host, "plain")
    assert shadow.compared(9)["different"] == 0


def test_each_difference_is_shown_with_its_input_and_both_answers(host: Daemon) -> None:
    shadow = Shadow(host, "tried", OTHER)
    call_all(host, "plain")
    shadow.compared(9)
    call_all(host, "differ")
    report = shadow.compared(18)
    shown = {item["call"]: item for item in report["differences"]}
    # The wake itself is the same; what is made of it is not.
    assert report["different"] == 8
    assert set(shown) == {"publish", "subscribe", "unsubscribe", "message", "render", "woken",
                          "observe", "left"}
    for call, item in shown.items():
        given, old, new = (json.loads(item[name]) for name in ("input", "old", "new"))
        assert given["call"] == call
        assert old["result"] == new["result"] == 0
        assert old["effects"] != new["effects"]
        assert 9 < item["number"] <= 18
    assert json.loads(shown["publish"]["input"])["payload"] == {"data": "differ"}
    assert json.loads(shown["subscribe"]["old"])["effects"][1]["accept"]
    assert json.loads(shown["subscribe"]["new"])["effects"][0]["refuse"]["message"]
    assert "version 2" in shown["render"]["new"]


def test_nothing_that_the_new_version_asks_for_reaches_anybody(host: Daemon) -> None:
    other = host.client("/ws/other")
    other.subscribe()
    shadow = Shadow(host, "tried", OTHER)
    call_all(host, "differ")
    client = host.client("/ws/tried")
    client.subscribe()
    assert host.publish("tried", {"data": "deny"})["offset"] == 3
    assert client.next()["data"]["data"] == {"data": "deny"}
    assert shadow.compared(11)["different"] == 9
    host.publish("other", {"data": "end"})
    assert other.next()["data"]["data"] == "end"
    channel = status(host, "tried")
    counters = channel["counters"]
    assert "plugin_heard" not in counters
    assert (counters["plugin_gone"], counters["plugin_seen"]) == (1, 1)
    assert (channel["offset"], counters["rejected"]) == (3, 0)
    # It had closed the connection, and asked to be woken.
    host.publish("tried", {"data": "last"})
    assert client.next()["data"]["data"] == {"data": "last"}


def test_the_first_twenty_differences_are_kept_and_all_are_counted(host: Daemon) -> None:
    shadow = Shadow(host, "tried", OTHER)
    for number in range(25):
        host.publish("tried", {"data": f"differ {number}"})
        host.publish("tried", {"data": "plain"})
    report = shadow.compared(50)
    assert (report["equal"], report["different"]) == (25, 25)
    assert [item["number"] for item in report["differences"]] == list(range(1, 41, 2))
    assert [json.loads(item["input"])["payload"]["data"] for item in report["differences"]] == [
        f"differ {number}" for number in range(20)]


def wait_for_gone(host: Daemon, count: int) -> None:
    """Until the plugin has been told that so many have left."""
    until(lambda: status(host, "tried")["counters"].get("plugin_gone", 0),
          lambda gone: gone >= count)


def test_a_plugin_that_saves_nothing_is_told_of_the_subscriptions(host: Daemon) -> None:
    clients = [host.client("/ws/tried") for _ in range(3)]
    for client in clients:
        client.subscribe()
    clients.pop().close()
    wait_for_gone(host, 1)
    shadow = Shadow(host, "tried", SAME)
    host.publish("tried", {"data": 1})
    assert clients[0].next()["data"]["subscribers"] == 2
    clients[1].close()
    wait_for_gone(host, 2)
    host.publish("tried", {"data": 2})
    assert clients[0].next()["data"]["subscribers"] == 1
    assert shadow.compared(3)["different"] == 0


def sums(isolation: str) -> dict[str, Any]:
    return {"sums": {"plugin": SUMS, "isolation": isolation}}


def test_the_state_is_handed_over(start, isolation: str) -> None:
    host = start(channels=sums(isolation))
    for number in range(20):
        host.publish("sums", {"data": number})
    shadow = Shadow(host, "sums", SUMS)
    client = host.client("/ws/sums")
    client.subscribe()
    host.publish("sums", {"data": 5})
    assert client.next()["data"] == {"n": 5, "count": 21, "sum": 195}
    assert host.http().publish("sums", {"data": -1}).status == 422
    report = shadow.compared(3)
    assert (report["equal"], report["different"]) == (3, 0)
    assert report["old_us"] >= 0 and report["new_us"] >= 0


def wait_for_calls(shadow: Shadow, least: int) -> None:
    """Until so many have been compared."""
    deadline = time.monotonic() + TIMEOUT
    while (report := shadow.report())["calls"] < least:
        assert report["state"] == "running" and time.monotonic() < deadline, report


class Publisher(threading.Thread):
    """Publishes one after the other until it is told to stop."""

    def __init__(self, host: Daemon, channel: str) -> None:
        super().__init__()
        self._http = host.http()
        self._channel = channel
        self._end = threading.Event()
        self.accepted = 0
        self.start()

    def run(self) -> None:
        while not self._end.is_set():
            answer = self._http.publish(self._channel, {"data": self.accepted})
            if answer.status != 200:
                return
            self.accepted += 1

    def stop(self) -> int:
        self._end.set()
        self.join()
        return self.accepted


def test_under_load_the_first_call_is_compared_with_itself(start, isolation: str) -> None:
    host = start(channels=sums(isolation))
    publishers = [Publisher(host, "sums") for _ in range(4)]
    for _ in range(5):
        shadow = Shadow(host, "sums", SUMS)
        wait_for_calls(shadow, 100)
        report = shadow.stop()
        assert (report["different"], report["why"]) == (0, "it was stopped"), report
        assert report["calls"] >= 100
    total = sum(publisher.stop() for publisher in publishers)
    client = host.client("/ws/sums")
    client.subscribe()
    host.publish("sums", {"data": 0})
    assert client.next()["data"]["count"] == total + 1


def pid_of(host: Daemon, channel: str) -> int:
    """The channel's worker, once it runs."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        channels = host.ask_control("channels")["channels"]
        worker = next(item["worker"] for item in channels if item["name"] == channel)
        if "pid" in worker:
            return worker["pid"]
        assert time.monotonic() < deadline, worker


def kill_old(host: Daemon, channel: str) -> None:
    since = host.mark()
    with Process(pid_of(host, channel)) as old:
        old.kill()
    host.wait_for(DIED, since)


def test_the_old_version_in_a_worker_may_die_meanwhile(start) -> None:
    host = start(channels=sums("process"), plugins={"max_deaths": 0})
    publisher = Publisher(host, "sums")
    shadow = Shadow(host, "sums", SUMS)
    for _ in range(3):
        kill_old(host, "sums")
    total = publisher.stop()
    host.publish("sums", {"data": 1})
    wait_for_calls(shadow, 1)
    report = shadow.stop()
    assert report["different"] == 0, report
    assert report["calls"] <= total + 1


def test_an_old_version_that_began_afresh_is_compared_no_more(start) -> None:
    host = start(channels={"tried": {"plugin": SAME, "isolation": "process"}})
    shadow = Shadow(host, "tried", SAME)
    kill_old(host, "tried")
    shadow.failed("the running version has died and begun afresh")
    assert host.publish("tried", {"data": 1})["accepted"] == 1


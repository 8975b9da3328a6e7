# SPDX-License-Identifier: MIT
"""How a comparison begins and ends: bad versions, reloads, deaths, and being told to stop."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.sentioctl import FAILED, OK, ask
from harness.shadow import Shadow
from harness.shadow import ask as ask_for
from harness.until import until
from harness.worker import children

V1 = BAD_PLUGINS / "tried_v1.so"
V2 = BAD_PLUGINS / "tried_v2.so"


def channels(plugin: Path = V1, **settings: Any) -> dict[str, Any]:
    return {"tried": {"plugin": plugin, **settings}}


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The channel's own file, which may be replaced."""
    return Path(shutil.copy(V1, tmp_path / "tried.so"))


def install(new: Path, plugin: Path) -> None:
    """As a package does: another file takes the name."""
    Path(shutil.copy(new, plugin.with_suffix(".new"))).rename(plugin)


def workers(host: Daemon) -> set[int]:
    return set(children(host.process.pid))


def wait_for_end(host: Daemon, others: set[int]) -> None:
    """Until no worker but those is left."""
    until(lambda: workers(host) - others, lambda left: not left)


def goes_on(host: Daemon, channel: str = "tried") -> None:
    """The channel does what it did before, and a shadow may begin."""
    assert host.publish(channel, {"data": "on"})["accepted"] == 1
    assert ask_for(host, channel, V1).status == 202


def test_a_call_that_it_dies_of_is_a_difference(start) -> None:
    host = start(channels=channels())
    shadow = Shadow(host, "tried", V2)
    client = host.client("/ws/tried")
    client.subscribe()
    for calls, data in ((2, "a"), (3, "abort"), (4, "b")):
        host.publish("tried", {"data": data})
        assert client.next()["data"]["data"] == {"data": data}
        report = shadow.compared(calls)
    assert (report["different"], report["deaths"]) == (1, 1), report
    difference, = report["differences"]
    assert json.loads(difference["input"])["payload"] == {"data": "abort"}
    assert json.loads(difference["new"]) == {"result": "died"}
    assert "died" not in difference["old"]


def test_a_call_that_it_does_not_return_from_is_a_difference(start) -> None:
    host = start(channels=channels(), plugins={"hang": "2s"})
    shadow = Shadow(host, "tried", V2)
    # Together, so that the second comes before the first is given up, however slow the test is.
    both = '{"data": "loop"}\n{"data": "b"}\n'
    assert host.http().publish("tried", both, "application/x-ndjson").json["accepted"] == 2
    shadow.compared(1)
    host.publish("tried", {"data": "c"})
    report = shadow.compared(2)
    assert (report["different"], report["deaths"]) == (1, 1)
    assert "loop" in report["differences"][0]["input"]


def test_one_that_dies_again_and_again_ends(start) -> None:
    host = start(channels=channels(), plugins={"max_deaths": 3})
    shadow = Shadow(host, "tried", V2)
    for calls in (1, 2):
        host.publish("tried", {"data": "abort"})
        shadow.compared(calls)
    host.publish("tried", {"data": "abort"})
    report = shadow.failed("dies again and again")
    assert report["deaths"] == 3
    goes_on(host)


def test_one_that_can_not_keep_up_ends_and_the_channel_does_not_notice(start) -> None:
    host = start(channels=channels(), plugins={"hang": "0s"}, limits={"queue": "1MiB"})
    shadow = Shadow(host, "tried", V2)
    host.publish("tried", {"data": "loop"})
    for number in range(400):
        host.publish("tried", {"data": f"{number:01000}"})
    shadow.failed("it can not keep up")
    goes_on(host)


def test_one_that_hangs_can_be_stopped_and_another_begins(start) -> None:
    host = start(channels=channels(), plugins={"hang": "0s"})
    shadow = Shadow(host, "tried", V2)
    host.publish("tried", {"data": "loop"})
    shadow.stop()
    shadow = Shadow(host, "tried", V2, 1)
    report = shadow.over()
    assert (report["state"], report["calls"]) == ("done", 0)


@pytest.mark.parametrize(("new", "why"), [
    ("swap_bad_restore.so", "restore() did not take the state"),
    ("swap_bad_open.so", "swap_bad_open never opens"),
    ("swap_other_type.so", "its type is another"),
    ("missing.so", "missing.so"),
    ("not_elf.so", "not_elf.so"),
    ("wrong_major.so", "major"),
    ("missing_callback.so", "missing_callback.so"),
])
def test_one_that_can_not_run_is_refused_with_the_reason(start, new: str, why: str) -> None:
    host = start(channels={"swap": {"plugin": BAD_PLUGINS / "swap_v1.so"}})
    host.publish("swap", {"data": 1})
    others = workers(host)
    answer = ask_for(host, "swap", BAD_PLUGINS / new)
    assert (answer.status, why in answer.detail) == (422, True), answer
    wait_for_end(host, others)
    shadow = Shadow(host, "swap", BAD_PLUGINS / "swap_v1.so")
    host.publish("swap", {"data": 2})
    assert shadow.compared(1)["equal"] == 1


def test_both_versions_may_die_of_the_same(start) -> None:
    crashing = {"plugin": BAD_PLUGINS / "crashes_every_n.so", "isolation": "process",
                "options": {"every": 5, "save": True}}
    host = start(channels={"tick": crashing}, plugins={"max_deaths": 0})
    shadow = Shadow(host, "tick", BAD_PLUGINS / "crashes_every_n.so")
    statuses = [host.http().publish("tick", {"data": number}).status for number in range(5)]
    assert statuses == [200, 200, 200, 200, 500]
    report = shadow.compared(5)
    assert (report["equal"], report["different"], report["deaths"]) == (5, 0, 2)


def test_stopped_early_it_says_what_it_has_found(start) -> None:
    host = start(channels=channels())
    shadow = Shadow(host, "tried", V2)
    host.publish("tried", {"data": "differ"})
    shadow.compared(1)
    report = shadow.stop()
    assert (report["state"], report["why"]) == ("failed", "it was stopped")
    assert (report["calls"], report["different"]) == (1, 1)
    host.publish("tried", {"data": "differ"})
    assert shadow.report() == report
    assert shadow.stop() == report
    goes_on(host)


def test_a_second_one_is_refused_while_the_first_runs(start) -> None:
    host = start(channels={**channels(), "sums": {"plugin": BAD_PLUGINS / "sums.so"}})
    first = Shadow(host, "tried", V1)
    answer = ask_for(host, "tried", V2)
    assert (answer.status, "stop that first" in answer.detail) == (409, True)
    second = Shadow(host, "sums", BAD_PLUGINS / "sums.so")
    host.publish("tried", {"data": 1})
    host.publish("sums", {"data": 1})
    assert first.compared(1)["version"] == second.compared(1)["version"] == "1.0.0"


def test_it_ends_in_time_when_nothing_comes(start) -> None:
    host = start(channels=channels())
    others = workers(host)
    shadow = Shadow(host, "tried", V2, 1)
    report = shadow.over()
    assert (report["state"], report["calls"], report["remaining_ms"]) == ("done", 0, 0)
    wait_for_end(host, others)


def test_a_reload_that_replaces_the_plugin_ends_it(start, plugin: Path) -> None:
    host = start(channels=channels(plugin))
    shadow = Shadow(host, "tried", V2)
    host.publish("tried", {"data": 1})
    shadow.compared(1)
    install(V2, plugin)
    assert ask(host, "reload").returncode == OK
    assert shadow.failed("a reload replaces")["calls"] == 1
    host.publish("tried", {"data": 2})
    assert shadow.report()["calls"] == 1
    shadow = Shadow(host, "tried", V1)
    host.publish("tried", {"data": "plain"})
    assert shadow.compared(1)["equal"] == 1


def test_a_reload_that_removes_the_channel_ends_it(start, write_config) -> None:
    host = start(channels=channels())
    others = workers(host)
    shadow = Shadow(host, "tried", V2)
    write_config()
    assert ask(host, "reload").returncode == OK
    answer = host.http(host.control).get(f"/control/v1/shadow?{shadow.query}")
    assert answer.status == 404
    wait_for_end(host, others)


def test_a_reload_of_anything_else_lets_it_run(start, write_config) -> None:
    both = {**channels(forwards=["other"]), "other": {"plugin": BAD_PLUGINS / "swap_v1.so"},
            "swap": {"plugin": BAD_PLUGINS / "swap_v1.so"}}
    host = start(channels=both)
    shadow = Shadow(host, "tried", V2)
    host.publish("tried", {"data": "differ"})
    both["swap"]["plugin"] = BAD_PLUGINS / "swap_v2.so"
    for history in (7, 8, 9):
        both["tried"]["history"] = history
        write_config(channels=both, log={"level": "debug"})
        done = ask(host, "reload")
        assert (done.returncode, "history" in done.stdout) == (OK, True), done.stderr
        host.publish("tried", {"data": "differ"})
        host.publish("tried", {"data": "plain"})
    report = shadow.compared(7)
    assert (report["equal"], report["different"]) == (3, 4)


def test_a_refused_reload_lets_it_run(start, write_config) -> None:
    host = start(channels=channels())
    shadow = Shadow(host, "tried", V2)
    write_config(channels=channels(), limits={"typo": 1})
    assert ask(host, "reload").returncode == FAILED
    host.publish("tried", {"data": 1})
    assert shadow.compared(1)["equal"] == 1


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_the_host_stops_while_it_runs(start, isolation: str) -> None:
    host = start(channels=channels(isolation=isolation))
    others = workers(host)
    Shadow(host, "tried", V2)
    host.publish("tried", {"data": 1})
    pids = workers(host)
    assert len(pids - others) == 1
    host.stop()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_host_stops_while_it_hangs(start) -> None:
    host = start(channels=channels(), plugins={"hang": "0s"})
    others = workers(host)
    Shadow(host, "tried", V2)
    pid, = workers(host) - others
    host.publish("tried", {"data": "loop"})
    host.stop()
    assert not Path(f"/proc/{pid}").exists()


def test_without_swap_nothing_is_swapped(start, plugin: Path) -> None:
    host = start(channels=channels(plugin))
    before = plugin.read_bytes()
    done = ask(host, "reload", "--shadow", "tried", V2, "--for", "1ms")
    assert (done.returncode, plugin.read_bytes()) == (OK, before), done
    assert f"install -m 0644 {V2} {plugin}" in done.stdout
    assert not Path(f"{plugin}.previous").exists()

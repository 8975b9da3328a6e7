# SPDX-License-Identifier: MIT
"""One version of a plugin after another on the same state, over a restart of the host."""

from __future__ import annotations

from typing import Any

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon


def channel(name: str) -> dict[str, Any]:
    return {"tick": {"plugin": BAD_PLUGINS / f"{name}.so"}}


def published(host: Daemon, *bodies: object) -> list[Any]:
    """What a subscriber receives of each body's data."""
    client = host.client("/ws/tick")
    client.subscribe()
    for body in bodies:
        host.publish("tick", {"data": body})
    received = [client.next()["data"] for _ in bodies]
    client.close()
    return received


def counted(host: Daemon, *bodies: object) -> list[tuple[int, int, Any]]:
    """The version, the count and the data of what the plugin `swap` makes of each."""
    return [(item["version"], item["count"], item["data"]) for item in published(host, *bodies)]


def test_the_next_version_goes_on_where_the_older_one_stopped(start) -> None:
    old = start(channels=channel("swap_v1"))
    assert counted(old, "a", "b") == [(1, 1, "a"), (1, 2, "b")]
    old.stop()
    new = start(channels=channel("swap_v2"))
    assert counted(new, "c") == [(2, 3, "c")]
    new.stop()
    again = start(channels=channel("swap_v2"))
    assert counted(again, [4]) == [(2, 4, [4])]


def test_an_item_says_how_many_were_subscribed(start) -> None:
    host = start(channels=channel("swap_v2"))
    first, second = host.client("/ws/tick"), host.client("/ws/tick")
    first.subscribe()
    host.publish("tick", {"data": 1})
    second.subscribe()
    second.subscribe()
    host.publish("tick", {"data": 2})
    assert [first.next()["data"]["subscribers"], first.next()["data"]["subscribers"]] == [1, 2]


@pytest.mark.parametrize("successor", ["swap_v1", "swap_bad_restore"])
def test_a_version_that_does_not_take_the_state_starts_empty(start, successor: str) -> None:
    old = start(channels=channel("swap_v2"))
    assert counted(old, "a", "b")[1] == (2, 2, "b")
    old.stop()
    new = start(channels=channel(successor))
    assert counted(new, "c")[0][1:] == (1, "c")


def test_a_version_that_does_not_open_keeps_the_host_from_starting(write_config, start) -> None:
    host = start(channels=channel("swap_v1"))
    host.stop()
    broken = Daemon(["-c", str(write_config(channels=channel("swap_bad_open")))])
    broken.wait_for("swap_bad_open never opens")
    assert broken.wait() == 1


def test_a_version_may_have_another_type(start) -> None:
    host = start(channels=channel("swap_other_type"))
    client = host.client("/ws/tick")
    client.subscribe()
    host.publish("tick", {"data": 1})
    assert client.next()["type"] == "other"


def test_a_sum_goes_over_a_restart(start) -> None:
    first = start(channels=channel("sums"))
    assert published(first, 5, 0, 2**53)[2] == {"n": 2**53, "count": 3, "sum": 5 + 2**53}
    assert first.http().publish("tick", {"data": -1}).status == 422
    first.stop()
    second = start(channels=channel("sums"))
    assert published(second, 1) == [{"n": 1, "count": 4, "sum": 6 + 2**53}]


@pytest.mark.parametrize(("save", "crashes"), [(True, True), (False, False)])
def test_a_count_that_is_kept_is_kept_on_purpose(start, save: bool, crashes: bool) -> None:
    channels = {"tick": {**channel("crashes_every_n")["tick"], "isolation": "none",
                         "options": {"every": 3, "save": save}}}
    first = start(channels=channels)
    assert published(first, 1, 2) == [1, 2]
    first.stop()
    second = start(channels=channels)
    if crashes:
        second.http().begin_publish("tick", '{"data":3}')
        assert second.wait() < 0
        second.stop = lambda: None
    else:
        assert published(second, 3, 4) == [3, 4]


def test_what_a_plugin_inside_the_host_may_do_it_reports(start) -> None:
    host = start(channels={"tick": {**channel("aborts")["tick"], "isolation": "none"}})
    assert published(host, "fork", "socket", {"a": "fork"}) == [
        {"tried": "fork", "errno": 0}, {"tried": "socket", "errno": 0}, {"a": "fork"}]

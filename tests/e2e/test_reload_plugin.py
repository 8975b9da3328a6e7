# SPDX-License-Identifier: MIT
"""A channel's plugin is replaced while its subscribers stay."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.client import Client
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.live import Live, install
from harness.until import until

ISOLATIONS = ["none", "process"]
HANDED_OVER = "channel tick: plugin swap 1.0.0 replaced by swap 2.0.0, its state handed over"


class Tick:
    """The channel "tick", whose plugin is a file that is replaced, and one subscriber of it."""

    def __init__(self, go_live, tmp_path: Path, isolation: str, **settings: Any) -> None:
        self.file = install("swap_v1", tmp_path / "tick.so")
        self.settings = {"plugin": self.file, "isolation": isolation, **settings}
        self.live: Live = go_live(channels={"tick": self.settings})
        self.host: Daemon = self.live.host
        self.client: Client = self.host.client("/ws/tick")
        self.client.subscribe()

    def channel(self, **settings: Any) -> dict[str, Any]:
        self.settings = {**self.settings, **settings}
        return {"channels": {"tick": self.settings}}

    def publish(self, data: Any = 0) -> tuple[int, int, int]:
        """The version that handled it, its count, and how many it believes to be subscribed."""
        self.host.publish("tick", {"data": data})
        item = self.client.next()["data"]
        assert item["data"] == data
        return item["version"], item["count"], item["subscribers"]


@pytest.fixture(params=ISOLATIONS)
def tick(request: pytest.FixtureRequest, go_live, tmp_path: Path) -> Tick:
    return Tick(go_live, tmp_path, request.param)


def test_a_file_that_is_renamed_over_the_old_one_runs_after_the_reload(tick: Tick) -> None:
    assert tick.publish() == (1, 1, 1)
    install("swap_v2", tick.file)
    assert tick.publish() == (1, 2, 1)
    assert tick.live.changes() == [HANDED_OVER]
    assert tick.publish() == (2, 3, 1)
    tick.client.ping()


def test_a_file_that_is_overwritten_in_place_runs_after_the_reload(tick: Tick) -> None:
    assert tick.publish() == (1, 1, 1)
    shutil.copyfile(BAD_PLUGINS / "swap_v2.so", tick.file)
    assert tick.publish() == (1, 2, 1)
    assert tick.live.changes() == [HANDED_OVER]
    assert tick.publish() == (2, 3, 1)


def test_each_version_reads_what_the_one_before_has_saved(tick: Tick) -> None:
    for count, name in enumerate(["swap_v2", "swap_v2", "swap_v2"], 1):
        tick.publish()
        # Bytes behind the end make another file of the same plugin.
        path = install(name, tick.file)
        with path.open("ab") as file:
            file.write(bytes(count))
        assert len(tick.live.changes()) == 1
        assert tick.publish() == (2, 2 * count, 1)


def test_a_file_that_was_only_touched_is_not_loaded_again(tick: Tick) -> None:
    tick.publish()
    os.utime(tick.file)
    assert tick.live.changes() == []
    install("swap_v1", tick.file)
    assert tick.live.hang_up() == "done: nothing changed"
    assert tick.publish() == (1, 2, 1)


def test_sighup_replaces_it_as_well(tick: Tick) -> None:
    tick.publish()
    mark = tick.host.mark()
    install("swap_v2", tick.file)
    assert tick.live.hang_up() == "done"
    tick.host.wait_for("reload: " + HANDED_OVER, since=mark)
    assert tick.publish() == (2, 2, 1)


def test_another_file_may_take_its_place(tick: Tick) -> None:
    tick.publish()
    changes = tick.live.changes(**tick.channel(plugin=BAD_PLUGINS / "swap_v2.so"))
    assert changes == [HANDED_OVER, "channel tick: plugin changed"]
    assert tick.publish() == (2, 2, 1)


def test_it_goes_to_a_worker_and_back(go_live, tmp_path: Path) -> None:
    tick = Tick(go_live, tmp_path, "none")
    for count, isolation in enumerate(["process", "none", "process", "none"], 1):
        assert tick.publish()[1:] == (2 * count - 1, 1)
        changes = tick.live.changes(**tick.channel(isolation=isolation))
        assert changes[1:] == ["channel tick: isolation changed"]
        assert tick.host.ask_control("status")["workers"] == (isolation == "process")
        assert tick.publish()[1:] == (2 * count, 1)


def test_other_options_are_another_plugin(go_live) -> None:
    settings = {"plugin": BAD_PLUGINS / "crashes_every_n.so", "options": {"every": 100}}
    live = go_live(channels={"tick": settings})
    client = live.host.client("/ws/tick")
    client.subscribe()
    live.host.publish("tick", {"data": 1})
    changes = live.changes(channels={"tick": {**settings, "options": {"every": 200}}})
    assert changes[-1] == "channel tick: options changed"
    live.host.publish("tick", {"data": 2})
    assert [client.next()["data"], client.next()["data"]] == [1, 2]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_channels_of_one_file_change_together(go_live, tmp_path: Path, isolation: str) -> None:
    tick = Tick(go_live, tmp_path, isolation)
    tick.live.reload(channels={"tick": tick.settings, "tock": tick.settings})
    tock = tick.host.client("/ws/tock")
    tock.subscribe()
    tick.publish()
    tick.host.publish("tock", {"data": 7})
    assert tock.next()["data"]["version"] == 1
    install("swap_v2", tick.file)
    assert len(tick.live.changes()) == 2
    tick.host.publish("tock", {"data": 8})
    assert tock.next()["data"] == {"version": 2, "count": 2, "subscribers": 1, "data": 8}
    assert tick.publish() == (2, 2, 1)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_plugin_that_saves_nothing_hears_of_its_subscriptions_again(go_live, tmp_path: Path,
                                                                      isolation: str) -> None:
    tick = Tick(go_live, tmp_path, isolation)
    others = [tick.host.client("/ws/tick") for _ in range(3)]
    for other in others:
        other.subscribe()
    tick.publish()
    install("swap_forgets", tick.file)
    answer = tick.live.reload()
    assert answer["warnings"] == ["channel tick: the new plugin does not restore; what the old one "
                                  "saved is gone"]
    assert tick.publish() == (2, 1, 4)
    others[0].close()
    others[1].close()
    until(lambda: tick.publish()[2], lambda subscribers: subscribers == 2)
    changes = tick.live.changes(**tick.channel(forwards=["trade-signals"]))
    assert changes[0].endswith("replaced by swap 2.0.0")
    assert tick.publish() == (2, 1, 2)


def test_rest_routes_are_those_of_the_new_version(go_live, tmp_path: Path) -> None:
    tick = Tick(go_live, tmp_path, "none")
    http = tick.host.http()
    assert http.get("/api/v1/tick/count").status == 404
    tick.publish()
    install("swap_routes", tick.file)
    tick.live.reload()
    answer = http.get("/api/v1/tick/count")
    assert (answer.status, answer.json) == (200, {"version": 2, "count": 1})
    install("swap_v2", tick.file)
    tick.live.reload()
    assert http.get("/api/v1/tick/count").status == 404


def test_many_swaps_leave_nothing_behind(tick: Tick, tmp_path: Path) -> None:
    process = Path("/proc") / str(tick.host.process.pid)
    install("swap_v2", tick.file)
    tick.live.reload()
    before = traces(process)
    for number in range(30):
        with install("swap_v2", tick.file).open("ab") as file:
            file.write(bytes(number + 1))
        assert len(tick.live.changes()) == 1
    assert tick.publish() == (2, 1, 1)
    assert not list((tmp_path / "state" / "plugins").iterdir())
    # The last worker but one may be still about to end.
    until(lambda: traces(process),
          lambda traced: all(now <= then for now, then in zip(traced, before)))


def traces(process: Path) -> tuple[int, int, int]:
    """How many descriptors are open, copies of plugins mapped, and children there."""
    copies = {line.split()[4] for line in (process / "maps").read_text().splitlines()
              if "/state/plugins/" in line}
    children = {child for task in (process / "task").iterdir()
                for child in (task / "children").read_text().split()}
    return len(list((process / "fd").iterdir())), len(copies), len(children)

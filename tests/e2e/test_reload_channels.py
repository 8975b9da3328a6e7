# SPDX-License-Identifier: MIT
"""Channels come, go and change while the host runs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.config import BAD_PLUGINS, BUILD
from harness.daemon import Daemon
from harness.websocket import Refused

SIGNALS = {"plugin": BUILD / "plugins" / "trade_signals.so"}


def notes(host: Daemon) -> list[str]:
    """The titles of what the channel "notes" keeps for user_001, oldest first."""
    answer = host.http().get("/api/v1/dashboard/notifications?user_id=user_001&limit=50")
    return [item["title"] for item in answer.json["notifications"]]


def names(host: Daemon) -> set[str]:
    return {item["name"] for item in host.http().get("/api/v1/channels").json["channels"]}


def test_a_channel_that_is_added_works_at_once(go_live) -> None:
    live = go_live()
    host = live.host
    shared = host.client("/ws")
    assert shared.refused(action="subscribe", channel="more")["code"] == "unknown_channel"
    assert live.changes(channels={"more": SIGNALS}) == [
        "channel more: added, plugin trade-signals 1.0.0"]
    own = host.client("/ws/more")
    own.subscribe()
    shared.subscribe(channel="more")
    host.publish("more", bodies.signals("AAPL"))
    assert own.next()["offset"] == 1
    assert shared.next()["channel"] == "more"
    assert "more" in names(host)
    assert "more" in host.http().get("/api/v1/health").json["channels"]


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_a_channel_that_is_removed_ends_its_subscriptions(go_live, isolation: str) -> None:
    live = go_live(channels={"more": {**SIGNALS, "isolation": isolation}})
    host = live.host
    own, silent, shared = host.client("/ws/more"), host.client("/ws/more"), host.client("/ws")
    own.subscribe()
    shared.subscribe(channel="more")
    shared.subscribe(channel="trade-signals")
    assert live.changes(channels={}) == ["channel more: removed"]
    for client in (own, silent):
        closed = client.closed()
        assert (closed.code, closed.reason) == (1001, "the channel was removed")
    error = shared.error()
    assert (error["code"], error["channel"]) == ("channel_removed", "more")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert shared.next()["channel"] == "trade-signals"
    assert shared.refused(action="subscribe", channel="more")["code"] == "unknown_channel"
    assert host.http().publish("more", bodies.signals("AAPL")).status == 404
    with pytest.raises(Refused) as refused:
        host.client("/ws/more")
    assert refused.value.status == 404
    assert "more" not in names(host)


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_a_channel_that_comes_back_has_its_history_and_its_plugins_state(go_live,
                                                                         isolation: str) -> None:
    sums = {"sums": {"plugin": BAD_PLUGINS / "sums.so", "isolation": isolation}}
    live = go_live(channels=sums)
    host = live.host
    shared = host.client("/ws")
    shared.subscribe(channel="sums")
    first = [host.publish("sums", {"data": number}) for number in (1, 2, 3)][-1]
    for offset in (1, 2, 3):
        assert shared.next()["offset"] == offset
    live.reload(channels={})
    assert shared.error()["code"] == "channel_removed"
    live.reload(channels=sums)
    assert shared.subscribe(channel="sums")["epoch"] == first["epoch"]
    assert host.publish("sums", {"data": 4}) == {**first, "offset": 4}
    message = shared.next()
    assert (message["offset"], message["data"]) == (4, {"n": 4, "count": 4, "sum": 10})


def test_the_items_of_a_channel_come_back_with_it(go_live) -> None:
    live = go_live()
    for title in ("one", "two"):
        live.host.publish("notifications", bodies.notification("user_001", title))
    assert live.changes(channels={"notifications": {"enabled": False}}) == [
        "channel notifications: removed"]
    assert live.host.http().get("/api/v1/dashboard/notifications?user_id=user_001").status == 404
    live.reload(channels={})
    assert notes(live.host) == ["one", "two"]
    live.host.publish("notifications", bodies.notification("user_001", "three"))
    assert notes(live.host) == ["one", "two", "three"]


def test_a_channel_that_is_renamed_is_another_one(go_live) -> None:
    live = go_live(channels={"before": SIGNALS})
    host = live.host
    client = host.client("/ws/before")
    client.subscribe()
    host.publish("before", bodies.signals("AAPL"))
    changes = live.changes(channels={"after": {**SIGNALS, "path": "/ws/before"}})
    assert sorted(changes) == ["channel after: added, plugin trade-signals 1.0.0",
                               "channel before: removed"]
    assert client.closed().code == 1001
    again = host.client("/ws/before")
    again.subscribe()
    assert host.publish("after", bodies.signals("AAPL"))["offset"] == 1
    assert again.next()["offset"] == 1


def test_a_path_moves_and_those_who_are_there_stay(go_live) -> None:
    live = go_live(channels={"more": SIGNALS})
    host = live.host
    client = host.client("/ws/more")
    client.subscribe()
    assert live.changes(channels={"more": {**SIGNALS, "path": "/feed"}}) == [
        "channel more: path changed"]
    with pytest.raises(Refused):
        host.client("/ws/more")
    moved = host.client("/feed")
    moved.subscribe()
    host.publish("more", bodies.signals("AAPL"))
    assert (client.next()["offset"], moved.next()["offset"]) == (1, 1)


def test_a_channel_that_is_not_enabled_is_removed(go_live) -> None:
    live = go_live(channels={"more": SIGNALS})
    assert live.changes(channels={"more": {**SIGNALS, "enabled": False}}) == [
        "channel more: removed"]
    assert live.changes(channels={"more": SIGNALS})[0].startswith("channel more: added")


def test_files_of_conf_d_come_and_go(go_live, tmp_path: Path) -> None:
    live = go_live()
    folder = tmp_path / "conf.d"
    folder.mkdir()
    file = folder / "10-more.conf"
    file.write_text(f'channels = ( {{ name = "more"; plugin = "{SIGNALS["plugin"]}"; }} );\n')
    assert live.changes() == ["channel more: added, plugin trade-signals 1.0.0"]
    file.write_text('channels = ( { name = "trade-signals"; history = 7; } );\n')
    assert sorted(live.changes()) == ["channel more: removed",
                                      "channel trade-signals: history changed"]
    shutil.rmtree(folder)
    assert live.changes() == ["channel trade-signals: history changed"]


def test_history_is_as_long_as_is_configured_now(go_live) -> None:
    live = go_live(channels={"notifications": {"history": 2}})
    for title in "abc":
        live.host.publish("notifications", bodies.notification("user_001", title))
    assert notes(live.host) == ["b", "c"]
    assert live.changes(channels={"notifications": {"history": 4}}) == [
        "channel notifications: history changed"]
    for title in "def":
        live.host.publish("notifications", bodies.notification("user_001", title))
    assert notes(live.host) == ["c", "d", "e", "f"]
    live.reload(channels={"notifications": {"history": 1}})
    assert notes(live.host) == ["f"]
    live.host.publish("notifications", bodies.notification("user_001", "g"))
    assert notes(live.host) == ["g"]


def test_the_interval_changes_for_those_who_are_there(go_live) -> None:
    quotes = {"plugin": BUILD / "plugins" / "market_data.so", "interval": "60s"}
    live = go_live(channels={"more": quotes})
    host = live.host
    client, other = host.client("/ws/more"), host.client("/ws/more")
    client.subscribe("AAPL")
    other.subscribe("AAPL", interval="30s")
    host.publish("more", bodies.quotes(AAPL=1.0))
    client.ping()
    assert not client.waiting
    assert live.changes(channels={"more": {**quotes, "interval": "0"}}) == [
        "channel more: interval changed"]
    assert client.live()["data"][0]["price"] == 1.0
    host.publish("more", bodies.quotes(AAPL=2.0))
    assert client.live()["data"][0]["price"] == 2.0
    other.ping()
    assert not [message for message in other._inbox if not message.get("snapshot")]


def test_a_snapshot_is_sent_or_not_as_is_configured_now(go_live) -> None:
    live = go_live(channels={"more": SIGNALS})
    host = live.host
    host.publish("more", bodies.signals("AAPL"))
    assert live.changes(channels={"more": {**SIGNALS, "snapshot": False}}) == [
        "channel more: snapshot changed"]
    client = host.client("/ws/more")
    client.subscribe("AAPL")
    client.ping()
    assert not client.waiting
    live.reload(channels={"more": SIGNALS})
    client = host.client("/ws/more")
    client.subscribe("AAPL")
    assert client.next()["snapshot"] is True


def test_a_source_starts_stops_and_is_exchanged(go_live, tmp_path: Path) -> None:
    def script(text: str) -> Path:
        path = tmp_path / f"{text}.sh"
        path.write_text(f"#!/bin/sh\necho '{{\"data\":\"{text}\"}}'\nexec sleep 1000\n")
        path.chmod(0o755)
        return path

    tick = {"plugin": BAD_PLUGINS / "swap_v2.so"}
    live = go_live(channels={"tick": tick})
    client = live.host.client("/ws/tick")
    client.subscribe()
    for text in ("one", "two"):
        assert live.changes(
            channels={"tick": {**tick, "source": {"command": [script(text)]}}}) == [
                "channel tick: source.command changed"]
        assert client.next()["data"]["data"] == text
    assert live.changes(channels={"tick": tick}) == ["channel tick: source.command changed"]
    # Bodies of this size it would take from a source as well.
    assert live.changes(publish={"body_size": "2KiB"}) == ["publish.body_size changed"]

# SPDX-License-Identifier: MIT
"""Presence: who is there on a topic, and who joins and leaves."""

from __future__ import annotations

import os
import signal
from typing import Any

from harness.client import Client
from harness.daemon import Daemon
from harness.sse import follow

PATH = "/ws/trade-signals"
LONG = {"presence": "users", "presence_grace": "1h"}
NONE = {"presence": "users", "presence_grace": "0"}


def visit(host: Daemon, user: str, *symbols: str, **fields: Any) -> Client:
    client = host.client(PATH)
    client.subscribe(*(symbols or ["AAPL"]), user_id=user, **fields)
    return client


def event(client: Client) -> tuple[str, str | None, int, str]:
    """The next message, which must be an event: items have offsets, these have none."""
    message = client.next()
    assert message["type"] == "presence", message
    assert not {"offset", "prev", "epoch", "data"} & message.keys(), message
    return message["event"], message.get("user_id"), message["count"], message["topic"]


def present(client: Client, *symbols: str, **fields: Any) -> dict[str, Any]:
    if symbols:
        fields["symbols"] = list(symbols)
    answer = client.ask(action="presence", **fields)
    assert answer["type"] == "presence", answer
    return answer["topics"]


def test_a_user_counts_once_however_many_connections(start) -> None:
    host = start(channels={"trade-signals": LONG})
    watcher = visit(host, "u1", presence=True)
    assert present(watcher) == {"AAPL": {"count": 1, "users": ["u1"]}}
    first, _second = visit(host, "u2"), visit(host, "u2", "AAPL", "MSFT")
    nobody = host.client(PATH)
    nobody.subscribe("AAPL")
    assert present(watcher) == {"AAPL": {"count": 3, "users": ["u1", "u2"]}}
    first.close()
    visit(host, "u3")
    assert [event(watcher) for _ in range(4)] == [
        ("join", "u1", 1, "AAPL"), ("join", "u2", 2, "AAPL"), ("join", None, 3, "AAPL"),
        ("join", "u3", 4, "AAPL")]
    assert watcher.refused(action="presence", symbols=["MSFT"])["code"] == "not_subscribed"


def test_a_reconnect_within_the_grace_is_no_event(start) -> None:
    host = start(channels={"trade-signals": LONG})
    watcher, guest = visit(host, "u1", presence=True), visit(host, "u2")
    assert [event(watcher)[1] for _ in range(2)] == ["u1", "u2"]
    guest.close()
    visit(host, "u2")
    visit(host, "u3")
    assert event(watcher) == ("join", "u3", 3, "AAPL")


def test_who_leaves_for_longer_than_the_grace_has_left(start) -> None:
    host = start(channels={"trade-signals": NONE})
    watcher = visit(host, "u1", "AAPL", "MSFT", presence=True)
    guest, _other = visit(host, "u2", "AAPL", "MSFT"), visit(host, "u3")
    assert len({event(watcher) for _ in range(5)}) == 5
    guest.unsubscribe("MSFT")
    assert event(watcher) == ("leave", "u2", 1, "MSFT")
    guest.close()
    assert event(watcher) == ("leave", "u2", 2, "AAPL")
    assert present(watcher, "aapl") == {"AAPL": {"count": 2, "users": ["u1", "u3"]}}


def test_numbers_alone_name_nobody(start) -> None:
    host = start(channels={"market-data": {"presence": "count"}})
    watcher = host.client("/ws/market-data")
    watcher.subscribe("*", presence=True)
    clients = [host.client("/ws/market-data") for _ in range(3)]
    for i, client in enumerate(clients):
        client.subscribe("*", user_id=f"u{i}")
    assert present(watcher) == {"*": {"count": 4}}
    told = event(watcher)
    while told[2] < 4:
        told = event(watcher)
    assert told == ("join", None, 4, "*")
    channels = {item["name"]: item for item in host.ask_control("channels")["channels"]}
    assert channels["market-data"]["present"] == 4
    assert "present" not in channels["admin"]


def test_a_reload_turns_presence_on_and_off_for_those_who_are_there(go_live) -> None:
    live = go_live()
    first, _second = visit(live.host, "u1"), visit(live.host, "u2")
    assert first.refused(action="presence")["code"] == "presence_off"
    assert first.refused(action="subscribe", presence=True)["code"] == "presence_off"
    assert live.changes(channels={"trade-signals": LONG}) == [
        "channel trade-signals: presence, presence_grace changed"]
    first.subscribe(presence=True)
    assert present(first) == {"AAPL": {"count": 2, "users": ["u1", "u2"]}}
    visit(live.host, "u3")
    assert event(first) == ("join", "u3", 3, "AAPL")
    live.reload(channels={"trade-signals": {"presence": "off", "presence_grace": "1h"}})
    assert first.error()["code"] == "presence_off"
    assert first.refused(action="presence")["code"] == "presence_off"


def test_over_ws_messages_name_their_channel(start) -> None:
    host = start(channels={"trade-signals": LONG, "earnings": LONG})
    client = host.client("/ws")
    client.subscribe("AAPL", channel="trade-signals", user_id="u1", presence=True)
    client.subscribe(channel="earnings")
    assert client.next()["channel"] == "trade-signals"
    answer = client.ask(action="presence", channel="trade-signals")
    assert (answer["channel"], list(answer["topics"])) == ("trade-signals", ["AAPL"])
    assert present(client, channel="earnings") == {"u1": {"count": 1, "users": ["u1"]}}


def test_who_follows_by_events_is_present_and_hears(start) -> None:
    host = start(channels={"trade-signals": LONG})
    watcher = visit(host, "u1", presence=True)
    stream = follow(host, "/sse/trade-signals?symbols=AAPL&user_id=u2&presence=true")
    stream.until_comment("ok")
    assert present(watcher)["AAPL"]["users"] == ["u1", "u2"]
    told = stream.next()
    while told.message["user_id"] != "u2":
        told = stream.next()
    assert (told.type, told.message["count"]) == ("presence", 2)
    assert "offset" not in told.message and told.id.endswith(":0")
    assert [event(watcher)[1] for _ in range(2)] == ["u1", "u2"]


def test_nobody_can_ask_for_another_users_presence(start) -> None:
    host = start(channels={"notifications": LONG})
    first, second = host.client("/ws/notifications"), host.client("/ws/notifications")
    first.subscribe(user_id="u1")
    second.subscribe(user_id="u2")
    assert present(first, "u1") == {"u1": {"count": 1, "users": ["u1"]}}
    for name in ("u2", "*"):
        assert first.refused(action="presence", symbols=[name])["code"] == "not_subscribed"


def test_presence_outlives_a_worker(start) -> None:
    host = start(channels={"trade-signals": {**LONG, "isolation": "process"}})
    watcher, _guest = visit(host, "u1", presence=True), visit(host, "u2")
    assert [event(watcher)[1] for _ in range(2)] == ["u1", "u2"]
    worker = next(item["worker"] for item in host.ask_control("channels")["channels"]
                  if item["name"] == "trade-signals")
    os.kill(worker["pid"], signal.SIGKILL)
    host.wait_for(r"channel trade-signals: .* died of signal 9")
    visit(host, "u3")
    assert event(watcher) == ("join", "u3", 3, "AAPL")
    assert present(watcher)["AAPL"]["users"] == ["u1", "u2", "u3"]

# SPDX-License-Identifier: MIT
"""Who a connection speaks for."""

from __future__ import annotations

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon
from harness.websocket import Closed

USER_CHANNELS = pytest.mark.parametrize("channel", ["earnings", "notifications"])


@USER_CHANNELS
def test_a_missing_user_closes_with_1008(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.tell(action="subscribe")
    closed = client.closed()
    assert (closed.code, closed.reason) == (1008, "user_id required")


@USER_CHANNELS
def test_an_empty_user_is_a_missing_one(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.tell(action="subscribe", user_id="")
    closed = client.closed()
    assert (closed.code, closed.reason) == (1008, "user_id required")


@USER_CHANNELS
def test_everyone_is_not_a_user_to_read_as(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    try:
        client.refused(action="subscribe", user_id="*")
    except Closed as closed:
        assert closed.code == 1008


@pytest.mark.parametrize("fields", [
    {}, {"admin_token": "wrong"}, {"admin_token": ""}, {"admin_token": ADMIN_TOKEN + " "},
    {"user_id": "operator"},
])
def test_a_wrong_or_missing_admin_token_closes_with_1008(host: Daemon, fields: dict) -> None:
    client = host.client("/ws/admin")
    client.tell(action="subscribe", **fields)
    closed = client.closed()
    assert (closed.code, closed.reason) == (1008, "Invalid admin token")


def test_without_a_file_of_tokens_nobody_is_admin(start) -> None:
    host = start(auth={"admin_tokens_file": None})
    client = host.client("/ws/admin")
    client.tell(action="subscribe", admin_token=ADMIN_TOKEN)
    assert client.closed().code == 1008


@pytest.mark.parametrize("channel", ["trade-signals", "earnings", "notifications"])
def test_the_user_is_fixed_by_the_first_subscribe(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe(user_id="user_001")
    answer = client.refused(action="subscribe", user_id="user_002")
    assert answer["code"] == "user_mismatch"
    client.subscribe(user_id="user_001")
    client.subscribe()


def test_a_refused_user_changes_nothing(host: Daemon) -> None:
    client = host.client("/ws/earnings")
    client.subscribe(user_id="user_001")
    client.refused(action="subscribe", user_id="user_002")
    host.publish("earnings", bodies.earnings("user_002", 2.0))
    host.publish("earnings", bodies.earnings("user_001", 1.0))
    assert client.live()["data"]["portfolio_value"] == 1.0


def test_the_user_is_fixed_for_all_channels_of_a_connection(host: Daemon) -> None:
    client = host.client("/ws")
    client.subscribe(channel="earnings", user_id="user_001")
    answer = client.refused(action="subscribe", channel="notifications", user_id="user_002")
    assert answer["code"] == "user_mismatch"


def test_the_user_of_one_channel_serves_the_next(host: Daemon) -> None:
    client = host.client("/ws")
    client.subscribe(channel="earnings", user_id="user_001")
    client.subscribe(channel="notifications")
    host.publish("notifications", bodies.notification("user_001"))
    assert client.live()["channel"] == "notifications"


def test_trade_signals_need_no_user(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(client.live()) == ["AAPL"]


def test_many_anonymous_clients_are_not_one_user(start) -> None:
    host = start(limits={"per_user": 2})
    clients = [host.client("/ws/trade-signals") for _ in range(5)]
    for client in clients:
        client.subscribe("AAPL", user_id="anonymous")
    host.publish("trade-signals", bodies.signals("AAPL"))
    for client in clients:
        assert symbols(client.live()) == ["AAPL"]


def test_a_user_of_odd_characters_gets_its_own_items(host: Daemon) -> None:
    user = "zoë \"quoted\" \\ \U0001f600 / ?&=%20"
    client = host.client("/ws/earnings")
    client.subscribe(user_id=user)
    host.publish("earnings", bodies.earnings(user, 7.0))
    assert client.live()["data"]["portfolio_value"] == 7.0

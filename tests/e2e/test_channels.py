# SPDX-License-Identifier: MIT
"""The five channels, used with nothing but the messages of websocket-integration.md."""

from __future__ import annotations

import pytest

from harness import bodies
from harness.client import Client
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon


def test_trade_signals_reach_a_subscriber_of_the_symbol(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.tell(action="subscribe", symbols=["AAPL", "GOOGL"], user_id="user_001")
    client.ping()
    item = bodies.signal("AAPL", timestamp="2024-10-05T10:30:00")
    host.publish("trade-signals", {"data": [item]})
    message = client.next()
    assert message["type"] == "trade_signals"
    assert message["data"] == [item]


def test_trade_signals_without_symbols_are_all_of_them(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.tell(action="subscribe", user_id="anonymous")
    client.ping()
    host.publish("trade-signals", bodies.signals("AAPL", "XYZ"))
    assert [item["symbol"] for item in client.next()["data"]] == ["AAPL", "XYZ"]


def test_market_data_updates_follow_the_quotes(host: Daemon) -> None:
    host.publish("market-data", bodies.quotes(AAPL=187.5))
    client = host.client("/ws/market-data")
    client.tell(action="subscribe", symbols=["AAPL"])
    first = client.next()
    assert (first["type"], first["data"]) == ("quotes", [bodies.quote("AAPL", 187.5)])
    host.publish("market-data", bodies.quotes(AAPL=188.0))
    second = client.next()
    assert (second["type"], second["data"]) == ("update", [bodies.quote("AAPL", 188.0)])


def test_earnings_reach_their_user(host: Daemon) -> None:
    client = host.client("/ws/earnings")
    client.tell(action="subscribe", user_id="user_001")
    client.ping()
    host.publish("earnings", bodies.earnings("user_001", 100000.0))
    message = client.next()
    assert message["type"] == "earnings"
    assert message["data"] == bodies.earnings("user_001", 100000.0)["data"]


def test_earnings_do_not_reach_another_user(host: Daemon) -> None:
    client = host.client("/ws/earnings")
    client.subscribe(user_id="user_002")
    host.publish("earnings", bodies.earnings("user_001", 1.0))
    host.publish("earnings", bodies.earnings("user_002", 2.0))
    assert client.next()["data"]["portfolio_value"] == 2.0


def test_notifications_reach_their_user_with_an_id(host: Daemon) -> None:
    client = host.client("/ws/notifications")
    client.tell(action="subscribe", user_id="user_001")
    client.ping()
    answer = host.publish("notifications", bodies.notification("user_001"))
    message = client.next()
    assert message["type"] == "notification"
    assert message["data"].pop("id") == f"{answer['epoch']}:{answer['offset']}"
    assert message["data"] == bodies.notification("user_001")["data"]


def test_a_notification_keeps_the_id_that_it_has(host: Daemon) -> None:
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    host.publish("notifications", bodies.notification("user_001", id="order-17"))
    assert client.next()["data"]["id"] == "order-17"


def test_a_notification_to_everyone_reaches_every_user_once(host: Daemon) -> None:
    clients = []
    for user in ("user_001", "user_002"):
        client = host.client("/ws/notifications")
        client.subscribe(user_id=user)
        clients.append(client)
    host.publish("notifications", bodies.notification("*", "Maintenance"))
    for user, client in zip(("user_001", "user_002"), clients):
        host.publish("notifications", bodies.notification(user, "Done"))
        assert client.next()["data"]["title"] == "Maintenance"
        assert client.next()["data"]["title"] == "Done"


@pytest.mark.parametrize("kind", ["users", "subscribers", "revenue", "user_analytics"])
def test_an_admin_update_names_its_kind_in_the_type(host: Daemon, kind: str) -> None:
    client = host.client("/ws/admin")
    client.tell(action="subscribe", admin_token=ADMIN_TOKEN)
    client.ping()
    host.publish("admin", bodies.admin(kind, total_users=150))
    message = client.next()
    assert message["type"] == f"admin_{kind}"
    assert message["data"] == {"total_users": 150}


def _subscribed(host: Daemon, channel: str) -> Client:
    client = host.client(f"/ws/{channel}")
    if channel == "admin":
        client.subscribe(admin_token=ADMIN_TOKEN)
    elif channel == "market-data":
        client.subscribe("*")
    else:
        client.subscribe(user_id="user_001")
    return client


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_subscriber_of_a_channel_gets_the_same_message(host: Daemon, channel: str) -> None:
    clients = [_subscribed(host, channel) for _ in range(5)]
    host.publish(channel, bodies.VALID[channel])
    messages = [client.next() for client in clients]
    assert all(message == messages[0] for message in messages)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_ping_is_answered_by_a_pong(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    assert client.ping()["type"] == "pong"


def test_channels_do_not_mix(host: Daemon) -> None:
    client = _subscribed(host, "trade-signals")
    for channel in CHANNELS:
        host.publish(channel, bodies.VALID[channel])
    host.publish("trade-signals", bodies.signals("LAST"))
    assert client.next()["data"][0]["symbol"] == "AAPL"
    assert client.next()["data"][0]["symbol"] == "LAST"

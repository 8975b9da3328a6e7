# SPDX-License-Identifier: MIT
"""What a subscriber is sent at once: the latest item of each key."""

from __future__ import annotations

from harness import bodies
from harness.client import symbols
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon


def test_a_subscriber_is_sent_the_latest_of_each_symbol(host: Daemon) -> None:
    host.publish("trade-signals", {"data": [bodies.signal("AAPL", "buy"),
                                            bodies.signal("MSFT", "sell")]})
    host.publish("trade-signals", {"data": [bodies.signal("AAPL", "hold")]})
    client = host.client("/ws/trade-signals")
    client.tell(action="subscribe", symbols=["AAPL", "MSFT", "TSLA"])
    message = client.next()
    assert message["type"] == "trade_signals"
    assert message["snapshot"] is True
    assert message["offset"] == 3
    latest = {item["symbol"]: item["signal"] for item in message["data"]}
    assert latest == {"AAPL": "hold", "MSFT": "sell"}
    assert len(message["data"]) == 2


def test_a_subscriber_to_all_is_sent_everything_known(host: Daemon) -> None:
    host.publish("market-data", bodies.quotes(AAPL=1, MSFT=2, TSLA=3))
    client = host.client("/ws/market-data")
    client.tell(action="subscribe", symbols=["*"])
    message = client.next()
    assert (message["type"], message["snapshot"]) == ("quotes", True)
    assert sorted(symbols(message)) == ["AAPL", "MSFT", "TSLA"]


def test_only_new_topics_are_sent_by_a_second_subscribe(host: Daemon) -> None:
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    assert symbols(client.next()) == ["AAPL"]
    client.subscribe("AAPL", "MSFT")
    message = client.next()
    assert message["snapshot"] is True
    assert symbols(message) == ["MSFT"]


def test_live_messages_do_not_say_snapshot(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL"))
    message = client.live()
    assert symbols(message) == ["AAPL"]
    assert "snapshot" not in message


def test_the_snapshot_comes_before_anything_newer_and_nothing_is_missing(host: Daemon) -> None:
    for price in range(1, 20):
        host.publish("market-data", bodies.quotes(AAPL=price))
    client = host.client("/ws/market-data")
    client.tell(action="subscribe", symbols=["AAPL"])
    client.ping()
    host.publish("market-data", bodies.quotes(AAPL=20))
    snapshot, update = client.next(), client.next()
    assert (snapshot["data"][0]["price"], snapshot["offset"]) == (19, 19)
    assert (update["data"][0]["price"], update["offset"], update["prev"]) == (20, 20, 19)


def test_earnings_are_known_to_a_later_subscriber(host: Daemon) -> None:
    host.publish("earnings", bodies.earnings("user_001", 1.0))
    host.publish("earnings", bodies.earnings("user_001", 2.0))
    host.publish("earnings", bodies.earnings("user_002", 3.0))
    client = host.client("/ws/earnings")
    client.tell(action="subscribe", user_id="user_001")
    message = client.next()
    assert (message["type"], message["snapshot"]) == ("earnings", True)
    assert message["data"]["portfolio_value"] == 2.0
    assert message["offset"] == 3


def test_an_admin_gets_the_latest_of_each_kind(host: Daemon) -> None:
    host.publish("admin", bodies.admin("users", total_users=1))
    host.publish("admin", bodies.admin("revenue", monthly_revenue=5))
    host.publish("admin", bodies.admin("users", total_users=2))
    client = host.client("/ws/admin")
    client.tell(action="subscribe", admin_token=ADMIN_TOKEN)
    messages = [client.next(), client.next()]
    assert all(message["snapshot"] for message in messages)
    assert {message["type"]: message["data"] for message in messages} == {
        "admin_users": {"total_users": 2}, "admin_revenue": {"monthly_revenue": 5}}


def test_notifications_have_no_snapshot_by_default(host: Daemon) -> None:
    host.publish("notifications", bodies.notification("user_001", "Old"))
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    host.publish("notifications", bodies.notification("user_001", "New"))
    waited, live = client.next(), client.next()
    assert (waited["data"]["title"], live["data"]["title"]) == ("Old", "New")
    assert "snapshot" not in waited and "snapshot" not in live
    assert waited["replay"] is True  # nobody had acknowledged it


def test_the_configuration_turns_the_snapshot_off(start) -> None:
    host = start(channels={"trade-signals": {"snapshot": False}})
    host.publish("trade-signals", bodies.signals("AAPL"))
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", side="sell"))
    message = client.next()
    assert "snapshot" not in message
    assert message["data"][0]["signal"] == "sell"


def test_the_configuration_turns_the_snapshot_of_notifications_on(start) -> None:
    host = start(channels={"notifications": {"snapshot": True, "durable": False}})
    host.publish("notifications", bodies.notification("user_001", "Old"))
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    message = client.next()
    assert message["snapshot"] is True
    assert message["data"]["title"] == "Old"


def test_on_a_durable_channel_what_waits_for_the_user_comes_instead_of_a_snapshot(start) -> None:
    host = start(channels={"notifications": {"snapshot": True}})
    for title in ("One", "Two"):
        host.publish("notifications", bodies.notification("user_001", title))
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    messages = [client.next(), client.next()]
    assert [message["data"]["title"] for message in messages] == ["One", "Two"]
    assert all("snapshot" not in message for message in messages)

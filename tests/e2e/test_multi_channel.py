# SPDX-License-Identifier: MIT
"""/ws: several channels over one connection."""

from __future__ import annotations

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon


@pytest.fixture
def client(host: Daemon) -> Client:
    return host.client("/ws")


def test_one_connection_carries_all_five_channels(host: Daemon, client: Client) -> None:
    client.subscribe(channel="trade-signals", user_id="user_001")
    client.subscribe("*", channel="market-data", user_id="user_001")
    client.subscribe(channel="earnings", user_id="user_001")
    client.subscribe(channel="notifications", user_id="user_001")
    client.subscribe(channel="admin", admin_token=ADMIN_TOKEN)
    for channel in CHANNELS:
        host.publish(channel, bodies.VALID[channel])
    messages = [client.next() for _ in CHANNELS]
    types = {message["channel"]: message["type"] for message in messages}
    assert types == {"trade-signals": "trade_signals", "market-data": "update",
                     "earnings": "earnings", "notifications": "notification",
                     "admin": "admin_users"}


def test_answers_name_the_channel(client: Client) -> None:
    answer = client.subscribe("AAPL", channel="trade-signals")
    assert answer["channel"] == "trade-signals"
    assert answer["symbols"] == ["AAPL"]


def test_channels_keep_their_own_symbols_and_filters(host: Daemon, client: Client) -> None:
    client.subscribe("AAPL", channel="trade-signals", min_confidence=0.5)
    client.subscribe("MSFT", channel="market-data")
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    host.publish("market-data", bodies.quotes(AAPL=1, MSFT=2))
    got = {message["channel"]: symbols(message) for message in (client.live(), client.live())}
    assert got == {"trade-signals": ["AAPL"], "market-data": ["MSFT"]}


def test_unsubscribing_from_one_channel_leaves_the_others(host: Daemon, client: Client) -> None:
    client.subscribe("AAPL", channel="trade-signals")
    client.subscribe("AAPL", channel="market-data")
    client.unsubscribe(channel="trade-signals")
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.publish("market-data", bodies.quotes(AAPL=1))
    assert client.live()["channel"] == "market-data"


def test_the_same_data_comes_as_on_the_channels_own_path(host: Daemon, client: Client) -> None:
    own = host.client("/ws/trade-signals")
    own.subscribe("AAPL")
    client.subscribe("AAPL", channel="trade-signals")
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    many, one = client.live(), own.live()
    assert many.pop("channel") == "trade-signals"
    assert "channel" not in one
    assert many == one


def test_an_unknown_channel_is_an_error_and_the_connection_stays(host: Daemon,
                                                                 client: Client) -> None:
    assert client.refused(action="subscribe", channel="weather")["code"] == "unknown_channel"
    client.subscribe("AAPL", channel="trade-signals")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(client.live()) == ["AAPL"]


def test_a_missing_channel_is_an_error(client: Client) -> None:
    client.refused(action="subscribe", symbols=["AAPL"])


def test_a_channel_of_the_wrong_type_is_an_error(client: Client) -> None:
    client.refused(action="subscribe", channel=["trade-signals"])


def test_a_ping_needs_no_channel(client: Client) -> None:
    assert client.ping()["type"] == "pong"


def test_each_channel_has_its_own_offset(host: Daemon, client: Client) -> None:
    host.publish("trade-signals", bodies.signals("A", "B"))
    assert client.subscribe("A", channel="trade-signals")["offset"] == 2
    assert client.subscribe("A", channel="market-data")["offset"] == 0

# SPDX-License-Identifier: MIT
"""`interval` of market-data: at most one message each interval, the latest per symbol."""

from __future__ import annotations

import time

import pytest

from harness import bodies
from harness.client import Client, Message, symbols
from harness.daemon import Daemon


def until_price(client: Client, last: dict[str, float]) -> list[Message]:
    """The messages up to the one after which every symbol has its last price."""
    seen: dict[str, float] = {}
    messages = []
    while any(seen.get(symbol) != price for symbol, price in last.items()):
        message = client.live()
        names = symbols(message)
        assert len(set(names)) == len(names), message
        for item in message["data"]:
            assert item["price"] > seen.get(item["symbol"], 0), message
            seen[item["symbol"]] = item["price"]
        messages.append(message)
    return messages


def publish_prices(host: Daemon, count: int) -> None:
    publisher = host.http()
    for price in range(1, count + 1):
        response = publisher.publish("market-data", bodies.quotes(AAPL=price, MSFT=price, X=price))
        assert response.status == 200


def test_an_interval_merges_to_the_latest_of_each_symbol(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", "MSFT", interval="500ms")
    began = time.monotonic()
    publish_prices(host, 100)
    messages = until_price(client, {"AAPL": 100, "MSFT": 100})
    allowed = (time.monotonic() - began) / 0.5 + 2
    assert len(messages) <= allowed
    assert {name for message in messages for name in symbols(message)} == {"AAPL", "MSFT"}


def test_one_update_with_a_symbol_twice_is_merged(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", interval="200ms")
    host.publish("market-data", {"data": [bodies.quote("AAPL", price) for price in range(1, 6)]})
    message = client.live()
    assert message["data"] == [bodies.quote("AAPL", 5)]
    assert message["offset"] == 5


def test_a_merged_message_joins_the_oldest_prev_to_the_newest_offset(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    position = client.subscribe("AAPL", interval="200ms")["offset"]
    publish_prices(host, 30)
    for message in until_price(client, {"AAPL": 30}):
        assert message["prev"] <= position < message["offset"]
        position = message["offset"]


def test_a_client_without_an_interval_gets_every_update(host: Daemon) -> None:
    merged = host.client("/ws/market-data")
    merged.subscribe("AAPL", interval="1s")
    every = host.client("/ws/market-data")
    every.subscribe("AAPL")
    publish_prices(host, 20)
    assert [every.live()["data"][0]["price"] for _ in range(20)] == list(range(1, 21))
    until_price(merged, {"AAPL": 20})


def test_null_removes_the_interval(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", interval="60s")
    client.accepted(action="subscribe", interval=None)
    publish_prices(host, 20)
    assert [client.live()["data"][0]["price"] for _ in range(20)] == list(range(1, 21))


def test_naming_an_interval_again_replaces_it(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", interval="60s")
    client.accepted(action="subscribe", interval="200ms")
    publish_prices(host, 5)
    until_price(client, {"AAPL": 5})


def test_symbols_unsubscribed_while_an_interval_runs_do_not_come(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL", "MSFT", interval="500ms")
    publish_prices(host, 1)
    client.unsubscribe("MSFT")
    for _ in range(client.waiting):
        client.next()
    host.publish("market-data", bodies.quotes(AAPL=2, MSFT=2))
    price = 0
    while price != 2:
        message = client.live()
        assert symbols(message) == ["AAPL"]
        price = message["data"][0]["price"]


def test_the_channels_own_interval_merges_for_everyone(start) -> None:
    host = start(channels={"market-data": {"interval": "300ms"}})
    clients = [host.client("/ws/market-data") for _ in range(3)]
    for client in clients:
        client.subscribe("AAPL")
    host.publish("market-data", {"data": [bodies.quote("AAPL", price) for price in range(1, 6)]})
    for client in clients:
        assert [item["price"] for item in client.live()["data"]] == [5]


@pytest.mark.parametrize("interval", ["soon", "", "-1s", 5, True, ["1s"], "1h", "10ms"])
def test_an_interval_that_is_none_or_out_of_bounds_is_an_error(start, interval: object) -> None:
    host = start(channels={"market-data": {"interval_min": "100ms", "interval_max": "60s"}})
    client = host.client("/ws/market-data")
    client.subscribe("AAPL")
    client.refused(action="subscribe", interval=interval)
    publish_prices(host, 3)
    assert [client.live()["data"][0]["price"] for _ in range(3)] == [1, 2, 3]

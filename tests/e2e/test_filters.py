# SPDX-License-Identifier: MIT
"""Filters of trade-signals: min_confidence and signals."""

from __future__ import annotations

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon

BATCH = {"data": [
    bodies.signal("A1", "buy", 0.9), bodies.signal("A2", "sell", 0.8),
    bodies.signal("A3", "hold", 0.3), bodies.signal("A4", "buy", 0.5),
    bodies.signal("END", "buy", 1), bodies.signal("END", "sell", 1),
    bodies.signal("END", "hold", 1),
]}


def passed(host: Daemon, client: Client) -> list[str]:
    host.publish("trade-signals", BATCH)
    return [name for name in symbols(client.live()) if name != "END"]


@pytest.fixture
def client(host: Daemon) -> Client:
    return host.client("/ws/trade-signals")


def test_min_confidence_lets_through_what_is_at_least_that(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.8)
    assert passed(host, client) == ["A1", "A2"]


def test_signals_let_through_what_is_named(host: Daemon, client: Client) -> None:
    client.subscribe(signals=["sell", "hold"])
    assert passed(host, client) == ["A2", "A3"]


def test_filters_and_symbols_hold_together(host: Daemon, client: Client) -> None:
    client.subscribe("A2", "A3", "A4", "END", min_confidence=0.5, signals=["buy"])
    assert passed(host, client) == ["A4"]


def test_naming_a_filter_again_replaces_it(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.9)
    assert passed(host, client) == ["A1"]
    client.subscribe(min_confidence=0.4)
    assert passed(host, client) == ["A1", "A2", "A4"]


def test_a_subscribe_that_does_not_name_a_filter_keeps_it(host: Daemon, client: Client) -> None:
    client.subscribe("A1", "END", min_confidence=0.8)
    client.subscribe("A2", "A3")
    assert passed(host, client) == ["A1", "A2"]


def test_naming_one_filter_keeps_the_other(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.8, signals=["buy"])
    client.subscribe(signals=["sell"])
    assert passed(host, client) == ["A2"]


def test_null_removes_a_filter(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.8, signals=["buy"])
    client.accepted(action="subscribe", min_confidence=None)
    assert passed(host, client) == ["A1", "A4"]
    client.accepted(action="subscribe", signals=None)
    assert passed(host, client) == ["A1", "A2", "A3", "A4"]


def test_a_batch_that_no_filter_lets_through_sends_nothing(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.99)
    host.publish("trade-signals", bodies.signals("A1", confidence=0.5))
    host.publish("trade-signals", bodies.signals("A2", confidence=1))
    message = client.live()
    assert symbols(message) == ["A2"]
    assert message["offset"] == 2


def test_two_clients_with_different_filters_get_different_parts(host: Daemon) -> None:
    sure = host.client("/ws/trade-signals")
    sure.subscribe(min_confidence=0.8)
    buying = host.client("/ws/trade-signals")
    buying.subscribe(signals=["buy"])
    host.publish("trade-signals", BATCH)
    assert symbols(sure.live())[:2] == ["A1", "A2"]
    assert symbols(buying.live()) == ["A1", "A4", "END"]


def test_the_snapshot_passes_the_filter_too(host: Daemon, client: Client) -> None:
    host.publish("trade-signals", {"data": BATCH["data"][:4]})
    client.subscribe("A1", "A2", "A3", min_confidence=0.8)
    message = client.next()
    assert message["snapshot"] is True
    assert sorted(symbols(message)) == ["A1", "A2"]


@pytest.mark.parametrize("field", [
    {"min_confidence": "0.8"}, {"min_confidence": [0.8]}, {"min_confidence": True},
    {"signals": "buy"}, {"signals": [1]}, {"signals": {"buy": 1}},
])
def test_a_filter_of_the_wrong_type_is_an_error_and_changes_nothing(
        host: Daemon, client: Client, field: dict) -> None:
    client.subscribe("A1", "END", signals=["buy"])
    answer = client.refused(action="subscribe", symbols=["A4"], **field)
    assert answer["code"] == "invalid_field"
    assert passed(host, client) == ["A1"]


def test_the_wrong_symbol_leaves_the_filter_as_it_was(host: Daemon, client: Client) -> None:
    client.subscribe(min_confidence=0.8)
    client.refused(action="subscribe", symbols=["not a symbol"], min_confidence=0)
    assert passed(host, client) == ["A1", "A2"]

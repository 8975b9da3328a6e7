# SPDX-License-Identifier: MIT
"""The algebra of subscribe and unsubscribe, which trade-signals and market-data share."""

from __future__ import annotations

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon

SYMBOL_CHANNELS = pytest.mark.parametrize("channel", ["trade-signals", "market-data"])


def publish(host: Daemon, channel: str, *names: str) -> None:
    if channel == "trade-signals":
        host.publish(channel, bodies.signals(*names))
    else:
        host.publish(channel, {"data": [bodies.quote(name) for name in names]})


def received(host: Daemon, client: Client, channel: str) -> list[str]:
    """Which of AAPL, MSFT and TSLA the client gets; END comes by a subscription of its own."""
    other = host.client(f"/ws/{channel}")
    other.subscribe("END")
    publish(host, channel, "AAPL", "MSFT", "TSLA")
    publish(host, channel, "END")
    assert symbols(other.live()) == ["END"]
    if client.ask(action="subscribe", symbols=["END"])["type"] != "ok":
        raise AssertionError("END was refused")
    publish(host, channel, "END", "END2")
    names: list[str] = []
    while "END" not in names[-1:]:
        names += [name for name in symbols(client.live()) if name != "END2"]
    return [name for name in names if name != "END"]


@SYMBOL_CHANNELS
def test_a_subscriber_gets_its_own_items_in_the_order_of_the_batch(host: Daemon,
                                                                   channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("TSLA", "AAPL")
    publish(host, channel, "MSFT", "AAPL", "GOOGL", "TSLA", "AAPL")
    assert symbols(client.live()) == ["AAPL", "TSLA", "AAPL"]


@SYMBOL_CHANNELS
def test_a_batch_without_a_match_sends_nothing(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    publish(host, channel, "MSFT", "GOOGL")
    publish(host, channel, "AAPL")
    assert symbols(client.live()) == ["AAPL"]


@SYMBOL_CHANNELS
def test_a_subscribe_adds_to_what_is_subscribed(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    answer = client.subscribe("MSFT")
    assert sorted(answer["symbols"]) == ["AAPL", "MSFT"]
    assert received(host, client, channel) == ["AAPL", "MSFT"]


@SYMBOL_CHANNELS
def test_a_symbol_named_twice_is_delivered_once(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    answer = client.subscribe("AAPL", "aapl", "AAPL")
    assert answer["symbols"] == ["AAPL"]
    client.subscribe("AAPL")
    assert received(host, client, channel) == ["AAPL"]


@SYMBOL_CHANNELS
def test_symbols_are_upper_cased_on_the_way_in(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    assert client.subscribe("aapl", "brk.b")["symbols"] in (["AAPL", "BRK.B"], ["BRK.B", "AAPL"])
    publish(host, channel, "AAPL")
    assert symbols(client.live()) == ["AAPL"]


@SYMBOL_CHANNELS
def test_a_published_lower_case_symbol_is_found_upper_case_and_sent_as_it_is(
        host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    publish(host, channel, "aapl")
    assert symbols(client.live()) == ["aapl"]


@SYMBOL_CHANNELS
def test_a_star_is_everything(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("*")
    publish(host, channel, "AAPL", "MSFT", "TSLA")
    assert symbols(client.live()) == ["AAPL", "MSFT", "TSLA"]


@SYMBOL_CHANNELS
def test_all_plus_named_is_all(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("*")
    client.subscribe("AAPL")
    publish(host, channel, "AAPL", "MSFT")
    assert symbols(client.live()) == ["AAPL", "MSFT"]


@SYMBOL_CHANNELS
def test_named_plus_all_is_all_and_nothing_comes_twice(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    client.subscribe("*")
    publish(host, channel, "AAPL", "MSFT")
    assert symbols(client.live()) == ["AAPL", "MSFT"]
    publish(host, channel, "TSLA")
    assert symbols(client.live()) == ["TSLA"]


@SYMBOL_CHANNELS
def test_unsubscribing_a_symbol_takes_only_that_one(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL", "MSFT", "TSLA")
    client.unsubscribe("msft")
    assert received(host, client, channel) == ["AAPL", "TSLA"]


@SYMBOL_CHANNELS
def test_unsubscribing_without_symbols_removes_everything(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL", "MSFT")
    client.unsubscribe()
    assert received(host, client, channel) == []


@SYMBOL_CHANNELS
def test_unsubscribing_from_all_without_symbols_removes_everything(host: Daemon,
                                                                   channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("*")
    client.unsubscribe()
    assert received(host, client, channel) == []


@SYMBOL_CHANNELS
def test_removing_the_last_symbol_leaves_nothing(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    client.unsubscribe("AAPL")
    assert received(host, client, channel) == []


@SYMBOL_CHANNELS
def test_unsubscribing_one_symbol_from_all_is_an_error(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("*")
    assert client.refused(action="unsubscribe", symbols=["AAPL"])["code"] == "subscribed_to_all"
    publish(host, channel, "AAPL", "MSFT")
    assert symbols(client.live()) == ["AAPL", "MSFT"]


@SYMBOL_CHANNELS
def test_unsubscribing_before_any_subscribe_is_an_error(host: Daemon, channel: str) -> None:
    client = host.client(f"/ws/{channel}")
    answer = client.refused(action="unsubscribe", symbols=["AAPL"])
    assert answer["code"] == "not_subscribed"


def test_market_data_without_symbols_sends_nothing_until_it_names_some(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    assert client.subscribe()["symbols"] == []
    assert received(host, client, "market-data") == []


def test_an_empty_list_of_symbols_is_no_symbols(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.accepted(action="subscribe", symbols=[])
    publish(host, "trade-signals", "AAPL", "MSFT")
    assert symbols(client.live()) == ["AAPL", "MSFT"]


def test_a_second_subscribe_without_symbols_changes_nothing(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    assert client.subscribe()["symbols"] == ["AAPL"]
    assert received(host, client, "trade-signals") == ["AAPL"]


@SYMBOL_CHANNELS
@pytest.mark.parametrize("wrong", ["", "A B", "A" * 33, "ÄÖÜ", "AAPL\n", "A,B", "A*"])
def test_an_invalid_symbol_changes_nothing(host: Daemon, channel: str, wrong: str) -> None:
    client = host.client(f"/ws/{channel}")
    client.subscribe("MSFT")
    answer = client.refused(action="subscribe", symbols=["AAPL", wrong])
    assert answer["code"] == "invalid_symbol"
    assert received(host, client, channel) == ["MSFT"]


@SYMBOL_CHANNELS
def test_the_longest_symbol_and_every_allowed_character_are_taken(host: Daemon,
                                                                  channel: str) -> None:
    names = ["A" * 32, "^GSPC", "BRK.B", "EUR=X", "BTC-USD", "X:Y_Z/0"]
    client = host.client(f"/ws/{channel}")
    assert sorted(client.subscribe(*names)["symbols"]) == sorted(names)
    publish(host, channel, *names)
    assert symbols(client.live()) == names


def test_too_many_topics_are_refused_and_change_nothing(start) -> None:
    limited = start(limits={"topics": 3})
    client = limited.client("/ws/trade-signals")
    client.subscribe("AAPL", "MSFT")
    answer = client.refused(action="subscribe", symbols=["S1", "S2"])
    assert answer["code"] == "too_many_topics"
    assert sorted(client.subscribe("TSLA")["symbols"]) == ["AAPL", "MSFT", "TSLA"]


def test_a_user_may_subscribe_again_after_unsubscribing(host: Daemon) -> None:
    client = host.client("/ws/earnings")
    client.subscribe(user_id="user_001")
    client.unsubscribe()
    host.publish("earnings", bodies.earnings("user_001", 1.0))
    client.subscribe(user_id="user_001")
    host.publish("earnings", bodies.earnings("user_001", 2.0))
    assert client.live()["data"]["portfolio_value"] == 2.0

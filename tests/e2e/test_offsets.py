# SPDX-License-Identifier: MIT
"""offset, prev and epoch. That `prev` is never past a client's position, that offsets rise, and that
the epoch and the timestamps hold, harness.client checks on every message of every test."""

from __future__ import annotations

import json

from harness import bodies
from harness.client import symbols
from harness.daemon import Daemon


def test_offsets_number_the_items_from_one(host: Daemon) -> None:
    first = host.publish("trade-signals", bodies.signals("A", "B", "C"))
    second = host.publish("trade-signals", bodies.signals("D"))
    assert (first["accepted"], first["offset"]) == (3, 3)
    assert (second["accepted"], second["offset"]) == (1, 4)
    assert first["channel"] == second["channel"] == "trade-signals"
    assert first["epoch"] == second["epoch"] != ""


def test_each_channel_counts_for_itself(host: Daemon) -> None:
    assert host.publish("trade-signals", bodies.signals("A", "B"))["offset"] == 2
    assert host.publish("market-data", bodies.quotes(A=1))["offset"] == 1


def test_the_answer_to_a_subscribe_says_where_the_channel_is(host: Daemon) -> None:
    published = host.publish("trade-signals", bodies.signals("A", "B"))
    client = host.client("/ws/trade-signals")
    answer = client.subscribe("ZZZ")
    assert answer["offset"] == 2
    assert answer["epoch"] == published["epoch"]
    assert answer["symbols"] == ["ZZZ"]


def test_an_array_carries_the_offset_of_the_last_item_of_the_update(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("A")
    host.publish("trade-signals", bodies.signals("A", "B", "C"))
    assert client.live()["offset"] == 3


def test_an_object_carries_its_own_offset(host: Daemon) -> None:
    client = host.client("/ws/earnings")
    client.subscribe(user_id="user_001")
    host.publish("earnings", bodies.earnings("user_002"))
    host.publish("earnings", bodies.earnings("user_001"))
    assert client.live()["offset"] == 2


def test_prev_joins_one_message_to_the_next(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    position = client.subscribe("A")["offset"]
    for batch in (["A"], ["B"], ["B", "A"], ["C"], ["A", "A"]):
        host.publish("trade-signals", bodies.signals(*batch))
    for offset in (1, 4, 7):
        message = client.live()
        assert message["offset"] == offset
        assert message["prev"] <= position
        position = message["offset"]


def test_prev_is_the_position_for_a_subscriber_of_everything(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe()
    for count in range(20):
        host.publish("trade-signals", bodies.signals("A", "B"))
        message = client.live()
        assert (message["prev"], message["offset"]) == (2 * count, 2 * count + 2)


def test_the_position_survives_a_change_of_the_subscription(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("A")
    for round_ in range(10):
        host.publish("trade-signals", bodies.signals("A", f"S{round_}"))
        assert symbols(client.live())[0] == "A"
        client.subscribe(f"S{round_}")
        host.publish("trade-signals", bodies.signals(f"S{round_}"))
        assert symbols(client.live()) == [f"S{round_}"]


def test_an_unsubscribe_says_where_the_channel_is(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("A")
    host.publish("trade-signals", bodies.signals("A"))
    client.live()
    assert client.unsubscribe()["offset"] == 1


def test_any_string_or_number_may_be_the_id(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    for name in ("", "a \"quoted\" \u00fcber \U0001f600 id", 0, -1.5, 12345678901234567890, 1e300):
        client.tell(action="subscribe", symbols=["A"], id=name)
        answer = json.loads(client.message())
        assert (answer["type"], answer["id"]) == ("ok", name)


def test_without_an_id_a_subscribe_is_not_answered(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.tell(action="subscribe", symbols=["A"])
    client.tell(action="ping")
    assert json.loads(client.message())["type"] == "pong"


def test_after_a_restart_an_equal_epoch_means_that_the_offset_went_on(start) -> None:
    first = start()
    before = first.publish("trade-signals", bodies.signals("A", "B"))
    first.stop()
    second = start()
    answer = second.client("/ws/trade-signals").subscribe("A")
    assert answer["epoch"] != before["epoch"] or answer["offset"] == before["offset"]
    after = second.publish("trade-signals", bodies.signals("A"))
    assert after["epoch"] == answer["epoch"]
    assert after["offset"] == answer["offset"] + 1

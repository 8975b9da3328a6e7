# SPDX-License-Identifier: MIT
"""`since`, `history` and "recovered": what a client missed comes after all, once and in order, or it
is told that it does not."""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

import pytest

from harness import bodies
from harness.client import Message
from harness.daemon import Daemon
from harness.follower import Follower, Published, follow_all
from harness.overseer import Overseer
from harness.slow import narrow
from harness.until import until
from harness.websocket import DEFLATE

OUTBOX = 64 * 1024


def since(answer: Message, offset: int | None = None) -> dict[str, Any]:
    return {"epoch": answer["epoch"], "offset": answer["offset"] if offset is None else offset}


def publish_each(host: Daemon, *names: str) -> Message:
    for name in names:
        answer = host.publish("trade-signals", bodies.signals(name))
    return answer


def replayed(messages: list[Message], start: int) -> list[Any]:
    """The items, of messages that are all replayed and follow one another from the offset on. What
    was published within a millisecond may come as one message."""
    for message in messages:
        assert message["replay"] is True and "snapshot" not in message
        assert message["prev"] == start < message["offset"]
        start = message["offset"]
    return [item for message in messages for item in message["data"]]


def replayed_symbols(messages: list[Message], start: int) -> list[str]:
    return [item["symbol"] for item in replayed(messages, start)]


def test_what_was_missed_is_replayed_before_what_is_live(host: Daemon) -> None:
    answer = publish_each(host, "A", "B", "A")
    host.publish("trade-signals", bodies.signals("A", "B", "A"))
    client = host.client("/ws/trade-signals")
    messages, end = client.recover("A", since=since(answer, 1))
    assert replayed_symbols(messages, 1) == ["A", "A", "A"]
    assert messages[-1]["offset"] == 6
    assert (end["recovered"], end["offset"], end["epoch"]) == (True, 6, answer["epoch"])
    publish_each(host, "A")
    live = client.next()
    assert (live["prev"], live["offset"]) == (6, 7)
    assert "replay" not in live


def test_nothing_missed_is_recovered_without_a_snapshot(host: Daemon) -> None:
    answer = publish_each(host, "A")
    messages, end = host.client("/ws/trade-signals").recover("A", since=since(answer))
    assert (messages, end["recovered"]) == ([], True)


def test_only_the_topics_of_that_subscribe_are_replayed(host: Daemon) -> None:
    answer = publish_each(host, "A", "B", "C")
    client = host.client("/ws/trade-signals")
    client.subscribe("A")
    assert client.next()["snapshot"]
    messages, _ = client.recover("B", since=since(answer, 0))
    assert replayed_symbols(messages, 0) == ["B"]
    messages, _ = client.recover("A", since=since(answer, 0))
    assert replayed_symbols(messages, 0) == ["A"]


@pytest.mark.parametrize("place", [{"epoch": "0123456789abcdef"}, {"offset": 5}])
def test_what_is_not_of_this_channel_gives_the_snapshot(host: Daemon,
                                                        place: dict[str, Any]) -> None:
    answer = publish_each(host, "A", "B", "A")
    messages, end = host.client("/ws/trade-signals").recover(
        "A", since={**since(answer, 1), **place})
    assert end["recovered"] is False
    assert [(message["snapshot"], message["offset"]) for message in messages] == [(True, 3)]
    assert (end["offset"], end["epoch"]) == (3, answer["epoch"])


def test_history_reaches_back_exactly_as_far_as_it_is_kept(start: Any) -> None:
    host = start(channels={"trade-signals": {"history": 2}})
    answer = publish_each(host, "A", "A", "B", "A", "A")
    for offset, recovered in ((1, False), (2, True), (5, True)):
        client = host.client("/ws/trade-signals")
        assert client.recover("A", since=since(answer, offset))[1]["recovered"] is recovered
    assert host.client("/ws/trade-signals").recover(
        "B", since=since(answer, 0))[1]["recovered"] is True


def test_without_snapshots_recovered_false_comes_alone(start: Any) -> None:
    host = start(channels={"trade-signals": {"history": 0, "snapshot": False}})
    answer = publish_each(host, "A")
    messages, end = host.client("/ws/trade-signals").recover("A", since=since(answer, 0))
    assert (messages, end["recovered"]) == ([], False)


def test_history_gives_the_last_items_and_then_the_snapshot(host: Daemon) -> None:
    for number in range(1, 5):
        host.publish("trade-signals", bodies.signals("A", n=number))
    client = host.client("/ws/trade-signals")
    client.subscribe("A", history=2)
    messages = [client.next()]
    while not messages[-1].get("snapshot"):
        messages.append(client.next())
    assert [item["n"] for item in replayed(messages[:-1], 2)] == [3, 4]
    assert [item["n"] for item in messages[-1]["data"]] == [4]
    assert messages[-1]["offset"] == 4
    publish_each(host, "A")
    assert client.next()["prev"] == 4


@pytest.mark.parametrize("fields", [
    {"since": None}, {"since": 5}, {"since": {}}, {"since": {"epoch": "x"}},
    {"since": {"epoch": "x", "offset": -1}}, {"since": {"epoch": "x", "offset": "1"}},
    {"since": {"epoch": 1, "offset": 1}}, {"history": -1}, {"history": "5"}, {"history": None},
    {"history": 1.5}])
def test_a_field_of_the_wrong_type_is_an_error(host: Daemon, fields: dict[str, Any]) -> None:
    client = host.client("/ws/trade-signals")
    assert client.refused(action="subscribe", symbols=["A"], **fields)["code"] == "invalid_field"
    publish_each(host, "A")
    assert client.subscribe("A")["symbols"] == ["A"]
    assert client.next()["snapshot"]


def test_objects_come_one_by_one_with_their_own_offsets(host: Daemon) -> None:
    for user in ("u1", "u2", "u1", "u2"):
        answer = host.publish("earnings", bodies.earnings(user))
    client = host.client("/ws/earnings")
    messages, end = client.recover(user_id="u1", since=since(answer, 0))
    assert [(message["prev"], message["offset"]) for message in messages] == [(0, 1), (1, 3)]
    assert all(message["replay"] is True for message in messages)
    assert end["offset"] == 4
    host.publish("earnings", bodies.earnings("u1"))
    assert client.next()["offset"] == 5


def titles(messages: list[Message]) -> list[str]:
    return [message["data"]["title"] for message in messages if message.get("replay")]


def notify(host: Daemon, *texts: str, user: str = "u1") -> Message:
    for text in texts:
        answer = host.publish("notifications", bodies.notification(user, text))
    return answer


def test_what_only_the_disk_has_is_replayed_from_there(start: Any) -> None:
    host = start(channels={"notifications": {"history": 2, "durable": True}})
    notify(host, "other", user="u2")
    answer = notify(host, *(f"n{number}" for number in range(20)))
    notify(host, "for all", user="*")
    client = host.client("/ws/notifications")
    messages, end = client.recover(user_id="u1", since=since(answer, 3))
    assert titles(messages) == [*(f"n{number}" for number in range(2, 20)), "for all"]
    assert [message["prev"] for message in messages] == list(range(3, 22))
    assert (end["recovered"], end["offset"]) == (True, 22)
    notify(host, "live")
    live = client.next()
    assert (live["data"]["title"], live["prev"], live["offset"]) == ("live", 22, 23)


def test_many_pieces_from_the_disk_come_in_order_and_what_is_live_behind(start: Any) -> None:
    host = start(channels={"notifications": {"history": 1, "durable": True, "queue": 5000}},
                 limits={"outbox": "1MiB"})
    lines = [json.dumps(bodies.notification("u1", str(number), note="x" * 500))
             for number in range(1300)]
    response = host.http().publish("notifications", "\n".join(lines), "application/x-ndjson")
    assert response.json["accepted"] == 1300
    client = host.client("/ws/notifications")
    client.tell(action="subscribe", user_id="u1", since=since(response.json, 0))
    for number in range(1300, 1320):
        notify(host, str(number))
    seen: list[int] = []
    while len(seen) < 1320:
        message = client.next()
        if message["type"] == "recovered":
            assert message["recovered"] is True and len(seen) >= 1300
        else:
            seen.append(int(message["data"]["title"]))
    assert seen == list(range(1320))


def test_what_the_disk_has_dropped_is_told_and_the_rest_is_given(start: Any) -> None:
    host = start(channels={"notifications": {"history": 1, "durable": True, "queue": 3}})
    answer = notify(host, *(f"n{number}" for number in range(30)))
    # The disk forgets now and then.
    until(lambda: host.ask_control("status")["disk"]["dropped"], lambda dropped: dropped >= 27)
    # It acknowledges nothing, so that only `queue` bounds what is kept.
    messages, end = host.client("/ws/notifications").recover(user_id="u1", ack=True,
                                                             since=since(answer, 1))
    assert (end["recovered"], end["offset"]) == (False, 30)
    assert titles(messages) == ["n27", "n28", "n29"]
    assert messages[0]["prev"] == 27


def test_after_a_crash_a_durable_channel_recovers_everything(start: Any,
                                                             write_config: Any) -> None:
    first = Daemon(["-c", str(write_config())]).ready()
    answer = notify(first, "one", "two", "three")
    first.kill()
    second = start()
    notify(second, "four")
    messages, end = second.client("/ws/notifications").recover(user_id="u1",
                                                               since=since(answer, 1))
    assert (titles(messages), end["recovered"]) == (["two", "three", "four"], True)
    assert end["epoch"] == answer["epoch"]


def test_channels_of_one_connection_recover_each_for_itself(host: Daemon) -> None:
    signals = publish_each(host, "A")
    quotes = host.publish("market-data", bodies.quotes(A=1))
    client = host.client("/ws")
    client.tell(action="subscribe", channel="trade-signals", symbols=["A"],
                since=since(signals, 0))
    client.tell(action="subscribe", channel="market-data", symbols=["A"],
                since={"epoch": "0", "offset": 0})
    seen = {(message["type"], message["channel"], message.get("recovered"))
            for message in (client.next() for _ in range(4))}
    assert seen == {("trade_signals", "trade-signals", None), ("recovered", "trade-signals", True),
                    ("quotes", "market-data", None), ("recovered", "market-data", False)}
    assert quotes["offset"] == 1


def test_the_filters_apply_to_what_is_replayed(host: Daemon) -> None:
    for confidence in (0.9, 0.2, 0.8):
        answer = host.publish("trade-signals", bodies.signals("A", confidence=confidence))
    messages, end = host.client("/ws/trade-signals").recover(
        "A", min_confidence=0.5, since=since(answer, 0))
    assert [item["confidence"] for item in replayed(messages, 0)] == [0.9, 0.8]
    assert end["recovered"] is True


def test_with_an_interval_every_item_is_replayed_before_it_applies(start: Any) -> None:
    host = start(channels={"market-data": {"interval": "0s"}})
    for price in range(1, 6):
        answer = host.publish("market-data", bodies.quotes(A=price))
    client = host.client("/ws/market-data")
    messages, _ = client.recover("A", interval="200ms", since=since(answer, 1))
    assert [item["price"] for item in replayed(messages, 1)] == [2, 3, 4, 5]
    for price in range(6, 10):
        host.publish("market-data", bodies.quotes(A=price))
    last = 0
    while last < 9:
        last = client.next()["data"][-1]["price"]


def test_who_compresses_gets_the_replay_compressed(host: Daemon) -> None:
    answer = host.publish("trade-signals", bodies.signals("A", note="x" * 2000))
    client = host.client("/ws/trade-signals", headers=DEFLATE)
    messages, end = client.recover("A", since=since(answer, 0))
    assert messages[0]["data"][0]["note"] == "x" * 2000
    assert end["recovered"] is True


def test_over_a_clean_restart_nothing_is_lost(start: Any) -> None:
    first = start()
    answer = publish_each(first, "A", "A")
    first.stop()
    second = start()
    publish_each(second, "A")
    messages, end = second.client("/ws/trade-signals").recover("A", since=since(answer, 1))
    assert len(replayed(messages, 1)) == 2
    assert end["recovered"] is True


def test_after_a_crash_the_epoch_says_that_it_is_lost(start: Any, write_config: Any) -> None:
    first = Daemon(["-c", str(write_config())]).ready()
    answer = publish_each(first, "A", "A")
    first.kill()
    second = start()
    messages, end = second.client("/ws/trade-signals").recover("A", since=since(answer, 1))
    assert (messages, end["recovered"]) == ([], False)
    assert end["epoch"] != answer["epoch"]


def test_a_replay_far_over_the_outbox_reaches_a_slow_reader(start: Any) -> None:
    host = start(limits={"outbox": f"{OUTBOX}B"}, channels={"trade-signals": {"history": 2000}})
    http = host.http()
    for _ in range(200):
        response = http.publish("trade-signals", bodies.signals(*["A"] * 4, note="x" * 1000))
    client = host.client("/ws/trade-signals", narrow(host.tcp))
    messages, end = client.recover("A", since=since(response.json, 0))
    assert len(replayed(messages, 0)) == 800
    assert end["recovered"] is True and end["offset"] == 800


def flood(host: Daemon, size: int, channel: str = "trade-signals") -> Message:
    """So many bytes of one topic."""
    http = host.http()
    for _ in range(size // 4000):
        response = http.publish(channel, bodies.signals(*["A"] * 4, price=1, note="x" * 1000))
    answer: Message = response.json
    return answer


def test_too_much_that_is_live_meanwhile_gives_the_snapshot(start: Any) -> None:
    host = start(limits={"outbox": f"{OUTBOX}B"},
                 channels={"market-data": {"history": 4000, "interval": "0s", "slow": "conflate"}})
    answer = flood(host, 1600000, "market-data")
    client = host.client("/ws/market-data", narrow(host.tcp))
    client.tell(action="subscribe", symbols=["A"], since=since(answer, 0), id=1)
    assert json.loads(client.message())["type"] == "ok"
    answer = flood(host, 400000, "market-data")
    messages = [client.next()]
    while messages[-1]["type"] != "recovered":
        messages.append(client.next())
    assert messages[-1]["recovered"] is False
    assert messages[-2]["snapshot"] is True
    assert 0 < len(replayed(messages[:-2], 0)) < 1600
    # What came after that was conflated, as the channel has it.
    while client.position["market-data"] < answer["offset"]:
        client.next()
    host.publish("market-data", bodies.quotes(A=2))
    assert client.live()["prev"] == answer["offset"]


def test_an_unsubscribe_ends_the_replay(start: Any) -> None:
    host = start(limits={"outbox": f"{OUTBOX}B"}, channels={"trade-signals": {"history": 4000}})
    answer = flood(host, 1600000)
    client = host.client("/ws/trade-signals", narrow(host.tcp))
    client.tell(action="subscribe", symbols=["A"], since=since(answer, 0), id=1)
    assert json.loads(client.message())["type"] == "ok"
    client.tell(action="unsubscribe", id=2)
    overseer = Overseer(host)
    messages = [json.loads(client.message())]
    # The host reads what a client says when that reads on; no more is read until it has been heard.
    while overseer.only()["channels"][0]["topics"] and messages[-1]["type"] == "trade_signals":
        messages.append(json.loads(client.message()))
    while messages[-1]["type"] == "trade_signals":
        messages.append(json.loads(client.message()))
    assert (messages[-1]["type"], messages[-1].get("id")) == ("ok", 2)
    assert all(message["replay"] is True for message in messages[:-1])
    assert messages[-2]["offset"] < answer["offset"]
    client.ping()
    assert not client.waiting


@pytest.mark.parametrize("channel", ["trade-signals", "market-data"])
def test_while_a_publisher_goes_on_clients_come_and_go_and_miss_nothing(
        start: Any, channel: str) -> None:
    host = start(channels={channel: {"history": 100000, "interval": "0s"}})
    topics = (("*",), ("A",), ("A", "B"), ("B", "C", "D"), ("*",), ("D",))
    followers = [Follower(host, channel, names, seed) for seed, names in enumerate(topics)]
    done = threading.Event()
    published: list[Published] = []

    def publish() -> None:
        http = host.http()
        for number in itertools.count(1):
            names = ["ABCD"[(number * step) % 4] for step in (1, 3, 2)][:1 + number % 3]
            items = [bodies.signal(name, price=number, n=number) for name in names]
            response = http.publish(channel, {"data": items})
            assert response.status == 200, response
            published.extend((name, number, response.json["offset"]) for name in names)
            if done.is_set():
                return

    publisher = threading.Thread(target=publish)
    publisher.start()
    follow_all(followers, rounds=15)
    done.set()
    publisher.join()
    for follower in followers:
        follower.finish(published[-1][2])
        follower.check(published)
    assert sum(follower.replayed for follower in followers) > 0


def test_a_plugin_is_swapped_while_a_client_catches_up(go_live: Any) -> None:
    live = go_live(limits={"outbox": f"{OUTBOX}B"}, channels={"trade-signals": {"history": 4000}})
    host: Daemon = live.host
    answer = flood(host, 800000)
    client = host.client("/ws/trade-signals", narrow(host.tcp))
    client.tell(action="subscribe", symbols=["A"], since=since(answer, 0), id=1)
    assert json.loads(client.message())["type"] == "ok"
    live.reload(channels={"trade-signals": {"history": 4001}})
    publish_each(host, "A")
    taken: list[int] = []
    while not taken or taken[-1] <= answer["offset"]:
        message = client.next()
        assert message["type"] != "recovered" or message["recovered"] is True
        taken.append(message["offset"])
    assert taken[-1] == answer["offset"] + 1

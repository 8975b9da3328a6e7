# SPDX-License-Identifier: MIT
"""What a user has not acknowledged waits for him (protocol section 1, "Acknowledgement")."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from harness import bodies
from harness.client import Client, Message
from harness.daemon import Daemon
from harness.until import until

Start = Callable[..., Daemon]

ROUTE = "/api/v1/dashboard/notifications"


@pytest.fixture
def durable(start: Start, tmp_path: Path) -> Callable[..., Daemon]:
    """Starts a host whose notifications wait; again with the same state."""

    def begin(**settings: Any) -> Daemon:
        return start(server={"state_dir": str(tmp_path / "state")},
                     channels={"notifications": {"durable": True, **settings}})

    return begin


def send(host: Daemon, *titles: str, user: str = "user_001") -> int:
    """One notification after the other; the last one's offset."""
    for title in titles:
        answer = host.publish("notifications", bodies.notification(user, title))
    return answer["offset"]


def follow(host: Daemon, user: str = "user_001", **fields: Any) -> Client:
    client = host.client("/ws/notifications")
    client.subscribe(user_id=user, **fields)
    return client


def titles(client: Client, count: int) -> list[str]:
    return [client.next()["data"]["title"] for _ in range(count)]


def acknowledge(client: Client, message: Message, **fields: Any) -> Message:
    return client.accepted(action="ack", offset=message["offset"], epoch=message["epoch"], **fields)


def assert_gets(host: Daemon, expected: list[str], user: str = "user_001", **fields: Any) -> Client:
    """A new connection gets just these first, as a replay in order, and then what is live."""
    client = follow(host, user, **fields)
    got = [client.next() for _ in expected]
    assert [message["data"]["title"] for message in got] == expected
    assert all(message["replay"] is True for message in got)
    offsets = [message["offset"] for message in got]
    assert offsets == sorted(set(offsets))
    assert all(after["prev"] == before["offset"] for before, after in zip(got, got[1:]))
    assert_live(host, client, user)
    return client


def subscribers(host: Daemon) -> int:
    health = host.http().get("/api/v1/health").json
    return health["channels"]["notifications"]["subscribers"]


def leave(host: Daemon, client: Client) -> None:
    """Closes the last one and waits until the host has taken note of what was written to it."""
    client.close()
    until(lambda: subscribers(host), lambda count: count == 0)


def assert_live(host: Daemon, client: Client, user: str = "user_001") -> None:
    """The next that comes is what is published now; another user's, so that it waits for nobody
    who is tested."""
    marker = host.publish("notifications", bodies.notification(user, "marker"))
    message = client.next()
    assert message["data"]["title"] == "marker", message
    assert message["offset"] == marker["offset"] and "replay" not in message


def test_what_was_sent_before_the_first_visit_waits(durable) -> None:
    host = durable()
    send(host, "one", "two")
    send(host, "for another", user="user_002")
    send(host, "three")
    assert_gets(host, ["one", "two", "three"])


def test_who_never_acknowledges_gets_what_was_written_once(durable) -> None:
    host = durable()
    client = follow(host)
    send(host, "one", "two")
    assert titles(client, 2) == ["one", "two"]
    leave(host, client)
    send(host, "three")
    leave(host, assert_gets(host, ["three"]))
    assert_gets(host, []).close()


def test_what_is_not_acknowledged_comes_again(durable) -> None:
    host = durable()
    send(host, "one", "two", "three")
    client = follow(host, ack=True)
    first, second, _ = [client.next() for _ in range(3)]
    client.close()
    client = follow(host, ack=True)
    assert titles(client, 3) == ["one", "two", "three"]
    answer = acknowledge(client, second)
    assert answer["acknowledged"] == second["offset"] and answer["epoch"] == second["epoch"]
    client.close()
    client = follow(host, ack=True)
    assert client.next()["data"]["title"] == "three"
    # It never goes back.
    assert acknowledge(client, first)["acknowledged"] == second["offset"]
    client.close()
    client = follow(host, ack=True)
    assert titles(client, 1) == ["three"]


def test_an_acknowledgement_goes_no_further_than_what_was_sent(durable) -> None:
    host = durable()
    last = send(host, "one", "two")
    client = follow(host, ack=True)
    got = [client.next() for _ in range(2)]
    answer = client.accepted(action="ack", offset=2**53, epoch=got[0]["epoch"])
    assert answer["acknowledged"] == answer["offset"] == last
    other = follow(host, "user_002", ack=True)
    send(host, "three")
    assert titles(client, 1) == ["three"]
    answer = other.accepted(action="ack", offset=last + 1, epoch=got[0]["epoch"])
    assert answer["acknowledged"] <= last
    client.close()
    assert titles(follow(host, ack=True), 1) == ["three"]


@pytest.mark.parametrize("fields, code", [
    ({}, "invalid_field"),
    ({"offset": 1}, "invalid_field"),
    ({"offset": "1", "epoch": "E"}, "invalid_field"),
    ({"offset": 1.5, "epoch": "E"}, "invalid_field"),
    ({"offset": -1, "epoch": "E"}, "invalid_field"),
    ({"offset": None, "epoch": "E"}, "invalid_field"),
    ({"offset": 1, "epoch": 7}, "invalid_field"),
    ({"offset": 1, "epoch": "0123456789abcdef"}, "wrong_epoch"),
    ({"offset": 1, "epoch": "E" * 100}, "wrong_epoch"),
])
def test_a_malformed_ack_is_an_error_and_changes_nothing(durable, fields: dict, code: str) -> None:
    host = durable()
    send(host, "one")
    client = follow(host, ack=True)
    message = client.next()
    fields = {name: message["epoch"] if value == "E" else value for name, value in fields.items()}
    assert client.refused(action="ack", **fields)["code"] == code
    client.close()
    assert titles(follow(host, ack=True), 1) == ["one"]


def test_only_who_asked_for_it_acknowledges(durable) -> None:
    host = durable()
    client = host.client("/ws/notifications")
    assert client.refused(action="ack", offset=1, epoch="E")["code"] == "not_subscribed"
    client.subscribe(user_id="user_001")
    assert client.refused(action="ack", offset=1, epoch="E")["code"] == "not_acknowledging"
    signals = host.client("/ws/trade-signals")
    signals.subscribe(user_id="user_001")
    assert signals.refused(action="ack", offset=1, epoch="E")["code"] == "not_durable"
    assert signals.refused(action="subscribe", ack=True)["code"] == "not_durable"
    signals.subscribe(ack=False)


@pytest.mark.parametrize("fields", [
    {"ack": 1}, {"ack": "true"}, {"ack": None}, {"consumer": 7}, {"consumer": ""},
    {"consumer": None}, {"consumer": "a b"}, {"consumer": "x" * 65}, {"consumer": "ä"},
])
def test_a_malformed_subscribe_is_an_error(durable, fields: dict) -> None:
    client = durable().client("/ws/notifications")
    assert client.refused(action="subscribe", user_id="u", **fields)["code"] == "invalid_field"


def test_a_consumer_is_fixed_by_the_first_subscribe(durable) -> None:
    client = follow(durable(), consumer="phone")
    client.subscribe(consumer="phone")
    client.subscribe()
    assert client.refused(action="subscribe", consumer="tablet")["code"] == "invalid_field"


def test_each_consumer_has_its_own_place(durable) -> None:
    host = durable()
    phone = follow(host, ack=True, consumer="phone")
    tablet = follow(host, ack=True, consumer="tab.let_1-x")
    shared = follow(host, ack=True)
    send(host, "one", "two", "three")
    for client, count in ((phone, 3), (tablet, 1), (shared, 2)):
        messages = [client.next() for _ in range(3)]
        acknowledge(client, messages[count - 1])
        client.close()
    assert_gets(host, [], ack=True, consumer="phone").close()
    assert titles(follow(host, ack=True), 2) == ["three", "marker"]
    assert titles(follow(host, ack=True, consumer="tab.let_1-x"), 3) == ["two", "three", "marker"]
    # Another one begins where all are that have no name.
    assert titles(follow(host, ack=True, consumer="new"), 2) == ["three", "marker"]


def test_the_connections_of_a_user_share_a_place(durable) -> None:
    host = durable()
    one = follow(host, ack=True)
    two = follow(host, ack=True)
    send(host, "one", "two", "three")
    first = one.next()
    _, second = two.next(), two.next()
    acknowledge(two, second)
    # Further than this one asks for, and no further than that.
    assert acknowledge(one, first)["acknowledged"] == second["offset"]
    one.close()
    two.close()
    assert titles(follow(host, ack=True), 1) == ["three"]


def test_since_is_answered_as_ever_and_older_items_are_not_sent(durable) -> None:
    host = durable()
    send(host, "one", "two", "three")
    client = follow(host, ack=True)
    got = [client.next() for _ in range(3)]
    client.close()
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001", ack=True,
                     since={"epoch": got[1]["epoch"], "offset": got[1]["offset"]})
    assert client.next()["data"]["title"] == "three"
    assert client.next()["recovered"] is True
    assert_live(host, client)


@pytest.mark.parametrize("place", ["another epoch", "ahead"])
def test_a_since_that_can_not_be_answered_gets_what_waits(durable, place: str) -> None:
    host = durable()
    last = send(host, "one", "two")
    epoch = host.publish("notifications", bodies.notification("user_002"))["epoch"]
    since = ({"epoch": "another", "offset": last} if place == "another epoch"
             else {"epoch": epoch, "offset": last + 100})
    client = follow(host, since=since)
    assert titles(client, 2) == ["one", "two"]
    end = client.next()
    assert end["type"] == "recovered" and end["recovered"] is False
    assert_live(host, client)


def test_history_adds_what_was_acknowledged_before_what_waits(durable) -> None:
    host = durable()
    client = follow(host)
    send(host, "one", "two")
    assert titles(client, 2) == ["one", "two"]
    leave(host, client)
    send(host, "three")
    client = assert_gets(host, ["two", "three"], history=2)
    client.close()


def test_what_is_for_everyone_waits_for_known_users_once_in_order(durable) -> None:
    host = durable()
    follow(host).close()
    send(host, "one")
    send(host, "for all", user="*")
    send(host, "for another", user="user_002")
    send(host, "two")
    leave(host, assert_gets(host, ["one", "for all", "two"]))
    leave(host, assert_gets(host, []))
    # He was not known yet: only what is to himself has waited.
    leave(host, assert_gets(host, ["for another"], user="user_002"))
    send(host, "for all again", user="*")
    assert_gets(host, ["for all again"], user="user_002").close()


def test_what_waits_outlives_a_clean_restart(durable) -> None:
    host = durable()
    send(host, "one", "two", "three")
    client = follow(host, ack=True)
    got = [client.next() for _ in range(3)]
    acknowledge(client, got[0])
    auto = follow(host, "user_002")
    send(host, "seen", user="user_002")
    assert titles(auto, 1) == ["seen"]
    host.stop()
    host = durable()
    assert_gets(host, ["two", "three"], ack=True)
    assert_gets(host, [], user="user_002")


def test_what_waits_and_what_was_acknowledged_outlive_a_kill(durable) -> None:
    host = durable()
    send(host, "one", "two", "three")
    client = follow(host, ack=True)
    got = [client.next() for _ in range(3)]
    acknowledge(client, got[1])
    host.signal(signal.SIGKILL)
    host.wait()
    host.stop = lambda: None  # type: ignore[method-assign]
    again = assert_gets(durable(), ["three"], ack=True)
    again.close()


def test_a_full_queue_drops_its_oldest_and_the_client_is_told(durable) -> None:
    host = durable(queue=3, history=3)
    client = follow(host, ack=True)
    send(host, "one")
    acknowledge(client, client.next())
    client.close()
    last = send(host, *(f"number {number}" for number in range(10)))
    client = follow(host, ack=True)
    got = [client.next() for _ in range(4)]
    assert [message["data"]["title"] for message in got[:3]] == ["number 7", "number 8", "number 9"]
    assert got[3]["type"] == "recovered" and got[3]["recovered"] is False
    assert got[3]["offset"] == last
    assert_live(host, client)


def test_what_is_older_than_ttl_is_dropped_and_the_client_is_told(durable) -> None:
    host = durable(ttl="1ms")
    last = send(host, "one")
    # Its time is over at the latest two milliseconds after its own.
    for _ in range(2):
        before = host.http().get(f"{ROUTE}?user_id=user_001").json["timestamp"]
        while host.http().get(f"{ROUTE}?user_id=user_001").json["timestamp"] <= before:
            pass
    client = follow(host, ack=True)
    message = client.next()
    assert (message["type"], message["recovered"], message["offset"]) == ("recovered", False, last)


def test_nothing_comes_twice_over_one_connection(durable) -> None:
    host = durable()
    send(host, "one", "two")
    client = follow(host, ack=True)
    assert titles(client, 2) == ["one", "two"]
    client.subscribe()
    client.unsubscribe()
    send(host, "three")
    client.subscribe()
    message = client.next()
    assert message["data"]["title"] == "three" and message["replay"] is True
    assert_live(host, client)


def test_who_has_unsubscribed_acknowledges_what_he_got(durable) -> None:
    host = durable()
    send(host, "one", "two")
    client = follow(host, ack=True)
    got = [client.next() for _ in range(2)]
    client.unsubscribe()
    send(host, "three")
    answer = client.accepted(action="ack", offset=got[1]["offset"] + 1, epoch=got[1]["epoch"])
    assert answer["acknowledged"] == got[1]["offset"]
    client.close()
    assert titles(follow(host, ack=True), 1) == ["three"]


def test_a_shared_connection_names_the_channel(durable) -> None:
    host = durable()
    send(host, "one")
    client = host.client("/ws")
    client.subscribe("AAPL", channel="trade-signals")
    client.subscribe(channel="notifications", user_id="user_001", ack=True)
    message = client.next()
    assert (message["channel"], message["replay"]) == ("notifications", True)
    answer = acknowledge(client, message, channel="notifications")
    assert (answer["channel"], answer["acknowledged"]) == ("notifications", message["offset"])
    assert client.refused(action="ack", channel="trade-signals", offset=1,
                          epoch="E")["code"] == "not_durable"


def test_more_than_a_connection_may_wait_for_comes_whole(durable) -> None:
    """Many pieces from the disk, and more bytes than limits.outbox."""
    host = durable(queue=5000)
    lines = ['{"user_id":"user_001","data":{"type":"info","title":"n%d","message":"%s"}}'
             % (number, "x" * 2000) for number in range(1200)]
    for first in range(0, 1200, 200):
        answer = host.http().publish("notifications", "\n".join(lines[first:first + 200]),
                                     "application/x-ndjson")
        assert answer.json["accepted"] == 200, answer
    client = follow(host, ack=True)
    send(host, "live")
    assert titles(client, 1201) == [f"n{number}" for number in range(1200)] + ["live"]


class Talker(threading.Thread):
    """Publishes numbers to a user until it is told to stop."""

    def __init__(self, host: Daemon) -> None:
        super().__init__()
        self._http = host.http()
        self._over = threading.Event()
        self.said = 0

    def run(self) -> None:
        while not self._over.is_set():
            body = bodies.notification("user_001", str(self.said))
            assert self._http.publish("notifications", body).status == 200
            self.said += 1

    def end(self) -> int:
        self._over.set()
        self.join()
        return self.said


def test_nothing_is_lost_or_repeated_where_the_past_meets_the_present(durable) -> None:
    host = durable(queue=1_000_000)  # the talker does not wait for who reads
    talker = Talker(host)
    talker.start()
    got: list[int] = []
    try:
        for turn in range(20):
            client = follow(host, ack=True)
            messages = [client.next() for _ in range(5 + turn)]
            numbers = [int(message["data"]["title"]) for message in messages]
            # It goes on after what was acknowledged, without a gap.
            assert numbers == list(range(len(got), len(got) + len(numbers)))
            half = len(messages) // 2
            acknowledge(client, messages[half])
            got += numbers[:half + 1]
            client.abandon()
    finally:
        said = talker.end()
    client = follow(host, ack=True)
    assert titles(client, said - len(got)) == [str(number) for number in range(len(got), said)]

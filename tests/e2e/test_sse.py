# SPDX-License-Identifier: MIT
"""Server-Sent Events: the same messages by GET /sse."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import ADMIN_TOKEN, BUILD
from harness.daemon import Daemon
from harness.raw import Reader
from harness.slow import Ledger, Market, narrow
from harness.sse import Event, EventStream, Refused, follow
from harness.until import until

SIGNALS = "/sse/trade-signals"


def refusal(host: Daemon, target: str, **headers: str) -> Refused:
    with pytest.raises(Refused) as caught:
        follow(host, target, **headers)
    return caught.value


def position(event: Event) -> tuple[str, int]:
    epoch, _, offset = event.id.partition(":")
    return epoch, int(offset)


@pytest.mark.parametrize("kind", ["tcp", "tls", "unix"])
def test_events_carry_the_texts_that_a_websocket_gets(start, certificate: tuple[Path, Path],
                                                      tmp_path: Path, kind: str) -> None:
    chain, key = certificate
    host = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0", f"unix:{tmp_path}/s"]},
                 tls={"certificate": chain, "key": key})
    stream = follow(host, f"{SIGNALS}?symbols=AAPL,MSFT", getattr(host, kind))
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL", "MSFT")
    client.texts.clear()
    for names in (["AAPL"], ["GOOGL"], ["GOOGL", "MSFT", "AAPL"]):
        host.publish("trade-signals", bodies.signals(*names, padding="x" * 70_000))
    for _ in range(2):
        client.next()
    events = stream.events(2)
    assert [event.data for event in events] == client.texts
    assert [event.type for event in events] == ["trade_signals"] * 2
    for event in events:
        assert position(event) == (event.message["epoch"], event.message["offset"])


def test_the_answer_is_a_stream_that_nobody_keeps(host: Daemon) -> None:
    stream = follow(host, SIGNALS, Origin="http://localhost:3000")
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-accel-buffering"] == "no"
    assert stream.headers["connection"] == "close"
    assert stream.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "content-length" not in stream.headers
    stream.until_comment("ok")
    host.publish("trade-signals", bodies.signals("AAPL"))
    stream.next()
    assert stream.retry is not None and 1000 <= stream.retry < 3000


def test_texts_with_line_ends_take_a_data_line_each(host: Daemon) -> None:
    stream = follow(host, SIGNALS)
    item = bodies.signal("AAPL")
    text = json.dumps({"data": [item]}, indent=1)
    for ending in ("\n", "\r\n", "\r", "\n\n"):
        assert host.http().publish("trade-signals", text.replace("\n", ending)).status == 200
        event = stream.next()
        assert event.message["data"] == [item] and "\n" in event.data
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert "\n" not in stream.next().data


def test_fields_of_a_subscribe_are_parameters(host: Daemon) -> None:
    stream = follow(host, f"{SIGNALS}?signals=buy,hold&min_confidence=0.8&id=me")
    answer = stream.next()
    assert (answer.type, answer.message["id"], answer.message["symbols"]) == ("ok", "me", ["*"])
    batch = [bodies.signal("A", "sell", 0.9), bodies.signal("B", "buy", 0.7),
             bodies.signal("C", "hold", 0.8)]
    host.publish("trade-signals", {"data": batch})
    assert stream.next().message["data"] == batch[2:]


def test_each_channel_speaks_to_those_it_is_for(host: Daemon) -> None:
    earnings = follow(host, "/sse/earnings?user_id=user_001")
    notes = follow(host, "/sse/notifications?user_id=user_001")
    admin = follow(host, f"/sse/admin?kinds=users&access_token={ADMIN_TOKEN}")
    bearer = follow(host, "/sse/admin", Authorization=f"Bearer {ADMIN_TOKEN}")
    market = follow(host, "/sse/market-data?symbols=aapl&interval=0s")
    for channel, body in bodies.VALID.items():
        host.publish(channel, body)
    assert earnings.next().type == "earnings"
    assert notes.next().type == "notification"
    assert admin.next().type == bearer.next().type == "admin_users"
    assert symbols(market.next().message) == ["AAPL"]


REFUSALS = [
    ("/sse/weather", 404), ("/sse/", 404), ("/sse", 400), ("/sse?channels=", 400),
    ("/sse?channels=trade-signals,weather", 404), ("/sse/trade-signals,earnings", 404),
    ("/sse/trade-signals?symbols=not%20one", 422), ("/sse/trade-signals?min_confidence=much", 422),
    ("/sse/trade-signals?channel=earnings", 404), ("/sse/trade-signals?action=ping", 422),
    ("/sse/earnings", 401), ("/sse/admin", 401), ("/sse/admin?access_token=wrong", 401),
    ("/sse/admin?user_id=u", 403), ("/sse?channels=trade-signals,admin", 401),
    ("/sse/trade-signals?symbols=%ff", 400),
]


def test_what_is_not_allowed_is_refused_before_the_stream(host: Daemon) -> None:
    for target, status in REFUSALS:
        refused = refusal(host, target)
        assert refused.status == status, target
        assert refused.response.detail


def test_a_foreign_origin_is_403(host: Daemon) -> None:
    assert refusal(host, SIGNALS, Origin="https://evil.example").status == 403


def test_it_takes_get_and_head(host: Daemon) -> None:
    http = host.http()
    head = http.request("HEAD", SIGNALS)
    assert head.status == 200 and head.headers["content-type"] == "text/event-stream"
    for method in ("POST", "PUT", "DELETE"):
        refused = host.http().request(method, SIGNALS, b"")
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_one_client_too_many_of_a_user_is_429(start) -> None:
    host = start(limits={"per_user": 1})
    stream = follow(host, "/sse/earnings?user_id=u")
    refused = refusal(host, "/sse/earnings?user_id=u")
    assert (refused.status, refused.response.headers["retry-after"]) == (429, "1")
    host.publish("earnings", bodies.earnings("u"))
    assert stream.next().type == "earnings"


def test_a_connection_too_many_is_429(start) -> None:
    host = start(limits={"connections": 1}, server={"io_threads": 1})
    stream = follow(host, SIGNALS)
    assert refusal(host, SIGNALS).status == 429
    assert stream.headers["connection"] == "close"


def channel_ids(event: Event) -> dict[str, tuple[str, int]]:
    """What the id says of each channel."""
    parts = (part.partition("=") for part in event.id.split(","))
    return {name: (text.partition(":")[0], int(text.partition(":")[2])) for name, _, text in parts}


def test_several_channels_share_a_stream_whose_ids_hold_a_place_of_each(host: Daemon) -> None:
    stream = follow(host, "/sse?channels=trade-signals,earnings,market-data&user_id=user_001"
                          "&trade-signals.symbols=AAPL&market-data.symbols=MSFT&interval=0s")
    places: dict[str, int] = {"trade-signals": 0, "earnings": 0, "market-data": 0}
    for _ in range(2):
        for channel, body in (("earnings", bodies.earnings("user_001")),
                              ("trade-signals", bodies.signals("MSFT", "AAPL")),
                              ("market-data", bodies.quotes(AAPL=1.5, MSFT=2.5))):
            places[channel] = host.publish(channel, body)["offset"]
            event = stream.next()
            assert event.message["channel"] == channel
            found = channel_ids(event)
            assert {name: offset for name, (_, offset) in found.items()} == places
            assert found[channel][0] == event.message["epoch"]


def test_a_stream_tells_its_place_before_the_first_message(host: Daemon) -> None:
    offset = host.publish("earnings", bodies.earnings("somebody"))["offset"]
    streams = [follow(host, "/sse/earnings?user_id=u"),
               follow(host, "/sse?channels=earnings,admin&user_id=u&access_token=" + ADMIN_TOKEN)]
    for places, stream in enumerate(streams, 1):
        while stream.id.count(":") < places:
            assert stream.block()
    assert streams[0].id.endswith(f":{offset}")
    assert "earnings=" in streams[1].id and "admin=" in streams[1].id


def test_a_reader_that_comes_back_gets_what_it_missed(host: Daemon) -> None:
    first = follow(host, SIGNALS)
    host.publish("trade-signals", bodies.signals("AAPL"))
    identity = first.next().id
    first.close()
    host.publish("trade-signals", bodies.signals("MSFT"))
    missed = host.publish("trade-signals", bodies.signals("GOOGL"))["offset"]
    for headers, query in (({"Last-Event-ID": identity}, ""), ({}, f"?last_event_id={identity}"),
                           ({"Last-Event-ID": identity}, "?last_event_id=0:1")):
        second = EventStream(host.tcp, SIGNALS + query, headers)
        replayed, end = second.replay()
        assert symbols({"data": [item for message in replayed for item in message["data"]]}) == [
            "MSFT", "GOOGL"]
        assert end.message["recovered"] is True
        assert position(end)[1] == missed
        second.close()


def test_a_reader_that_missed_too_much_is_told_and_gets_the_snapshot(host: Daemon) -> None:
    host.publish("trade-signals", bodies.signals("AAPL"))
    for identity in ("0123456789abcdef:1", "what is this"):
        stream = follow(host, SIGNALS, Last_Event_ID=identity)
        events = stream.events(2)
        assert {event.type for event in events} == {"trade_signals", "recovered"}
        for event in events:
            if event.type == "recovered":
                assert event.message["recovered"] is False
            else:
                assert event.message["snapshot"] is True


def test_several_channels_are_resumed_each_from_its_place(host: Daemon) -> None:
    target = "/sse?channels=trade-signals,earnings&user_id=user_001"
    first = follow(host, target)
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.publish("earnings", bodies.earnings("user_001"))
    identity = first.events(2)[1].id
    first.close()
    host.publish("trade-signals", bodies.signals("MSFT"))
    host.publish("earnings", bodies.earnings("user_001", 5.0))
    second = follow(host, target, Last_Event_ID=identity)
    messages = [event.message for event in second.events(4)]
    replayed = {message["channel"]: message["data"] for message in messages
                if message.get("replay")}
    assert symbols({"data": replayed["trade-signals"]}) == ["MSFT"]
    assert replayed["earnings"]["portfolio_value"] == 5.0
    assert [message["recovered"] for message in messages if "recovered" in message] == [True] * 2


def test_ids_outlive_a_clean_stop(start, tmp_path: Path) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first = start(server=state)
    stream = follow(first, SIGNALS)
    first.publish("trade-signals", bodies.signals("AAPL"))
    identity = stream.next().id
    first.publish("trade-signals", bodies.signals("MSFT"))
    first.signal(signal.SIGTERM)
    assert stream.next().message["data"]
    assert stream.close_event()[0] == 1001
    stream.close()
    first.wait()
    second = start(server=state)
    stream = follow(second, SIGNALS, Last_Event_ID=identity)
    assert symbols(stream.next().message) == ["MSFT"]
    assert stream.next().message["recovered"] is True


def test_after_a_crash_a_reader_is_told_that_it_can_not_go_on(start) -> None:
    first = start()
    stream = follow(first, SIGNALS)
    first.publish("trade-signals", bodies.signals("AAPL"))
    identity = stream.next().id
    first.kill()
    first.stop = lambda: None
    assert stream.event() is None
    second = start()
    stream = follow(second, SIGNALS, Last_Event_ID=identity)
    assert stream.next().message["recovered"] is False


def test_a_durable_channel_goes_on_after_a_crash(start, tmp_path: Path) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first = start(server=state)
    stream = follow(first, "/sse/notifications?user_id=u")
    first.publish("notifications", bodies.notification("u", "one"))
    identity = stream.next().id
    stream.close()
    first.publish("notifications", bodies.notification("u", "two"))
    first.kill()
    first.stop = lambda: None
    second = start(server=state)
    second.publish("notifications", bodies.notification("u", "three"))
    stream = follow(second, "/sse/notifications?user_id=u", Last_Event_ID=identity)
    replayed, end = stream.replay()
    assert [message["data"]["title"] for message in replayed] == ["two", "three"]
    assert end.message["recovered"] is True


def test_the_host_pings_by_comments(start) -> None:
    host = start(server={"heartbeat": "1s"})
    stream = follow(host, SIGNALS)
    several = follow(host, "/sse?channels=trade-signals")
    stream.until_comment("ping")
    several.until_comment("ping")
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert stream.next().data != several.next().data


def test_a_slow_reader_is_told_so_and_goes_on_from_its_place(start) -> None:
    host = start(limits={"outbox": "256KiB"}, channels={"trade-signals": {"history": 10_000}})
    market = Market(host, 50)
    stream = EventStream(narrow(host.tcp), SIGNALS)
    market.publish_until("slow_disconnected", "trade-signals")
    events: list[Event] = []
    while (event := stream.event()) is not None:
        events.append(event)
    assert events[-1].type == "close" and events[-1].message["code"] == 4101
    ledger = Ledger(0)
    for event in events[:-1]:
        ledger.take(event.message)
    assert ledger.missed == 0
    assert position(events[-1])[1] == ledger.position
    again = follow(host, SIGNALS, Last_Event_ID=events[-1].id)
    assert again.next().message["prev"] <= ledger.position


@pytest.mark.parametrize("target", ["/sse/market-data?symbols=*&interval=0s",
                                    "/sse?channels=market-data&symbols=*&interval=0s"])
@pytest.mark.parametrize("slow", ["conflate", "drop"])
def test_a_slow_reader_misses_only_what_its_channel_says(start, slow: str, target: str) -> None:
    host = start(limits={"outbox": "512KiB"}, channels={"market-data": {"slow": slow}})
    market = Market(host, 20)
    stream = EventStream(narrow(host.tcp), target)
    counter = "slow_conflated" if slow == "conflate" else "slow_dropped"
    last = market.publish_until(counter)
    ledger = Ledger(0)
    while ledger.position < last:
        event = stream.next()
        ledger.take(event.message)
        assert int(event.id.rpartition(":")[2]) == ledger.position
    assert ledger.last == market.last
    assert (ledger.missed > 0, ledger.conflated > 0) == (slow == "drop", slow == "conflate")


def test_a_removed_channel_ends_its_streams(go_live) -> None:
    live = go_live(channels={"more": {"plugin": BUILD / "plugins" / "trade_signals.so"}})
    alone = follow(live.host, "/sse/more")
    shared = follow(live.host, "/sse?channels=more,earnings&user_id=u")
    live.changes(channels={})
    assert alone.close_event() == (1001, "the channel was removed")
    assert shared.next().message["code"] == "channel_removed"
    live.host.publish("earnings", bodies.earnings("u"))
    assert shared.next().type == "earnings"
    assert refusal(live.host, "/sse/more").status == 404


def test_what_a_peer_says_more_is_passed_over(host: Daemon) -> None:
    stream = follow(host, SIGNALS)
    stream.socket.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert stream.next().type == "trade_signals"


def test_a_peer_that_goes_leaves(start, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    chain, key = certificate
    host = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0", f"unix:{tmp_path}/s"]},
                 tls={"certificate": chain, "key": key})
    for address in (host.tcp, host.tls, host.unix):
        for target in (SIGNALS, "/sse?channels=trade-signals,earnings&user_id=u"):
            follow(host, target, address).close()
    until(lambda: host.ask_control("status")["connections"], lambda count: count == 0)


def test_http_1_0_is_served(host: Daemon) -> None:
    connection = host.tcp.connect()
    connection.sendall(f"GET {SIGNALS} HTTP/1.0\r\n\r\n".encode())
    answer = Reader(connection)
    assert answer.answer().status == 200
    connection.close()


def test_a_reader_that_was_told_to_stay_away_is_stopped(host: Daemon) -> None:
    """An EventSource comes back after any end of a stream, unless the answer is 204."""
    assert refusal(host, SIGNALS, Last_Event_ID="closed").status == 204


def test_many_readers_and_websockets_get_one_sequence(start) -> None:
    host = start(limits={"per_user": 1000})
    count, rounds = 40, 60
    streams = [follow(host, SIGNALS if n % 2 else "/sse?channels=trade-signals")
               for n in range(count)]
    clients = [host.client("/ws/trade-signals") for _ in range(4)]
    for client in clients:
        client.subscribe("*")
        client.texts.clear()
    for number in range(rounds):
        host.publish("trade-signals", bodies.signals("AAPL", number=number))
    for client in clients:
        for _ in range(rounds):
            client.next()
    named: list[str] = []
    for index, stream in enumerate(streams):
        texts = [event.data for event in stream.events(rounds)]
        if index % 2:
            assert texts == clients[0].texts
        else:
            named = named or texts
            assert texts == named
    assert [client.texts for client in clients] == [clients[0].texts] * len(clients)

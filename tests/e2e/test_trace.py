# SPDX-License-Identifier: MIT
"""The admin REST API: what a channel or a client says and is told, as it happens."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.client import TIMESTAMP, symbols
from harness.config import ADMIN_TOKEN, secret_file
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.overseer import Overseer, Trace
from harness.slow import narrow
from harness.sse import Refused, follow
from harness.websocket import DEFLATE

MANY = 3000


def test_a_channel_s_trace_shows_what_happens_in_its_order(host: Daemon) -> None:
    trace = Overseer(host).trace(channel="trade-signals")
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL", user_id="user_001")
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    client.unsubscribe("AAPL")
    client.refused(action="subscribe", symbols=["AAPL"], min_confidence="x")
    assert host.http().publish("trade-signals", {"data": [{"symbol": "AAPL"}]}).status == 422
    client.close()
    told = [trace.tell() for _ in range(7)]
    assert [each["kind"] for each in told] == [
        "subscribe", "joined", "update", "unsubscribe", "refused", "refused", "left"]
    assert {each["channel"] for each in told} == {"trade-signals"}
    assert all(TIMESTAMP.fullmatch(each["time"]) for each in told)
    subscribe, joined, update, _, command, publish, left = told
    assert json.loads(subscribe["text"])["symbols"] == ["AAPL"]
    assert subscribe["user"] == joined["user"] == left["user"] == "user_001"
    assert subscribe["client"] == joined["client"] == command["client"] == left["client"]
    assert (update["offset"], update["items"]) == (2, 2)
    assert [item["symbol"] for item in json.loads(update["text"])] == ["AAPL", "MSFT"]
    assert update["bytes"] + 3 == len(update["text"])
    assert command["detail"].startswith("invalid_field: ")
    assert publish["detail"].startswith("422, published by ") and "client" not in publish
    trace.close()


def test_other_channels_are_not_in_it(host: Daemon) -> None:
    trace = Overseer(host).trace(channel="earnings")
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.client("/ws/market-data").subscribe("AAPL")
    host.publish("earnings", bodies.earnings("user_001"))
    assert trace.tell()["kind"] == "update"
    trace.close()


def one_client(host: Daemon, **query: str) -> str:
    client: str = Overseer(host).only(**query)["id"]
    return client


def test_a_client_s_trace_shows_both_directions(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.ping()
    trace = Overseer(host).trace(client=one_client(host))
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    client.next()
    client.send("nonsense")
    client.error()
    told = [trace.tell() for _ in range(7)]
    assert [each["kind"] for each in told] == [
        "received", "subscribe", "joined", "sent", "sent", "received", "sent"]
    assert json.loads(told[0]["text"])["action"] == "subscribe"
    assert [each["text"] for each in told if each["kind"] == "sent"] == client.texts[1:]
    assert told[5]["detail"] == "it is not a JSON object"
    assert json.loads(told[6]["text"])["code"] == "invalid_json"
    trace.close()


@pytest.mark.parametrize("path, headers, address", [
    ("/ws/trade-signals", DEFLATE, "tcp"), ("/ws", {}, "tcp"), ("/ws/trade-signals", {}, "tls")])
def test_what_is_sent_is_shown_as_text_whatever_its_form(start, certificate, path: str,
                                                         headers: dict[str, str],
                                                         address: str) -> None:
    chain, key = certificate
    host = start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})
    client = host.client(path, getattr(host, address), headers)
    named = {"channel": "trade-signals"} if path == "/ws" else {}
    client.subscribe("AAPL", **named)
    trace = Overseer(host).trace(client=one_client(host))
    for _ in range(2):
        host.publish("trade-signals", bodies.signals("AAPL", note="x" * 500))
        client.next()
        assert trace.until("sent")["text"] == client.texts[-1]
    trace.close()


@pytest.mark.parametrize("target", ["/sse/trade-signals", "/sse?channels=trade-signals,admin"])
def test_events_are_shown_as_their_data(host: Daemon, target: str) -> None:
    token = "&access_token=" + ADMIN_TOKEN if "admin" in target else ""
    stream = follow(host, target + token)
    stream.until_comment("ok")
    trace = Overseer(host).trace(client=one_client(host))
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert trace.until("sent")["text"] == stream.next().data
    stream.close()
    trace.close()


def test_what_a_slow_client_is_sent_late_is_shown_too(start) -> None:
    host = start(limits={"outbox": "65536B"}, channels={"market-data": {"slow": "conflate"}})
    client = host.client("/ws/market-data", narrow(host.tcp))
    client.subscribe("*")
    trace = Overseer(host).trace(client=one_client(host))
    for number in range(40):
        host.publish("market-data", {"data": [bodies.quote(f"S{number}", padding="x" * 5000)]})
    known: set[str] = set()
    while len(known) < 40:
        known |= set(symbols(client.next()))
        assert client.texts[-1].startswith(trace.until("sent")["text"])
    assert Overseer(host).only()["messages_out"] == len(client.texts)
    trace.close()


def test_secrets_are_not_shown(host: Daemon) -> None:
    overseer = Overseer(host)
    client = host.client("/ws/admin")
    client.ping()
    by_channel = overseer.trace(channel="admin")
    by_client = overseer.trace(client=one_client(host))
    client.subscribe(token=ADMIN_TOKEN)
    client.subscribe(admin_token=ADMIN_TOKEN)
    host.publish("admin", bodies.admin("users"))
    client.next()
    told = [by_channel.tell() for _ in range(4)] + [by_client.tell() for _ in range(8)]
    assert sum("********" in each.get("text", "") for each in told) == 6
    assert ADMIN_TOKEN not in json.dumps(told)
    by_channel.close()
    by_client.close()


def test_a_long_text_is_cut_and_its_size_told(host: Daemon) -> None:
    trace = Overseer(host).trace(channel="trade-signals")
    host.publish("trade-signals", bodies.signals("AAPL", note="é" * 5000))
    update = trace.tell()
    assert 2040 < len(update["text"].encode()) <= 2048
    assert update["bytes"] > 10000
    trace.close()


def test_a_trace_ends_when_its_client_goes(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    trace = Overseer(host).trace(client=one_client(host))
    client.close()
    told = trace.until("left", channel="trade-signals")
    assert "detail" not in told
    assert trace.tell()["detail"] == "the client's connection has ended"
    assert trace.close_event() == (1000, "the trace has ended")


def test_a_kick_is_in_the_client_s_trace(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    overseer = Overseer(host)
    shown = one_client(host)
    trace = overseer.trace(client=shown)
    assert overseer.kick(shown).status == 200
    assert trace.until("sent")["detail"] == "close 1008 kicked"
    client.closed()
    trace.until("left", detail="the client's connection has ended")
    trace.close()


def test_a_reader_that_is_too_slow_is_told_how_much_it_missed(host: Daemon) -> None:
    trace = Overseer(host).trace(channel="trade-signals")
    lines = "\n".join(json.dumps(bodies.signals("AAPL")) for _ in range(MANY))
    answer = host.http().publish("trade-signals", lines, "application/x-ndjson")
    assert answer.json["accepted"] == MANY
    shown = missed = 0
    offsets = []
    while shown + missed < MANY:
        told = trace.tell()
        if told["kind"] == "missed":
            missed += told["count"]
        else:
            shown += 1
            offsets.append(told["offset"])
    assert missed > 0 and shown > 0
    assert offsets == sorted(set(offsets))
    host.publish("earnings", bodies.earnings("user_001"))
    trace.close()


def test_several_look_at_the_same_and_at_most_eight(host: Daemon) -> None:
    overseer = Overseer(host)
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    shown = one_client(host)
    traces = [overseer.trace(client=shown) for _ in range(4)]
    traces += [overseer.trace(channel="trade-signals") for _ in range(4)]
    with pytest.raises(Refused) as refused:
        overseer.trace(channel="earnings")
    assert refused.value.status == 429
    host.publish("trade-signals", bodies.signals("AAPL"))
    client.next()
    assert {trace.until("sent")["text"] for trace in traces[:4]} == {client.texts[-1]}
    assert {trace.until("update")["offset"] for trace in traces[4:]} == {1}
    assert overseer.only()["id"] == shown
    for trace in traces[:7]:
        trace.close()
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert traces[7].until("update")["offset"] == 2
    traces[7].close()


def test_place_is_made_by_who_stops_looking(host: Daemon) -> None:
    overseer = Overseer(host)
    traces = [overseer.trace(channel="earnings") for _ in range(8)]
    traces[0].close()
    traces[0] = follow_when_there_is_room(overseer)
    host.publish("earnings", bodies.earnings("user_001"))
    for trace in traces:
        assert trace.tell()["kind"] == "update"
        trace.close()


def follow_when_there_is_room(overseer: Overseer) -> Trace:
    """The host learns of a reader's end by itself."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return overseer.trace(channel="earnings")
        except Refused as refused:
            assert refused.status == 429 and time.monotonic() < deadline


def test_it_goes_on_over_a_reload_and_ends_with_its_channel(go_live: Any) -> None:
    live = go_live()
    overseer = Overseer(live.host)
    staying = overseer.trace(channel="trade-signals")
    going = overseer.trace(channel="earnings")
    live.reload(channels={"earnings": {"enabled": False}, "trade-signals": {"history": 7}})
    told = going.tell()
    assert (told["kind"], told["detail"]) == ("error", "the channel was removed")
    assert going.close_event() == (1000, "the trace has ended")
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    assert staying.tell()["kind"] == "update"
    staying.close()


def test_it_ends_when_a_reload_takes_its_token_away(go_live: Any, tmp_path: Path) -> None:
    live = go_live()
    overseer = Overseer(live.host)
    by_channel = overseer.trace(channel="trade-signals")
    client = live.host.client("/ws/trade-signals")
    by_client = overseer.trace(client=one_client(live.host))
    assert live.changes() == []
    secret_file(tmp_path / "admin-tokens", operator="another token")
    assert live.changes() == ["publisher keys and admin tokens changed"]
    for trace in (by_channel, by_client):
        told = trace.tell()
        assert (told["kind"], told["detail"]) == ("error", "the admin token is no longer valid")
        assert trace.close_event() == (1008, "the admin token is no longer valid")
    client.ping()


def test_it_ends_when_the_host_does(host: Daemon) -> None:
    trace = Overseer(host).trace(channel="trade-signals")
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    other = Overseer(host).trace(client=one_client(host))
    host.stop()
    assert trace.close_event() == (1001, "the host is going away")
    assert other.close_event()[0] in (1000, 1001)


@pytest.mark.parametrize("query, status", [
    ({}, 422), ({"channel": "earnings", "client": "256"}, 422), ({"channel": "nothing"}, 404),
    ({"client": "25600"}, 404), ({"client": "x"}, 404), ({"client": "255"}, 404)])
def test_what_can_not_be_looked_at_is_refused(host: Daemon, query: dict[str, str],
                                              status: int) -> None:
    assert Overseer(host).get("/trace", **query).status == status

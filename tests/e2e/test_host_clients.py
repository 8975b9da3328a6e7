# SPDX-License-Identifier: MIT
"""The admin REST API: who is connected, and how somebody is sent away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.client import TIMESTAMP
from harness.config import ADMIN_TOKEN, PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from harness.overseer import Overseer
from harness.raw import Reader
from harness.slow import Market, narrow
from harness.sse import follow
from harness.websocket import DEFLATE, Closed


KICKED = (1008, "kicked")


def told(closed: Closed) -> tuple[int, str]:
    return closed.code, closed.reason


def subscribed(client: dict[str, Any]) -> dict[str, Any]:
    return {channel["name"]: channel for channel in client["channels"]}


def test_nobody_is_connected_at_first(host: Daemon) -> None:
    page = Overseer(host).page()
    assert (page["clients"], page["count"], page["total"], page["next"]) == ([], 0, 0, None)
    assert TIMESTAMP.fullmatch(page["timestamp"])


def test_a_client_is_shown_with_what_it_is_subscribed_to(host: Daemon) -> None:
    overseer = Overseer(host)
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL", "MSFT", user_id="user_001", min_confidence=0.8, signals=["buy"])
    shown = overseer.only()
    assert re.fullmatch(r"\d+", shown["id"])
    assert re.fullmatch(r"127\.0\.0\.1:\d+", shown["address"])
    assert (shown["transport"], shown["user"]) == ("websocket", "user_001")
    assert TIMESTAMP.fullmatch(shown["connected_at"])
    assert (shown["slow"], shown["compressed"], shown["publisher"]) == (False, False, False)
    assert (shown["outbox_bytes"], shown["conflated"], shown["dropped"]) == (0, 0, 0)
    assert shown["outbox_limit"] > 0
    channel = subscribed(shown)["trade-signals"]
    assert (channel["topics"], channel["all"]) == (2, False)
    assert sorted(channel["symbols"]) == ["AAPL", "MSFT"]
    assert channel["filters"] == {"min_confidence": 0.8, "signals": ["buy"]}


def test_messages_and_bytes_are_counted_both_ways(host: Daemon) -> None:
    overseer = Overseer(host)
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    before = overseer.only()
    assert (before["messages_in"], before["messages_out"]) == (1, 1)
    for _ in range(3):
        host.publish("trade-signals", bodies.signals("AAPL"))
        client.next()
    client.ping()
    after = overseer.only()
    assert (after["messages_in"], after["messages_out"]) == (2, 5)
    assert after["bytes_out"] > before["bytes_out"] > 0
    sent = sum(len(text) for text in client.texts)
    assert sent <= after["bytes_out"] <= sent + 4 * len(client.texts)


def test_a_snapshot_of_several_messages_counts_as_several(host: Daemon) -> None:
    for kind in ("users", "revenue", "subscribers"):
        host.publish("admin", bodies.admin(kind))
    overseer = Overseer(host)
    client = host.client("/ws/admin")
    client.subscribe(token="an-admin-token-of-the-tests")
    for _ in range(3):
        client.next()
    assert overseer.only()["messages_out"] == 4


def test_each_transport_is_told_from_the_others(start, tmp_path) -> None:
    path = tmp_path / "public.sock"
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{path}"]})
    overseer = Overseer(host)
    host.client("/ws/trade-signals").subscribe()
    host.client("/ws/trade-signals", headers=DEFLATE).subscribe()
    host.client("/ws", host.unix).subscribe(channel="market-data", symbols=["AAPL"])
    with_events = follow(host, "/sse?channels=trade-signals,market-data&symbols=AAPL")
    with_events.until_comment("ok")
    shown = overseer.clients()
    assert sorted((each["transport"], each["compressed"]) for each in shown) == [
        ("sse", False), ("websocket", False), ("websocket", False), ("websocket", True)]
    assert [each["address"] for each in shown].count("unix") == 1
    events = next(each for each in shown if each["transport"] == "sse")
    assert set(subscribed(events)) == {"trade-signals", "market-data"}
    packed = next(each for each in shown if each["compressed"])
    assert subscribed(packed)["trade-signals"]["symbols"] == ["*"]
    assert subscribed(packed)["trade-signals"]["all"] is True
    with_events.close()


def test_a_publisher_s_websocket_is_shown_as_one(start, tmp_path) -> None:
    keys = secret_file(tmp_path / "keys", feed=PUBLISHER_KEY)
    host = start(publish={"keys_file": keys})
    publisher = host.client("/ws/publish", headers={"Authorization": f"Bearer {PUBLISHER_KEY}"})
    shown = Overseer(host).only()
    assert (shown["publisher"], shown["channels"]) == (True, [])
    assert Overseer(host).kick(shown["id"]).status == 200
    assert told(publisher.closed()) == KICKED


def test_channel_and_user_choose_among_clients(host: Daemon) -> None:
    overseer = Overseer(host)
    for user in ("user_001", "user_002"):
        host.client("/ws/earnings").subscribe(user_id=user)
    host.client("/ws/market-data").subscribe("AAPL", user_id="user_001")
    assert len(overseer.clients()) == 3
    assert len(overseer.clients(channel="earnings")) == 2
    assert len(overseer.clients(user="user_001")) == 2
    shown = overseer.only(channel="earnings", user="user_001")
    assert subscribed(shown)["earnings"]["symbols"] == ["user_001"]
    assert overseer.clients(user="nobody") == []
    assert overseer.clients(channel="admin") == []


def test_at_most_twenty_symbols_are_listed_and_all_are_counted(host: Daemon) -> None:
    host.client("/ws/market-data").subscribe(*(f"S{number}" for number in range(50)))
    channel = subscribed(Overseer(host).only())["market-data"]
    assert channel["topics"] == 50
    assert len(channel["symbols"]) == 20


def test_pages_give_each_client_once_in_the_order_of_ids(host: Daemon) -> None:
    overseer = Overseer(host)
    for _ in range(11):
        host.client("/ws/market-data").subscribe("AAPL")
    ids: list[str] = []
    page = overseer.page(limit=4)
    sizes = [page["count"]]
    while page["next"] is not None:
        assert page["total"] == 11
        ids += [each["id"] for each in page["clients"]]
        assert page["next"] == ids[-1]
        page = overseer.page(limit=4, after=page["next"])
        sizes.append(page["count"])
    ids += [each["id"] for each in page["clients"]]
    assert sizes == [4, 4, 3]
    assert ids == sorted(ids, key=int) and len(set(ids)) == 11


def test_a_page_after_a_client_that_has_left_goes_on_behind_it(host: Daemon) -> None:
    overseer = Overseer(host)
    clients = [host.client("/ws/market-data") for _ in range(4)]
    for client in clients:
        client.subscribe("AAPL")
    page = overseer.page(limit=2)
    rest = {each["id"] for each in overseer.page(after=page["next"])["clients"]}
    assert overseer.kick(page["next"]).status == 200
    left = overseer.page(after=page["next"])
    assert {each["id"] for each in left["clients"]} == rest
    assert left["total"] == 3


@pytest.mark.parametrize("query, status", [
    ({"limit": "0"}, 422), ({"limit": "1001"}, 422), ({"limit": "x"}, 422),
    ({"after": "x"}, 422), ({"slow": "maybe"}, 422), ({"channel": "nothing"}, 404)])
def test_a_question_that_makes_no_sense_is_refused(host: Daemon, query: dict[str, str],
                                                   status: int) -> None:
    assert Overseer(host).get("/clients", **query).status == status


def test_only_the_admin_role_may_look_or_kick(host: Daemon) -> None:
    host.client("/ws/market-data").subscribe("AAPL")
    client = Overseer(host).only()["id"]
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        http = host.http(**headers)
        assert http.get("/api/v1/host/clients").status == 401
        assert http.get("/api/v1/host/trace?channel=earnings").status == 401
        assert host.http(**headers).request(
            "POST", f"/api/v1/host/clients/{client}/kick", b"").status == 401
    assert len(Overseer(host).clients()) == 1


def test_who_is_kicked_is_told_why_and_the_others_stay(host: Daemon) -> None:
    overseer = Overseer(host)
    clients = {user: host.client("/ws/notifications") for user in ("user_001", "user_002")}
    for user, client in clients.items():
        client.subscribe(user_id=user)
    shown = overseer.only(user="user_001")
    mark = host.mark()
    response = overseer.kick(shown["id"], reason="too chatty")
    assert (response.status, response.json) == (200, {"kicked": shown["id"]})
    assert told(clients["user_001"].closed()) == KICKED
    host.wait_for(rf"connection {shown['id']}: kicked by admin:operator: too chatty", mark)
    host.publish("notifications", bodies.notification("*"))
    assert clients["user_002"].next()["type"] == "notification"
    assert overseer.only()["user"] == "user_002"


def test_a_kick_without_a_body_needs_no_length(start, certificate: tuple[Path, Path],
                                                tmp_path: Path) -> None:
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'public.sock'}",
                                    "tls:127.0.0.1:0"]},
                 tls={"certificate": certificate[0], "key": certificate[1]})
    overseer = Overseer(host)
    for way in (host.tcp, host.unix, host.tls, host.control):
        client = host.client("/ws/market-data")
        client.subscribe("AAPL")
        shown = overseer.only()["id"]
        with way.connect() as connection:
            connection.sendall(f"POST /api/v1/host/clients/{shown}/kick HTTP/1.1\r\n"
                               "Host: localhost\r\n"
                               f"Authorization: Bearer {ADMIN_TOKEN}\r\n\r\n".encode())
            answer = Reader(connection).answer()
        assert (answer.status, answer.json) == (200, {"kicked": shown})
        assert told(client.closed()) == KICKED


def test_a_reader_of_events_is_told_not_to_come_back(host: Daemon) -> None:
    overseer = Overseer(host)
    stream = follow(host, "/sse/trade-signals")
    stream.until_comment("ok")
    assert overseer.kick(overseer.only()["id"]).status == 200
    assert stream.close_event() == KICKED


def test_somebody_who_is_not_there_can_not_be_kicked(host: Daemon) -> None:
    overseer = Overseer(host)
    client = host.client("/ws/market-data")
    client.subscribe("AAPL")
    shown = overseer.only()["id"]
    for other in (str(int(shown) + 256), "0", "255", "x", "99999999999999999999999"):
        assert overseer.kick(other).status == 404, other
    assert overseer.post(f"/clients/{shown}/kick", "[]").status == 422
    assert overseer.post(f"/clients/{shown}/kick", '{"reason":5}').status == 422
    assert overseer.only()["id"] == shown
    assert overseer.kick(shown).status == 200
    client.closed()
    assert overseer.kick(shown).status == 404


def test_a_slow_client_is_shown_as_one(start) -> None:
    host = start(limits={"outbox": "65536B"},
                 channels={"market-data": {"slow": "conflate", "history": 1}})
    overseer = Overseer(host)
    host.client("/ws/market-data").subscribe("AAPL")
    host.client("/ws/market-data", narrow(host.tcp)).subscribe("*", user_id="sleepy")
    Market(host, 20).publish_until("slow_conflated")
    shown = overseer.only(slow="true")
    assert shown["user"] == "sleepy"
    assert (shown["slow"], shown["dropped"]) == (True, 0)
    assert shown["conflated"] > 0
    assert shown["outbox_limit"] == 65536 >= shown["outbox_bytes"] > 0
    assert len(overseer.clients(slow="false")) == 2

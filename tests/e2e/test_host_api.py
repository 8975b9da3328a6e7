# SPDX-License-Identifier: MIT
"""/api/v1/host: what an operator sees and does from a browser."""

from __future__ import annotations

import json
import socket
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.config import ADMIN_TOKEN, BAD_PLUGINS, BUILD
from harness.daemon import Daemon
from harness.http import JSON, Http, Response
from harness.sse import follow
from harness.until import until
from harness.worker import pipeline

ROOT = "/api/v1/host"
READ = (ROOT, f"{ROOT}/channels", f"{ROOT}/plugins", f"{ROOT}/rates")


def admin(host: Daemon) -> Http:
    return host.http(Authorization=f"Bearer {ADMIN_TOKEN}")


def ask(host: Daemon, path: str = "") -> Any:
    response = admin(host).get(ROOT + path)
    assert response.status == 200, response
    assert response.headers["Cache-Control"] == "no-store"
    return response.json


def publish(http: Http, channel: str, body: object, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, str) else json.dumps(body)
    return http.request("POST", f"{ROOT}/channels/{channel}/publish", data,
                        {"Content-Type": JSON, **named})


@pytest.mark.parametrize("path", READ)
def test_only_an_admin_token_opens_it(host: Daemon, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": ADMIN_TOKEN}):
        answer = host.http(**headers).get(path)
        assert (answer.status, bool(answer.detail)) == (401, True), headers
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert admin(host).get(path).status == 200


def test_other_paths_and_methods_are_told_in_json(host: Daemon) -> None:
    http = admin(host)
    assert http.get(f"{ROOT}/nothing").detail == "there is nothing at this path"
    assert http.get(f"{ROOT}/nothing").status == 404
    for method, path, allow in (("POST", ROOT, "GET, HEAD, OPTIONS"),
                                ("DELETE", f"{ROOT}/channels", "GET, HEAD, OPTIONS"),
                                ("GET", f"{ROOT}/channels/admin/publish", "POST, OPTIONS")):
        answer = http.request(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allow), (method, path)
        assert answer.detail
    head = http.request("HEAD", ROOT)
    assert (head.status, head.body) == (200, b"")


def test_the_control_socket_answers_without_a_token(host: Daemon) -> None:
    control = host.http(host.control)
    for path in READ:
        assert control.get(path).status == 200, path
    assert publish(control, "trade-signals", bodies.signals("AAPL")).json["accepted"] == 1


def test_an_admin_s_publish_reaches_subscribers_and_is_answered_as_any_other(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    http = admin(host)
    first = publish(http, "trade-signals", bodies.signals("AAPL"), Idempotency_Key="k")
    assert first.json == {"channel": "trade-signals", "accepted": 1, "offset": 1,
                          "epoch": first.json["epoch"]}
    assert client.next()["offset"] == 1
    assert publish(http, "trade-signals", bodies.signals("AAPL"),
                   Idempotency_Key="k").json == first.json
    lines = json.dumps(bodies.signals("AAPL")) + "\n" + json.dumps(bodies.signals("MSFT"))
    answer = publish(http, "trade-signals", lines, Content_Type="application/x-ndjson")
    assert answer.json["accepted"] == 2
    wrong = publish(http, "trade-signals", {"data": [{"symbol": "AAPL"}]})
    assert (wrong.status, bool(wrong.json["errors"])) == (422, True)


def test_a_publish_needs_the_role_the_origin_and_a_channel(host: Daemon) -> None:
    body = bodies.signals("AAPL")
    assert publish(host.http(), "trade-signals", body).status == 401
    http = admin(host)
    assert publish(http, "nothing", body).status == 404
    assert publish(http, "trade-signals", body, Origin="https://evil.example").status == 403
    assert publish(http, "trade-signals", body, Content_Type="text/plain").status == 415
    assert ask(host, "/channels")["channels"][0]["updates"] == 0


def channel(host: Daemon, name: str) -> dict[str, Any]:
    return {item["name"]: item for item in ask(host, "/channels")["channels"]}[name]


def test_the_host_says_what_it_is(host: Daemon) -> None:
    state = ask(host)
    assert state["pid"] == host.process.pid
    assert (state["ready"], state["problems"]) == (True, [])
    assert state["threads"] == {"io": 2}
    assert state["memory"]["rss_bytes"] > 1 << 20
    files = len(list(Path(f"/proc/{host.process.pid}/fd").iterdir()))
    assert abs(state["files"]["open"] - files) <= 2
    assert state["files"]["limit"] > files
    assert state["connections"]["limit"] > 0
    assert abs(parse(state["timestamp"]) - parse(state["started"])
               - state["uptime_s"] * 1000) <= 1000


def parse(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def test_connections_are_told_by_their_kind(host: Daemon) -> None:
    clients = [host.client("/ws/trade-signals") for _ in range(3)]
    for client in clients:
        client.subscribe()
    host.client("/ws").subscribe("AAPL", channel="market-data")
    stream = follow(host, "/sse/trade-signals")
    known = ask(host)["connections"]
    assert (known["websocket"], known["sse"]) == (4, 1)
    assert known["open"] == 5 + known["other"]
    assert channel(host, "trade-signals")["subscribers"] == 4
    for client in clients:
        client.close()
    stream.socket.shutdown(socket.SHUT_RDWR)
    left = until(lambda: ask(host)["connections"],
                 lambda known: (known["websocket"], known["sse"]) == (1, 0))
    assert left["open"] == 1 + left["other"]


def test_everything_published_and_delivered_is_counted_once(host: Daemon) -> None:
    every = host.client("/ws/trade-signals")
    every.subscribe()
    some = host.client("/ws/trade-signals")
    some.subscribe("AAPL")
    both = [host.client("/ws/notifications") for _ in range(2)]
    for client in both:
        client.subscribe(user_id="u1")
    before = ask(host)["totals"]
    for _ in range(3):
        host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    host.publish("trade-signals", bodies.signals("MSFT"))
    host.publish("notifications", bodies.notification("u1"))
    host.publish("notifications", bodies.notification("nobody"))
    assert host.http().publish("trade-signals", {"data": 1}).status == 422
    for _ in range(4):
        every.next()
    for _ in range(3):
        some.next()
    for client in both:
        client.next()
    totals = ask(host)["totals"]
    counted = {name: totals[name] - before[name] for name in totals}
    assert (counted["updates"], counted["items"], counted["refused"]) == (6, 9, 1)
    assert counted["deliveries"] == 4 + 3 + 2
    assert counted["bytes_out"] > 9 * 100
    assert counted["slow_closed"] == counted["dropped"] == counted["conflated"] == 0
    signals = channel(host, "trade-signals")
    assert [signals[name] for name in ("updates", "items", "refused", "deliveries", "offset",
                                       "topics", "latest", "subscribers")] == [4, 7, 1, 7, 7, 2, 2, 2]
    assert signals["history_bytes"] > 0
    assert channel(host, "notifications")["durable"]


def test_bytes_out_are_those_of_the_socket(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    host.publish("trade-signals", bodies.signals("AAPL", note="x" * 1000))
    client.next()
    texts = sum(len(text) for text in client.texts)
    # Bytes are counted once the socket has taken them, by when they may have arrived.
    sent = until(lambda: ask(host)["totals"]["bytes_out"], lambda sent: sent >= texts)
    assert sent <= texts + 4 * len(client.texts)


def is_counted(rates: dict[str, Any]) -> bool:
    """In the sums of the host and of the channel, updates as well as deliveries."""
    sums = [rates["series"], rates["channels"].get("trade-signals", rates["series"])]
    return all(sum(each[name]) >= 20 for each in sums for name in ("updates", "deliveries"))


def test_rates_add_up_to_what_was_published(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe()
    for _ in range(20):
        host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
        client.next()
    rates = until(lambda: ask(host, "/rates"), is_counted)
    totals = ask(host)["totals"]
    series = rates["series"]
    length = len(series["updates"])
    assert rates["step_s"] == 1
    assert parse(rates["to"]) - parse(rates["from"]) == length * 1000
    assert {len(values) for values in series.values()} == {length}
    assert sum(series["updates"]) == totals["updates"] == 20
    assert sum(series["deliveries"]) == totals["deliveries"] == 20
    assert sum(series["bytes_out"]) <= totals["bytes_out"]
    assert series["connections"][-1] >= 1
    assert set(rates["channels"]) == {item["name"] for item in ask(host, "/channels")["channels"]}
    one = rates["channels"]["trade-signals"]
    assert (sum(one["updates"]), sum(one["deliveries"])) == (20, 20)
    assert sum(rates["channels"]["market-data"]["updates"]) == 0
    state = ask(host)
    assert 0 < state["rates"]["updates"] <= 20
    assert state["rates"]["items"] == pytest.approx(2 * state["rates"]["updates"], abs=0.2)
    assert channel(host, "trade-signals")["rate"] > 0
    assert len(ask(host, "/rates?seconds=1")["series"]["updates"]) == 1
    for wrong in ("0", "601", "x", ""):
        assert admin(host).get(f"{ROOT}/rates?seconds={wrong}").status == 400, wrong


def test_a_failed_channel_is_shown_and_the_rest_goes_on(start) -> None:
    host = start(channels={"tick": {"plugin": BAD_PLUGINS / "aborts.so", "isolation": "process"}})
    before = {item["name"]: item for item in ask(host, "/plugins")["plugins"]}
    assert before["trade-signals"]["state"] == "open"
    pipeline(host, "tick", [1, *["abort"] * 3, 2, 3])
    host.wait_for(r"channel tick: failed")
    tick = channel(host, "tick")
    assert (tick["state"], tick["deaths"], tick["isolation"]) == ("failed", 5, "process")
    assert "died too often" in tick["detail"]
    plugin = next(item for item in ask(host, "/plugins")["plugins"] if "tick" in item["channels"])
    assert (plugin["state"], plugin["deaths"], plugin["isolation"]) == ("failed", 5, "process")
    assert plugin["file"] == str(BAD_PLUGINS / "aborts.so")
    state = ask(host)
    assert (state["ready"], len(state["problems"])) == (False, 1)
    assert "tick" in state["problems"][0]
    assert publish(admin(host), "trade-signals", bodies.signals("AAPL")).status == 200
    assert publish(admin(host), "tick", {"data": 1}).status == 503


def test_each_plugin_is_shown_with_its_channels_and_calls(start) -> None:
    host = start(channels={"more-signals": {"plugin": "trade_signals.so"}})
    before = {item["name"]: item for item in ask(host, "/plugins")["plugins"]}
    assert before["trade-signals"]["channels"] == ["trade-signals", "more-signals"]
    assert before["trade-signals"]["file"] == str(BUILD / "plugins" / "trade_signals.so")
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.publish("more-signals", bodies.signals("AAPL"))
    after = {item["name"]: item for item in ask(host, "/plugins")["plugins"]}
    assert after["trade-signals"]["calls"] == before["trade-signals"]["calls"] + 2
    assert after["market-data"]["calls"] == before["market-data"]["calls"]


def test_a_reload_is_seen_and_takes_nothing_from_the_totals(go_live) -> None:
    live = go_live(channels={"more": {"plugin": "trade_signals.so"}})
    host = live.host
    host.publish("more", bodies.signals("AAPL"))
    host.publish("trade-signals", bodies.signals("AAPL"))
    live.reload(channels={"fresh": {"plugin": "trade_signals.so"}})
    names = {item["name"] for item in ask(host, "/channels")["channels"]}
    assert "fresh" in names and "more" not in names
    assert publish(admin(host), "more", bodies.signals("AAPL")).status == 404
    assert publish(admin(host), "fresh", bodies.signals("AAPL")).status == 200
    assert ask(host)["totals"]["updates"] == 3

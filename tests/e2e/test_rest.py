# SPDX-License-Identifier: MIT
"""The REST fallback, which answers from the latest items."""

from __future__ import annotations

import json

import pytest

from harness import bodies
from harness.client import TIMESTAMP
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon
from harness.http import Http

DASHBOARD = "/api/v1/dashboard"
MARKET = "/api/v1/market"


def got(http: Http, path: str, **headers: str) -> dict:
    response = http.get(path, **headers)
    assert response.status == 200, response
    assert response.headers["content-type"].startswith("application/json")
    return response.json


def test_trade_signals_are_the_latest_of_each_symbol_asked_for(host: Daemon) -> None:
    host.publish("trade-signals", bodies.signals("AAPL", "GOOGL", "MSFT"))
    published = host.publish("trade-signals", bodies.signals("AAPL", side="sell"))
    answer = got(host.http(), f"{DASHBOARD}/trade-signals?symbols=AAPL,googl,NONE")
    latest = {item["symbol"]: item["signal"] for item in answer["signals"]}
    assert latest == {"AAPL": "sell", "GOOGL": "buy"}
    assert answer["count"] == 2
    assert TIMESTAMP.fullmatch(answer["timestamp"])
    assert (answer["offset"], answer["epoch"]) == (4, published["epoch"])


def test_trade_signals_without_symbols_are_all(host: Daemon) -> None:
    host.publish("trade-signals", bodies.signals("AAPL", "GOOGL", "MSFT"))
    answer = got(host.http(), f"{DASHBOARD}/trade-signals")
    assert sorted(item["symbol"] for item in answer["signals"]) == ["AAPL", "GOOGL", "MSFT"]
    assert answer["count"] == 3


def test_trade_signals_are_an_empty_list_when_nothing_is_known(host: Daemon) -> None:
    answer = got(host.http(), f"{DASHBOARD}/trade-signals?symbols=AAPL")
    assert (answer["signals"], answer["count"]) == ([], 0)


def test_earnings_are_the_object_with_user_and_timestamp(host: Daemon) -> None:
    host.publish("earnings", bodies.earnings("user_001", 5.0))
    answer = got(host.http(), f"{DASHBOARD}/earnings?user_id=user_001")
    assert answer["portfolio_value"] == 5.0
    assert answer["win_rate"] == 0.65
    assert answer["user_id"] == "user_001"
    assert TIMESTAMP.fullmatch(answer["timestamp"])


def test_earnings_of_an_unknown_user_are_404(host: Daemon) -> None:
    host.publish("earnings", bodies.earnings("user_001"))
    response = host.http().get(f"{DASHBOARD}/earnings?user_id=user_002")
    assert (response.status, bool(response.detail)) == (404, True)


def test_notifications_are_the_users_last_ones_with_ids(host: Daemon) -> None:
    epoch = ""
    for number in range(5):
        epoch = host.publish("notifications", bodies.notification("user_001", f"n{number}"))["epoch"]
    host.publish("notifications", bodies.notification("user_002", "not mine"))
    answer = got(host.http(), f"{DASHBOARD}/notifications?user_id=user_001&limit=3")
    titles = sorted(item["title"] for item in answer["notifications"])
    assert titles == ["n2", "n3", "n4"]
    ids = {item["title"]: item["id"] for item in answer["notifications"]}
    assert ids == {"n2": f"{epoch}:3", "n3": f"{epoch}:4", "n4": f"{epoch}:5"}
    assert (answer["user_id"], answer["count"]) == ("user_001", 3)


def test_notifications_to_everyone_are_the_users_too(host: Daemon) -> None:
    host.publish("notifications", bodies.notification("user_001", "mine"))
    host.publish("notifications", bodies.notification("*", "everyone's"))
    answer = got(host.http(), f"{DASHBOARD}/notifications?user_id=user_001")
    titles = sorted(item["title"] for item in answer["notifications"])
    assert titles == ["everyone's", "mine"]


def test_a_quote_is_found_by_its_symbol_in_any_case(host: Daemon) -> None:
    host.publish("market-data", bodies.quotes(AAPL=187.5))
    for symbol in ("AAPL", "aapl", "%41APL"):
        answer = got(host.http(), f"{MARKET}/quote/{symbol}")
        assert answer["status"] == "success"
        assert answer["quote"]["price"] == 187.5


def test_an_unknown_symbol_is_404(host: Daemon) -> None:
    response = host.http().get(f"{MARKET}/quote/NONE")
    assert (response.status, bool(response.detail)) == (404, True)


def test_quotes_are_an_object_by_symbol(host: Daemon) -> None:
    host.publish("market-data", bodies.quotes(AAPL=1.5, MSFT=2.5, TSLA=3.5))
    answer = got(host.http(), f"{MARKET}/quotes?symbols=AAPL,msft,NONE")
    assert answer["status"] == "success"
    prices = {symbol: quote["price"] for symbol, quote in answer["quotes"].items()}
    assert prices == {"AAPL": 1.5, "MSFT": 2.5}
    assert answer["count"] == 2
    assert TIMESTAMP.fullmatch(answer["timestamp"])


def test_an_admin_reads_the_latest_of_a_kind_and_of_all_kinds(host: Daemon) -> None:
    host.publish("admin", bodies.admin("users", total_users=1))
    host.publish("admin", bodies.admin("users", total_users=150))
    host.publish("admin", bodies.admin("revenue", monthly_revenue=15000))
    http = host.http(Authorization=f"Bearer {ADMIN_TOKEN}")
    response = http.get("/api/v1/admin/users")
    assert response.status == 200, response
    assert response.json["total_users"] == 150
    every = http.get("/api/v1/admin")
    assert every.status == 200, every
    text = json.dumps(every.json)
    assert '"total_users": 150' in text and '"monthly_revenue": 15000' in text
    assert http.get("/api/v1/admin/weather").status == 404


def test_health_says_healthy_and_names_each_channel(host: Daemon) -> None:
    answer = got(host.http(), "/api/v1/health")
    assert answer["status"] == "healthy"
    for channel in CHANNELS:
        assert channel in str(answer), answer


def test_channels_are_listed_with_path_plugin_version_and_state(host: Daemon) -> None:
    answer = got(host.http(), "/api/v1/channels")
    channels = answer["channels"] if isinstance(answer, dict) else answer
    by_name = {channel["name"]: channel for channel in channels}
    assert sorted(by_name) == sorted(CHANNELS)
    for name, channel in by_name.items():
        assert channel["path"] == f"/ws/{name}"
        assert channel["plugin"] and channel["version"] and channel["state"]


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/channels",
                                  f"{DASHBOARD}/trade-signals", f"{MARKET}/quotes"])
def test_head_is_get_without_the_body(host: Daemon, path: str) -> None:
    http = host.http()
    response = http.request("HEAD", path)
    assert (response.status, response.body) == (200, b"")
    assert http.get(path).status == 200


def test_a_client_that_switches_from_rest_to_websocket_misses_nothing(host: Daemon) -> None:
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    answer = got(host.http(), f"{DASHBOARD}/trade-signals?symbols=AAPL")
    client = host.client("/ws/trade-signals")
    subscribed = client.subscribe("AAPL")
    assert (answer["offset"], answer["epoch"]) == (subscribed["offset"], subscribed["epoch"])

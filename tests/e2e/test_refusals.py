# SPDX-License-Identifier: MIT
"""What is refused before the upgrade, by plain HTTP."""

from __future__ import annotations

import json

import pytest

from harness import bodies
from harness.config import CHANNELS
from harness.daemon import Daemon
from harness.websocket import Closed, Refused


def refusal(host: Daemon, path: str, **headers: str) -> Refused:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(Refused) as caught:
        host.client(path, headers=named)
    assert json.loads(caught.value.body)["detail"]
    return caught.value


@pytest.mark.parametrize("path", ["/ws/weather", "/ws/", "/ws/trade-signals/", "/ws/TRADE-SIGNALS",
                                  "/wss/trade-signals", "/ws/trade-signals/x", "/nothing"])
def test_an_unknown_path_is_404(host: Daemon, path: str) -> None:
    assert refusal(host, path).status == 404


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example",
                                    "http://127.0.0.1.evil.example", "nonsense"])
def test_a_foreign_origin_is_403(host: Daemon, channel: str, origin: str) -> None:
    assert refusal(host, f"/ws/{channel}", Origin=origin).status == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5173",
                                    "http://[::1]:3000", "http://app.localhost:3000"])
def test_a_loopback_origin_is_welcome_by_default(host: Daemon, origin: str) -> None:
    client = host.client("/ws/trade-signals", headers={"Origin": origin})
    assert client.ping()["type"] == "pong"


def test_only_configured_origins_are_welcome(start) -> None:
    host = start(server={"origins": ["https://app.example"]})
    client = host.client("/ws/trade-signals", headers={"Origin": "https://app.example"})
    assert client.ping()["type"] == "pong"
    for origin in ("https://app.example:8443", "http://app.example", "http://localhost:3000"):
        assert refusal(host, "/ws/trade-signals", Origin=origin).status == 403


def test_the_same_origin_is_the_one_of_the_host_header(start) -> None:
    host = start(server={"origins": ["same"]})
    own = f"http://{host.tcp.name}"
    assert host.client("/ws/trade-signals", headers={"Origin": own}).ping()["type"] == "pong"
    assert refusal(host, "/ws/trade-signals", Origin="http://localhost:3000").status == 403


def test_one_connection_too_many_is_429_until_one_leaves(start) -> None:
    host = start(limits={"connections": 3}, server={"io_threads": 1})
    clients = [host.client("/ws/trade-signals") for _ in range(3)]
    for client in clients:
        client.ping()
    refused = refusal(host, "/ws/trade-signals")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    clients[0].close()
    clients[0].abandon()
    assert _connects_in_the_end(host)


def _connects_in_the_end(host: Daemon) -> bool:
    """A closed connection is counted out by another thread than the one that answers."""
    for _ in range(1000):
        try:
            return host.client("/ws/trade-signals").ping()["type"] == "pong"
        except Refused as refused:
            assert refused.status == 429
    return False


def test_one_connection_too_many_from_an_address_is_429(start) -> None:
    host = start(limits={"per_address": 2})
    clients = [host.client("/ws/trade-signals") for _ in range(2)]
    for client in clients:
        client.ping()
    refused = refusal(host, "/ws/trade-signals")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0


def test_one_connection_too_many_of_a_user_is_refused_and_the_others_stay(start) -> None:
    host = start(limits={"per_user": 2})
    clients = [host.client("/ws/earnings") for _ in range(2)]
    for client in clients:
        client.subscribe(user_id="user_001")
    third = host.client("/ws/earnings")
    try:
        third.refused(action="subscribe", user_id="user_001")
    except Closed as closed:
        assert closed.code == 1008 and closed.reason
    for client in clients:
        assert client.ping()["type"] == "pong"
    other = host.client("/ws/earnings")
    other.subscribe(user_id="user_002")


def test_a_channel_that_is_not_enabled_is_404(start) -> None:
    host = start(channels={"admin": {"enabled": False}})
    assert refusal(host, "/ws/admin").status == 404
    assert host.client("/ws/trade-signals").ping()["type"] == "pong"


def test_a_channel_is_at_its_configured_path_alone(start) -> None:
    host = start(channels={"earnings": {"path": "/live/money"}, "admin": {"path": ""}})
    client = host.client("/live/money")
    client.tell(action="subscribe", user_id="user_001")
    assert client.ping()["type"] == "pong"
    assert refusal(host, "/ws/earnings").status == 404
    assert refusal(host, "/ws/admin").status == 404


def test_a_page_whose_name_was_made_to_point_here_can_neither_read_nor_publish(host: Daemon) -> None:
    evil = f"evil.example:{host.tcp.port}"
    publish = host.http(Host=evil, Origin=f"http://{evil}").publish("trade-signals",
                                                                    bodies.signals("AAPL"))
    assert publish.status == 403
    assert host.http(Host=evil).get("/api/v1/dashboard/trade-signals").status == 403
    with pytest.raises(Refused) as caught:
        host.client("/ws/trade-signals", headers={"Host": evil, "Origin": f"http://{evil}"})
    assert caught.value.status == 403

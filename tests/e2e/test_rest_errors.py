# SPDX-License-Identifier: MIT
"""Every error of the HTTP side: its status and a detail that says what is wrong."""

from __future__ import annotations

import json
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from harness import bodies
from harness.config import ADMIN_TOKEN, CHANNELS, PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from harness.http import Http, Response

DASHBOARD = "/api/v1/dashboard"


def failed(response: Response, status: int) -> str:
    assert response.status == status, response
    assert response.headers["content-type"].startswith("application/json")
    return response.detail


@pytest.fixture
def http(host: Daemon) -> Http:
    return host.http()


@pytest.fixture
def guarded(start, tmp_path: Path) -> Daemon:
    """A host whose publishers need a key."""
    keys = secret_file(tmp_path / "keys", backend=PUBLISHER_KEY, other="another-key")
    return start(publish={"keys_file": keys})


@pytest.mark.parametrize("path", [
    f"{DASHBOARD}/notifications?user_id=u&limit=0x10", f"{DASHBOARD}/notifications?user_id=u&limit=-1",
    f"{DASHBOARD}/notifications?user_id=u&limit=1000000000",
    f"{DASHBOARD}/notifications?user_id=u&limit=ten",
    f"{DASHBOARD}/notifications?user_id=u&limit=99999999999999999999",
])
def test_a_limit_that_is_none_is_400(http: Http, path: str) -> None:
    failed(http.get(path), 400)


@pytest.mark.parametrize("size", [17, 65, 129, 1025, 2500, 4097, 20_000])
@pytest.mark.parametrize("query", ["trade-signals?symbols=", "notifications?user_id=u&limit=",
                                   "notifications?user_id=", "earnings?user_id=",
                                   "trade-signals?symbols=A,&"])
def test_a_parameter_longer_than_any_buffer_does_no_harm(host: Daemon, query: str,
                                                         size: int) -> None:
    try:
        response = host.http().get(f"{DASHBOARD}/{query}{'9' * size}")
        assert response.status in (200, 400, 404, 414, 422, 431), response
    except (RemoteDisconnected, ConnectionError):
        assert size > 4096
    assert host.http().get("/api/v1/health").json["status"] == "healthy"


@pytest.mark.parametrize("path", [f"{DASHBOARD}/earnings", f"{DASHBOARD}/notifications"])
def test_a_missing_user_is_422(http: Http, path: str) -> None:
    assert "user_id" in failed(http.get(path), 422)


def test_a_broken_body_is_400_or_422(http: Http) -> None:
    for body in ("", "{", "nonsense", "[1", '{"data":[}'):
        response = http.publish("trade-signals", body)
        assert failed(response, response.status)
        assert response.status in (400, 422)


def test_a_publisher_without_its_key_is_401(guarded: Daemon) -> None:
    response = guarded.http().publish("trade-signals", bodies.signals("AAPL"))
    failed(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", [
    "Bearer wrong", "Bearer ", "Bearer", f"Basic {PUBLISHER_KEY}", f"Bearer {PUBLISHER_KEY}x",
    f"Bearer {ADMIN_TOKEN}", PUBLISHER_KEY,
])
def test_a_publisher_with_a_wrong_key_is_401(guarded: Daemon, authorization: str) -> None:
    http = guarded.http(Authorization=authorization)
    failed(http.publish("trade-signals", bodies.signals("AAPL")), 401)
    assert guarded.http().get(f"{DASHBOARD}/trade-signals").json["count"] == 0


@pytest.mark.parametrize("key", [PUBLISHER_KEY, "another-key"])
def test_a_publisher_with_any_key_of_the_file_publishes(guarded: Daemon, key: str) -> None:
    for scheme in ("Bearer", "bearer"):
        guarded.publish("trade-signals", bodies.signals("AAPL"), Authorization=f"{scheme} {key}")


@pytest.mark.parametrize("path", ["/api/v1/admin", "/api/v1/admin/users"])
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Basic {ADMIN_TOKEN}"])
def test_the_admin_routes_are_for_admins(host: Daemon, path: str,
                                         authorization: str | None) -> None:
    host.publish("admin", bodies.admin("users", total_users=4711))
    headers = {"Authorization": authorization} if authorization else {}
    response = host.http(**headers).get(path)
    assert response.status in (401, 403), response
    assert response.detail
    assert b"4711" not in response.body


def test_publishing_from_a_foreign_web_page_is_403(host: Daemon) -> None:
    for origin in ("https://evil.example", "null"):
        response = host.http(Origin=origin).publish("trade-signals", bodies.signals("AAPL"))
        failed(response, 403)
    assert host.http().get(f"{DASHBOARD}/trade-signals").json["count"] == 0


@pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v1/nothing", "/api/v2/health",
                                  "/api/v1/market/quote", "/api/v1/market/quote/",
                                  "/api/v1/market/quote/A/B", "/api/v1/health/x"])
def test_an_unknown_path_is_404(http: Http, path: str) -> None:
    failed(http.get(path), 404)


@pytest.mark.parametrize("channel", ["weather", "", "trade-signals/x", "TRADE-SIGNALS", "%00"])
def test_publishing_to_an_unknown_channel_is_404(http: Http, channel: str) -> None:
    failed(http.publish(channel, bodies.signals("AAPL")), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api/v1/health", f"{DASHBOARD}/trade-signals",
                                  "/api/v1/market/quote/AAPL"])
def test_another_method_on_a_route_is_405(host: Daemon, method: str, path: str) -> None:
    response = host.http().request(method, path, b"{}", {"Content-Type": "application/json"})
    failed(response, 405)
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_on_publish_is_405(host: Daemon, method: str) -> None:
    body = None if method == "GET" else b"{}"
    response = host.http().request(method, "/api/v1/publish/trade-signals", body)
    failed(response, 405)
    assert "POST" in response.headers["allow"]


def test_a_body_over_the_limit_is_413_and_one_of_the_limit_is_taken(start) -> None:
    host = start(publish={"body_size": "2KiB"})
    body = json.dumps(bodies.signals("AAPL"))
    assert host.http().publish("trade-signals", body.ljust(2048)).status == 200
    failed(host.http().publish("trade-signals", body.ljust(2049)), 413)
    assert host.http().get(f"{DASHBOARD}/trade-signals").json["offset"] == 1


def test_a_body_that_is_announced_too_big_is_413_before_it_is_sent(host: Daemon) -> None:
    with host.tcp.connect() as connection:
        connection.sendall(b"POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\n"
                           b"Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"413"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded",
                                          "multipart/form-data; boundary=x", "application/jsonx",
                                          "text/json, application/json", "x-application/json"])
def test_a_publish_of_another_content_type_is_415(http: Http, content_type: str) -> None:
    failed(http.publish("trade-signals", bodies.signals("AAPL"), content_type), 415)


def test_a_publish_without_a_content_type_is_415(http: Http) -> None:
    body = json.dumps(bodies.signals("AAPL"))
    failed(http.request("POST", "/api/v1/publish/trade-signals", body), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON",
                                          "application/json;charset=UTF-8"])
def test_a_json_content_type_may_have_parameters_and_any_case(http: Http,
                                                              content_type: str) -> None:
    assert http.publish("trade-signals", bodies.signals("AAPL"), content_type).status == 200


def test_one_request_too_many_is_429(start) -> None:
    host = start(limits={"per_address": 1})
    client = host.client("/ws/trade-signals")
    client.ping()
    response = host.http().get("/api/v1/health")
    failed(response, 429)
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_error_leaves_the_connection_usable(host: Daemon, channel: str) -> None:
    http = host.http()
    for _ in range(5):
        assert http.publish(channel, {"wrong": 1}).status == 422
        assert http.get("/nothing").status == 404
    assert http.publish(channel, bodies.VALID[channel]).status == 200

# SPDX-License-Identifier: MIT
"""/api/v1/host: what an operator sees and does from a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import bodies
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon
from harness.http import JSON, Http, Response

ROOT = "/api/v1/host"
READ = (ROOT, f"{ROOT}/channels", f"{ROOT}/plugins")


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

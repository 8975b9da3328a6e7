# SPDX-License-Identifier: MIT
"""POST /api/v1/dashboard/notifications/ack: for those who have no WebSocket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

from harness import bodies
from harness.config import default_config
from harness.daemon import Daemon
from harness.http import JSON, Http, Response
from harness.sse import EventStream
from harness.until import until

ROUTE = "/api/v1/dashboard/notifications"


@pytest.fixture
def host(start: Callable[..., Daemon], tmp_path: Path, certificate: tuple[Path, Path]) -> Daemon:
    default_config(tmp_path)
    chain, key = certificate
    return start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0",
                                    f"unix:{tmp_path / 'socket'}"]},
                 tls={"certificate": chain, "key": key},
                 channels={"notifications": {"durable": True}})


def post(http: Http, body: object, **headers: str) -> Response:
    text = body if isinstance(body, (bytes, str)) else json.dumps(body)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.request("POST", f"{ROUTE}/ack", text, {"Content-Type": JSON, **names})


def send(host: Daemon, count: int, user: str = "user_001") -> dict[str, Any]:
    for number in range(count):
        answer = host.publish("notifications", bodies.notification(user, f"number {number}"))
    return answer


def waiting(host: Daemon, user: str = "user_001", **fields: Any) -> list[int]:
    """The offsets of what a new connection gets first, which it does not acknowledge."""
    client = host.client("/ws/notifications")
    client.subscribe(user_id=user, ack=True, **fields)
    marker = host.publish("notifications", bodies.notification("nobody"))["offset"]
    # What is to everyone is sent to all: it comes behind what waits.
    marker = host.publish("notifications", bodies.notification("*", "marker"))["offset"]
    offsets = []
    while True:
        offset = client.next()["offset"]
        if offset == marker:
            return offsets
        offsets.append(offset)


@pytest.mark.parametrize("via", ["tcp", "tls", "unix"])
def test_an_acknowledgement_moves_the_place(host: Daemon, via: str) -> None:
    epoch = send(host, 4)["epoch"]
    http = host.http(getattr(host, via))
    answer = post(http, {"user_id": "user_001", "offset": 2, "epoch": epoch})
    assert answer.status == 200 and answer.headers["Content-Type"] == JSON, answer
    assert answer.json == {"user_id": "user_001", "offset": 2, "epoch": epoch}
    # It goes only forward, and no further than there is something; the epoch may be left out.
    assert post(http, {"user_id": "user_001", "offset": 1}).json["offset"] == 2
    assert waiting(host) == [3, 4]
    last = post(http, {"user_id": "user_001", "offset": 2**53}).json["offset"]
    assert last == 6
    assert waiting(host) == []


def test_each_consumer_has_its_own_place(host: Daemon) -> None:
    send(host, 3)
    http = host.http()
    assert waiting(host, consumer="phone") == [1, 2, 3]
    answer = post(http, {"user_id": "user_001", "offset": 2, "consumer": "phone"})
    assert answer.json["offset"] == 2
    assert waiting(host, consumer="phone")[0] == 3
    assert waiting(host)[0] == 1


def listen(host: Daemon, query: str) -> EventStream:
    return EventStream(host.tcp, f"/sse/notifications?user_id=user_001&{query}")


def test_a_listener_to_events_acknowledges_by_it(host: Daemon) -> None:
    send(host, 3)
    query = "ack=true&consumer=page"
    for done, expected in ((0, [1, 2, 3]), (2, [3])):
        answer = post(host.http(), {"user_id": "user_001", "offset": done, "consumer": "page"})
        assert answer.json["offset"] == done
        stream = listen(host, query)
        messages = [stream.next().message for _ in expected]
        assert [message["offset"] for message in messages] == expected
        assert all(message["replay"] for message in messages)
        stream.close()


def test_a_listener_who_says_nothing_has_acknowledged_what_was_written(host: Daemon) -> None:
    send(host, 2)
    stream = listen(host, "")
    assert [stream.next().message["offset"] for _ in range(2)] == [1, 2]
    # The host is told of it with a tick.
    http = host.http()
    until(lambda: post(http, {"user_id": "user_001", "offset": 0}).json["offset"],
          lambda offset: offset == 2)
    stream.close()
    assert waiting(host) == []


def test_requests_may_follow_one_another_on_a_connection(host: Daemon) -> None:
    send(host, 3)
    http = host.http()
    for offset in (1, 2, 3):
        assert post(http, {"user_id": "user_001", "offset": offset}).json["offset"] == offset
        assert http.publish("notifications", bodies.notification("user_002")).status == 200
        assert http.get(f"{ROUTE}?user_id=user_001").json["count"] == 3


@pytest.mark.parametrize("body, status", [
    ("", 422), ("{", 400), ("[]", 422), ("7", 422), ({}, 422),
    ({"user_id": "user_001"}, 422),
    ({"offset": 1}, 422),
    ({"user_id": 7, "offset": 1}, 422),
    ({"user_id": "", "offset": 1}, 422),
    ({"user_id": "*", "offset": 1}, 422),
    ({"user_id": "x" * 129, "offset": 1}, 422),
    ({"user_id": "user_001", "offset": "1"}, 422),
    ({"user_id": "user_001", "offset": -1}, 422),
    ({"user_id": "user_001", "offset": 1.5}, 422),
    ({"user_id": "user_001", "offset": None}, 422),
    ({"user_id": "user_001", "offset": 1, "epoch": 7}, 422),
    ({"user_id": "user_001", "offset": 1, "epoch": "0123456789abcdef"}, 422),
    ({"user_id": "user_001", "offset": 1, "consumer": "a b"}, 422),
    ({"user_id": "user_001", "offset": 1, "consumer": ""}, 422),
    ('{"user_id":"user_001","offset":1,"offset":2}', 422),
    ({"user_id": "user_001", "offset": 1, "more": "x" * 5000}, 413),
])
@pytest.mark.parametrize("via", ["tcp", "tls"])
def test_what_is_malformed_is_refused_and_changes_nothing(host: Daemon, via: str, body: object,
                                                          status: int) -> None:
    send(host, 1)
    http = host.http(getattr(host, via))
    answer = post(http, body)
    assert answer.status == status, answer
    assert answer.detail
    assert waiting(host) == [1]


def test_no_web_page_acknowledges_by_a_form_or_from_elsewhere(host: Daemon) -> None:
    send(host, 1)
    body = {"user_id": "user_001", "offset": 1}
    http = host.http()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert post(http, body, Content_Type=kind).status == 415
    assert post(http, body, Origin="https://elsewhere.example").status == 403
    assert waiting(host) == [1]
    allowed = post(host.http(), body, Origin=f"http://{host.tcp.name}")
    assert allowed.status == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == f"http://{host.tcp.name}"


def test_it_takes_post_alone(host: Daemon) -> None:
    answer = host.http().get(f"{ROUTE}/ack")
    assert answer.status == 405 and "POST" in answer.headers["Allow"]
    answer = host.http().request("POST", ROUTE, "{}", {"Content-Type": JSON})
    assert answer.status == 405


def test_a_channel_that_is_not_durable_has_no_such_route(
        start: Callable[..., Daemon]) -> None:
    host = start(channels={"notifications": {"durable": False}})
    assert post(host.http(), {"user_id": "user_001", "offset": 1}).status == 404
    assert host.http().get(f"{ROUTE}/ack").status == 404

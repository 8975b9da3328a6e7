# SPDX-License-Identifier: MIT
"""A publish with an idempotency key is answered as the first one was, and published once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import pytest

from conftest import Start
from harness import bodies
from harness.config import CHANNELS, secret_file
from harness.daemon import Daemon
from harness.http import Http, Response
from harness.live import Live, install
from harness.until import until
from harness.worker import deaths, follow, isolated, status

ONE = json.dumps(bodies.signals("AAPL"))
OTHER = json.dumps(bodies.signals("MSFT"))


def publish(http: Http, key: str, body: str = ONE, channel: str = "trade-signals") -> Response:
    return http.publish(channel, body, headers={"Idempotency-Key": key})


def in_threads(run: Callable[[Http], None], connections: list[Http]) -> None:
    with ThreadPoolExecutor(len(connections)) as pool:
        for done in [pool.submit(run, http) for http in connections]:
            done.result()


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_same_key_and_body_are_answered_as_first_and_published_once(
        host: Daemon, channel: str) -> None:
    body = json.dumps(bodies.VALID[channel])
    first = publish(host.http(), "k", body, channel)
    assert first.status == 200 and first.json["offset"] == 1
    assert host.publish(channel, body)["offset"] == 2
    again = publish(host.http(), "k", body, channel)
    assert (again.status, again.json) == (200, first.json)
    assert host.publish(channel, body)["offset"] == 3


@pytest.fixture(params=["tcp", "tls", "unix"])
def via(request: pytest.FixtureRequest, start: Start, tmp_path: Path,
        certificate: tuple[Path, Path]) -> Http:
    """The host over each transport; TLS goes by another parser of requests."""
    chain, key = certificate
    host = start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0",
                                    f"unix:{tmp_path / 'sentio.sock'}"]},
                 tls={"certificate": chain, "key": key})
    return host.http(getattr(host, request.param))


def test_a_key_is_good_on_each_transport(via: Http) -> None:
    first = publish(via, "order-17.4711:a/b~c")
    assert first.status == 200
    again = publish(via, "order-17.4711:a/b~c")
    assert (again.status, again.body) == (200, first.body)
    other = publish(via, "order-17.4711:a/b~c", OTHER)
    assert other.status == 422 and '"order-17.4711:a/b~c"' in other.detail
    assert publish(via, "order-17.4711:a/b~d").json["offset"] == 2


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "\xe4"])
def test_what_can_not_be_a_key_is_refused_on_each_transport(via: Http, key: str) -> None:
    response = publish(via, key)
    assert response.status == 400 and "Idempotency-Key" in response.detail
    assert publish(via, "k" * 255).json["offset"] == 1


def test_the_id_of_a_body_is_its_key(host: Daemon) -> None:
    body = json.dumps({"id": 17, **bodies.signals("AAPL")})
    assert host.publish("trade-signals", body) == host.publish("trade-signals", body)
    assert publish(host.http(), "17", body).json["offset"] == 1
    assert publish(host.http(), "17").status == 422
    differ = publish(host.http(), "18", body)
    assert differ.status == 422 and "differ" in differ.detail
    assert host.publish("trade-signals", ONE)["offset"] == 2


def test_a_refused_publish_may_be_mended_under_its_key(host: Daemon) -> None:
    wrong = json.dumps(bodies.signals("not a symbol"))
    assert publish(host.http(), "k", wrong).status == 422
    assert publish(host.http(), "k", wrong).status == 422
    assert publish(host.http(), "k").json["offset"] == 1


def test_keys_belong_to_the_publisher_that_gave_them(start: Start, tmp_path: Path) -> None:
    keys = secret_file(tmp_path / "keys", one="first-key", two="second-key")
    host = start(publish={"keys_file": keys})
    one = host.http(Authorization="Bearer first-key")
    two = host.http(Authorization="Bearer second-key")
    assert publish(one, "k").json["offset"] == 1
    assert publish(two, "k", OTHER).json["offset"] == 2
    assert publish(one, "k").json["offset"] == 1


def test_keys_hold_over_connections_of_all_threads(start: Start) -> None:
    host = start(server={"io_threads": 3})
    answers = [publish(host.http(), "k").body for _ in range(12)]
    assert len(set(answers)) == 1
    assert host.publish("trade-signals", ONE)["offset"] == 2


def test_concurrent_duplicates_get_the_same_answer(start: Start) -> None:
    host = start(channels={"trade-signals": {"isolation": "process"}})
    connections = [host.http() for _ in range(16)]
    answers: list[bytes] = []

    def run(http: Http) -> None:
        for key in range(20):
            response = publish(http, str(key))
            assert response.status == 200, response
            answers.append(response.body)

    in_threads(run, connections)
    assert len(answers) == 16 * 20 and len(set(answers)) == 20
    assert host.publish("trade-signals", ONE)["offset"] == 21


def test_a_duplicate_of_what_is_pipelined_ahead_of_it_is_answered_in_its_turn(
        host: Daemon) -> None:
    request = ("POST /api/v1/publish/trade-signals HTTP/1.1\r\nHost: localhost\r\n"
               "Content-Type: application/json\r\nIdempotency-Key: k\r\n"
               f"Content-Length: {len(ONE)}\r\n\r\n{ONE}").encode()
    with host.tcp.connect() as connection:
        connection.sendall(request * 40)
        received = b""
        while received.count(b'"offset":1,') < 40:
            part = connection.recv(65536)
            assert part, received
            received += part
    assert received.count(b"HTTP/1.1 200 ") == 40
    assert host.publish("trade-signals", ONE)["offset"] == 2


def test_keyed_updates_are_published_once_while_the_worker_dies_of_some(start: Start) -> None:
    host = start(channels={"tick": isolated("crashes_and_forgets", options={"every": 10})},
                 plugins={"max_deaths": 0})
    follower = follow(host, "tick")
    answers: dict[str, set[bytes]] = {str(key): set() for key in range(1, 61)}

    def run(http: Http) -> None:
        for key, found in answers.items():
            response = publish(http, key, json.dumps({"data": int(key)}), "tick")
            assert response.status == 200, response
            found.add(response.body)

    in_threads(run, [host.http() for _ in range(4)])
    assert all(len(found) == 1 for found in answers.values())
    assert deaths(host)
    received = [follower.live()["data"] for _ in answers]
    assert sorted(received) == sorted(map(int, answers))
    assert status(host, "tick")["offset"] == 60


def test_keyed_updates_are_published_once_over_reloads(go_live: Callable[..., Live],
                                                       tmp_path: Path) -> None:
    plugin = install("swap_v1", tmp_path / "tick.so")
    live = go_live(channels={"tick": {"plugin": plugin}})
    stopped = threading.Event()
    answers: list[tuple[bytes, bytes]] = []

    def run(http: Http) -> None:
        while not stopped.is_set():
            body = json.dumps({"data": len(answers) + 1})
            pair = [publish(http, str(len(answers)), body, "tick") for _ in range(2)]
            assert pair[0].status == 200, pair
            answers.append((pair[0].body, pair[1].body))

    thread = threading.Thread(target=run, args=(live.host.http(),))
    thread.start()
    try:
        install("swap_v2", plugin)
        live.reload()
        for history in (5, 6):
            live.reload(channels={"tick": {"plugin": plugin, "history": history}})
    finally:
        stopped.set()
        thread.join()
    assert answers and all(first == again for first, again in answers)
    assert status(live.host, "tick")["offset"] == len(answers)


def test_keys_outlive_a_clean_stop_with_the_epoch(start: Start, tmp_path: Path) -> None:
    state = {"state_dir": tmp_path / "kept"}
    first = start(server=state)
    answer = publish(first.http(), "k")
    first.stop()
    second = start(server=state)
    again = publish(second.http(), "k")
    assert (again.status, again.body) == (200, answer.body)
    assert publish(second.http(), "k", OTHER).status == 422
    assert second.publish("trade-signals", ONE)["offset"] == 2


def test_a_key_is_free_again_after_the_window(start: Start) -> None:
    host = start(publish={"window": "1s"})
    assert publish(host.http(), "k").json["offset"] == 1
    answer = until(lambda: publish(host.http(), "k", OTHER), lambda answer: answer.status != 422)
    assert answer.json["offset"] == 2


def test_more_keys_than_are_kept_are_reported(start: Start) -> None:
    host = start(publish={"keys": 2})
    assert [publish(host.http(), key).json["offset"] for key in "abcba"] == [1, 2, 3, 2, 4]
    host.wait_for(r"trade-signals.*publish\.keys.*forgotten")
    assert status(host, "trade-signals")["counters"]["duplicates"] == 1

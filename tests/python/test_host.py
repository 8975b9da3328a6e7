# SPDX-License-Identifier: MIT
"""Both publishers with the real host, on each of its listeners."""

from __future__ import annotations

import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Iterator, Tuple

import pytest

from bodies import HASTY, SIGNAL
from conftest import Publish, PublishMany, by_threads, url_of
from harness.config import PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from relay import Relay
from sentio_client import (Invalid, ManyResult, NotFound, Problem, Publisher, Refused, Retry,
                           Unauthorized)

Start = Callable[..., Daemon]


def test_an_update_is_published(publish: Publish, host: Daemon) -> None:
    results = [publish(url_of(host), "trade-signals", SIGNAL) for _ in range(2)]
    assert [result.offset for result in results] == [1, 2]
    assert [result.accepted for result in results] == [1, 1]
    assert len({result.epoch for result in results}) == 1


def test_items_arrive_as_they_were_written(publish: Publish, host: Daemon) -> None:
    publish(url_of(host), "market-data", {"data": [
        {"symbol": "AAPL", "price": Decimal("187.50"), "note": "株 🟢"}]})
    body = host.http().get("/api/v1/market/quote/AAPL").body.decode()
    assert '"price":187.50' in body
    assert json.loads(body)["quote"]["note"] == "株 🟢"


def test_the_unix_socket_is_spoken_to(publish: Publish, start: Start, tmp_path: Path) -> None:
    host = start(server={"listen": [f"unix:{tmp_path}/host.sock"]})
    assert publish(f"unix:{host.unix.host}", "trade-signals", SIGNAL).offset == 1


def test_tls_is_spoken(publish: Publish, start: Start, certificate: Tuple[Path, Path],
                       trusting: ssl.SSLContext) -> None:
    host = start(server={"listen": ["tls:127.0.0.1:0"]},
                 tls={"certificate": certificate[0], "key": certificate[1]})
    url = f"https://localhost:{host.tls.port}"
    assert publish(url, "trade-signals", SIGNAL, tls=trusting).offset == 1


@pytest.fixture
def locked(start: Start, tmp_path: Path) -> Daemon:
    keys = secret_file(tmp_path / "publisher-keys", backend=PUBLISHER_KEY)
    return start(publish={"keys_file": keys})


def test_the_publisher_key_is_taken(publish: Publish, locked: Daemon) -> None:
    assert publish(url_of(locked), "trade-signals", SIGNAL,
                   publisher_key=PUBLISHER_KEY).offset == 1


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_the_key_nothing_is_published(publish: Publish, locked: Daemon, key: Any) -> None:
    with pytest.raises(Unauthorized):
        publish(url_of(locked), "trade-signals", SIGNAL, publisher_key=key)


def test_mistakes_are_told_with_their_place(publish: Publish, host: Daemon) -> None:
    with pytest.raises(Invalid) as caught:
        publish(url_of(host), "trade-signals", {"data": [
            *SIGNAL["data"], {"symbol": "MSFT", "signal": "buy", "confidence": 2}]})
    assert caught.value.errors == (Problem("must be within 0 and 1", 1, "confidence"),)


def test_a_channel_that_is_not_there_is_told(publish: Publish, host: Daemon) -> None:
    with pytest.raises(NotFound):
        publish(url_of(host), "no-such-channel", SIGNAL)


def test_a_body_that_is_too_long_is_told(publish: Publish, host: Daemon) -> None:
    with pytest.raises(Refused) as caught:
        publish(url_of(host), "trade-signals", {**SIGNAL, "text": "x" * 2_000_000}, retry=HASTY)
    assert caught.value.status == 413


def test_a_key_publishes_once(publish: Publish, host: Daemon) -> None:
    results = [publish(url_of(host), "trade-signals", SIGNAL, key="order-17") for _ in range(3)]
    results += [publish(url_of(host), "trade-signals", {"id": "order-18", **SIGNAL})
                for _ in range(3)]
    results += [publish(url_of(host), "trade-signals", {"id": 19, **SIGNAL}) for _ in range(2)]
    assert [result.offset for result in results] == [1, 1, 1, 2, 2, 2, 3, 3]


def test_a_key_is_not_for_another_body(publish: Publish, host: Daemon) -> None:
    publish(url_of(host), "trade-signals", SIGNAL, key="order-17")
    with pytest.raises(Invalid, match="order-17"):
        publish(url_of(host), "trade-signals", {"data": SIGNAL["data"] * 2}, key="order-17")


@pytest.fixture
def relay(host: Daemon) -> Iterator[Relay]:
    relay = Relay(host.tcp.port)
    yield relay
    relay.close()


def test_an_update_whose_answer_was_lost_is_published_once(publish: Publish, host: Daemon,
                                                           relay: Relay) -> None:
    relay.lose(2)
    assert publish(relay.url, "trade-signals", SIGNAL, retry=HASTY).offset == 1
    assert relay.lost == 2
    assert by_threads(url_of(host), "trade-signals", SIGNAL).offset == 2


def test_many_updates_whose_answer_was_lost_are_published_once(publish_many: PublishMany,
                                                               host: Daemon,
                                                               relay: Relay) -> None:
    relay.lose(2)
    result = publish_many(relay.url, "trade-signals", [SIGNAL] * 300, batch_bytes=5000,
                          retry=HASTY)
    assert (result.accepted, result.offset) == (300, 300)
    assert relay.lost == 2


def test_many_updates_are_published_in_their_order(publish_many: PublishMany,
                                                   host: Daemon) -> None:
    bodies = [{"user_id": "user_001", "data": {"type": "info", "title": str(n), "message": "m"}}
              for n in range(90)]
    result = publish_many(url_of(host), "notifications", bodies, batch_bytes=2000)
    assert isinstance(result, ManyResult)
    assert (result.accepted, result.offset, result.refused) == (90, 90, 0)
    kept = host.http().get("/api/v1/dashboard/notifications?user_id=user_001&limit=90").json
    assert [item["title"] for item in kept["notifications"]] == [str(n) for n in range(90)]


def test_what_is_wrong_with_some_of_many_is_told(publish_many: PublishMany, host: Daemon) -> None:
    wrong = {"data": [*SIGNAL["data"], {"symbol": "A B", "signal": "hodl", "confidence": 2}]}
    result = publish_many(url_of(host), "trade-signals", [SIGNAL, wrong, {}, SIGNAL])
    assert (result.accepted, result.offset, result.refused) == (2, 2, 2)
    assert {(error.update, error.item, error.field) for error in result.errors} == {
        (1, 1, "symbol"), (1, 1, "signal"), (1, 1, "confidence"), (2, None, "data")}


def test_a_publish_waits_for_a_host_that_is_restarted(publish: Publish, start: Start,
                                                      tmp_path: Path) -> None:
    listen = {"listen": [f"unix:{tmp_path}/host.sock"]}
    first = start(server=listen)
    url = f"unix:{first.unix.host}"
    assert publish(url, "trade-signals", SIGNAL, key="before").offset == 1
    first.stop()
    patient = Retry(attempts=1000, first=0.02, longest=0.02)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(publish, url, "trade-signals", SIGNAL, retry=patient)
        start(server=listen)
        assert waiting.result().offset == 2
    assert publish(url, "trade-signals", SIGNAL, key="before").offset == 1


def note(number: int) -> dict[str, Any]:
    return {"user_id": "user_001",
            "data": {"type": "info", "title": str(number), "message": "It works"}}


def test_a_host_that_is_killed_loses_and_repeats_nothing_that_is_durable(
        start: Start, tmp_path: Path) -> None:
    listen = {"listen": [f"unix:{tmp_path}/host.sock", "127.0.0.1:0"]}
    first = start(server=listen)
    patient = Retry(attempts=1000, first=0.01, longest=0.01)
    with Publisher(f"unix:{first.unix.host}", retry=patient) as publisher:
        futures = [publisher.submit("notifications", note(n)) for n in range(200)]
        futures[40].result(TIMEOUT)
        first.kill()
        second = start(server=listen)
        assert [future.result(TIMEOUT).offset for future in futures] == list(range(1, 201))
    kept = second.http().get("/api/v1/dashboard/notifications?user_id=user_001&limit=1000").json
    assert [item["title"] for item in kept["notifications"]] == [str(n) for n in range(100, 200)]

# SPDX-License-Identifier: MIT
"""Both publishers with the real host, on each of its listeners."""

from __future__ import annotations

import json
import ssl
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Tuple

import pytest

from bodies import HASTY, SIGNAL
from conftest import Publish, url_of
from harness.config import PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from sentio_client import Invalid, NotFound, Problem, Refused, Unauthorized

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

# SPDX-License-Identifier: MIT
"""Many updates in one request, a line each (application/x-ndjson)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Iterable, Mapping

import pytest

from conftest import Start
from harness import bodies
from harness.client import symbols
from harness.config import CHANNELS
from harness.daemon import Daemon
from harness.http import Http, Response
from harness.worker import deaths, follow, isolated

NDJSON = "application/x-ndjson"


def lines(updates: Iterable[object]) -> str:
    return "".join(json.dumps(update) + "\n" for update in updates)


def publish(http: Http, body: str, channel: str = "trade-signals",
            headers: Mapping[str, str] | None = None) -> Response:
    return http.publish(channel, body, NDJSON, headers)


def errors(response: Response) -> list[tuple[int, int]]:
    """Line and status of each."""
    assert response.status == 200, response
    return [(error["line"], error["status"]) for error in response.json.get("errors", [])]


@pytest.fixture(params=["tcp", "tls", "unix"])
def via(request: pytest.FixtureRequest, start: Start, tmp_path: Path,
        certificate: tuple[Path, Path]) -> Http:
    chain, key = certificate
    host = start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0",
                                    f"unix:{tmp_path / 'sentio.sock'}"]},
                 tls={"certificate": chain, "key": key})
    return host.http(getattr(host, request.param))


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_line_is_an_update_of_its_own_in_order(host: Daemon, channel: str) -> None:
    body = lines([bodies.VALID[channel]] * 3)
    answer = publish(host.http(), body, channel).json
    assert (answer["channel"], answer["accepted"], answer["offset"]) == (channel, 3, 3)
    assert list(answer) == ["channel", "accepted", "offset", "epoch"]
    assert host.publish(channel, bodies.VALID[channel])["epoch"] == answer["epoch"]


def test_subscribers_get_a_message_for_each_line(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("*")
    publish(host.http(), lines([bodies.signals("AAPL", "MSFT"), bodies.signals("TSLA")]))
    first, second = client.live(), client.live()
    assert (symbols(first), first["offset"]) == (["AAPL", "MSFT"], 2)
    assert (symbols(second), second["offset"], second["prev"]) == (["TSLA"], 3, 2)


def test_lines_that_are_refused_are_listed_and_the_others_published(via: Http) -> None:
    body = "\n".join([json.dumps(bodies.signals("AAPL")), "", "{", "[]",
                      json.dumps(bodies.signals("A B")), json.dumps(bodies.signals("MSFT"))])
    response = publish(via, body)
    assert errors(response) == [(3, 400), (4, 422), (5, 422)]
    answer = response.json
    assert (answer["accepted"], answer["offset"], answer["refused"]) == (2, 2, 3)
    alone = via.publish("trade-signals", bodies.signals("A B"))
    assert {**alone.json, "line": 5, "status": 422} == answer["errors"][2]


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(start: Start) -> None:
    host = start(publish={"body_size": "64KiB"})
    line = json.dumps(bodies.signals("AAPL")) + "\n"
    body = line * (65536 // len(line))
    body += "\n" * (65536 - len(body))
    assert publish(host.http(), body).json["accepted"] == 65536 // len(line)
    assert publish(host.http(), body + "\n").status == 413


def test_a_mebibyte_of_lines_is_taken_on_each_transport(via: Http) -> None:
    line = json.dumps(bodies.signals("AAPL", note="x" * 900)) + "\n"
    count = (1 << 20) // len(line)
    assert publish(via, line * count).json["accepted"] == count


def test_a_hundred_thousand_lines_are_answered_one_by_one(host: Daemon) -> None:
    answer = publish(host.http(), "{}\n" * 100_000).json
    assert (answer["accepted"], answer["refused"], len(answer["errors"])) == (0, 100_000, 100)


def test_no_update_is_refused_whatever_the_body_is_made_of(via: Http) -> None:
    for body in ("", "\n", " \r\n\t\n"):
        response = publish(via, body)
        assert response.status == 422 and "no update" in response.detail


def test_the_type_may_have_parameters_and_capitals(host: Daemon) -> None:
    body = lines([bodies.signals("AAPL")] * 2)
    for kind in ("application/x-ndjson; charset=utf-8", "Application/X-NDJSON"):
        assert host.http().publish("trade-signals", body, kind).json["accepted"] == 2
    for kind in ("application/x-ndjsonx", "application/json-seq", "text/plain"):
        assert host.http().publish("trade-signals", body, kind).status == 415


def test_a_batch_with_a_key_is_published_once(via: Http) -> None:
    body = lines([bodies.signals("AAPL"), bodies.signals("A B"), bodies.signals("MSFT")])
    key = {"Idempotency-Key": "k"}
    first = publish(via, body, headers=key)
    assert errors(first) == [(2, 422)] and first.json["offset"] == 2
    again = publish(via, body, headers=key)
    assert (again.status, again.json) == (200, first.json)
    other = publish(via, body + lines([bodies.signals("TSLA")]), headers=key)
    assert other.status == 422 and '"k"' in other.detail
    assert publish(via, body).json["offset"] == 4


def test_a_line_with_an_id_is_published_once_however_it_comes(host: Daemon) -> None:
    named = [{"id": number, **bodies.signals("AAPL")} for number in range(5)]
    assert publish(host.http(), lines(named[:3])).json["offset"] == 3
    answer = publish(host.http(), lines(named)).json
    assert (answer["accepted"], answer["offset"]) == (5, 5)
    assert host.publish("trade-signals", named[1])["offset"] == 2
    changed = {**named[1], **bodies.signals("MSFT")}
    assert errors(publish(host.http(), lines([named[0], changed]))) == [(2, 422)]


def test_a_batch_is_published_once_while_the_worker_dies_of_its_lines(start: Start) -> None:
    host = start(channels={"tick": isolated("crashes_and_forgets", options={"every": 50})},
                 plugins={"max_deaths": 0})
    follower = follow(host, "tick")
    body = lines({"data": number} for number in range(1, 501))
    answer: dict[str, Any] = publish(host.http(), body, "tick", {"Idempotency-Key": "k"}).json
    assert (answer["accepted"], answer["offset"]) == (500, 500)
    assert deaths(host)
    assert publish(host.http(), body, "tick", {"Idempotency-Key": "k"}).json == answer
    assert [follower.live()["data"] for _ in range(500)] == list(range(1, 501))


def test_curl_sends_a_file_of_updates_over_the_unix_socket(start: Start, tmp_path: Path) -> None:
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'sentio.sock'}"]})
    updates = tmp_path / "updates.ndjson"
    updates.write_text(lines([bodies.signals("AAPL")] * 1000))
    result = subprocess.run(
        ["curl", "-sS", "--unix-socket", host.unix.host, "-H", f"Content-Type: {NDJSON}",
         "-H", "Idempotency-Key: a-file", "--data-binary", f"@{updates}",
         "http://localhost/api/v1/publish/trade-signals"],
        check=True, capture_output=True, timeout=60)
    assert json.loads(result.stdout)["accepted"] == 1000

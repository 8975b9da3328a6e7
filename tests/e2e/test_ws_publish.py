# SPDX-License-Identifier: MIT
"""Publishing over a WebSocket, /ws/publish: an update a message, the answers in their order."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import Start
from harness import bodies
from harness.client import symbols
from harness.config import CHANNELS, PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.websocket import (BINARY, CLOSE, CONTINUATION, DEFLATE, TEXT, Address, Refused,
                               WebSocket, encode)
from harness.worker import follow, isolated, worker
from test_publish import WRONG

websockets = pytest.importorskip("websockets")

PATH = "/ws/publish"


class Publisher(WebSocket):
    """Sends updates and reads answers."""

    def __init__(self, address: Address, path: str = PATH, **headers: str) -> None:
        super().__init__(address, path, {name.replace("_", "-"): text
                                         for name, text in headers.items()})

    def tell(self, channel: str, body: dict[str, Any]) -> None:
        self.send(json.dumps({"channel": channel, **body}))

    def answer(self) -> dict[str, Any]:
        return json.loads(self.message())

    def publish(self, channel: str, body: dict[str, Any]) -> dict[str, Any]:
        self.tell(channel, body)
        return self.answer()


def connect(host: Daemon, address: Address | None = None, path: str = PATH,
            **headers: str) -> Publisher:
    publisher = Publisher(address or host.tcp, path, **headers)
    host.keep(publisher)
    return publisher


@pytest.fixture
def publisher(host: Daemon) -> Publisher:
    return connect(host)


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_update_is_answered_and_delivered(host: Daemon, publisher: Publisher,
                                             channel: str) -> None:
    answer = publisher.publish(channel, bodies.VALID[channel])
    posted = host.publish(channel, bodies.VALID[channel])
    assert answer == {"status": 200, **posted, "offset": 1}
    assert list(answer) == ["status", "channel", "accepted", "offset", "epoch"]


def test_subscribers_get_what_is_published_byte_for_byte(host: Daemon,
                                                         publisher: Publisher) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("*")
    item = '{"symbol":"AAPL",  "signal":"buy","confidence":0.850,"note":"\\u00e9 é"}'
    publisher.send('{"channel":"trade-signals","id":"x","data":[' + item + ']}')
    assert publisher.answer()["status"] == 200
    message = client.message()
    assert item in message and "channel" not in json.loads(message)


class Transport:
    """Publishes over one of the ways there are; what comes of it as POST would tell it."""

    def __init__(self, host: Daemon, kind: str) -> None:
        self.way, _, where = kind.partition(" ")
        address = getattr(host, where)
        self.socket: WebSocket | None = None
        self.http = host.http(address)
        if self.way in ("ws", "deflate"):
            self.socket = WebSocket(address, PATH, DEFLATE if self.way == "deflate" else None)
            host.keep(self.socket)

    def publish(self, channel: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        text = json.dumps({"channel": channel, **body})
        if self.socket:
            (self.socket.send_packed if self.way == "deflate" else self.socket.send)(text)
            answer = json.loads(self.socket.message())
            status = answer.pop("status")
        elif self.way == "post":
            response = self.http.publish(channel, text)
            status, answer = response.status, response.json
        else:
            response = self.http.publish(channel, text, "application/x-ndjson")
            status, answer = response.status, response.json
            for error in answer.pop("errors", []):
                status = error.pop("status")
                assert error.pop("line") == 1 and answer.pop("refused") == 1
                answer = error
        for name in ("epoch", "channel", "id"):
            answer.pop(name, None)
        return status, answer


TRANSPORTS = ["post tcp", "post tls", "post unix", "ndjson tcp", "ndjson tls", "ndjson unix",
              "ws tcp", "ws tls", "ws unix", "deflate tcp", "deflate tls", "deflate unix"]


def test_each_transport_validates_and_answers_alike(start: Start, tmp_path: Path,
                                                    certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    host = start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0",
                                    f"unix:{tmp_path / 'sentio.sock'}"]},
                 tls={"certificate": chain, "key": key})
    transports = [Transport(host, kind) for kind in TRANSPORTS]
    for channel, body, _ in WRONG:
        answers = [transport.publish(channel, body) for transport in transports]
        assert answers[0][0] == 422, answers[0]
        assert answers == [answers[0]] * len(answers), (channel, body)
    offsets = {channel: 0 for channel in CHANNELS}
    for transport in transports:
        for channel in CHANNELS:
            offsets[channel] += 1
            assert transport.publish(channel, bodies.VALID[channel]) == (
                200, {"accepted": 1, "offset": offsets[channel]})
    for channel in CHANNELS:
        named = {"id": "once", **bodies.VALID[channel]}
        answers = [transport.publish(channel, named) for transport in transports]
        assert answers == [(200, {"accepted": 1, "offset": offsets[channel] + 1})] * len(answers)


def test_answers_come_in_the_order_of_the_messages(start: Start) -> None:
    """Also where a channel answers later than another."""
    host = start(channels={"tick": isolated("echo_test")})
    publisher = connect(host)
    sent = [{"channel": "tick" if number % 2 else "trade-signals", "id": number,
             **({"data": number} if number % 2 else bodies.signals("AAPL"))}
            for number in range(1000)]
    for frame in sent:
        publisher.send(json.dumps(frame))
    for frame in sent:
        answer = publisher.answer()
        assert (answer["id"], answer["channel"]) == (frame["id"], frame["channel"]), answer


def test_an_answer_repeats_the_id_as_it_was_written(publisher: Publisher) -> None:
    for text in ('"a\\u0062"', "17", "-1.50e3", '"é"'):
        publisher.send('{"id":' + text + ',"channel":"trade-signals"}')
        answer = publisher.message()
        assert answer.startswith('{"id":' + text + ',"status":422,"channel":"trade-signals",')


def test_the_id_is_the_idempotency_key(host: Daemon, publisher: Publisher) -> None:
    body = {"id": "order-17", **bodies.signals("AAPL")}
    first = publisher.publish("trade-signals", body)
    assert (first["status"], first["id"], first["offset"]) == (200, "order-17", 1)
    assert connect(host).publish("trade-signals", body) == first
    other = publisher.publish("trade-signals", {**body, **bodies.signals("MSFT")})
    assert other["status"] == 422 and '"order-17"' in other["detail"]
    assert other["channel"] == "trade-signals" and other["id"] == "order-17"
    assert host.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 2


REFUSED = [("{", 400), ("[]", 400), ("1", 400), ("{}", 422), ('{"channel":1}', 422),
           ('{"channel":"trade-signals","channel":"trade-signals"}', 422),
           ('{"channel":"nothing"}', 404), ('{"channel":"' + "x" * 100 + '"}', 404),
           ('{"channel":"trade-signals","id":{}}', 422)]


@pytest.mark.parametrize("text,status", REFUSED)
def test_what_is_no_update_is_answered_and_the_connection_stays(
        publisher: Publisher, text: str, status: int) -> None:
    publisher.send(text)
    answer = publisher.answer()
    assert answer["status"] == status and answer["detail"]
    assert publisher.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 1


def test_over_ten_messages_in_a_row_that_are_no_json_close_with_1008(
        publisher: Publisher) -> None:
    for _ in range(10):
        publisher.send("{")
    publisher.tell("trade-signals", bodies.signals("AAPL"))
    for _ in range(11):
        publisher.send("{")
    answers = [publisher.answer()["status"] for _ in range(22)]
    assert answers == [400] * 10 + [200] + [400] * 11
    closed = publisher.closed()
    assert (closed.code, closed.reason) == (1008, "too many errors in a row")


def test_binary_messages_close_with_1003_and_bad_text_with_1007(host: Daemon) -> None:
    publisher = connect(host)
    publisher.send(b"{}", BINARY)
    assert publisher.closed().code == 1003
    publisher = connect(host)
    publisher.send(b'{"channel":"\xff"}')
    assert publisher.closed().code == 1007


@pytest.mark.parametrize("packed", [False, True])
def test_a_message_may_be_as_large_as_a_body_and_no_larger(start: Start, packed: bool) -> None:
    host = start(publish={"body_size": "128KiB"}, limits={"message_size": "1KiB"})
    publisher = WebSocket(host.tcp, PATH, DEFLATE if packed else None)
    host.keep(publisher)
    send = publisher.send_packed if packed else publisher.send
    body = json.dumps({"channel": "trade-signals", **bodies.signals("AAPL")})
    send(body.ljust(128 * 1024))
    assert json.loads(publisher.message())["status"] == 200
    send(body.ljust(128 * 1024 + 1))
    closed = publisher.closed()
    assert (closed.code, closed.reason) == (1009, "over publish.body_size")


def test_a_message_may_come_in_fragments(publisher: Publisher) -> None:
    text = json.dumps({"channel": "trade-signals", **bodies.signals("AAPL")}).encode()
    publisher.send(text[:10], TEXT, fin=False)
    publisher.send(text[10:50], CONTINUATION, fin=False)
    publisher.pong(b"between")
    publisher.send(text[50:], CONTINUATION)
    assert publisher.answer()["status"] == 200


def test_the_message_rate_does_not_count(start: Start) -> None:
    host = start(limits={"message_rate": 1})
    publisher = connect(host)
    for _ in range(200):
        publisher.tell("trade-signals", bodies.signals("AAPL"))
    assert [publisher.answer()["offset"] for _ in range(200)] == list(range(1, 201))


def refusal(address: Address, path: str = PATH, **headers: str) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        Publisher(address, path, **headers)
    return caught.value.status, json.loads(caught.value.body)["detail"]


def test_a_publisher_key_is_asked_for_before_the_upgrade(start: Start, tmp_path: Path) -> None:
    keys = secret_file(tmp_path / "keys", one=PUBLISHER_KEY)
    host = start(publish={"keys_file": keys})
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": PUBLISHER_KEY}):
        status, detail = refusal(host.tcp, **headers)
        assert status == 401 and "publisher key" in detail
    assert refusal(host.tcp, PATH + "?access_token=wrong")[0] == 401
    for path, headers in ((PATH, {"Authorization": f"Bearer {PUBLISHER_KEY}"}),
                          (f"{PATH}?access_token={PUBLISHER_KEY}", {})):
        publisher = connect(host, None, path, **headers)
        assert publisher.publish("trade-signals", bodies.signals("AAPL"))["status"] == 200


def test_a_foreign_page_is_refused_in_open_mode_too(host: Daemon) -> None:
    assert refusal(host.tcp, Origin="https://evil.example")[0] == 403
    assert refusal(host.tcp, Host="evil.example")[0] == 403
    own = connect(host, Origin=f"http://{host.tcp.name}")
    assert own.publish("trade-signals", bodies.signals("AAPL"))["status"] == 200


def test_a_key_that_is_taken_away_ends_its_connections(go_live: Any, tmp_path: Path) -> None:
    keys = secret_file(tmp_path / "keys", one=PUBLISHER_KEY)
    live = go_live(publish={"keys_file": keys})
    publisher = connect(live.host, Authorization=f"Bearer {PUBLISHER_KEY}")
    assert publisher.publish("trade-signals", bodies.signals("AAPL"))["status"] == 200
    secret_file(keys, one="another key")
    live.reload()
    assert publisher.publish("trade-signals", bodies.signals("AAPL"))["status"] == 401
    assert publisher.closed().code == 1008


def test_without_an_upgrade_it_is_426_and_no_channel_may_have_the_path(host: Daemon) -> None:
    assert host.http().get(PATH).status == 426
    assert host.http().request("POST", PATH, "{}").status == 405


def send_until_stuck(publisher: Publisher, frame: str, least: int) -> int:
    """Sends the frame up to 2000 times, until the host takes no more; how many it was sent whole. A
    host that takes nothing for a second before it has `least` of them is only slow."""
    size = len(encode(TEXT, frame.encode()))
    data = memoryview(b"".join(encode(TEXT, frame.encode()) for _ in range(2000)))
    sent = 0
    deadline = time.monotonic() + TIMEOUT
    publisher.socket.settimeout(1)
    while sent < len(data):
        try:
            sent += publisher.socket.send(data[sent:])
        except TimeoutError:
            if sent >= least * size:
                break
            assert time.monotonic() < deadline, sent
    publisher.socket.settimeout(TIMEOUT)
    return sent // size


def test_it_does_not_read_on_while_64_updates_are_not_answered(start: Start,
                                                               tmp_path: Path) -> None:
    host = start(server={"listen": ["127.0.0.1:0", f"unix:{tmp_path / 'sentio.sock'}"]},
                 channels={"tick": isolated("echo_test")}, plugins={"hang": "60s"})
    publisher = connect(host, host.unix)
    with worker(host) as stopped:
        stopped.kill(signal.SIGSTOP)
        frame = json.dumps({"channel": "tick", "data": "x" * 10_000})
        count = send_until_stuck(publisher, frame, 64)
        stopped.kill(signal.SIGCONT)
    # What was sent of the last frame is left as it is.
    assert 64 <= count < 500
    assert [publisher.answer()["offset"] for _ in range(count)] == list(range(1, count + 1))


def test_who_does_not_read_answers_is_not_read_either(start: Start, tmp_path: Path) -> None:
    host = start(server={"listen": [f"unix:{tmp_path / 'sentio.sock'}"]},
                 limits={"outbox": "512KiB"})
    publisher = connect(host, host.unix)
    publisher.socket.settimeout(1)
    frame = json.dumps({"id": "i" * 250, "channel": "nothing"})
    count = 0
    with pytest.raises(TimeoutError):
        while count < 100_000:
            publisher.send(frame)
            count += 1
    publisher.socket.settimeout(TIMEOUT)
    assert count < 50_000
    assert all(publisher.answer()["status"] == 404 for _ in range(count))


def test_a_stop_answers_what_was_sent_and_closes_with_1001(start: Start) -> None:
    host = start(channels={"tick": isolated("echo_test")}, plugins={"hang": "60s"})
    idle = connect(host)
    publisher = connect(host)
    with worker(host) as stopped:
        stopped.kill(signal.SIGSTOP)
        for number in range(10):
            publisher.tell("tick", {"data": number})
        publisher.pong(b"all are read")
        host.signal(signal.SIGTERM)
        assert idle.closed().code == 1001
        stopped.kill(signal.SIGCONT)
    assert [publisher.answer()["offset"] for _ in range(10)] == list(range(1, 11))
    closed = publisher.closed()
    assert (closed.code, closed.reason) == (1001, "the host is going away")
    host.wait()


def test_a_publisher_that_leaves_does_not_disturb_what_it_sent(start: Start) -> None:
    host = start(channels={"tick": isolated("echo_test")}, plugins={"hang": "60s"})
    follower = follow(host, "tick")
    publishers = [connect(host) for _ in range(5)]
    with worker(host) as stopped:
        stopped.kill(signal.SIGSTOP)
        for number, publisher in enumerate(publishers):
            publisher.tell("tick", {"data": number})
            publisher.pong(b"read")
            publisher.abandon() if number % 2 else publisher.close()
        stopped.kill(signal.SIGCONT)
    assert sorted(follower.live()["data"]["data"] for _ in publishers) == list(range(5))


def test_the_peers_close_is_answered(publisher: Publisher) -> None:
    assert publisher.publish("trade-signals", bodies.signals("AAPL"))["status"] == 200
    publisher.send(b"\x03\xe8", CLOSE)
    assert publisher.closed().code == 1000


@pytest.mark.parametrize("kind,compression", [("tcp", None), ("tcp", "deflate"),
                                              ("tls", "deflate")])
def test_python_websockets_publishes_and_reads_at_once(
        start: Start, certificate: tuple[Path, Path], kind: str, compression: str | None) -> None:
    chain, key = certificate
    host = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})
    url = f"{'wss' if kind == 'tls' else 'ws'}://{getattr(host, kind).name}{PATH}"
    options: dict[str, Any] = {"compression": compression}
    if kind == "tls":
        options["ssl"] = ssl.create_default_context(cafile=chain)

    async def talk() -> None:
        async with websockets.connect(url, **options) as socket:

            async def publish() -> None:
                for number in range(3000):
                    await socket.send(json.dumps({"channel": "trade-signals", "id": number,
                                                  **bodies.signals("AAPL", note="x" * 300)}))

            task = asyncio.create_task(publish())
            for number in range(3000):
                answer = json.loads(await socket.recv())
                assert (answer["id"], answer["offset"]) == (number, number + 1), answer
            await task

    asyncio.run(asyncio.wait_for(talk(), TIMEOUT))
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    assert symbols(client.next()) == ["AAPL"]

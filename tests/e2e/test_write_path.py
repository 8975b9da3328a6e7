# SPDX-License-Identifier: MIT
"""What a client gets that takes its messages slower than they come, or in its own good time."""

from __future__ import annotations

import json
import random
import socket
import ssl
import struct
import threading
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness import bodies
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon
from harness.ledger import Ledger
from harness.narrow import Frames, NarrowClient
from harness.until import until
from harness.websocket import BINARY, CLOSE, PING, TEXT, Address, Closed, encode

# More than both kernels hold of a narrow connection, over TCP or a unix socket.
CONGESTION = 512 * 1024

SIZES = (*range(65534, 65538), 102_400, 1, 200, 1_000, 5_000, 20_000)
WEIGHTS = (*[1] * 4, 3, 400, 800, 200, 40, 20)
UPDATES = 2000

Begin = Callable[..., Daemon]


@pytest.fixture
def begin(start, certificate: tuple[Path, Path], tmp_path: Path) -> Begin:
    """Starts a daemon with a listener of every kind, which keeps much for its readers, and pings
    only when it is told to: who reads nothing answers no pings."""
    chain, key = certificate

    def begin(outbox: str = "64MiB", **server: object) -> Daemon:
        listen = ["127.0.0.1:0", "tls:127.0.0.1:0", f"unix:{tmp_path}/socket"]
        return start(server={"listen": listen, "heartbeat": "1h", **server},
                     limits={"outbox": outbox},
                     tls={"certificate": chain, "key": key})

    return begin


@pytest.fixture(params=["tcp", "tls", "unix"])
def transport(request: pytest.FixtureRequest) -> str:
    return request.param


class Scene:
    """A congested reader, and a witness on the same daemon to whom everything comes at once."""

    def __init__(self, host: Daemon, transport: str) -> None:
        self.host = host
        self.address: Address = getattr(host, transport)
        self.witness = host.client("/ws/trade-signals")
        epoch = self.witness.subscribe("*")["epoch"]
        self.ledger = Ledger(host, epoch)
        self.reader = self.join()
        self._seen = 0

    def join(self) -> NarrowClient:
        reader = NarrowClient(self.address, "/ws/trade-signals")
        reader.follow()
        return reader

    def congest(self) -> None:
        """Publishes until far more is on its way to the reader than the kernels hold."""
        sizes = random.Random(len(self.ledger.items))
        while self.ledger.size - self.reader.taken < CONGESTION:
            self.ledger.publish(sizes.choice((1, 300, 2_000, 20_000, 65_536)))

    def undisturbed(self) -> None:
        """The witness has got, and still gets, every update."""
        self.ledger.publish()
        texts = []
        while self._seen + len(texts) < len(self.ledger.items):
            texts.append(self.witness.message())
        self.ledger.check(texts, self._seen)
        self._seen += len(texts)


@pytest.fixture
def scene(begin: Begin, transport: str) -> Iterator[Scene]:
    scene = Scene(begin(), transport)
    yield scene
    scene.reader.abandon()


def updates(frames: Frames) -> list[str]:
    return [text for text in frames.texts if '"type":"trade_signals"' in text]


def check_ending(scene: Scene, ending: Frames, code: int) -> None:
    """The updates from the first to some last, then the close frame."""
    scene.ledger.check(updates(ending))
    assert ending.code == code


def test_updates_of_every_size_arrive_whole_and_in_order_however_they_are_read(
        begin: Begin, transport: str) -> None:
    scene = Scene(begin(), transport)
    patient, nibbling, fitful = readers = [scene.reader, scene.join(), scene.join()]
    chance = random.Random(transport)
    for size in chance.choices(SIZES, WEIGHTS, k=UPDATES):
        scene.ledger.publish(size)
        nibbling.sip(chance.randrange(40), chance.randrange(1, 8), scene.ledger.size)
        if chance.random() < 0.02:
            fitful.sip(chance.randrange(200), chance.choice((100, 1_000, 65_536)),
                       scene.ledger.size)
    assert scene.ledger.size - patient.taken > CONGESTION
    for reader in readers:
        reader.bite = 65536
        frames = Frames()
        while len(frames.texts) < UPDATES:
            reader.gather(frames)
        scene.ledger.check_all(frames.texts)
        assert {65534, 65535, 65536, 65537} <= set(map(len, frames.texts))
        reader.close()
    scene.undisturbed()


def test_bursts_arrive_whole_and_in_order(scene: Scene) -> None:
    """Many updates in one turn of the loop, more than are written at a time."""
    chance = random.Random(2)
    for _ in range(40):
        scene.ledger.publish_together(chance.choices((200, 3_000, 20_000, 70_000), k=16))
        while scene.ledger.size - scene.reader.taken > CONGESTION:
            scene.reader.sip(1, 65536, scene.ledger.size)
    frames = Frames()
    while len(frames.texts) < len(scene.ledger.items):
        scene.reader.gather(frames)
    scene.ledger.check_all(frames.texts)
    scene.undisturbed()


def test_pongs_come_whole_between_the_frames_of_a_congested_stream(scene: Scene) -> None:
    frames = Frames()
    pings = [random.Random(size).randbytes(size) for size in (0, 1, 125) * 6]
    for count, ping in enumerate(pings, 1):
        scene.congest()
        scene.reader.send(ping, PING)
        while len(frames.pongs) < count:
            scene.reader.gather(frames)
    assert frames.pongs == pings
    while len(frames.texts) < len(scene.ledger.items):
        scene.reader.gather(frames)
    scene.ledger.check_all(frames.texts)
    scene.undisturbed()


def test_of_many_pings_at_once_some_are_answered_in_their_order(scene: Scene) -> None:
    """RFC 6455 section 5.5.3 lets a host that is behind leave pings out."""
    pings = [struct.pack("!I", number) for number in range(200)]
    scene.congest()
    scene.reader.raw(b"".join(encode(PING, ping) for ping in pings))
    scene.reader.tell(action="ping", id="behind the pings")
    frames = Frames()
    while not any("behind the pings" in text for text in frames.texts[-1:]):
        scene.reader.gather(frames)
    scene.reader.send(b"last", PING)
    while b"last" not in frames.pongs:
        scene.reader.gather(frames)
    left = iter(pings + [b"last"])
    assert all(pong in left for pong in frames.pongs), frames.pongs
    scene.ledger.check(updates(frames))
    scene.undisturbed()


def test_answers_of_every_length_encoding_arrive_amid_a_congested_stream(scene: Scene) -> None:
    scene.congest()
    names = ["x" * size for size in range(1, 121)]
    asks = (json.dumps({"action": "ping", "id": name}) for name in names)
    scene.reader.raw(b"".join(encode(TEXT, ask.encode()) for ask in asks))
    scene.congest()
    frames = Frames()
    while len(frames.texts) < len(scene.ledger.items) + len(names):
        scene.reader.gather(frames)
    answers = [text for text in frames.texts if '"type":"pong"' in text]
    assert [json.loads(text)["id"] for text in answers] == names
    assert {124, 125, 126, 127} <= set(map(len, answers))
    scene.ledger.check_all(updates(frames))


@pytest.mark.parametrize("code", [1000, 4999])
def test_a_close_amid_a_congested_stream_is_answered_behind_whole_frames(scene: Scene,
                                                                         code: int) -> None:
    scene.congest()
    scene.reader.send(struct.pack("!H", code), CLOSE)
    check_ending(scene, scene.reader.to_the_end(answer=False), code)
    scene.undisturbed()


@pytest.mark.parametrize(("frames", "code"), [
    (encode(TEXT, b'{"action":"jump"}') * 11, 1008),
    (encode(BINARY, b"{}"), 1003),
    (encode(TEXT, b"\xff"), 1007),
    (encode(TEXT, b" " * 70_000), 1009),
], ids=["errors", "binary", "utf8", "size"])
def test_what_closes_a_connection_closes_a_congested_one_behind_whole_frames(
        scene: Scene, frames: bytes, code: int) -> None:
    scene.congest()
    scene.reader.raw(frames)
    check_ending(scene, scene.reader.to_the_end(), code)
    scene.undisturbed()


def test_a_reader_that_stops_is_told_so_behind_whole_frames_once_it_reads_on(
        begin: Begin, transport: str) -> None:
    scene = Scene(begin(outbox="64KiB"), transport)
    while not any("too slow" in line for line in scene.host.lines):
        assert scene.ledger.size < 2**24, "never too slow"
        scene.ledger.publish(random.Random(scene.ledger.size).choice((200, 2_000, 20_000)))
        scene.undisturbed()
    check_ending(scene, scene.reader.to_the_end(), 4101)
    scene.undisturbed()


def half_close(reader: NarrowClient) -> None:
    # A TLS socket's own shutdown would end its decryption too.
    socket.socket.shutdown(reader.socket, socket.SHUT_WR)


def reset(reader: NarrowClient) -> None:
    reader.send(b"", PING)
    reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reader.abandon()


def leave_within_a_frame(reader: NarrowClient) -> None:
    reader.raw(encode(TEXT, b"x" * 1000)[:100])
    reader.abandon()


def until_cut_off(reader: NarrowClient) -> list[str]:
    """What came whole before the connection ended anywhere."""
    frames = Frames()
    with pytest.raises((Closed, ssl.SSLError)):
        while True:
            reader.gather(frames)
    return frames.texts


def connections(host: Daemon) -> int:
    return host.http().get("/api/v1/health").json["connections"]


def wait_for_connections(host: Daemon, count: int) -> None:
    """Asks until so many are left, the asking one included."""
    http = host.http()
    until(lambda: http.get("/api/v1/health").json["connections"], lambda left: left == count)


@pytest.mark.parametrize("leave", [half_close, reset, leave_within_a_frame])
def test_readers_that_leave_a_congested_stream_leave_nothing_behind(
        scene: Scene, leave: Callable[[NarrowClient], None]) -> None:
    readers = [scene.join() for _ in range(5)]
    scene.congest()
    count = connections(scene.host)
    for reader in readers:
        leave(reader)
        scene.ledger.publish(3_000)
    if leave is half_close:
        for reader in readers:
            scene.ledger.check(until_cut_off(reader))
    wait_for_connections(scene.host, count - len(readers))
    scene.undisturbed()


@pytest.mark.parametrize("leave", [half_close, lambda reader: None], ids=["half-closed", "silent"])
def test_who_takes_and_says_nothing_is_dropped_and_who_speaks_is_kept(
        begin: Begin, leave: Callable[[NarrowClient], None]) -> None:
    host = begin(heartbeat="1s", heartbeat_timeout="2s")
    scene = Scene(host, "tcp")
    texts: list[str] = []
    last: list[int] = []  # how many updates there are, once they are all to come

    def keep() -> None:
        while len(texts) not in last:
            texts.append(scene.witness.message())

    keeper = threading.Thread(target=keep)
    keeper.start()
    readers = [scene.reader]
    for address in (host.tls, host.unix):
        readers.append(NarrowClient(address, "/ws/trade-signals"))
        readers[-1].follow()
    scene.congest()
    for reader in readers:
        leave(reader)
    mark = 0
    for _ in readers:
        line = host.wait_for("no answer to a ping, dropped", mark).string
        mark = host.lines.index(line, mark) + 1
    # The witness, the publisher and who asks.
    wait_for_connections(host, 3)
    last.append(len(scene.ledger.items) + 1)
    scene.ledger.publish()
    keeper.join()
    scene.ledger.check_all(texts)


class Channels:
    """Publishes on all channels in turn, and knows the data that each is to send, in order."""

    def __init__(self, host: Daemon) -> None:
        self._http = host.http()
        self._chance = random.Random(5)
        self.data: dict[str, list[object]] = {name: [] for name in CHANNELS}
        self.size = 0  # at least, of all frames

    def publish(self, number: int) -> None:
        name = CHANNELS[number % len(CHANNELS)]
        more = {"id": number, "noise": "n" * self._chance.choice((0, 100, 3_000, 30_000))}
        body = self._body(name, more)
        response = self._http.publish(name, body)
        assert response.status == 200, response
        self.data[name].append(body["data"])
        self.size += len(more["noise"])

    @staticmethod
    def _body(name: str, more: dict[str, object]) -> dict[str, object]:
        if name == "trade-signals":
            return {"data": [bodies.signal("AAPL", **more), bodies.signal("MSFT", **more)]}
        if name == "market-data":
            return {"data": [bodies.quote("AAPL", **more)]}
        if name == "earnings":
            return bodies.earnings("user_001", **more)
        if name == "notifications":
            return bodies.notification("user_001", **more)
        return bodies.admin("users", **more)

    def check(self, messages: list[dict[str, object]]) -> None:
        """Each channel's in order, each joined to the one before it."""
        for name, data in self.data.items():
            own = [message for message in messages if message["channel"] == name]
            assert [message["data"] for message in own] == data
            offsets = [message["offset"] for message in own]
            items = 2 if name == "trade-signals" else 1
            assert offsets == [items * count for count in range(1, len(data) + 1)]
            assert [message["prev"] for message in own] == [0, *offsets[:-1]]


def test_each_channel_of_a_congested_connection_is_in_order(begin: Begin, transport: str) -> None:
    host = begin()
    reader = NarrowClient(getattr(host, transport), "/ws")
    for name in CHANNELS:
        symbols = ["*"] if name in ("trade-signals", "market-data") else None
        reader.accepted(action="subscribe", channel=name, user_id="user_001", symbols=symbols,
                        admin_token=ADMIN_TOKEN if name == "admin" else None)
    channels = Channels(host)
    asked = []
    reader.taken = 0
    for number in range(600):
        channels.publish(number)
        if number % 16 == 0:
            asked.append(number)
            reader.tell(action="subscribe", channel=CHANNELS[number // 16 % 5], id=number,
                        user_id="user_001", admin_token=ADMIN_TOKEN)
    assert channels.size - reader.taken > CONGESTION
    frames = Frames()
    while len(frames.texts) < 600 + len(asked):
        reader.gather(frames)
    messages = [json.loads(text) for text in frames.texts]
    answered = [message["id"] for message in messages if message["type"] == "ok"]
    # Each channel answers in order. One need not wait for another that is in a process of its own.
    for place in range(5):
        assert [number for number in answered if number // 16 % 5 == place] == asked[place::5]
    channels.check([message for message in messages if message["type"] != "ok"])
    assert reader.close().code == 1000

# SPDX-License-Identifier: MIT
"""`slow`: what a subscriber gets that stops reading, and that nobody else notices."""

from __future__ import annotations

import json
import re
import resource
import socket
import struct
import threading
from pathlib import Path
from typing import Any, Callable, TypeVar

import pytest

from harness.client import Client
from harness.config import SENTIOD
from harness.crowd import read_all
from harness.daemon import Daemon, run
from harness.live import Live
from harness.slow import COUNTERS, Ledger, Market, counters, narrow
from harness.until import until
from harness.websocket import CLOSE, DEFLATE, Address, Closed
from harness.worker import status

Host = TypeVar("Host", Daemon, Live)

CLIENTS = 1000
ROUNDS = 200
OUTBOX = 512 * 1024


def sanitized() -> bool:
    """Sanitizers keep what was freed, so memory says nothing."""
    program = SENTIOD.read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def resident(host: Daemon) -> int:
    status = Path(f"/proc/{host.process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match
    return int(match[1]) * 1024


def start_with(start: Callable[..., Host], slow: str, outbox: int = OUTBOX,
               channel: str = "market-data", settings: dict[str, Any] | None = None,
               **server: Any) -> Host:
    """With little history, so that the host's memory does not grow with what is published. Nobody
    is dropped for not answering pings, which a client that reads nothing does not see."""
    return start(server={"heartbeat": "1h", **server},
                 limits={"outbox": f"{outbox}B", "per_user": 2 * CLIENTS},
                 channels={channel: {"slow": slow, "history": 1, **(settings or {})}})


def stop_reading(host: Daemon, address: Address | None = None, symbols: tuple[str, ...] = ("*",),
                 headers: dict[str, str] | None = None, **fields: Any) -> tuple[Client, Ledger]:
    """A subscriber of market-data that from now on reads only when it is told to."""
    client = host.client("/ws/market-data", narrow(address or host.tcp), headers)
    ledger = Ledger(client.subscribe(*symbols, **fields)["offset"])
    if ledger.position > 0:
        ledger.restart(client.next())
    return client, ledger


class Neighbour:
    """A client that reads, and gets every price of its one symbol in order."""

    def __init__(self, host: Daemon, symbol: str) -> None:
        self.client = host.client("/ws/market-data")
        self.ledger = Ledger(self.client.subscribe(symbol)["offset"])
        self.prices: list[int] = []

    def take(self, message: dict[str, Any]) -> None:
        self.ledger.take(message)
        assert self.ledger.missed == 0 and "conflated" not in message
        self.prices += [item["price"] for item in message["data"]]


class Crowd:
    """A thousand clients; each symbol is in one of ten batches, which are published in turn."""

    def __init__(self, host: Daemon) -> None:
        self.market = Market(host, CLIENTS - 1)
        self.neighbours = [Neighbour(host, name) for name in self.market.names]
        self.prices: dict[str, list[int]] = {name: [] for name in self.market.names}

    def publish(self, rounds: int) -> int:
        offset = 0
        for number in range(rounds):
            names = self.market.names[number % 10::10]
            offset = self.market.publish(*names)
            for name in names:
                self.prices[name].append(self.market.last[name])
        return offset

    def exchange(self, rounds: int) -> int:
        """Publishes while all read; the offset when everybody has everything."""
        offsets: list[int] = []
        publisher = threading.Thread(target=lambda: offsets.append(self.publish(rounds)))
        counts = [rounds // 10 + len(neighbour.prices) for neighbour in self.neighbours]
        publisher.start()

        def take(index: int, message: dict[str, Any]) -> bool:
            self.neighbours[index].take(message)
            return len(self.neighbours[index].prices) == counts[index]

        read_all([neighbour.client for neighbour in self.neighbours], take)
        publisher.join()
        for neighbour, name in zip(self.neighbours, self.market.names):
            assert neighbour.prices == self.prices[name], name
        return offsets[0]


@pytest.fixture
def many_files() -> None:
    """The test and the host it starts have a socket for each client."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4 * CLIENTS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4 * CLIENTS, hard), hard))


@pytest.mark.parametrize("slow", ["conflate", "drop"])
def test_one_of_1000_clients_stops_reading_and_no_other_notices(
        start: Any, many_files: None, slow: str) -> None:
    host = start_with(start, slow)
    crowd = Crowd(host)
    crowd.exchange(20)
    before = resident(host)
    client, ledger = stop_reading(host)
    published = crowd.market.published
    # In steps, so that the io threads' queues do not add to the memory.
    for _ in range(ROUNDS // 10):
        offset = crowd.exchange(10)
    published = crowd.market.published - published
    # All that was published comes to 40 of these; what the host is about to send has its share.
    assert sanitized() or resident(host) - before < 16 * OUTBOX
    ledger.read(client, offset)
    done = counters(host, "market-data")
    assert done["slow_disconnected"] == 0
    if slow == "conflate":
        assert ledger.last == crowd.market.last
        assert ledger.missed == done["slow_dropped"] == 0
        assert published - ledger.received == ledger.conflated == done["slow_conflated"] > 0
    else:
        assert max(ledger.last.values()) == max(crowd.market.last.values())
        assert ledger.conflated == done["slow_conflated"] == 0
        assert published - ledger.received == ledger.missed == done["slow_dropped"] > 0
    # From here on it is a client like any other.
    told = (ledger.conflated, ledger.missed)
    ledger.read(client, crowd.market.publish(crowd.market.names[0]))
    assert (ledger.conflated, ledger.missed) == told



def test_one_of_1000_clients_is_closed_with_4101_after_whole_messages(
        start: Any, many_files: None) -> None:
    host = start_with(start, "disconnect")
    crowd = Crowd(host)
    client, ledger = stop_reading(host)
    ends: list[Closed] = []

    def read_at_last() -> None:
        host.wait_for("too slow")
        try:
            while True:
                ledger.take(json.loads(client.message()))
        except Closed as closed:
            ends.append(closed)

    reader = threading.Thread(target=read_at_last)
    reader.start()
    crowd.exchange(ROUNDS)
    reader.join()
    assert [end.code for end in ends] == [4101]
    assert ledger.missed == ledger.conflated == 0
    assert 0 < ledger.received < crowd.market.published
    assert counters(host, "market-data") == {"slow_conflated": 0, "slow_dropped": 0,
                                             "slow_disconnected": 1}


def start_on(start: Any, certificate: tuple[Path, Path], tmp_path: Path, via: str,
             slow: str) -> tuple[Daemon, Address]:
    chain, key = certificate
    host = start(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0", f"unix:{tmp_path}/sock"]},
                 tls={"certificate": chain, "key": key}, limits={"outbox": f"{OUTBOX}B"},
                 channels={"market-data": {"slow": slow}})
    return host, getattr(host, via)


@pytest.mark.parametrize("via", ["tcp", "tls", "unix"])
@pytest.mark.parametrize("slow", ["conflate", "drop"])
def test_a_slow_reader_over_any_socket_gets_what_its_policy_says(
        start: Any, certificate: tuple[Path, Path], tmp_path: Path, via: str, slow: str) -> None:
    host, address = start_on(start, certificate, tmp_path, via, slow)
    market = Market(host, 100)
    client, ledger = stop_reading(host, address)
    market.publish_until({"conflate": "slow_conflated", "drop": "slow_dropped"}[slow])
    ledger.read(client, market.publish())
    done = counters(host, "market-data")
    assert (ledger.conflated, ledger.missed) == (done["slow_conflated"], done["slow_dropped"])
    assert market.published - ledger.received == ledger.conflated + ledger.missed > 0
    newest = market.names if slow == "conflate" else market.names[-1:]
    assert all(ledger.last[name] == market.last[name] for name in newest)
    assert host.http(address).get("/api/v1/health").status == 200


@pytest.mark.parametrize("via", ["tcp", "tls", "unix"])
def test_a_slow_reader_over_any_socket_is_closed_with_4101(
        start: Any, certificate: tuple[Path, Path], tmp_path: Path, via: str) -> None:
    host, address = start_on(start, certificate, tmp_path, via, "disconnect")
    market = Market(host, 100)
    client, ledger = stop_reading(host, address)
    market.publish_until("slow_disconnected")
    with pytest.raises(Closed) as ended:
        while True:
            ledger.take(json.loads(client.message()))
    assert ended.value.code == 4101
    assert ledger.missed == 0


def test_what_was_held_back_is_compressed_for_who_negotiated_it(start: Any) -> None:
    host = start_with(start, "conflate")
    market = Market(host, 100)
    client, ledger = stop_reading(host, headers=DEFLATE)
    assert "permessage-deflate" in client.headers["sec-websocket-extensions"]
    market.publish_until("slow_conflated")
    ledger.read(client, market.publish())
    assert ledger.last == market.last
    assert market.published - ledger.received == ledger.conflated
    assert ledger.conflated == counters(host, "market-data")["slow_conflated"] > 0


def test_two_channels_of_a_connection_have_their_own_policies(start: Any) -> None:
    host = start(limits={"outbox": f"{OUTBOX}B"}, channels={"market-data": {"slow": "conflate"},
                                                      "trade-signals": {"slow": "drop"}})
    markets = {name: Market(host, 50) for name in ("market-data", "trade-signals")}
    client = host.client("/ws", narrow(host.tcp))
    ledgers = {name: Ledger(client.subscribe("*", channel=name)["offset"]) for name in markets}
    offsets = {"market-data": markets["market-data"].publish_until("slow_conflated")}
    offsets["trade-signals"] = markets["trade-signals"].publish_until("slow_dropped",
                                                                      "trade-signals")
    while any(ledger.position < offsets[name] for name, ledger in ledgers.items()):
        message = json.loads(client.message())
        ledgers[message["channel"]].take(message)
    quotes, signals = ledgers["market-data"], ledgers["trade-signals"]
    assert quotes.last == markets["market-data"].last
    assert quotes.missed == signals.conflated == 0
    assert markets["market-data"].published - quotes.received == quotes.conflated
    assert markets["trade-signals"].published - signals.received == signals.missed
    assert quotes.conflated == counters(host, "market-data")["slow_conflated"]
    assert signals.missed == counters(host, "trade-signals")["slow_dropped"]


def test_an_interval_and_conflation_together_bring_the_last_price(start: Any) -> None:
    host = start_with(start, "conflate")
    market = Market(host, 100, padding=2000)  # one message of all fits behind half of the outbox
    client, ledger = stop_reading(host, interval="100ms")
    market.publish_until("slow_conflated")
    ledger.read(client, market.publish())
    assert ledger.last == market.last
    assert ledger.missed == 0


def test_a_subscription_that_changes_while_held_back_misses_nothing(start: Any) -> None:
    host = start_with(start, "conflate")
    market = Market(host, 3, padding=30_000)
    client, ledger = stop_reading(host, symbols=("S0", "S1"))
    market.publish_until("slow_conflated")
    client.tell(action="subscribe", symbols=["S1"], id="same")
    client.tell(action="subscribe", symbols=["S2"], id="more")
    seen = []
    while seen != ["same", "more"]:
        message = json.loads(client.message())
        if message["type"] == "ok":
            assert message["offset"] == ledger.position or seen
            seen.append(message["id"])
            ledger.position = message["offset"]
        else:
            ledger.take(message)
    assert {name: ledger.last[name] for name in ("S0", "S1")} == \
        {name: market.last[name] for name in ("S0", "S1")}
    while "S2" not in ledger.last:
        snapshot = json.loads(client.message())
        assert snapshot["snapshot"]
        ledger.last |= {item["symbol"]: item["price"] for item in snapshot["data"]}
    ledger.read(client, market.publish())
    assert ledger.missed == 0
    assert ledger.last == {name: market.last[name] for name in ("S0", "S1", "S2")}


def test_what_was_held_back_is_forgotten_by_an_unsubscribe(start: Any) -> None:
    # A hub that is slow, or a worker, may answer when the client has read all of it. So the hub is
    # asked something else, over the only io thread, before each message is read.
    host = start_with(start, "conflate", settings={"isolation": "none"}, io_threads=1)
    market = Market(host, 400)
    client, ledger = stop_reading(host)
    offset = market.publish_until("slow_conflated")
    client.tell(action="unsubscribe", id="away")
    answer = json.loads(client.message())
    while answer["type"] != "ok":
        ledger.take(answer)
        assert counters(host, "market-data")["slow_dropped"] == 0
        answer = json.loads(client.message())
    assert answer["symbols"] == []
    assert ledger.position < offset == answer["offset"]
    assert client.subscribe("S0")["offset"] == offset
    snapshot = client.next()
    assert [item["price"] for item in snapshot["data"]] == [market.last["S0"]]
    market.publish("S0")
    assert client.live()["data"][0]["price"] == market.last["S0"]


@pytest.fixture
def lost(start: Any, tmp_path: Path) -> tuple[Daemon, Client, Ledger, int]:
    """A conflating subscriber of more symbols than the least limit has room for, and the offset.

    Over a unix socket: its kernel takes a fixed amount, however long the test goes on.
    """
    host = start_with(start, "conflate", 4096, listen=["127.0.0.1:0", f"unix:{tmp_path}/sock"])
    market = Market(host, 1000)
    client, ledger = stop_reading(host, host.unix)
    for name in market.names:
        offset = market.publish(name)
    assert counters(host, "market-data") == dict.fromkeys(COUNTERS, 0)
    return host, client, ledger, offset


def test_more_symbols_than_the_limit_close_with_4101_once_it_reads(
        lost: tuple[Daemon, Client, Ledger, int]) -> None:
    host, client, ledger, offset = lost
    with pytest.raises(Closed) as ended:
        ledger.read(client, offset)
    assert ended.value.code == 4101
    assert ledger.missed == 0
    assert counters(host, "market-data")["slow_disconnected"] == 1


def test_a_subscribe_does_not_hide_that_something_was_lost(
        lost: tuple[Daemon, Client, Ledger, int]) -> None:
    """Its answer would bring the client to an offset of which it has missed items."""
    host, client, ledger, offset = lost
    client.tell(action="subscribe", symbols=["*"], id="again")
    host.wait_for("too slow")
    with pytest.raises(Closed) as ended:
        ledger.read(client, offset)
    assert ended.value.code == 4101


def close_frame(client: Client) -> None:
    client.send(struct.pack("!H", 1000), CLOSE)


def reset(client: Client) -> None:
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.abandon()


@pytest.mark.parametrize("leave", [close_frame, reset, Client.abandon])
@pytest.mark.parametrize("slow", ["conflate", "drop"])
def test_a_client_that_leaves_while_held_back_is_forgotten(
        go_live: Callable[..., Live], slow: str, leave: Callable[[Client], None]) -> None:
    live = start_with(go_live, slow)
    host = live.host
    market = Market(host, 100)
    client, _ = stop_reading(host)
    market.publish_until({"conflate": "slow_conflated", "drop": "slow_dropped"}[slow])
    leave(client)
    # A close frame is not read while the rest of a frame waits for a peer that takes nothing.
    live.reload(server={"heartbeat": "1s", "heartbeat_timeout": "1s"})
    until(lambda: status(host, "market-data")["subscribers"], lambda count: count == 0)
    market.publish()


def test_a_host_that_stops_while_a_client_is_held_back_ends_well(start: Any) -> None:
    host = start_with(start, "conflate", drain="100ms")
    market = Market(host, 100)
    stop_reading(host)
    market.publish_until("slow_conflated")
    host.stop()


def test_conflation_of_what_is_no_state_is_refused_with_its_line(write_config: Any) -> None:
    path = write_config(channels={"trade-signals": {"slow": "conflate"}})
    done = run("-c", path, "--check-config")
    assert done.returncode != 0
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1)
                if "trade-signals" in text)
    assert re.search(rf"sentio\.conf:{line}: slow = \"conflate\" is for channels of states",
                     done.stdout + done.stderr), done

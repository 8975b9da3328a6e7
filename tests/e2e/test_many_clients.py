# SPDX-License-Identifier: MIT
"""Many clients with interests of their own: each gets all of its items, once, in order."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest

from harness import bodies
from harness.crowd import read_all
from harness.daemon import Daemon

CLIENTS = 300
BATCHES = 1000


def names(index: int) -> list[str]:
    """Two symbols for each client, so that every symbol has two clients; client 0 has all."""
    return ["*"] if index == 0 else [f"S{index}", f"S{index * 7 % CLIENTS}"]


def make_batches(chance: random.Random) -> list[list[dict[str, Any]]]:
    batches = []
    for number in range(BATCHES):
        count = chance.choice((1, 2, 5, 10))
        batches.append([bodies.signal(f"S{chance.randrange(CLIENTS)}", number=number, place=place)
                        for place in range(count)])
    batches.append([bodies.signal(f"S{index}", number=BATCHES, place=index)
                    for index in range(CLIENTS)])
    return batches


class Reader:
    """What one client is to get, and has got so far."""

    def __init__(self, symbols: list[str], batches: list[list[dict[str, Any]]],
                 position: int) -> None:
        wanted = set(symbols)
        self.expected = []
        offset = 0
        for batch in batches:
            offset += len(batch)
            items = [item for item in batch if "*" in wanted or item["symbol"] in wanted]
            if items:
                self.expected.append((offset, items))
        self.position = position
        self.got = 0

    def take(self, message: dict[str, Any]) -> bool:
        offset, items = self.expected[self.got]
        assert message["data"] == items
        assert message["offset"] == offset
        assert message["prev"] <= self.position
        self.position = offset
        self.got += 1
        return self.got == len(self.expected)


@pytest.mark.parametrize("threads", [1, 3])
def test_each_of_300_clients_gets_exactly_its_items_in_order(start, threads: int) -> None:
    host: Daemon = start(server={"io_threads": threads}, limits={"outbox": "64MiB"})
    batches = make_batches(random.Random(threads))
    clients = [host.client("/ws/trade-signals") for _ in range(CLIENTS)]
    readers = [Reader(names(index), batches, client.subscribe(*names(index))["offset"])
               for index, client in enumerate(clients)]
    publisher = threading.Thread(target=publish, args=(host, batches))
    publisher.start()
    read_all(clients, lambda index, message: readers[index].take(message))
    publisher.join()
    assert all(reader.got == len(reader.expected) for reader in readers)
    for client in clients:
        client.ping()
        assert not client.waiting


def publish(host: Daemon, batches: list[list[dict[str, Any]]]) -> None:
    http = host.http()
    for batch in batches:
        assert http.publish("trade-signals", {"data": batch}).status == 200


def test_clients_that_come_and_go_miss_and_repeat_nothing(start) -> None:
    """Subscribes and unsubscribes race with updates; by `prev` and the snapshot none is missed."""
    host: Daemon = start(server={"io_threads": 3})
    stop = threading.Event()
    publisher = threading.Thread(target=publish_until, args=(host, stop))
    publisher.start()
    try:
        for round_ in range(30):
            client = host.client("/ws/market-data")
            client.tell(action="subscribe", symbols=["AAPL"])
            numbers = [client.next()["data"][-1]["price"] for _ in range(20)]
            first = numbers[0]
            assert numbers == list(range(first, first + 20)), round_
            client.close()
    finally:
        stop.set()
        publisher.join()


def publish_until(host: Daemon, stop: threading.Event) -> None:
    http = host.http()
    price = 0
    while not stop.is_set():
        price += 1
        http.publish("market-data", bodies.quotes(AAPL=price))

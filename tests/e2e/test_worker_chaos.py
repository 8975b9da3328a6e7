# SPDX-License-Identifier: MIT
"""Workers that are killed at random moments under load: everything answered 200 arrives once."""

from __future__ import annotations

import json
import random
import threading
from typing import Any, Iterator

import pytest

from harness.client import Client, Message
from harness.crowd import read_all
from harness.daemon import Daemon
from harness.raw import Answer, Reader, post
from harness.worker import follow, isolated, kill_one, sanitized, status

CLIENTS = 5
PUBLISHERS = 3
UPDATES = 600 if sanitized() else 4000  # of each publisher
WINDOW = 20


class Publisher(threading.Thread):
    """Publishes its own numbers with some of them under way, and keeps the answers."""

    def __init__(self, host: Daemon, channel: str, numbers: range) -> None:
        super().__init__()
        self._host = host
        self._path = f"/api/v1/publish/{channel}"
        self._numbers = numbers
        self.answers: dict[int, Answer] = {}

    def run(self) -> None:
        with self._host.tcp.connect() as connection:
            reader = Reader(connection)
            for first in range(0, len(self._numbers), WINDOW):
                some = self._numbers[first:first + WINDOW]
                connection.sendall(b"".join(
                    post(json.dumps({"data": number}), path=self._path) for number in some))
                for number in some:
                    self.answers[number] = reader.answer()


class Killer(threading.Thread):
    """Kills a worker whenever some more updates, of a random number, have been answered: `least`,
    or up to 300 more."""

    def __init__(self, host: Daemon, publishers: list[Publisher], chance: random.Random,
                 least: int) -> None:
        super().__init__()
        self._host = host
        self._publishers = publishers
        self._chance = chance
        self._least = least
        self.killed = 0

    def run(self) -> None:
        wanted = 0
        while any(publisher.is_alive() for publisher in self._publishers):
            if self._answered() < wanted:
                self._publishers[0].join(0.001)
            elif kill_one(self._host, self._chance):
                self.killed += 1
                wanted = self._answered() + self._least + self._chance.randrange(300)

    def _answered(self) -> int:
        return sum(len(publisher.answers) for publisher in self._publishers)


def batches(publishers: int) -> Iterator[range]:
    for index in range(publishers):
        yield range(1 + index * UPDATES, 1 + (index + 1) * UPDATES)


def publish_under_fire(host: Daemon, channel: str, seed: int, least: int) -> dict[int, int]:
    """The numbers that were answered 200, by their offsets."""
    publishers = [Publisher(host, channel, numbers) for numbers in batches(PUBLISHERS)]
    killer = Killer(host, publishers, random.Random(seed), least)
    for thread in (*publishers, killer):
        thread.start()
    for thread in (*publishers, killer):
        thread.join()
    answers = {number: answer for one in publishers for number, answer in one.answers.items()}
    assert len(answers) == PUBLISHERS * UPDATES
    # Of the updates of a sanitizer there are enough for five to seven.
    assert killer.killed >= (3 if sanitized() else 5)
    # Two may have been killed in the same call, which is given up like one that kills.
    assert {answer.status for answer in answers.values()} <= {200, 500}
    taken = {answer.json["offset"]: number for number, answer in answers.items()
             if answer.status == 200}
    assert len(taken) >= len(answers) - killer.killed // 2
    return taken


def received(clients: list[Client], last: int) -> list[list[Any]]:
    """What each has got up to that offset, each joined to the one before."""
    data: list[list[Any]] = [[] for _ in clients]

    def take(index: int, message: Message) -> bool:
        assert message["prev"] == len(data[index]), message
        assert message["offset"] == len(data[index]) + 1, message
        data[index].append(message["data"])
        return message["offset"] == last

    read_all(clients, take)
    return data


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("plugin", ["sums", "aborts"])
def test_what_was_answered_arrives_once_however_often_workers_are_killed(
        start, plugin: str, seed: int) -> None:
    host = start(channels={"number": isolated(plugin)}, plugins={"max_deaths": 0},
                 limits={"outbox": "64MiB"}, server={"heartbeat": "1h"})
    clients = [follow(host, "number") for _ in range(CLIENTS)]
    # Two that die while they are put back leave the past behind. So where there is one, each gets
    # on before it is killed: all that was under way is answered, and one more.
    least = PUBLISHERS * WINDOW + 1 if plugin == "sums" else 1
    taken = publish_under_fire(host, "number", seed, least)
    numbers = [taken[offset] for offset in range(1, len(taken) + 1)]
    expected: list[Any] = list(numbers)
    if plugin == "sums":
        # One that was lost, repeated or forgotten by the plugin shows in all that follow.
        sums = [sum(numbers[:1])]
        for number in numbers[1:]:
            sums.append(sums[-1] + number)
        expected = [{"n": number, "count": count, "sum": total}
                    for count, (number, total) in enumerate(zip(numbers, sums), 1)]
    assert received(clients, len(taken)) == [expected] * CLIENTS
    found = status(host, "number")
    assert (found["offset"], found["subscribers"]) == (len(taken), CLIENTS)
    assert found["worker"]["given_up"] == PUBLISHERS * UPDATES - len(taken)
    assert all(client.ping()["type"] == "pong" for client in clients)


def test_who_comes_and_goes_meanwhile_is_counted_right(start) -> None:
    """Subscribes and leaves reach the next worker, or are known to it from the start."""
    host = start(channels={"tick": isolated("swap_v2")}, plugins={"max_deaths": 0})
    chance = random.Random(3)
    staying: list[Client] = []
    for _ in range(60):
        client = follow(host, "tick")
        if chance.random() < 0.5:
            staying.append(client)
        else:
            client.close()
        if chance.random() < 0.4:
            kill_one(host, chance)
    witness = follow(host, "tick")
    host.publish("tick", {"data": "end"})
    assert witness.live()["data"]["subscribers"] == len(staying) + 1
    assert status(host, "tick")["subscribers"] == len(staying) + 1

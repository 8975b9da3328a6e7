# SPDX-License-Identifier: MIT
"""The rounds, and what must hold after them."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from pathlib import Path

from harness.limits import TIMEOUT

from .followers import Acknowledging, Follower, Resuming
from .host import Host
from .publishers import EVERYONE, Published, Publisher

USERS = [f"user_{number:03}" for number in range(6)]
PUBLISHERS = 4
LOAD = 120  # at most so many are answered between two kills


@dataclass
class Counts:
    rounds: int = 0
    killed_starting: int = 0
    answered: int = 0
    retries: int = 0
    delivered: int = 0
    repeated: int = 0  # to clients that had not acknowledged them
    connections: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.rounds} kills ({self.killed_starting} of them while it started), "
                f"{self.answered} notifications answered 200 after {self.retries} retries, "
                f"{self.delivered} deliveries over {self.connections} connections, "
                f"{self.repeated} more of what was not acknowledged, {len(self.faults)} faults")


class Load:
    """The publishers and the followers of one host."""

    def __init__(self, host: Host, epoch: str, seed: int) -> None:
        self.publishers = [Publisher(host, number, USERS) for number in range(PUBLISHERS)]
        self.followers: list[Follower] = [Resuming(host, user, epoch) for user in USERS]
        self.followers += [Acknowledging(host, user, "phone", random.Random(seed + number))
                           for number, user in enumerate(USERS)]

    def start(self) -> None:
        """The users first: what goes to everyone is not owed to one who is not known yet."""
        for follower in self.followers:
            follower.start()
        for follower in self.followers:
            answered = follower.known.wait(TIMEOUT)
            self.check_failures()
            assert answered, f"{follower.user} is not answered"
        for publisher in self.publishers:
            publisher.start()

    def answered(self) -> int:
        return sum(len(publisher.answered) for publisher in self.publishers)

    def wait_for(self, count: int) -> None:
        """Until so many were answered in all."""
        while self.answered() < count:
            self.check_failures()
            self.publishers[0].join(0.001)

    def stop_publishers(self) -> dict[str, Published]:
        for publisher in self.publishers:
            publisher.stop()
        for publisher in self.publishers:
            publisher.join(TIMEOUT)
            assert not publisher.is_alive(), "a publisher is not answered"
        self.check_failures()
        return {name: one for publisher in self.publishers
                for name, one in publisher.answered.items()}

    def check_failures(self) -> None:
        for thread in (*self.publishers, *self.followers):
            if thread.failure is not None:
                raise thread.failure

    def join(self) -> None:
        for follower in self.followers:
            follower.join(TIMEOUT)


def run(folder: Path, rounds: int, seed: int) -> Counts:
    """Kills the host so often; raises what a publisher or follower has failed with."""
    chance = random.Random(seed)
    host = Host(folder)
    try:
        host.ready()
        epoch = host.daemon.http().get("/api/v1/dashboard/notifications?user_id=u").json["epoch"]
        load = Load(host, epoch, seed)
        load.start()
        counts = Counts(rounds)
        for _ in range(rounds):
            counts.killed_starting += one_round(host, load, chance)
        answered = load.stop_publishers()
        wait_for_all(load, answered)
        host.stop()
        load.join()
        load.check_failures()
        check(load, answered, epoch, counts)
        return counts
    finally:
        host.finish()
        host.daemon.kill()


def one_round(host: Host, load: Load, chance: random.Random) -> bool:
    """True: it was killed while it started."""
    load.wait_for(load.answered() + chance.randrange(LOAD))
    host.kill()
    if chance.random() >= 0.15:
        host.ready()
        return False
    host.daemon.wait_for(chance.choice(["server: sentiod", "listening on"]))
    host.kill()
    host.ready()
    return True


def owed(user: str, answered: dict[str, Published]) -> list[tuple[int, str]]:
    return sorted((one.offset, name) for name, one in answered.items()
                  if one.user in (user, EVERYONE))


def wait_for_all(load: Load, answered: dict[str, Published]) -> None:
    """Until each follower has come to the last that it is owed."""
    for follower in load.followers:
        expected = owed(follower.user, answered)
        for _ in range(int(TIMEOUT * 100)):
            if not expected or follower.came_to(expected[-1][0]):
                break
            load.check_failures()
            follower.join(0.01)


def check(load: Load, answered: dict[str, Published], epoch: str, counts: Counts) -> None:
    counts.answered = len(answered)
    counts.retries = sum(publisher.retries for publisher in load.publishers)
    if {one.epoch for one in answered.values()} != {epoch}:
        counts.faults.append("the epoch has changed")
    for publisher in load.publishers:
        offsets = [one.offset for one in publisher.answered.values()]
        if offsets != sorted(set(offsets)):
            counts.faults.append(f"out of order: {offsets}")
    for follower in load.followers:
        counts.delivered += len(follower.seen)
        counts.connections += follower.connections
        counts.repeated += getattr(follower, "repeated", 0)
        counts.faults += [f"{type(follower).__name__} {follower.user}: {fault}"
                          for fault in follower.faults]
        counts.faults += difference(follower, owed(follower.user, answered))


def difference(follower: Follower, expected: list[tuple[int, str]]) -> list[str]:
    """What it did not get, or should not have."""
    who = f"{type(follower).__name__} {follower.user}"
    got, wanted = set(follower.seen), set(expected)
    faults = [f"{who}: lost {one}" for one in sorted(wanted - got)]
    faults += [f"{who}: never published {one}" for one in sorted(got - wanted)]
    if follower.seen != sorted(got):
        faults.append(f"{who}: twice, or out of order")
    return faults

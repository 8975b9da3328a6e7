# SPDX-License-Identifier: MIT
"""A plugin that crashes on every n-th update: what is lost and repeated is nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from harness.client import Client, Message
from harness.crowd import read_all
from harness.daemon import Daemon
from harness.raw import Answer
from harness.worker import deaths, follow, isolated, pipeline, set_aside, status

CLIENTS = 50
EVERY = 50


class Follower:
    """A subscriber that checks that each message joins the one before."""

    def __init__(self, host: Daemon, name: str) -> None:
        self.client: Client = follow(host, name)
        self.data: list[Any] = []

    def take(self, message: Message) -> None:
        assert message["prev"] == len(self.data), message
        assert message["offset"] == len(self.data) + 1, message
        self.data.append(message["data"])


def publish_to(host: Daemon, followers: list[Follower], data: range, last: int) -> list[Answer]:
    """Publishes these, until each follower has got the last; the answers."""
    answers: list[Answer] = []
    publisher = threading.Thread(target=lambda: answers.extend(pipeline(host, "tick", data)))
    publisher.start()

    def take(index: int, message: Message) -> bool:
        followers[index].take(message)
        return followers[index].data[-1] == last

    read_all([follower.client for follower in followers], take)
    publisher.join()
    return answers


def test_nothing_is_lost_or_repeated_when_every_50th_update_crashes(start) -> None:
    host = start(channels={"tick": isolated("crashes_and_forgets", options={"every": EVERY})},
                 plugins={"max_deaths": 0}, limits={"per_user": 100})
    followers = [Follower(host, "tick") for _ in range(CLIENTS)]
    answers = publish_to(host, followers, range(1, 1001), 1000)
    assert [answer.status for answer in answers] == [200] * 1000
    assert [answer.json["offset"] for answer in answers] == list(range(1, 1001))
    assert {tuple(follower.data) for follower in followers} == {tuple(range(1, 1001))}
    # The update that one died of is the first of the next one: only that was not answered.
    assert len(deaths(host)) == (1000 - 1) // (EVERY - 1)
    found = status(host, "tick")
    assert (found["state"], found["subscribers"], found["offset"]) == ("open", CLIENTS, 1000)
    assert found["worker"] == {"deaths": len(deaths(host)), "given_up": 0}
    assert all(follower.client.ping()["type"] == "pong" for follower in followers)


@pytest.mark.parametrize("save", [False, True])
def test_an_update_that_crashes_it_again_is_refused_and_all_others_arrive(
        start, tmp_path: Path, save: bool) -> None:
    """Its count is brought back, and with it the crash; then it begins anew, with the next one."""
    options = {"every": EVERY, "save": save}
    host = start(channels={"tick": isolated("crashes_every_n", options=options)},
                 plugins={"max_deaths": 0}, limits={"per_user": 100})
    followers = [Follower(host, "tick") for _ in range(CLIENTS)]
    data = range(1, 4 * EVERY)
    refused = [number for number in data if number % EVERY == 0]
    taken = [number for number in data if number % EVERY != 0]
    answers = publish_to(host, followers, data, data[-1])
    assert [number for number, answer in zip(data, answers) if answer.status == 500] == refused
    assert [number for number, answer in zip(data, answers) if answer.status == 200] == taken
    assert all(follower.data == taken for follower in followers)
    kept = set_aside(tmp_path / "state", "tick")
    assert [call["payload"] for call in kept] == [{"data": number} for number in refused]
    assert status(host, "tick")["worker"] == {"deaths": 4 * len(refused), "given_up": len(refused)}


def test_only_a_second_refusal_in_a_row_costs_a_plugin_what_it_knows(start, tmp_path: Path) -> None:
    options = {"every": 3, "save": True}
    host = start(channels={"tick": isolated("crashes_every_n", options=options)},
                 plugins={"max_deaths": 0})
    assert [answer.status for answer in pipeline(host, "tick", range(1, 4))] == [200, 200, 500]
    assert "it starts afresh" not in host.log
    assert [answer.status for answer in pipeline(host, "tick", range(4, 7))] == [200, 200, 500]
    assert host.log.count("it starts afresh, without what it knew") == 1
    assert len(set_aside(tmp_path / "state", "tick")) == 2

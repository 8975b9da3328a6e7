# SPDX-License-Identifier: MIT
"""sentioctl shows who is connected to a real host, and sends them away."""

from __future__ import annotations

import json
import select
import subprocess
from typing import Any

from harness import bodies
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.overseer import Overseer
from harness.sentioctl import FAILED, OK, SENTIOCTL, USAGE, ask


def rows(output: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines()]


def test_clients_are_listed(host: Daemon) -> None:
    host.client("/ws/earnings").subscribe(user_id="user_001")
    several = host.client("/ws")
    several.subscribe(channel="trade-signals", symbols=["AAPL"])
    several.subscribe(channel="market-data", symbols=["AAPL"])
    done = ask(host, "clients")
    assert (done.returncode, done.stderr) == (OK, "")
    heading, *listed = rows(done.stdout)
    assert heading[:5] == ["CLIENT", "TRANSPORT", "ADDRESS", "USER", "CHANNELS"]
    assert {row[0] for row in listed} == {each["id"] for each in Overseer(host).clients()}
    assert {(row[1], row[3], row[6]) for row in listed} == {
        ("websocket", "user_001", "-"), ("websocket", "-", "-")}
    assert {frozenset(row[4].split(",")) for row in listed} == {
        frozenset({"earnings"}), frozenset({"trade-signals", "market-data"})}
    assert len(rows(ask(host, "clients", "--user", "user_001").stdout)) == 2
    assert len(rows(ask(host, "clients", "--channel", "market-data").stdout)) == 2
    assert len(rows(ask(host, "clients", "--slow").stdout)) == 1
    assert json.loads(ask(host, "clients", "--json").stdout)["total"] == 2


def test_a_client_s_name_does_not_move_the_cursor(host: Daemon) -> None:
    host.client("/ws/trade-signals").subscribe(user_id="a\x1b[2Jb\n\x9bc")
    output = ask(host, "clients").stdout
    assert "a?[2Jb???c" in output
    assert output.count("\n") == 2


def test_a_client_is_kicked(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe("AAPL")
    number = Overseer(host).only()["id"]
    mark = host.mark()
    done = ask(host, "kick", number)
    assert (done.returncode, done.stdout) == (OK, f"client {number} is kicked\n")
    assert client.closed().reason == "kicked"
    host.wait_for(f"connection {number}: kicked by control", mark)
    again = ask(host, "kick", number)
    assert (again.returncode, again.stdout) == (FAILED, "")
    assert "there is no such client" in again.stderr


def test_a_channel_is_followed_until_it_is_removed(go_live: Any) -> None:
    live = go_live()
    host = live.host
    with subprocess.Popen([SENTIOCTL, "--socket", host.control.host, "tail", "trade-signals"],
                          stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        # It does not say when it has begun: the first line does.
        while not select.select([tail.stdout], [], [], 0.05)[0]:
            host.publish("trade-signals", bodies.signals("AAPL"))
        live.reload(channels={"trade-signals": {"enabled": False}})
        lines = tail.stdout.readlines()
        assert tail.wait(TIMEOUT) == OK
    told = [line.split(" ", 3)[1:3] for line in lines]
    assert told[-2:] == [["update", "trade-signals"], ["error", "trade-signals"]]
    assert '"symbol":"AAPL"' in lines[-2].replace(" ", "")


def test_what_is_not_understood_is_said(host: Daemon) -> None:
    for words in (("clients", "nobody"), ("clients", "--user"), ("kick",), ("kick", "x"),
                  ("kick", "1", "2"), ("kick", "1/.."), ("tail",), ("tail", "--client")):
        assert ask(host, *words).returncode == USAGE, words
    for words in (("clients", "--channel", "nothing"), ("tail", "nothing")):
        refused = ask(host, *words)
        assert (refused.returncode, refused.stdout) == (FAILED, "")
        assert "there is no such channel" in refused.stderr

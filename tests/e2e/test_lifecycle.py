# SPDX-License-Identifier: MIT
"""Signals, and what a stop leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import BAD_PLUGINS, CHANNELS, SENTIOD
from harness.daemon import SANITIZER, Daemon
from harness.live import Live
from harness.replay import identical, updates
from harness.until import until
from harness.websocket import Closed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_closes_clients_with_1001_and_exits_with_0(host: Daemon,
                                                          number: signal.Signals) -> None:
    clients = [host.client(f"/ws/{channel}") for channel in CHANNELS for _ in range(4)]
    for client in clients:
        client.ping()
    host.signal(number)
    assert [client.closed().code for client in clients] == [1001] * len(clients)
    assert host.wait() == 0


def test_a_stop_delivers_what_was_answered_before_it(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe()
    publisher = host.http()
    for _ in range(100):
        assert publisher.publish("trade-signals", bodies.signals("AAPL")).status == 200
    host.signal(signal.SIGTERM)
    offsets = []
    with pytest.raises(Closed) as caught:
        while True:
            offsets.append(client.live()["offset"])
    assert caught.value.code == 1001
    assert offsets == list(range(1, 101))
    assert host.wait() == 0


def test_clients_that_do_not_answer_do_not_hold_up_the_stop(start) -> None:
    host = start(server={"drain": "1s"})
    silent = [host.client("/ws/trade-signals") for _ in range(3)]
    for client in silent:
        client.ping()
    with host.tcp.connect() as half:
        half.sendall(b"GET /ws/tr")
        host.signal(signal.SIGTERM)
        assert host.wait() == 0


def test_sighup_is_logged_and_nobody_is_disturbed(host: Daemon) -> None:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    since = host.mark()
    host.signal(signal.SIGHUP)
    host.wait_for(r"(?i)sighup|reload", since)
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(client.live()) == ["AAPL"]


def blocked(pid: int) -> dict[str, set[int]]:
    """By thread, but for the main one: the signals that are not delivered to it (proc(5))."""
    masks = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        if task.name == str(pid):
            continue
        try:
            status = (task / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        mask = int(status.partition("SigBlk:")[2].split()[0], 16)
        masks[task.name] = {bit + 1 for bit in range(64) if mask >> bit & 1}
    return masks


@pytest.mark.parametrize("journal", [False, True])
def test_no_thread_but_the_main_one_takes_the_signals_of_the_host(start, write_config, tmp_path: Path,
                                                                  journal: bool) -> None:
    channels: dict[str, Any] = {"notifications": {"durable": True},
                                "earnings": {"isolation": "process"}}
    arguments = ["--journal", str(tmp_path / "journal")] if journal else []
    live = Live(start(*arguments, channels=channels), write_config, {"channels": channels})
    live.reload(channels={**channels, "admin": {"enabled": False}})
    live.host.publish("notifications", bodies.notification("user_001"))
    masks = blocked(live.host.process.pid)
    assert len(masks) >= 4 + journal, masks
    assert {name: {signal.SIGTERM, signal.SIGINT, signal.SIGHUP} - mask
            for name, mask in masks.items()} == dict.fromkeys(masks, set())


def test_a_port_that_is_taken_is_named_in_the_error(start, write_config) -> None:
    first = start(server={"listen": ["127.0.0.1:0"]})
    taken = first.tcp.name
    second = Daemon(["-c", str(write_config(server={"listen": [taken]}))])
    try:
        assert second.wait() == 1
        assert taken in second.log
    finally:
        second.kill()


def test_a_new_host_starts_after_another_in_the_same_folder(start) -> None:
    for _ in range(3):
        host = start()
        client = host.client("/ws/trade-signals")
        client.subscribe("AAPL")
        host.publish("trade-signals", bodies.signals("AAPL"))
        assert symbols(client.live()) == ["AAPL"]
        host.stop()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_host_without_a_standard_file_gives_its_place_to_nothing_else(
        write_config, tmp_path: Path, number: int) -> None:
    config = write_config(server={"listen": [f"unix:{tmp_path / 'socket'}"]})
    host = Daemon(["-c", str(config), "--journal", str(tmp_path / "journal")],
                  ["sh", "-c", f'exec "$@" {number}>&-', "sh", str(SENTIOD)])
    try:
        until((tmp_path / "socket").exists, bool)
        assert os.readlink(f"/proc/{host.process.pid}/fd/{number}") == "/dev/null"
        host.stop()
    finally:
        host.kill()


# Is long in save(): until its neighbour has had its say.
SLOW_TO_SAVE = """
import json, sys

for line in sys.stdin:
    call = json.loads(line)
    if call["call"] == "open":
        print(json.dumps({"ready": {"calls": ["save"]}}))
    elif call["call"] == "save":
        open(sys.argv[1]).read()
        print(json.dumps({"state": 1}))
    print(json.dumps({"done": call["id"]}), flush=True)
"""

# Forwards by itself, once its neighbour is asked to save.
TALKATIVE = """
import json, sys, threading

def talk():
    with open(sys.argv[1], "w"):
        for n in range(100):
            print(json.dumps({"call": 0, "forward": {"channel": "first", "payload": {"n": n}}}),
                  flush=True)

for line in sys.stdin:
    call = json.loads(line)
    if call["call"] == "open":
        threading.Thread(target=talk, daemon=True).start()
        print(json.dumps({"ready": {"calls": []}}))
    print(json.dumps({"done": call["id"]}), flush=True)
"""


def exec_script(path: Path, script: str, *arguments: Path, **settings: Any) -> dict[str, Any]:
    path.write_text(script)
    command = [sys.executable, str(path), *map(str, arguments)]
    return {"plugin": "exec.so", "options": {"command": command}, **settings}


@pytest.fixture
def talkative(tmp_path: Path) -> dict[str, Any]:
    """Three channels: while the second saves, the third forwards to the first, which has ended."""
    moment = tmp_path / "moment"
    os.mkfifo(moment)
    return {"first": {"plugin": BAD_PLUGINS / "echo_test.so"},
            "second": exec_script(tmp_path / "slow.py", SLOW_TO_SAVE, moment),
            "third": exec_script(tmp_path / "talkative.py", TALKATIVE, moment, forwards=["first"])}


def test_workers_that_talk_while_channels_end_are_not_in_the_journal(start, talkative,
                                                                     journal: Path) -> None:
    host = start("--journal", str(journal), channels=talkative)
    host.publish("first", {"data": 1})
    host.stop()
    assert len(updates(identical(journal), "first")) == 1


def test_workers_that_talk_while_a_start_fails_are_not_listened_to(write_config,
                                                                   talkative) -> None:
    failing = {"last": {"plugin": BAD_PLUGINS / "open_fails.so"}}
    host = Daemon(["-c", str(write_config(channels={**talkative, **failing}))])
    try:
        assert host.wait() == 1, host.log
        assert "open_fails.so" in host.log
        assert not SANITIZER.search(host.log), host.log
    finally:
        host.kill()

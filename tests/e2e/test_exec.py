# SPDX-License-Identifier: MIT
"""Channels that programs handle, through exec.so: the examples, and what becomes of faults."""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from harness.client import Client
from harness.config import TREE
from harness.daemon import Daemon, run
from harness.limits import TIMEOUT

EXAMPLES = TREE / "docs" / "examples" / "exec"

# Does what is published: a program of the tests in a few lines.
PUPPET = """
import json, os, sys, time

def say(**line):
    print(json.dumps(line), flush=True)

kept = []
for line in sys.stdin:
    call = json.loads(line)
    name = call["call"]
    if name == "open":
        say(ready={"calls": ["publish", "subscribe", "observe", "save", "restore"]})
        print("process", os.getpid(), file=sys.stderr, flush=True)
    elif name == "subscribe":
        say(join={"topic": call["request"].get("topic", "*")})
        say(accept={})
    elif name == "publish":
        payload = call["payload"]
        do = payload.get("do")
        if do in ("die", "hang") and not os.path.exists(payload.get("once", "")):
            if "once" in payload:
                open(payload["once"], "x").close()
            if do == "die":
                os._exit(3)
            time.sleep(3600)
        if do == "garble":
            print("this is no JSON", flush=True)
        kept.append(payload)
        say(emit={"topic": payload.get("topic", "*"),
                  "data": {"n": len(kept), "from": call["from"]["origin"]}})
        say(**payload.get("say", {"count": {"metric": "seen"}}))
    elif name == "observe":
        say(forward={"channel": "notifications",
                     "payload": {"user_id": "*", "data": {"type": "info", "title": "seen",
                                                          "message": call["channel"]}}})
    elif name == "save":
        say(state=kept)
    elif name == "restore":
        kept = call["state"]
    say(done=call["id"])
"""

# Publishes a hundred numbers by itself, from a thread, once something was published.
CLOCK = """
import json, sys, threading

lock = threading.Lock()

def say(**line):
    with lock:
        print(json.dumps(line), flush=True)

def talk():
    for n in range(1, 101):
        say(call=0, emit={"data": n})

for line in sys.stdin:
    call = json.loads(line)
    if call["call"] == "publish":
        threading.Thread(target=talk).start()
    say(done=call["id"])
"""


def exec_channel(*command: str | Path, timeout: str = "60s", **settings: object) -> dict:
    options = {"command": [str(part) for part in command], "timeout": timeout}
    return {"plugin": "exec.so", "options": options, **settings}


@pytest.fixture
def puppet(tmp_path: Path) -> dict:
    path = tmp_path / "puppet.py"
    path.write_text(PUPPET)
    return exec_channel(sys.executable, path)


@pytest.fixture
def host(start, puppet: dict) -> Daemon:
    return start(channels={"puppet": puppet})


def subscriber(host: Daemon, channel: str = "puppet", **fields: object) -> Client:
    client = host.client(f"/ws/{channel}")
    client.subscribe(**fields)
    return client


def process_of(host: Daemon, since: int = 0) -> int:
    return int(host.wait_for(r"puppet.*process (\d+)", since)[1])


def test_the_python_example_is_a_channel(start) -> None:
    options = {"command": ["./sensors.py"], "directory": EXAMPLES / "python", "timeout": "60s",
               "options": {"summary": 1, "highest": 50.0}}
    host: Daemon = start(channels={"sensors": {"plugin": "exec.so", "options": options}})
    client = subscriber(host, "sensors", sensors=["hall"])
    host.publish("sensors", {"data": [{"sensor": "roof", "value": 1},
                                      {"sensor": "hall", "value": 2.50}]})
    reading = client.next()
    assert (reading["type"], reading["data"]) == ("reading", {"sensor": "hall", "value": 2.5})
    summary = client.next()
    assert summary["type"] == "summary"
    assert summary["data"] == {"sensor": "hall", "count": 1, "min": 2.5, "max": 2.5, "mean": 2.5}
    answer = host.http().publish("sensors", {"data": [{"sensor": "hall", "value": 51}]})
    assert answer.status == 422
    assert answer.json["errors"] == [{"item": 0, "field": "value", "message": "is over 50.0"}]
    other = host.client("/ws/sensors")
    assert other.refused(action="subscribe", sensors="hall")["code"] == "invalid_field"


def test_the_shell_example_is_a_channel(start) -> None:
    channel = exec_channel(EXAMPLES / "shell" / "relay.sh")
    host: Daemon = start(channels={"relay": channel})
    client = subscriber(host, "relay")
    host.publish("relay", {"hello": ["world", 1.50, {}]})
    message = client.next()
    assert (message["type"], message["data"]) == ("update", {"hello": ["world", 1.5, {}]})
    named = subscriber(host, "relay", topics=["nothing"])
    host.publish("relay", {"to": "all"})
    assert client.next()["data"] == named.live()["data"] == {"to": "all"}


def test_topics_are_whose_they_were_joined_for(host: Daemon) -> None:
    one, two = subscriber(host, topic="one"), subscriber(host, topic="two")
    host.publish("puppet", {"topic": "one"})
    host.publish("puppet", {"topic": "two"})
    assert one.next()["data"]["n"] == 1
    assert two.next()["data"]["n"] == 2


def test_a_program_observes_one_channel_and_publishes_on_another(start, puppet: dict) -> None:
    puppet = {**puppet, "observes": ["market-data"], "forwards": ["notifications"]}
    host: Daemon = start(channels={"puppet": puppet})
    client = host.client("/ws/notifications")
    client.subscribe(user_id="ann")
    host.publish("market-data", {"data": [{"symbol": "AAPL", "price": 1}]})
    assert client.next()["data"]["message"] == "market-data"


def test_the_lines_of_a_source_go_through_the_program(start, puppet: dict, tmp_path: Path) -> None:
    path = tmp_path / "source.sh"
    path.write_text("echo '{}'\nexec sleep 1000\n")
    host: Daemon = start(channels={"puppet": {**puppet,
                                              "source": {"command": ["/bin/sh", str(path)]}}})
    assert subscriber(host).next()["data"] == {"n": 1, "from": "source"}


def test_a_program_publishes_when_it_likes(start, tmp_path: Path) -> None:
    path = tmp_path / "clock.py"
    path.write_text(CLOCK)
    host: Daemon = start(channels={"clock": exec_channel(sys.executable, path)})
    client = subscriber(host, "clock")
    host.publish("clock", {})
    assert [client.next()["data"] for _ in range(100)] == list(range(1, 101))
    host.stop()
    assert "plugin fault" not in host.log


def test_a_state_survives_a_restart_of_the_host(start, puppet: dict) -> None:
    first: Daemon = start(channels={"puppet": puppet})
    first.publish("puppet", {})
    first.publish("puppet", {})
    first.stop()
    second: Daemon = start(channels={"puppet": puppet})
    client = subscriber(second)
    second.publish("puppet", {})
    assert client.live()["data"]["n"] == 3


def test_a_program_ends_with_the_host(host: Daemon) -> None:
    pid = process_of(host)
    assert os.path.exists(f"/proc/{pid}")
    host.stop()
    assert not os.path.exists(f"/proc/{pid}")


def test_a_wrong_line_fails_the_publish_and_no_more(host: Daemon) -> None:
    client = subscriber(host)
    assert host.http().publish("puppet", {"do": "garble"}).status == 500
    host.wait_for(r'puppet.*in publish: not JSON.*in the line "this is no JSON"')
    assert host.http().publish("puppet", {"say": {"emti": 1}}).status == 500
    host.wait_for(r'puppet.*there is no "emti"')
    host.publish("puppet", {})
    assert client.next()["data"] == {"n": 3, "from": "publisher"}


def test_a_killed_program_is_started_again_with_its_subscribers(host: Daemon) -> None:
    client = subscriber(host, topic="one")
    host.publish("puppet", {"topic": "one"})
    assert client.next()["data"]["n"] == 1
    first = process_of(host)
    since = host.mark()
    os.kill(first, signal.SIGKILL)
    host.wait_for(r'puppet.*exec: ".*" was ended by signal 9', since)
    assert process_of(host, since) != first
    host.publish("puppet", {"topic": "one"})
    assert client.live()["data"]["n"] == 2
    assert client.ping()["type"] == "pong"


@pytest.mark.parametrize(("do", "timeout", "said"), [
    ("die", "60s", "ended with status 3 in the call publish"),
    ("hang", "3s", "did not answer publish within 3000 ms")])  # nor may Python take longer to start
def test_an_update_that_a_program_did_not_survive_is_tried_again(
        start, puppet: dict, tmp_path: Path, do: str, timeout: str, said: str) -> None:
    puppet["options"]["timeout"] = timeout
    host: Daemon = start(channels={"puppet": puppet})
    client = subscriber(host)
    since = host.mark()
    once = str(tmp_path / "once")
    assert host.publish("puppet", {"do": do, "once": once})["offset"] == 1
    host.wait_for(said, since)
    assert client.next()["data"] == {"n": 1, "from": "publisher"}
    host.publish("puppet", {})
    assert client.next()["offset"] == 2


def test_an_update_that_ends_the_program_each_time_is_refused_and_others_are_not(
        host: Daemon) -> None:
    client = subscriber(host)
    host.publish("puppet", {})
    assert host.http().publish("puppet", {"do": "die"}).status == 500
    host.publish("puppet", {})
    assert [client.next()["data"]["n"] for _ in range(2)] == [1, 2]


def test_a_program_ends_when_the_host_is_killed(write_config, puppet: dict) -> None:
    host = Daemon(["-c", str(write_config(channels={"puppet": puppet}))]).ready()
    ended = os.pidfd_open(process_of(host))
    try:
        host.kill()
        assert select.select([ended], [], [], TIMEOUT)[0] == [ended]
    finally:
        os.close(ended)


def test_a_program_that_can_not_be_started_is_an_error_of_the_configuration(write_config) -> None:
    channel = exec_channel("/not/there")
    done = run("-c", write_config(channels={"lost": channel}), "--check-config")
    assert done.returncode == 1
    assert '"/not/there" can not be started: No such file or directory' in done.stderr


def test_check_config_ends_the_programs_that_it_starts(write_config, puppet: dict) -> None:
    done = run("-c", write_config(channels={"puppet": puppet}), "--check-config")
    assert done.returncode == 0, done

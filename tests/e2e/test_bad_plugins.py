# SPDX-License-Identifier: MIT
"""Plugins that are bad on purpose: refused with the reason, or contained while the host runs."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.client import symbols
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon, run

# What the message has to say besides the file: both of the values that disagree.
REFUSALS = {
    "no_symbol": [r"sentio_plugin"],
    "wrong_magic": [r"magic", r"4e4f4e45", r"53454e54"],
    "wrong_major": [r"(?i)major", r"\b2\b", r"\b1\b"],
    "newer_minor": [r"(?i)minor", r"\b99\b", r"host has \d"],
    "short_size": [r"\b\d+ bytes", r"at least \d+"],
    "open_fails": [r"colour"],
    "missing_callback": [r"publish"],
    "undefined_symbol": [r"sentio_test_function_that_is_nowhere"],
    "not_elf": [r"(?i)elf"],
    "missing": [r"(?i)no such file|not found"],
}


def bad_channel(name: str) -> dict[str, Any]:
    return {"bad": {"plugin": str(BAD_PLUGINS / f"{name}.so")}}


def check_message(text: str, name: str) -> None:
    lines = [line for line in text.splitlines() if f"{name}.so" in line]
    assert lines, text
    where = text if name == "open_fails" else "\n".join(lines)
    for pattern in REFUSALS[name]:
        assert re.search(pattern, where), text


@pytest.mark.parametrize("name", REFUSALS)
def test_check_config_refuses_it_with_the_reason(write_config, name: str) -> None:
    done = run("-c", write_config(channels=bad_channel(name)), "--check-config")
    assert done.returncode == 1, done
    check_message(done.stderr, name)


@pytest.mark.parametrize("name", REFUSALS)
def test_the_host_does_not_start_with_it(write_config, name: str) -> None:
    done = run("-c", write_config(channels=bad_channel(name)))
    assert done.returncode == (78 if name == "missing" else 1), done
    check_message(done.stderr, name)


def test_every_bad_plugin_of_a_configuration_is_named(write_config) -> None:
    names = [name for name in REFUSALS if name not in ("open_fails", "missing")]
    channels = {f"bad-{name.replace('_', '-')}": {"plugin": str(BAD_PLUGINS / f"{name}.so")}
                for name in names}
    done = run("-c", write_config(channels=channels), "--check-config")
    assert done.returncode == 1
    for name in names:
        check_message(done.stderr, name)


def test_a_refused_plugin_leaves_no_copy_behind(write_config, tmp_path: Path) -> None:
    run("-c", write_config(channels=bad_channel("wrong_major")))
    assert not list((tmp_path / "state").rglob("*.so"))


@pytest.fixture
def host(start) -> Daemon:
    return start(channels={"garbage": {"plugin": str(BAD_PLUGINS / "emits_garbage.so")}})


RULES = {"json": "not JSON", "utf8": "not UTF-8", "empty": "empty", "topic": "too long",
         "attribute": "wrong type", "value": "no such type", "count": "too many"}


@pytest.mark.parametrize("rule", RULES)
def test_garbage_is_contained_and_the_publisher_told(host: Daemon, rule: str) -> None:
    garbage = host.client("/ws/garbage")
    garbage.subscribe()
    witness = host.client("/ws/trade-signals")
    witness.subscribe("AAPL")
    response = host.http().publish("garbage", f'{{"rule":"{rule}"}}')
    assert response.status in (422, 500), response
    assert response.detail
    host.publish("trade-signals", bodies.signals("AAPL"))
    assert symbols(witness.live()) == ["AAPL"]
    assert host.publish("garbage", {"fine": 1})["accepted"] == 1
    message = garbage.live()
    assert (message["data"], message["offset"]) == ([{"good": True}], 1)


@pytest.mark.parametrize("rule", RULES)
def test_garbage_is_never_sent_although_the_plugin_takes_no_notice(host: Daemon,
                                                                   rule: str) -> None:
    garbage = host.client("/ws/garbage")
    garbage.subscribe()
    response = host.http().publish("garbage", f'{{"rule":"{rule}","ignore":true}}')
    assert response.status in (200, 422, 500), response
    host.publish("garbage", {"fine": 1})
    accepted = response.json["accepted"] if response.status == 200 else 0
    for number in range(1, accepted + 2):
        message = garbage.live()
        assert (message["data"], message["offset"]) == ([{"good": True}], number)


def test_a_call_that_does_not_return_ends_the_process_and_is_named(start) -> None:
    channel = {**bad_channel("hangs")["bad"], "isolation": "none"}
    host = start(channels={"bad": channel}, plugins={"hang": "1s"})
    with host.tcp.connect() as publisher:
        publisher.sendall(b"POST /api/v1/publish/bad HTTP/1.1\r\nHost: localhost\r\n"
                          b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        host.wait_for(r"channel bad.*publish\(\).*plugins\.hang")
        assert host.wait() == -signal.SIGABRT
    host.stop = lambda: None

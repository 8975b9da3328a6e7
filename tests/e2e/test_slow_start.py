# SPDX-License-Identifier: MIT
"""A plugin that takes its time to open, while the host has no connections and no threads yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config import TREE
from harness.daemon import run

RELAY = TREE / "docs" / "examples" / "exec" / "shell" / "relay.sh"

# Longer than the second after which a hub that runs first looks around.
OPENS_IN = 1.2


@pytest.fixture
def channels(tmp_path: Path) -> dict:
    path = tmp_path / "late.sh"
    path.write_text(f"sleep {OPENS_IN}\nexec {RELAY}\n")
    options = {"command": ["/bin/sh", str(path)], "timeout": "60s"}
    return {"late": {"plugin": "exec.so", "options": options}}


def test_a_host_starts_although_a_plugin_takes_a_second_to_open(start, channels: dict) -> None:
    host = start(channels=channels)
    client = host.client("/ws/late")
    client.subscribe()
    host.publish("late", {"n": 1})
    assert client.next()["data"] == {"n": 1}


def test_a_configuration_with_such_a_plugin_is_valid(write_config, channels: dict) -> None:
    result = run("-c", write_config(channels=channels), "--check-config")
    assert result.returncode == 0, result

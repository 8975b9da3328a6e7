# SPDX-License-Identifier: MIT
"""What a channel knows over a clean stop, and over a crash."""

from __future__ import annotations

import signal

from harness import bodies
from harness.client import symbols


def test_offsets_epochs_and_items_go_on_after_a_clean_stop(start, tmp_path) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first = start(server=state)
    answer = first.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    before = first.http().get("/api/v1/dashboard/trade-signals").json
    first.stop()
    second = start(server=state)
    after = second.http().get("/api/v1/dashboard/trade-signals").json
    assert after["signals"] == before["signals"]
    assert (after["offset"], after["epoch"]) == (before["offset"], before["epoch"])
    client = second.client("/ws/trade-signals")
    assert client.subscribe("AAPL")["offset"] == 2
    assert symbols(client.next()) == ["AAPL"]
    again = second.publish("trade-signals", bodies.signals("AAPL"))
    assert (again["offset"], again["epoch"]) == (3, answer["epoch"])


def test_a_crash_gives_a_channel_a_new_epoch(start, tmp_path) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first = start(server=state)
    answer = first.publish("trade-signals", bodies.signals("AAPL"))
    first.stop()
    second = start(server=state)
    second.publish("trade-signals", bodies.signals("AAPL"))
    second.signal(signal.SIGKILL)
    second.wait()
    second.stop = lambda: None
    third = start(server=state)
    again = third.publish("trade-signals", bodies.signals("AAPL"))
    assert again["offset"] == 1
    assert again["epoch"] != answer["epoch"]


def test_a_damaged_state_is_reported_and_the_channel_starts_empty(start, tmp_path) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first = start(server=state)
    answer = first.publish("trade-signals", bodies.signals("AAPL"))
    first.publish("earnings", {"user_id": "user_001", "data": {"portfolio_value": 1}})
    first.stop()
    path = tmp_path / "kept" / "channels" / "trade-signals.state"
    path.write_bytes(path.read_bytes()[:-20] + b"\n")
    second = start(server=state)
    second.wait_for(r"trade-signals.*trade-signals\.state.*damaged")
    again = second.publish("trade-signals", bodies.signals("AAPL"))
    assert again["offset"] == 1 and again["epoch"] != answer["epoch"]
    earnings = second.http().get("/api/v1/dashboard/earnings?user_id=user_001")
    assert earnings.json["portfolio_value"] == 1

# SPDX-License-Identifier: MIT
"""Durable channels: what was answered 200 is on the disk, and what happens when that fails."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Iterator

import pytest

from harness import bodies
from harness.daemon import Daemon
from harness.http import Http
from harness.limits import TIMEOUT

NOTIFICATIONS = "/api/v1/dashboard/notifications?user_id=user_001"


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, str]:
    return {"state_dir": str(tmp_path / "kept")}


def note(number: int) -> dict:
    return bodies.notification("user_001", title=str(number))


def crash(host: Daemon) -> None:
    host.signal(signal.SIGKILL)
    host.wait()
    host.stop = lambda: None  # type: ignore[method-assign]


def given(host: Daemon, limit: int = 1000) -> list[dict]:
    answer = host.http().get(f"{NOTIFICATIONS}&limit={limit}")
    assert answer.status == 200, answer
    return answer.json["notifications"]


def test_what_was_answered_is_there_after_a_kill(start, kept) -> None:
    first = start(server=kept)
    answers = [first.publish("notifications", note(number)) for number in range(3)]
    crash(first)
    second = start(server=kept)
    epoch = answers[0]["epoch"]
    assert [answer["offset"] for answer in answers] == [1, 2, 3]
    assert [item["title"] for item in given(second)] == ["0", "1", "2"]
    assert [item["id"] for item in given(second)] == [f"{epoch}:{offset}" for offset in (1, 2, 3)]
    again = second.publish("notifications", note(3))
    assert (again["offset"], again["epoch"]) == (4, epoch)


def test_a_kill_under_load_loses_nothing_that_was_answered(start, kept) -> None:
    first = start(server=kept, channels={"notifications": {"history": 10000}})
    answered: dict[int, str] = {}
    enough = threading.Event()

    def publish(publisher: int) -> None:
        http = Http(first.tcp)
        for number in range(10000):
            title = f"{publisher}.{number}"
            try:
                answer = http.publish("notifications", note_named(title))
            except (OSError, EOFError):
                return
            assert answer.status == 200, answer
            answered[answer.json["offset"]] = title
            if len(answered) > 200:
                enough.set()

    threads = [threading.Thread(target=publish, args=(publisher,)) for publisher in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(2 * TIMEOUT)
    crash(first)
    for thread in threads:
        thread.join()
    second = start(server=kept, channels={"notifications": {"history": 10000}})
    items = {int(item["id"].partition(":")[2]): item["title"] for item in given(second)}
    last = max(answered)
    assert {offset: items.get(offset) for offset in answered if offset > last - 900} == \
        {offset: title for offset, title in answered.items() if offset > last - 900}
    for publisher in range(4):
        own = [int(title.partition(".")[2]) for _, title in sorted(items.items())
               if title.startswith(f"{publisher}.")]
        assert own == sorted(set(own))


def note_named(title: str) -> dict:
    return bodies.notification("user_001", title=title)


def test_a_clean_stop_keeps_order_too(start, kept) -> None:
    first = start(server=kept)
    client = first.client("/ws/notifications")
    client.subscribe(user_id="user_001")
    answer = first.publish("notifications", note(1))
    message = client.live()
    assert (message["offset"], message["epoch"]) == (1, answer["epoch"])
    first.stop()
    second = start(server=kept)
    again = second.publish("notifications", note(2))
    assert (again["offset"], again["epoch"]) == (2, answer["epoch"])
    assert [item["title"] for item in given(second)] == ["1", "2"]


def test_any_channel_can_be_durable_and_notifications_need_not_be(start, kept) -> None:
    channels = {"trade-signals": {"durable": True}, "notifications": {"durable": False}}
    first = start(server=kept, channels=channels)
    signals = first.publish("trade-signals", bodies.signals("AAPL", "MSFT", "AAPL"))
    notified = first.publish("notifications", note(1))
    shown = {channel["name"]: channel["durable"]
             for channel in first.http().get("/api/v1/channels").json["channels"]}
    assert (shown["trade-signals"], shown["notifications"], shown["earnings"]) == \
        (True, False, False)
    crash(first)
    second = start(server=kept, channels=channels)
    assert second.publish("notifications", note(1))["epoch"] != notified["epoch"]
    client = second.client("/ws/trade-signals")
    answer = client.subscribe("AAPL", min_confidence=0.1)
    assert (answer["offset"], answer["epoch"]) == (3, signals["epoch"])
    snapshot = client.next()
    assert [item["symbol"] for item in snapshot["data"]] == ["AAPL"]
    assert second.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 4


def ready(host: Daemon) -> tuple[int, str]:
    answer = host.http().get("/readyz")
    return answer.status, json.dumps(answer.json["reasons"])


def test_a_host_that_works_is_healthy_and_ready(host) -> None:
    assert host.http().get("/healthz").json["status"] == "healthy"
    answer = host.http().get("/readyz")
    assert (answer.status, answer.json["status"], answer.json["reasons"]) == (200, "ready", [])


def limit_files(host: Daemon, size: int) -> None:
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_refuses_and_works_again_when_there_is_room(start, kept) -> None:
    host = start(server=kept)
    first = host.publish("notifications", note(1))
    limit_files(host, (Path(kept["state_dir"]) / "sentio.db-wal").stat().st_size)
    since = host.mark()
    for number in range(3):
        refused = host.http().publish("notifications", note(number))
        assert refused.status == 503
        assert "sentio.db" in refused.json["detail"]
    host.wait_for(r"error +disk: .*sentio\.db.*durable channels refuse", since)
    assert sum("durable channels refuse" in line for line in host.lines) == 1
    status, reasons = ready(host)
    assert status == 503 and "sentio.db" in reasons
    assert host.http().get("/healthz").status == 200
    assert host.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 1
    assert [item["title"] for item in given(host)] == ["1"]
    assert host.ask_control("status")["disk"]["failures"] >= 3
    limit_files(host, resource.RLIM_INFINITY)
    again = host.publish("notifications", note(2))
    assert (again["offset"], again["epoch"]) == (2, first["epoch"])
    assert ready(host)[0] == 200
    host.wait_for("it works again", since)
    crash(host)
    assert [item["title"] for item in given(start(server=kept))] == ["1", "2"]


def test_the_host_finds_out_by_itself_that_there_is_room_again(start, kept) -> None:
    host = start(server=kept)
    limit_files(host, 1)
    assert host.http().publish("notifications", note(1)).status == 503
    since = host.mark()
    limit_files(host, resource.RLIM_INFINITY)
    host.wait_for("it works again", since)
    assert ready(host)[0] == 200


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system that has room for a host's folders, and not for a plugin."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_host_starts_on_a_full_disk_with_all_that_needs_none(full_disk, start) -> None:
    channels = {"market-data": {"isolation": "process"}}
    host = start(server={"state_dir": str(full_disk)}, channels=channels)
    host.wait_for(r"error +disk: .*sentio\.db.*durable channels refuse")
    assert host.http().publish("notifications", note(1)).status == 503
    assert ready(host)[0] == 503
    assert host.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 1
    assert host.publish("market-data", bodies.quotes(AAPL=1.0))["offset"] == 1
    since = host.mark()
    subprocess.run(["mount", "-o", "remount,size=16m", str(full_disk)], check=True)
    host.wait_for("it works again", since)
    assert host.publish("notifications", note(1))["offset"] == 1
    host.stop()


def test_a_damaged_database_stops_durable_channels_alone(start, kept) -> None:
    first = start(server=kept)
    first.publish("notifications", note(1))
    first.stop()
    path = Path(kept["state_dir"]) / "sentio.db"
    path.write_bytes(b"damaged " * 1000)
    second = start(server=kept)
    second.wait_for(r"error +disk: .*sentio\.db.*not a database.*move it away")
    refused = second.http().publish("notifications", note(1))
    assert refused.status == 503 and "not a database" in refused.json["detail"]
    status, reasons = ready(second)
    assert status == 503 and "not a database" in reasons
    assert second.publish("earnings", bodies.earnings("user_001", 1.0))["offset"] == 1
    client = second.client("/ws/notifications")
    assert client.subscribe(user_id="user_001")["offset"] == 0
    second.stop()
    assert path.read_bytes() == b"damaged " * 1000


@pytest.fixture
def crashed(start, kept) -> list[int]:
    """After six publishes and a crash: how long the log was after each of them."""
    host = start(server=kept)
    sizes = []
    for number in range(1, 7):
        host.publish("notifications", note(number))
        sizes.append((Path(kept["state_dir"]) / "sentio.db-wal").stat().st_size)
    crash(host)
    return sizes


def files(kept: dict[str, str]) -> list[bytes]:
    return [(Path(kept["state_dir"]) / name).read_bytes() for name in ("sentio.db", "sentio.db-wal")]


def test_damage_within_the_log_stops_durable_channels_and_loses_nothing_in_silence(
        start, kept, crashed: list[int]) -> None:
    with (Path(kept["state_dir"]) / "sentio.db-wal").open("r+b") as log:
        log.seek(crashed[1] + 1000)
        byte = log.read(1)[0]
        log.seek(-1, 1)
        log.write(bytes([byte ^ 1]))
    damaged = files(kept)
    host = start(server=kept)
    what = r"sentio\.db-wal: frame \d+ is damaged, and \d or more commits after it"
    host.wait_for(rf"error +disk: .*{what}")
    refused = host.http().publish("notifications", note(7))
    assert refused.status == 503 and re.search(what, refused.json["detail"])
    status, reasons = ready(host)
    assert status == 503 and re.search(what, reasons)
    assert host.publish("trade-signals", bodies.signals("AAPL"))["offset"] == 1
    host.stop()
    assert files(kept) == damaged
    # What docs/operating.md says to do.
    with closing(sqlite3.connect(Path(kept["state_dir"]) / "sentio.db")) as database:
        epochs = database.execute("SELECT epoch FROM channel").fetchall()
        database.execute("UPDATE channel SET epoch = lower(hex(randomblob(8)))")
        database.commit()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    host = start(server=kept)
    assert [item["title"] for item in given(host)] == ["1", "2"]
    again = host.publish("notifications", note(7))
    assert again["offset"] == 3 and (again["epoch"],) not in epochs


def test_a_log_that_ends_in_a_commit_loses_that_one_alone(start, kept, crashed: list[int]) -> None:
    os.truncate(Path(kept["state_dir"]) / "sentio.db-wal", crashed[4] + 1000)
    host = start(server=kept)
    assert [item["title"] for item in given(host)] == ["1", "2", "3", "4", "5"]
    assert host.publish("notifications", note(6))["offset"] == 6
    assert ready(host)[0] == 200


def test_a_second_host_does_not_open_the_database(start, kept) -> None:
    first = start(server=kept)
    first.publish("notifications", note(1))
    second = start(server={**kept, "control": ""})
    second.wait_for(r"error +disk: .*sentio\.db.*another process")
    assert second.http().publish("notifications", note(1)).status == 503
    assert first.publish("notifications", note(2))["offset"] == 2


def test_a_change_of_durable_takes_a_restart(go_live) -> None:
    live = go_live()
    answer = live.reload(channels={"notifications": {"durable": False}})
    assert answer["restart"] == ["channels.notifications.durable"]
    live.host.publish("notifications", note(1))
    assert live.host.ask_control("status")["disk"]["items"] == 1
    answer = live.reload(channels={"notifications": {"queue": 5, "ttl": "1h"}})
    assert answer["restart"] == []


def test_a_durable_channel_comes_and_goes_by_reload(go_live) -> None:
    live = go_live(channels={"notifications": {"enabled": False}})
    assert live.host.ask_control("status")["disk"] is None
    live.reload(channels={"notifications": {"enabled": True}})
    first = live.host.publish("notifications", note(1))
    live.reload(channels={"notifications": {"enabled": False}})
    live.reload(channels={"notifications": {"enabled": True}})
    again = live.host.publish("notifications", note(2))
    assert (again["offset"], again["epoch"]) == (2, first["epoch"])
    assert [item["title"] for item in given(live.host)] == ["1", "2"]

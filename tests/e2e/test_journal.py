# SPDX-License-Identifier: MIT
"""What a run of the daemon took in is played again by sentio-replay, and the same comes out."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest

from harness import bodies
from harness.client import Client
from harness.config import ADMIN_TOKEN, BAD_PLUGINS, BUILD, FEED
from harness.daemon import Daemon
from harness.http import JSON
from harness.live import install
from harness.replay import Replay, identical, updates
from harness.until import until
from harness.worker import children

LAST = 140.0


def paper(tmp_path: Path) -> dict[str, Any]:
    """Rising bars come from the feed, and are traded on paper, in a worker."""
    bars = tmp_path / "bars.csv"
    rows = [f"2024-10-07T13:{minute:02d}:00Z,UP,{price - 1},{price},{price - 1},{price},1"
            for minute, price in ((minute, LAST - 40 + minute) for minute in range(41))]
    bars.write_text("\n".join(["timestamp,symbol,open,high,low,close,volume", *rows, ""]))
    feed = shlex.join([str(FEED), "--file", str(bars), "--speed", "0"])
    return {
        "market-data": {"source": {"command": ["sh", "-c", f"{feed} && exec sleep 1000"]}},
        "paper-trading": {"plugin": "paper_trading.so", "path": "", "isolation": "process",
                          "observes": ["market-data"],
                          "forwards": ["trade-signals", "earnings", "notifications", "admin"],
                          "options": {"users": ["user_001"], "cash": 100000}},
    }


def wait_for_last_bar(client: Client) -> None:
    while client.next()["data"][-1]["price"] != LAST:
        continue


def take_part(host: Daemon) -> None:
    """Clients with filters, a REST request, publishes that are accepted, and one that is not."""
    picky = host.client("/ws/trade-signals")
    picky.subscribe("AAPL", "MSFT", min_confidence=0.5, signals=["buy"])
    user = host.client("/ws/earnings")
    user.subscribe(user_id="user_002")
    host.publish("trade-signals", bodies.signals("AAPL", "TSLA"))
    assert picky.live()["data"][0]["symbol"] == "AAPL"
    host.publish("earnings", bodies.earnings("user_002"))
    user.live()
    host.publish("notifications", bodies.notification("user_002"))
    host.publish("admin", bodies.admin())
    assert host.http().publish("trade-signals", {"data": [{"symbol": "A"}]}).status == 422
    assert host.http().get("/api/v1/dashboard/trade-signals?symbols=AAPL").status == 200
    picky.unsubscribe("MSFT")
    user.close()


def test_a_session_of_everything_is_played_to_the_byte(recorded, journal: Path,
                                                       tmp_path: Path) -> None:
    live = recorded(channels={**paper(tmp_path), "earnings": {"isolation": "process"}})
    host: Daemon = live.host
    everything = host.client("/ws/market-data")
    everything.subscribe("*")
    wait_for_last_bar(everything)
    take_part(host)
    live.reload(channels={"market-data": {"interval": "100ms"},
                          "notifications": {"isolation": "process"}, "admin": {"enabled": False}})
    host.publish("notifications", bodies.notification("user_002"))
    take_part_again = host.client("/ws/trade-signals")
    take_part_again.subscribe()
    host.publish("trade-signals", bodies.signals("AAPL"))
    take_part_again.live()
    host.stop()
    replay = identical(journal)
    assert len(updates(replay, "market-data")) >= 41
    assert updates(replay, "earnings") and updates(replay, "admin")
    assert any(" joined " in line and " AAPL,MSFT filters=2" in line for line in replay.lines)
    assert any(" response " in line and " 422 " in line for line in replay.lines)
    assert Replay(journal, "--diff").out == ""


def test_only_one_channel_is_shown_when_it_is_named(recorded, journal: Path) -> None:
    host: Daemon = recorded().host
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.publish("admin", bodies.admin())
    host.stop()
    replay = Replay(journal, "--channel", "admin")
    assert replay.status == 0
    assert {line.split()[1] for line in replay.lines} == {"admin"}


def swap(version: str, **settings: Any) -> dict[str, Any]:
    return {"tick": {"plugin": BAD_PLUGINS / f"{version}.so", **settings}}


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_another_plugin_is_compared_with_the_recorded_one(recorded, journal: Path,
                                                          isolation: str) -> None:
    host: Daemon = recorded(channels=swap("swap_v1", isolation=isolation)).host
    client = host.client("/ws/tick")
    client.subscribe()
    host.publish("tick", {"data": "one"})
    host.publish("trade-signals", bodies.signals("AAPL"))
    host.publish("tick", {"data": "two"})
    assert client.live()["data"]["count"] == 1
    host.stop()
    identical(journal)
    same = Replay(journal, "--plugin", f"tick={BAD_PLUGINS / 'swap_v1.so'}")
    assert (same.status, same.lines) == (0, ["--- as recorded", "+++ as replaced"])
    other = Replay(journal, "--plugin", BAD_PLUGINS / "swap_v2.so")
    assert other.status == 1
    changed = [line for line in other.lines if line[0] in "+-" and "update" in line]
    assert [(line[0], line.split()[3], '"version":2' in line) for line in changed] == [
        ("-", "1", False), ("+", "1", True), ("-", "2", False), ("+", "2", True)]
    assert "2 of" in other.errors


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_a_plugin_that_was_replaced_meanwhile_is_played_with_both_versions(
        recorded, journal: Path, tmp_path: Path, isolation: str) -> None:
    file = install("swap_v1", tmp_path / "tick.so")
    live = recorded(channels={"tick": {"plugin": file, "isolation": isolation}})
    live.host.publish("tick", {"data": 1})
    install("swap_v2", file)
    live.reload()
    live.host.publish("tick", {"data": 2})
    install("swap_bad_restore", file)
    live.refused()
    live.host.publish("tick", {"data": 3})
    live.host.stop()
    file.unlink()
    replay = identical(journal)
    assert [line[line.index("{"):line.index(',"subs')] for line in updates(replay, "tick")] == [
        '{"version":1,"count":1', '{"version":2,"count":2', '{"version":2,"count":3']


def test_what_watches_descriptors_is_played_by_its_effects(recorded, journal: Path) -> None:
    host: Daemon = recorded(channels={
        "here": {"plugin": BAD_PLUGINS / "watches.so"},
        "there": {"plugin": BAD_PLUGINS / "watches.so", "isolation": "process"}}).host
    clients = {name: host.client(f"/ws/{name}") for name in ("here", "there")}
    for name, client in clients.items():
        client.subscribe()
        host.publish(name, {"data": "pipe"})
        assert client.live()["data"]["ready"] == "pipe"
    host.stop()
    replay = identical(journal)
    for name in clients:
        assert len(updates(replay, name)) == 1


def test_a_run_that_begins_with_saved_states_is_played_from_them(start, recorded,
                                                                 journal: Path) -> None:
    first: Daemon = start(channels=swap("swap_v1"))
    first.publish("tick", {"data": 1})
    first.publish("trade-signals", bodies.signals("AAPL"))
    first.stop()
    host: Daemon = recorded(channels=swap("swap_v1")).host
    client = host.client("/ws/trade-signals")
    client.subscribe()
    host.publish("tick", {"data": 2})
    host.stop()
    replay = identical(journal)
    assert '"count":2' in updates(replay, "tick")[0]
    assert any("snapshot=1" in line for line in replay.lines)


def test_an_update_that_kills_its_worker_is_played_as_refused(recorded, journal: Path) -> None:
    host: Daemon = recorded(
        channels={"bad": {"plugin": BAD_PLUGINS / "aborts.so", "isolation": "process"}}).host
    assert host.http().publish("bad", {"data": "abort"}).status == 500
    host.publish("bad", {"data": "fine"})
    host.stop()
    assert len(updates(identical(journal), "bad")) == 1


def test_a_subscribe_in_which_its_worker_died_is_played_where_it_was_answered(
        recorded, journal: Path) -> None:
    host: Daemon = recorded(channels={"earnings": {"isolation": "process"}}).host
    host.client("/ws/earnings").subscribe(user_id="user_001")
    pid = next(channel["worker"]["pid"] for channel in host.ask_control("channels")["channels"]
               if channel["name"] == "earnings")
    os.kill(pid, signal.SIGSTOP)
    client = host.client("/ws/earnings")
    client.tell(action="subscribe", user_id="user_002", id="late")
    client.ping()
    host.ask_control("channels")
    # Its successor is told of the first subscription before it is asked for the second.
    os.kill(pid, signal.SIGKILL)
    assert json.loads(client.message())["id"] == "late"
    host.stop()
    identical(journal)


def stop_workers(host: Daemon) -> None:
    for pid in children(host.process.pid):
        os.kill(pid, signal.SIGSTOP)


def test_what_a_crash_has_left_to_do_is_played_as_well(start, recorded, journal: Path) -> None:
    """Both workers have stopped with what they were to do when the host is killed."""
    sums = {"plugin": BAD_PLUGINS / "sums.so", "durable": True}
    chain = {"begin": {**sums, "options": {"to": "end"}, "forwards": ["end"], "isolation": "none"},
             "end": {**sums, "isolation": "process"},
             "watch": {**sums, "observes": ["begin"], "isolation": "process"}}
    first: Daemon = start(channels=chain, plugins={"hang": "60s"})
    stop_workers(first)
    for number in range(5):
        first.publish("begin", {"data": number})
    first.signal(signal.SIGKILL)
    first.wait()
    first.stop = lambda: None  # type: ignore[method-assign]
    host: Daemon = recorded(channels=chain).host
    host.wait_for("channel begin: 10 of its updates' consequences are still to be done")
    host.publish("begin", {"data": 5})
    for name in ("end", "watch"):
        epoch = host.client(f"/ws/{name}").subscribe()["epoch"]
        client = host.client(f"/ws/{name}")
        messages, _ = client.recover(since={"epoch": epoch, "offset": 0})
        while not messages or messages[-1]["offset"] < 6:
            messages.append(client.live())
        assert [message["data"]["n"] for message in messages] == list(range(6))
    host.stop()
    identical(journal)


def test_durable_channels_are_played_from_what_was_on_the_disk(start, recorded,
                                                               journal: Path) -> None:
    durable = {"trade-signals": {"durable": True}}
    first: Daemon = start(channels=durable)
    first.publish("trade-signals", bodies.signals("AAPL"))
    first.stop()
    host: Daemon = recorded(channels=durable).host
    client = host.client("/ws/trade-signals")
    client.subscribe()
    for name in ("MSFT", "TSLA"):
        host.publish("trade-signals", bodies.signals(name))
        host.publish("notifications", bodies.notification("user_001"))
        client.live()
    host.stop()
    replay = identical(journal)
    assert [line.split()[3:5] for line in updates(replay, "trade-signals")] == [
        ["2", "MSFT"], ["3", "TSLA"]]
    assert len(updates(replay, "notifications")) == 2


def test_acknowledgements_are_played(recorded, journal: Path) -> None:
    host: Daemon = recorded(channels={"notifications": {"durable": True}}).host
    for title in ("one", "two", "three"):
        host.publish("notifications", bodies.notification("user_001", title))
    client = host.client("/ws/notifications")
    client.subscribe(user_id="user_001", ack=True)
    second = [client.next() for _ in range(3)][1]
    client.accepted(action="ack", offset=second["offset"], epoch=second["epoch"])
    client.close()
    silent = host.client("/ws/notifications")
    silent.subscribe(user_id="user_002")
    host.publish("notifications", bodies.notification("user_002", "four"))
    silent.next()
    silent.close()

    def place(consumer: str) -> int:
        answer = host.http().request(
            "POST", "/api/v1/dashboard/notifications/ack",
            f'{{"user_id":"user_002","offset":1{consumer}}}', {"Content-Type": JSON})
        return answer.json["offset"]

    # What was written is known once the host has noticed that the client is gone.
    until(lambda: place(""), lambda offset: offset == 4)
    assert place(',"consumer":"phone"') == 4
    for user, expected in (("user_001", "three"), ("user_002", "five")):
        again = host.client("/ws/notifications")
        again.subscribe(user_id=user)
        host.publish("notifications", bodies.notification("user_002", "five"))
        assert again.next()["data"]["title"] == expected
    host.stop()
    replay = identical(journal)
    assert any('"acknowledged":2' in line for line in replay.lines)
    assert any(" response " in line and '"offset":4' in line for line in replay.lines)


def test_many_updates_a_request_and_the_same_key_again_are_played(recorded, journal: Path) -> None:
    host: Daemon = recorded().host
    lines = "".join(json.dumps(bodies.signals(name)) + "\n" for name in ("AAPL", "MSFT"))
    assert host.http().publish("trade-signals", lines + "{}\n",
                               content_type="application/x-ndjson").status == 200
    for _ in range(2):
        host.publish("trade-signals", bodies.signals("TSLA"), Idempotency_Key="k")
    host.stop()
    assert len(updates(identical(journal), "trade-signals")) == 3


def test_presence_and_recovery_are_played(recorded, journal: Path) -> None:
    host: Daemon = recorded(channels={"trade-signals": {"presence": "users"}}).host
    first = host.client("/ws/trade-signals")
    answer = first.subscribe("AAPL", user_id="one", presence=True)
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    first.live()
    second = host.client("/ws/trade-signals")
    second.send(json.dumps({"action": "subscribe", "symbols": ["AAPL"], "user_id": "two",
                            "since": {"epoch": answer["epoch"], "offset": 0}}))
    while first.next().get("user_id") != "two":  # its own join may have been told before
        continue
    host.stop()
    replay = identical(journal)
    assert any(" notice " in line and '"user_id":"two"' in line for line in replay.lines)
    assert any(" replay=1" in line and '"recovered":true' in line for line in replay.lines)


def test_no_token_is_recorded(recorded, journal: Path) -> None:
    host: Daemon = recorded().host
    client = host.client("/ws/admin")
    client.subscribe(token=ADMIN_TOKEN)
    other = host.client("/ws/admin")
    other.subscribe(admin_token=ADMIN_TOKEN)
    host.publish("admin", bodies.admin())
    client.live()
    host.stop()
    text = b"".join(file.read_bytes() for file in journal.rglob("*.journal"))
    assert b"********" in text
    assert ADMIN_TOKEN.encode() not in text
    identical(journal)


def record_some(recorded, count: int = 3) -> None:
    host: Daemon = recorded().host
    for _ in range(count):
        host.publish("trade-signals", bodies.signals("AAPL"))
    host.stop()


def file_of(journal: Path) -> Path:
    return next(journal.rglob("000001.journal"))


def test_a_journal_that_ends_within_an_entry_is_played_to_there(recorded, journal: Path) -> None:
    record_some(recorded)
    whole = file_of(journal).read_bytes()
    file_of(journal).write_bytes(whole[:whole.rindex(b"AAPL") + 2])
    replay = identical(journal)
    assert "its last" in replay.errors
    assert len(updates(replay, "trade-signals")) == 2


def test_a_killed_daemon_leaves_what_it_had_written(recorded, journal: Path) -> None:
    host: Daemon = recorded().host
    client = host.client("/ws/trade-signals")
    client.subscribe()
    size = file_of(journal).stat().st_size
    host.publish("trade-signals", bodies.signals("AAPL"))
    until(lambda: b"AAPL" in file_of(journal).read_bytes(), bool)
    assert file_of(journal).stat().st_size > size
    host.kill()
    host.stop = lambda: None  # type: ignore[method-assign]
    replay = identical(journal)
    assert "without the end of its run" in replay.errors
    assert len(updates(replay, "trade-signals")) == 1


def test_a_damaged_journal_is_refused(recorded, journal: Path) -> None:
    record_some(recorded)
    data = bytearray(file_of(journal).read_bytes())
    data[data.index(b"AAPL")] ^= 1
    file_of(journal).write_bytes(data)
    replay = Replay(journal)
    assert replay.status == 3
    assert "it is damaged at byte" in replay.errors


def test_a_journal_of_another_version_is_refused(recorded, journal: Path) -> None:
    record_some(recorded)
    data = bytearray(file_of(journal).read_bytes())
    data[15] = 77
    file_of(journal).write_bytes(data)
    replay = Replay(journal)
    assert (replay.status, "its version is 77" in replay.errors) == (3, True)


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    assert Replay().status == 2
    assert Replay("--nonsense", tmp_path).status == 2
    missing = Replay(tmp_path / "nothing")
    assert (missing.status, "there is no journal in it" in missing.errors) == (3, True)


def test_a_plugin_that_replaces_none_is_wrong_usage(recorded, journal: Path) -> None:
    record_some(recorded)
    unknown = Replay(journal, "--plugin", f"nobody={BAD_PLUGINS / 'swap_v1.so'}")
    assert (unknown.status, "there is no channel nobody" in unknown.errors) == (2, True)
    unnamed = Replay(journal, "--plugin", BAD_PLUGINS / "swap_v1.so")
    assert (unnamed.status, "name the channel" in unnamed.errors) == (2, True)


@pytest.fixture
def small_disk(journal: Path) -> Iterator[None]:
    """The journal's folder is a file system with little room beside the plugins."""
    journal.mkdir()
    size = sum(file.stat().st_size for file in (BUILD / "plugins").glob("*.so")) + 512 * 1024
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(journal)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield
    subprocess.run(["umount", str(journal)], check=True)


def test_a_full_disk_ends_the_journal_and_nothing_else(small_disk: None, recorded,
                                                       journal: Path) -> None:
    host: Daemon = recorded().host
    offset = 0
    while "nothing more is recorded" not in host.log:
        offset = host.publish("trade-signals", bodies.signals("AAPL", text="x" * 500_000))["offset"]
    host.wait_for(r"journal: .*: No space left on device; nothing more is recorded")
    assert host.publish("trade-signals", bodies.signals("AAPL"))["offset"] == offset + 1
    host.stop()
    assert len(updates(identical(journal), "trade-signals")) < offset

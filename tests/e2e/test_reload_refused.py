# SPDX-License-Identifier: MIT
"""A reload that can not be done leaves everything as it was."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from harness import bodies
from harness.config import BAD_PLUGINS, BUILD, PUBLISHER_KEY, secret_file
from harness.live import Live, install
from harness.sentioctl import FAILED, OK, ask
from harness.until import until

SIGNALS = BUILD / "plugins" / "trade_signals.so"


@pytest.fixture(params=["none", "process"])
def tick(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    return {"plugin": install("swap_v1", tmp_path / "tick.so"), "isolation": request.param}


@pytest.fixture
def live(go_live, tick: dict[str, Any]) -> Live:
    return go_live(channels={"tick": tick})


def count(live: Live) -> tuple[int, int]:
    """The version and the count of one more update."""
    client = live.host.client("/ws/tick")
    client.subscribe()
    live.host.publish("tick", {"data": 0})
    item = client.next()["data"]
    client.close()
    return item["version"], item["count"]


def channels(live: Live) -> list[dict[str, Any]]:
    """All that is known of them, but who is subscribed: of a client that left it is told later. How
    long a call took is for the machine to say."""
    return [{**item, "subscribers": None, "counters": {**item["counters"], "slow_calls": None}}
            for item in live.host.ask_control("channels")["channels"]]


@pytest.mark.parametrize(("name", "why"), [
    ("swap_bad_open", r"open\(\) of .*tick\.so returned -5 .*: swap_bad_open never opens"),
    ("swap_bad_restore", r"restore\(\) of .*tick\.so returned -1 .*: swap_bad_restore never"),
    ("swap_other_type", "can not replace what runs as channel tick: its type is another"),
    ("not_elf", "not an ELF file"),
    ("wrong_major", "major"),
    ("undefined_symbol", "undefined symbol"),
])
def test_with_a_bad_new_version_the_old_one_runs_on(live: Live, tick: dict[str, Any], name: str,
                                                    why: str) -> None:
    client = live.host.client("/ws/trade-signals")
    assert count(live) == (1, 1)
    before = channels(live)
    good = install("swap_v1", tick["plugin"].with_name("good.so"))
    install(name, tick["plugin"])
    errors = live.refused(channels={"tick": tick, "more": {"plugin": SIGNALS},
                                    "earnings": {"enabled": False},
                                    "trade-signals": {"history": 1}},
                          limits={"message_size": "256B"})
    assert len(errors) == 1, errors
    assert re.search(r"sentio\.conf:\d+: .*" + why, errors[0]), errors
    assert channels(live) == before
    client.subscribe(note="x" * 300)
    assert count(live) == (1, 2)
    install(good, tick["plugin"])
    live.reload(channels={"tick": tick}, limits={})
    assert count(live) == (1, 3)


def test_every_error_is_told_with_its_place(live: Live, tick: dict[str, Any],
                                            tmp_path: Path) -> None:
    live.configure(channels={"tick": {**tick, "histroy": 1}, "more": {"plugin": "none.so"}},
                   limits={"message_size": "12 parsecs"})
    status, answer = live.ask()
    assert status == 422
    assert all(re.match(rf"{re.escape(str(tmp_path))}/sentio\.conf:\d+: ", error)
               for error in answer["errors"]), answer
    text = "\n".join(answer["errors"])
    assert "histroy" in text
    assert "parsecs" in text
    assert live.host.ask_control("status")["reloads"] == {"done": 0, "failed": 1, "last": answer}


def test_all_plugins_are_looked_at_before_it_is_refused(live: Live, tick: dict[str, Any]) -> None:
    errors = live.refused(channels={
        "tick": {**tick, "plugin": BAD_PLUGINS / "swap_bad_open.so"},
        "one": {"plugin": BAD_PLUGINS / "wrong_magic.so"},
        "two": {"plugin": BAD_PLUGINS / "no_symbol.so", "isolation": "process"},
    })
    assert len(errors) == 3
    for name in ("swap_bad_open", "wrong_magic", "no_symbol"):
        assert any(name in error for error in errors), errors
    assert count(live) == (1, 1)


def test_a_configuration_that_is_gone_or_broken_changes_nothing(live: Live) -> None:
    path = live.configure()
    text = path.read_text()
    path.unlink()
    assert "sentio.conf" in live.refused()[0]
    assert live.hang_up().startswith("failed: nothing has changed")
    path.write_text(text + "more = (\n")
    assert "syntax error" in live.refused()[0]
    path.write_text(text)
    assert live.changes() == []
    assert count(live) == (1, 1)


def test_bad_secrets_and_certificates_change_nothing(live: Live, tmp_path: Path,
                                                     certificate: tuple[Path, Path]) -> None:
    keys = tmp_path / "keys"
    keys.write_text("backend:md5:1234\n\nanother\n")
    keys.chmod(0o600)
    errors = live.refused(publish={"keys_file": keys})
    assert [error.split(": ")[0] for error in errors] == [f"{keys}:1", f"{keys}:3"]
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    keys = secret_file(keys, backend=PUBLISHER_KEY)
    errors = live.refused(publish={"keys_file": keys},
                          tls={"certificate": certificate[0], "key": certificate[0]})
    assert "tls.key" in "\n".join(errors)
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    live.reload(tls={})
    assert live.host.http().publish("trade-signals", bodies.signals("AAPL")).status == 401


def test_a_plugin_that_is_gone_is_an_error_although_it_runs(live: Live,
                                                            tick: dict[str, Any]) -> None:
    tick["plugin"].rename(tick["plugin"].with_name("elsewhere.so"))
    assert "tick.so cannot be read" in live.refused()[0]
    assert count(live) == (1, 1)


def test_sentioctl_tells_both_and_exits_accordingly(live: Live, tick: dict[str, Any]) -> None:
    install("swap_bad_open", tick["plugin"])
    failed = ask(live.host, "reload")
    assert failed.returncode == FAILED
    assert "swap_bad_open never opens" in failed.stderr
    install("swap_v2", tick["plugin"])
    done = ask(live.host, "reload")
    assert done.returncode == OK
    assert "replaced by swap 2.0.0" in done.stdout
    assert count(live) == (2, 1)


def test_a_storm_of_hangups_is_weathered(live: Live, tick: dict[str, Any]) -> None:
    install("swap_v2", tick["plugin"])
    mark = live.host.mark()
    for _ in range(20):
        with tick["plugin"].open("ab") as file:
            file.write(b"another file")
        live.host.signal(signal.SIGHUP)
    until(lambda: live.ask()[0], lambda code: code != 409)
    # The request may be done before the host comes to the signals.
    live.host.wait_for("reload: SIGHUP", since=mark)
    until(lambda: live.host.ask_control("status")["reloads"],
          lambda reloads: reloads["done"] + reloads["failed"] >= 2)
    assert count(live) == (2, 1)
    reloads = live.host.ask_control("status")["reloads"]
    assert reloads["failed"] == 0
    assert reloads["done"] <= 21


def hanging(name: str) -> dict[str, Any]:
    return {"plugin": BAD_PLUGINS / f"{name}.so", "isolation": "process"}


@pytest.mark.parametrize("name", ["hangs_open", "hangs_load"])
def test_another_reload_is_refused_while_one_is_under_way(go_live, name: str) -> None:
    """The new plugin does not return; plugins.hang ends that, and nothing else waits."""
    live = go_live(plugins={"hang": "2s"})
    live.configure(channels={"slow": hanging(name)})
    mark = live.host.mark()
    live.host.signal(signal.SIGHUP)
    live.host.wait_for("reload: SIGHUP", since=mark)
    client = live.host.client("/ws/trade-signals")
    client.subscribe()
    status, answer = live.ask()
    assert (status, answer["ok"]) == (409, False)
    assert answer["detail"] == "a reload is under way"
    live.host.signal(signal.SIGHUP)
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    client.next()
    live.host.wait_for("reload: failed", since=mark)
    # The second signal was kept for afterwards.
    live.host.wait_for("reload: SIGHUP", since=mark + 2)


@pytest.mark.parametrize("phase", ["reading", "opening"])
def test_a_stop_ends_a_reload_that_is_under_way(go_live, phase: str) -> None:
    live = go_live(plugins={"hang": "60s"})
    live.configure(channels={"slow": hanging("hangs_open")})
    mark = live.host.mark()
    live.host.signal(signal.SIGHUP)
    if phase == "opening":
        live.host.wait_for("reload: SIGHUP", since=mark)
        live.host.client("/ws/trade-signals").subscribe()
    live.host.signal(signal.SIGTERM)
    assert live.host.wait() == 0

# SPDX-License-Identifier: MIT
"""sentioctl has a real host reload: what has changed, what is refused, what takes a restart."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.sentioctl import FAILED, OK, SENTIOCTL, ask


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The plugin of the channel "swap": a copy of its first version."""
    return Path(shutil.copy(BAD_PLUGINS / "swap_v1.so", tmp_path / "swap.so"))


@pytest.fixture
def swapping(start, plugin: Path) -> Daemon:
    return start(channels={"swap": {"plugin": plugin}})


def install(name: str, plugin: Path) -> None:
    """As a package does: another file takes the name."""
    new = Path(shutil.copy(BAD_PLUGINS / name, plugin.with_suffix(".new")))
    new.rename(plugin)


def test_a_reload_without_a_change_says_so(host: Daemon) -> None:
    done = ask(host, "reload")
    assert (done.returncode, done.stdout, done.stderr) == (OK, "nothing has changed\n", "")


def test_a_changed_setting_is_named(start, write_config) -> None:
    host = start()
    write_config(channels={"market-data": {"interval": "1s"}})
    done = ask(host, "reload")
    assert done.returncode == OK, done
    assert "market-data" in done.stdout
    assert "interval" in done.stdout
    assert host.ask_control("status")["reloads"]["done"] == 1


def test_a_setting_that_takes_a_restart_is_named(start, write_config) -> None:
    host = start()
    write_config(server={"control": "elsewhere.sock"})
    done = ask(host, "reload")
    assert done.returncode == OK
    assert "server.control stays as it was until sentiod is started again" in done.stderr


def test_a_new_plugin_takes_over_while_subscribers_stay(swapping: Daemon, plugin: Path) -> None:
    client = swapping.client("/ws/swap")
    client.subscribe()
    swapping.publish("swap", {"data": 1})
    assert client.live()["data"]["version"] == 1
    install("swap_v2.so", plugin)
    done = ask(swapping, "reload")
    assert done.returncode == OK, done
    assert done.stdout.startswith("channel swap: plugin swap 1.0.0 replaced by swap 2.0.0")
    swapping.publish("swap", {"data": 2})
    data = client.live()["data"]
    assert (data["version"], data["count"], data["subscribers"]) == (2, 2, 1)


def test_a_refused_reload_is_1_with_file_and_line(swapping: Daemon, plugin: Path,
                                                  tmp_path: Path) -> None:
    install("swap_bad_open.so", plugin)
    done = ask(swapping, "reload")
    assert done.returncode == FAILED
    assert f"{tmp_path / 'sentio.conf'}:" in done.stderr
    assert "swap.so" in done.stderr
    config = tmp_path / "sentio.conf"
    config.write_text(config.read_text() + "limits = { typo = 1; };\n")
    done = ask(swapping, "reload", "--json")
    assert done.returncode == FAILED
    errors = json.loads(done.stdout)["errors"]
    assert any("typo" in error for error in errors)
    assert swapping.publish("swap", {"data": 1})["accepted"] == 1


def test_status_tells_how_the_last_reload_went(start, write_config) -> None:
    host = start()
    assert "last reload" not in ask(host, "status").stdout
    assert ask(host, "reload").returncode == OK
    assert "UTC, done\n" in ask(host, "status").stdout
    write_config(limits={"typo": 1})
    assert ask(host, "reload").returncode == FAILED
    status = ask(host, "status").stdout
    assert "1 done, 1 failed" in status
    assert "UTC, failed: " in status
    assert "typo" in status


class Comparison:
    """A shadow run of sentioctl that has begun: what is published now is compared."""

    def __init__(self, host: Daemon, new: Path, *arguments: str) -> None:
        since = host.mark()
        self._deadline = time.monotonic() + TIMEOUT
        self.process = subprocess.Popen(
            [str(SENTIOCTL), "--socket", host.control.host, "reload", "--shadow", "swap", str(new),
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        host.wait_for("channel swap: .* runs beside the plugin", since)

    def runs(self) -> bool:
        """Whether it is not over, which is for the host's clock to say."""
        assert time.monotonic() < self._deadline, "it does not end"
        return self.process.poll() is None

    def end(self) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out, errors


def report_of(out: str) -> dict[str, int]:
    rows = (line.rsplit(maxsplit=1) for line in out.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


def test_a_new_version_that_does_the_same_is_swapped_when_told(swapping: Daemon, plugin: Path,
                                                               tmp_path: Path) -> None:
    new = Path(shutil.copy(plugin, tmp_path / "same.so"))
    client = swapping.client("/ws/swap")
    client.subscribe()
    comparison = Comparison(swapping, new, "--for", "1s", "--swap")
    published = 0
    while comparison.runs():
        swapping.publish("swap", {"data": published})
        published += 1
        assert client.live()["data"]["count"] == published
    code, out, errors = comparison.end()
    assert (code, report_of(out)["different"]) == (OK, 0), errors
    assert 0 < report_of(out)["calls"] <= published
    assert Path(f"{plugin}.previous").exists()
    assert swapping.publish("swap", {"data": 11})["accepted"] == 1


def test_a_new_version_that_differs_is_shown_and_not_swapped(swapping: Daemon,
                                                             plugin: Path) -> None:
    before = plugin.read_bytes()
    new = BAD_PLUGINS / "swap_v2.so"
    comparison = Comparison(swapping, new, "--for", "1s", "--swap")
    while comparison.runs():
        swapping.publish("swap", {"data": 1})
    code, out, errors = comparison.end()
    assert code == FAILED
    assert report_of(out)["calls"] == report_of(out)["different"] > 0
    assert "call 1, publish" in out
    assert "nothing was swapped" in errors
    assert plugin.read_bytes() == before
    assert f"install -m 0644 {new} {plugin}" in out


def test_a_new_version_that_does_not_open_is_refused(swapping: Daemon) -> None:
    for name in ("swap_bad_open.so", "wrong_major.so", "not_elf.so"):
        done = ask(swapping, "reload", "--shadow", "swap", BAD_PLUGINS / name)
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert str(BAD_PLUGINS / name) in done.stderr


def test_an_interrupted_comparison_ends_in_the_host_too(swapping: Daemon, plugin: Path,
                                                        tmp_path: Path) -> None:
    new = Path(shutil.copy(plugin, tmp_path / "same.so"))
    comparison = Comparison(swapping, new, "--for", "1h")
    busy = ask(swapping, "reload", "--shadow", "swap", new)
    assert busy.returncode == FAILED
    assert "another version is being compared" in busy.stderr
    comparison.process.send_signal(signal.SIGINT)
    code, out, errors = comparison.end()
    assert code == FAILED
    assert "it was stopped" in out
    assert "stopped before its time" in errors
    again = Comparison(swapping, new, "--for", "1s")
    assert again.end()[0] == OK

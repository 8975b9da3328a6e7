# SPDX-License-Identifier: MIT
"""sentioctl reload --shadow with a real host: a new version takes over only when told, and if it
does what the old one did."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest

from harness.config import BAD_PLUGINS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.sentioctl import FAILED, OK, SENTIOCTL, UNREACHABLE

# The test has as long to publish what is to be compared.
COMPARED_FOR = "2s"

V1 = BAD_PLUGINS / "tried_v1.so"
V2 = BAD_PLUGINS / "tried_v2.so"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The channel's own file."""
    return Path(shutil.copy(V1, tmp_path / "tried.so"))


@pytest.fixture
def isolation() -> str:
    """Where the old version runs."""
    return "none"


@pytest.fixture
def host(start, plugin: Path, isolation: str) -> Daemon:
    return start(channels={"tried": {"plugin": plugin, "isolation": isolation}})


def compare(host: Daemon, new: Path, *inputs: str, time: str = COMPARED_FOR,
            meanwhile: Callable[[], Any] = lambda: None) -> tuple[int, str, str]:
    """sentioctl with --swap, and what is published while it waits; its status and its words."""
    since = host.mark()
    with subprocess.Popen([str(SENTIOCTL), "--socket", host.control.host, "reload", "--shadow",
                           "tried", str(new), "--for", time, "--swap"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        host.wait_for("channel tried: .* runs beside the plugin", since)
        for data in inputs:
            host.publish("tried", {"data": data})
        meanwhile()
        out, errors = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, errors


def version(host: Daemon) -> str:
    channels = host.ask_control("channels")["channels"]
    return next(item["version"] for item in channels if item["name"] == "tried")


@pytest.mark.parametrize("isolation", ["none", "process"])
def test_one_that_does_the_same_takes_over_when_told(host: Daemon, plugin: Path) -> None:
    client = host.client("/ws/tried")
    client.subscribe()
    code, out, errors = compare(host, V2, "a", "b", "c")
    assert code == OK, errors
    assert "tried 1.0.0 replaced by tried 2.0.0" in out
    assert version(host) == "2.0.0"
    assert plugin.read_bytes() == V2.read_bytes()
    assert Path(f"{plugin}.previous").read_bytes() == V1.read_bytes()
    host.publish("tried", {"data": "d"})
    assert [client.next()["data"]["data"]["data"] for _ in range(4)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("inputs", "time", "why"), [
    (["a", "deny"], COMPARED_FOR, "the new plugin differs"),
    (["a", "abort"], COMPARED_FOR, "the new plugin differs"),
    ([], "1ms", "no call was compared"),
])
def test_one_that_does_not_is_not_swapped(host: Daemon, plugin: Path, inputs: list[str],
                                          time: str, why: str) -> None:
    code, _, errors = compare(host, V2, *inputs, time=time)
    assert (code, f"nothing was swapped: {why}" in errors) == (FAILED, True), errors
    assert (version(host), plugin.read_bytes()) == ("1.0.0", V1.read_bytes())
    assert not Path(f"{plugin}.previous").exists()


def test_what_a_failed_reload_left_is_put_back(host: Daemon, plugin: Path, tmp_path: Path) -> None:
    config = tmp_path / "sentio.conf"
    config.write_text(config.read_text() + "limits = { typo = 1; };\n")
    code, _, errors = compare(host, V2, "a")
    assert (code, "typo" in errors) == (FAILED, True)
    assert f"{plugin} is again what it was" in errors
    assert (version(host), plugin.read_bytes()) == ("1.0.0", V1.read_bytes())
    assert not Path(f"{plugin}.previous").exists()
    assert host.publish("tried", {"data": "on"})["accepted"] == 1


def test_a_host_that_goes_meanwhile_swaps_nothing(host: Daemon, plugin: Path) -> None:
    code, _, errors = compare(host, V2, "a", time="1h", meanwhile=host.stop)
    # A host that is about to go may still say so to who asks just then.
    assert code == (FAILED if "shutting down" in errors else UNREACHABLE), errors
    assert plugin.read_bytes() == V1.read_bytes()

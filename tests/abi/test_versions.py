# SPDX-License-Identifier: MIT
"""Plugins of every release, and of releases to come, in today's host."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from harness.daemon import Daemon, run
from harness.http import Http
from toolchain import (HEADER, HERE, INCLUDE, Version, changed_header, compile_with, recorded,
                       shared_object, version_of)

PLAIN = HERE / "plain_plugin.c"
TODAY = version_of(HEADER)
SAME_MAJOR = [version for version in recorded() if version.major == TODAY.major]
LATER = TODAY.minor + 1


def needs(minor: int) -> str:
    return f"-DSENTIO_ABI_MINOR_NEEDED={minor}"


def work(host: Daemon) -> None:
    """Every way in and out of the channel `guest`, whose plugin is plain_plugin.c."""
    every, some = host.client("/ws/guest"), host.client("/ws/guest")
    every.subscribe()
    some.subscribe(min_level=20)
    assert host.http().publish("guest", "{}").json["errors"][0]["message"] == "it is empty"
    host.publish("guest", {"a": 1})
    host.publish("guest", {"a": "long enough to pass"})
    assert [every.live()["offset"], every.live()["offset"]] == [1, 2]
    message = some.live()
    assert message["data"] == {"id": f"{message['epoch']}:2", "a": "long enough to pass"}
    late = host.client("/ws/guest")
    late.subscribe(kinds=["plain"])
    assert late.next()["type"] == "plain_snapshot"
    assert host.http().get("/api/v1/plain/t").json["a"] == "long enough to pass"
    assert late.refused(action="sing")["code"] == "not_plain"
    late.accepted(action="wake")
    assert late.next()["type"] == "morning"
    since = host.mark()
    late.close()
    host.wait_for("plain was left", since)
    every.unsubscribe()


def abi_shown(http: Http) -> str:
    channels = http.get("/api/v1/channels").json["channels"]
    return next(channel["abi"] for channel in channels if channel["name"] == "guest")


@pytest.mark.parametrize("version", SAME_MAJOR, ids=str)
def test_a_plugin_of_a_release_works_in_todays_host(version: Version, tmp_path: Path,
                                                    start: Callable[..., Daemon]) -> None:
    plugin = shared_object(PLAIN, HERE / str(version), tmp_path / "plain.so", needs(version.minor))
    host = start(plugin)
    assert abi_shown(host.http()) == str(version)
    work(host)


@pytest.mark.parametrize("version", SAME_MAJOR, ids=str)
def test_its_state_goes_over_a_restart(version: Version, tmp_path: Path,
                                       start: Callable[..., Daemon]) -> None:
    plugin = shared_object(PLAIN, HERE / str(version), tmp_path / "plain.so")

    def restored() -> bool:
        host = start(plugin)
        client = host.client("/ws/guest")
        client.subscribe()
        client.accepted(action="wake")
        data = client.next()["data"]
        host.stop()
        return data

    assert [restored(), restored()] == [False, True]


def test_a_plugin_built_today_needs_minor_0_unless_it_says_so(tmp_path: Path,
                                                              start: Callable[..., Daemon]) -> None:
    host = start(shared_object(PLAIN, INCLUDE, tmp_path / "plain.so"))
    assert abi_shown(host.http()) == f"{TODAY.major}.0"
    work(host)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The header of the next minor version, which appends a callback and a service."""
    last = ("    int (*restore)(struct sentio_call *call, uint32_t state_format, "
            "struct sentio_bytes state);\n")
    keep = "    int (*keep)(struct sentio_call *call, struct sentio_bytes state);\n"
    added = "    int (*later)(struct sentio_call *call);\n"
    return changed_header(tmp_path / "later", (last, last + added), (keep, keep + added),
                          (f"#define SENTIO_ABI_MINOR {TODAY.minor}\n",
                           f"#define SENTIO_ABI_MINOR {LATER}\n"))


def test_a_larger_table_that_needs_no_more_works(later: Path, tmp_path: Path,
                                                 start: Callable[..., Daemon]) -> None:
    plugin = shared_object(PLAIN, later, tmp_path / "plain.so", needs(TODAY.minor), "-DWITH_LATER")
    host = start(plugin)
    assert abi_shown(host.http()) == str(TODAY)
    work(host)


def test_a_plugin_that_needs_a_later_minor_is_refused(later: Path, tmp_path: Path,
                                                      write_config: Callable[..., Path]) -> None:
    plugin = shared_object(PLAIN, later, tmp_path / "plain.so", needs(LATER), "-DWITH_LATER")
    done = run("-c", write_config(plugin), "--check-config")
    assert done.returncode == 1
    assert f"plain.so: needs ABI minor {LATER}, this host has {TODAY.minor}" in done.stderr


PROGRAMS = """#include <sentio/plugin.h>
static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call, (void)config, (void)seed;
    return SENTIO_OK;
}
SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER, .name = "p", .version = "1", .flags = SENTIO_PROGRAMS, .open = open_channel,
};
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_header_warns_of_what_the_needed_minor_does_not_have(compiler: str,
                                                                 tmp_path: Path) -> None:
    source = tmp_path / "programs.c"
    source.write_text(PROGRAMS)
    command = (compiler, "-std=c11", "-fsyntax-only", "-I", INCLUDE, source)
    refused = compile_with(*command)
    assert refused.returncode != 0
    assert "define SENTIO_ABI_MINOR_NEEDED as 1" in refused.stderr
    accepted = compile_with(*command, needs(1))
    assert accepted.returncode == 0, accepted.stderr
    too_new = compile_with(*command, needs(LATER))
    assert too_new.returncode != 0 and "take a newer SDK" in too_new.stderr


def test_a_flag_that_came_later_than_the_plugin_says_is_refused(
        tmp_path: Path, write_config: Callable[..., Path]) -> None:
    source = tmp_path / "programs.c"
    source.write_text(PROGRAMS)
    plugin = shared_object(source, INCLUDE, tmp_path / "programs.so",
                           "-Wno-deprecated-declarations")
    done = run("-c", write_config(plugin), "--check-config")
    assert done.returncode == 1
    assert "its flag SENTIO_PROGRAMS is of ABI minor 1" in done.stderr


def test_the_host_says_which_abi_it_has() -> None:
    assert f"plugin ABI {TODAY}" in run("--version").stdout

# SPDX-License-Identifier: MIT
"""Chapter 1 of docs/plugin-guide.md, as a newcomer follows it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import websockets

from daemon import TIMEOUT, Daemon
from documents import BUILD, DOCS, blocks, marked

GUIDE = DOCS / "plugin-guide.md"
BUILD_TIMEOUT = 5 * TIMEOUT

pytestmark = pytest.mark.skipif(
    not re.search(r"^SENTIO_SANITIZE:STRING=$", (BUILD / "CMakeCache.txt").read_text(), re.M),
    reason="what links the installed library would need its sanitizer")


class Newcomer:
    """Somebody with the SDK, in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.prefix = root / "prefix"
        self.work = root / "work"
        self.work.mkdir()
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.prefix, "--component", "dev"],
                       check=True, capture_output=True, timeout=BUILD_TIMEOUT)
        self.new, self.build, self.judge = plain_blocks()
        self.built = self.shell(self.new + self.build, self.work)
        self.folder = self.work / "my-feed"

    def shell(self, commands: str, folder: Path, **environment: str) -> str:
        done = subprocess.run(
            ["sh", "-euc", commands], capture_output=True, text=True, timeout=BUILD_TIMEOUT,
            cwd=folder, check=False,
            env={**os.environ, "CMAKE_PREFIX_PATH": str(self.prefix),
                 "PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}", **environment})
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def plain_blocks() -> list[str]:
    """The blocks marked "newcomer" and nothing else."""
    use = {marked(GUIDE, f"newcomer: {name}")
           for name in ("serve", "use", "send", "install", "package")}
    return [block for block in blocks(GUIDE, "newcomer") if block not in use]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    return Newcomer(tmp_path_factory.mktemp("newcomer"))


def test_the_new_plugin_builds_and_passes_both_tests(newcomer: Newcomer) -> None:
    assert "100% tests passed, 0 tests failed out of 2" in newcomer.built


def test_the_files_are_those_of_the_guide(newcomer: Newcomer) -> None:
    section = GUIDE.read_text().partition("### Write it")[2].partition("### ")[0]
    named = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert len(named) == 8
    for name in named:
        assert (newcomer.folder / name).exists(), name


def test_the_tools_have_nothing_to_say_against_it(newcomer: Newcomer) -> None:
    printed = newcomer.shell(newcomer.judge, newcomer.folder)
    assert re.search(r"^loads +yes$", printed, re.MULTILINE)
    assert re.search(r"^\d+ ok, 0 failed, \d+ skipped, \d+ warnings$", printed, re.MULTILINE)
    # How long a call takes is the machine's affair too.
    warnings = re.findall(r"^warning (.*)$", printed, re.MULTILINE)
    assert [warning for warning in warnings if "plugins.slow_call" not in warning] == []


def test_the_guides_table_has_the_checks_that_there_are(newcomer: Newcomer) -> None:
    done = newcomer.shell("sentioctl --json plugin test build/my_feed.so", newcomer.folder)
    checks = [check["name"].replace("_", " ") for check in json.loads(done)["checks"]]
    section = GUIDE.read_text().partition("| check | what is tried |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \| ", section, re.MULTILINE)
    known = {check for row in rows for check in spelled_out(row)}
    assert set(checks) - {"loads", "it can be run again"} == known


def spelled_out(row: str) -> list[str]:
    """The checks of a row; one row stands for three."""
    names, verb, rest = row.partition(" answers ")
    return [f"{name}{verb}{rest}" for name in names.split(", ")] if verb else [row]


async def hear(address: str) -> dict:
    async with websockets.connect(f"ws://{address}/ws/my-feed") as socket:
        await socket.send(marked(GUIDE, "newcomer: send"))
        return json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))


def test_it_runs_where_it_was_built(newcomer: Newcomer) -> None:
    assert marked(GUIDE, "newcomer: serve") == "sentiod -c sentio.conf\n"
    daemon = Daemon(newcomer.folder / "sentio.conf", folder=newcomer.folder)
    try:
        use = marked(GUIDE, "newcomer: use").replace("curl ", "curl -fsS ")
        published, read = re.findall(r"{.*?}(?=\{|$)", daemon.shell(use).replace("\n", ""))
        message = asyncio.run(hear(daemon.address))
    finally:
        daemon.stop()
    assert json.loads(published)["accepted"] == 1
    assert json.loads(read)["items"] == [{"symbol": "AAPL", "value": 12.5}]
    assert (message["type"], message["data"]) == ("my_feed", [{"symbol": "AAPL", "value": 12.5}])


def test_a_running_host_takes_it_in(newcomer: Newcomer, tmp_path: Path) -> None:
    etc, state = tmp_path / "etc", tmp_path / "state"
    (etc / "conf.d").mkdir(parents=True)
    plugins, = newcomer.prefix.rglob("sentio.pc")
    folder = re.search(r"^plugindir=\$\{prefix\}/(.*)$", plugins.read_text(), re.MULTILINE)
    assert folder
    config = etc / "sentio.conf"
    config.write_text(f'server = {{ state_dir = "{state}"; }};\n'
                      f'plugins = {{ dir = "{newcomer.prefix / folder[1]}"; }};\n')
    daemon = Daemon(config)
    try:
        install = marked(GUIDE, "newcomer: install").replace("sudo ", "")
        printed = newcomer.shell(install.replace("/etc/sentio", str(etc)), newcomer.folder,
                                 SENTIO_CONTROL=str(state / "control.sock"))
        answer = daemon.shell("curl -fsS http://127.0.0.1:8000/api/v1/my-feed")
    finally:
        daemon.stop()
    assert "my-feed" in printed
    assert json.loads(answer)["items"] == []


def test_its_package_is_built(newcomer: Newcomer) -> None:
    package = marked(GUIDE, "newcomer: package")
    assert package == "dpkg-buildpackage -b -us -uc\n"
    # The SDK is there, but not as a package.
    newcomer.shell(package.strip() + " -d", newcomer.folder)
    assert list(newcomer.work.glob("sentio-plugin-my-feed_1.0.0_*.deb"))

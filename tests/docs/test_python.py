# SPDX-License-Identifier: MIT
"""docs/python.md: its programs run, and its tables name what there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request

import pytest

from daemon import DOCUMENTED, TIMEOUT, Daemon
from documents import DOCS, TREE, blocks, marked
from test_protocol import host  # noqa: F401 # a fixture

DOCUMENT = DOCS / "python.md"
EXAMPLE = DOCS / "examples" / "python"
SOURCE = TREE / "sdk" / "python" / "src"


def environment(daemon: Daemon) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1",
            "SENTIO_URL": f"http://{daemon.address}"}


def python(daemon: Daemon, program: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c",
                           program.replace(DOCUMENTED, daemon.address)],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env=environment(daemon))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def offsets(daemon: Daemon) -> dict[str, int]:
    """How many items each channel has had."""
    with urllib.request.urlopen(f"http://{daemon.address}/api/v1/channels", timeout=TIMEOUT) as got:
        return {channel["name"]: channel["offset"] for channel in json.load(got)["channels"]}


def test_every_program_runs_and_publishes(host: Daemon) -> None:  # noqa: F811
    programs = blocks(DOCUMENT, "python")
    assert len(programs) == 7
    printed = [python(host, program) for program in programs]
    assert printed[0] == "1\n"
    assert "500 0\n" in printed
    assert offsets(host) == {"trade-signals": 2, "market-data": 4, "earnings": 503,
                             "notifications": 1, "admin": 1}


def test_the_program_of_the_readme_publishes(host: Daemon) -> None:  # noqa: F811
    program, = blocks(TREE / "README.md", "run-python")
    python(host, program)
    assert offsets(host)["earnings"] == 1


def test_the_first_program_of_the_package_is_that_of_the_document() -> None:
    text = (SOURCE.parent / "README.md").read_text()
    program = text.partition("```python\n")[2].partition("```")[0]
    shown = marked(DOCUMENT, "python: first")
    assert program == shown.replace('"http://127.0.0.1:8000"', "").replace(
        "    result = publisher", "    publisher").replace("    print(result.offset)\n", "")


def test_the_lines_for_a_regular_package_are_the_ones_that_are_tested() -> None:
    line, = re.findall(r"^  (__path__ = .*)$", DOCUMENT.read_text(), re.MULTILINE)
    assert line in (TREE / "tests" / "python" / "test_namespace.py").read_text()


def test_every_exception_is_in_the_table() -> None:
    table = DOCUMENT.read_text().partition("## What can go wrong")[2]
    shown = set(re.findall(r"`([A-Z]\w+)`", table)) - {"ValueError"}
    source = (SOURCE / "sentio_client" / "errors.py").read_text()
    assert shown == set(re.findall(r"^class (\w+)\(.*\):$", source, re.MULTILINE))


BOUNDS = {"queue": ("updates (10,000)", 10_000), "queue_bytes": ("(16 MiB)", 16 * 2**20),
          "batch_bytes": ("(256 KiB)", 256 * 2**10)}


@pytest.mark.parametrize("name", BOUNDS)
def test_the_documented_bounds_are_the_ones_there_are(name: str) -> None:
    text, value = BOUNDS[name]
    assert f"`{name}` {text}" in DOCUMENT.read_text()
    source = (SOURCE / "sentio_client" / "publisher.py").read_text()
    default = re.search(rf"\b{name}: int = ([0-9_ *]+)", source)
    assert default
    assert eval(default[1]) == value


def test_the_example_publishes_quotes_and_signals(host: Daemon) -> None:  # noqa: F811
    command, = blocks(EXAMPLE / "README.md", "run")
    command = command.replace("prices.py", "prices.py --steps 30 --pause 0 --seed 7")
    done = subprocess.run(["sh", "-euc", command.replace(DOCUMENTED, host.address).replace(
                               "python3", sys.executable)],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False, cwd=TREE,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, str(done)
    found = offsets(host)
    assert found["market-data"] == 4 * 30
    assert found["trade-signals"] > 0
    assert f"up to offset {found['trade-signals']}\n" in done.stderr

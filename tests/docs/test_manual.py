# SPDX-License-Identifier: MIT
"""The manual pages name what the programs take, and are well-formed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from documents import BUILD, DOCS

PAGES = {"sentiod": DOCS / "man" / "sentiod.8", "sentioctl": DOCS / "man" / "sentioctl.1"}


def help_of(program: str) -> str:
    return subprocess.run([str(BUILD / "bin" / program), "--help"], capture_output=True, text=True,
                          check=True).stdout


def plain(page: Path) -> str:
    """The page's words without its markup."""
    text = re.sub(r"^\.\w+ ?", "", page.read_text(), flags=re.MULTILINE)
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace('"', "")


@pytest.mark.parametrize("program", PAGES)
def test_every_option_is_in_the_manual(program: str) -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", help_of(program)))
    assert len(options) > 3
    assert {option for option in options if option not in plain(PAGES[program])} == set()


def test_every_command_is_in_the_manual() -> None:
    commands = re.findall(r"^  ([a-z][a-z-]*(?: [a-z]+)?)", help_of("sentioctl"), flags=re.MULTILINE)
    assert "check-config" in commands
    text = plain(PAGES["sentioctl"])
    missing = [name for name in commands if not re.search(rf"^{name}\b", text, re.MULTILINE)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.name)
def test_groff_has_nothing_to_complain_about(page: Path) -> None:
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", str(page)], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

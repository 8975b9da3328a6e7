# SPDX-License-Identifier: MIT
"""Headers of the ABI, recorded, current or changed, and compiling against them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.limits import TIMEOUT

HERE = Path(__file__).resolve().parent
TREE = HERE.parents[1]
INCLUDE = TREE / "sdk" / "include"
HEADER = INCLUDE / "sentio" / "plugin.h"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
SHARED = ["-std=c11", "-g", "-fPIC", "-shared", "-fvisibility=hidden"]


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def number(header: Path, name: str) -> int:
    return int(re.search(rf"^#define SENTIO_ABI_{name} (\d+)$", header.read_text(), re.MULTILINE)[1])


def version_of(header: Path) -> Version:
    return Version(number(header, "MAJOR"), number(header, "MINOR"))


def recorded() -> list[Version]:
    """What has been released, oldest first."""
    names = [path.stem.removeprefix("baseline-") for path in HERE.glob("baseline-*.abi")]
    return sorted(Version(*map(int, name.split("."))) for name in names)


def baseline(version: Version) -> Path:
    return HERE / f"baseline-{version}.abi"


def compile_with(compiler: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([compiler, *WARNINGS, *arguments], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)


def shared_object(source: Path, include: Path, out: Path, *flags: str) -> Path:
    done = compile_with("gcc", *SHARED, *flags, "-I", include, "-o", out, source)
    assert done.returncode == 0, done.stderr
    return out


def changed_header(folder: Path, *changes: tuple[str, str]) -> Path:
    """An include folder whose plugin.h is today's with each text, which is there once, replaced."""
    text = HEADER.read_text()
    for before, after in changes:
        assert text.count(before) == 1, f"plugin.h has this {text.count(before)} times: {before}"
        text = text.replace(before, after)
    header = folder / "sentio" / "plugin.h"
    header.parent.mkdir(parents=True)
    header.write_text(text)
    return folder

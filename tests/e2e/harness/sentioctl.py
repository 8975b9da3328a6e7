# SPDX-License-Identifier: MIT
"""Runs sentioctl to its end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .config import BUILD
from .daemon import Daemon
from .limits import TIMEOUT

SENTIOCTL = BUILD / "bin" / "sentioctl"
OK, FAILED, USAGE, UNREACHABLE = range(4)


def sentioctl(*arguments: str | Path, environment: dict[str, str] | None = None,
              program: Path = SENTIOCTL, folder: Path | None = None, timeout: float = TIMEOUT,
              ) -> subprocess.CompletedProcess[str]:
    """In the time zone UTC, without whatever SENTIO_CONTROL this machine has."""
    clean = {name: value for name, value in os.environ.items() if name != "SENTIO_CONTROL"}
    return subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout, check=False, cwd=folder,
                          env={**clean, "TZ": "UTC", **(environment or {})})


def ask(host: Daemon, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Of that host, by its socket."""
    return sentioctl("--socket", host.control.host, *arguments)

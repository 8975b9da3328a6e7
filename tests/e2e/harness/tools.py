# SPDX-License-Identifier: MIT
"""What plugins are made with: the installed SDK, and sentioctl's tools for them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import BUILD
from .limits import TIMEOUT
from .sentioctl import sentioctl

# Builds and packages take longer than anything else here.
BUILD_TIMEOUT = 10 * TIMEOUT


def sanitized() -> str:
    """The build's sanitizer, "" without: what links its libraries would need it as well."""
    cache = (BUILD / "CMakeCache.txt").read_text()
    found = re.search(r"^SENTIO_SANITIZE:STRING=(.*)$", cache, re.MULTILINE)
    return found[1] if found else ""


def ctl_json(*arguments: str | Path) -> tuple[int, Any]:
    """The exit status and the answer of a command with --json."""
    done = sentioctl("--json", *arguments, timeout=BUILD_TIMEOUT)
    return done.returncode, json.loads(done.stdout)


@dataclass
class Sdk:
    """What `cmake --install` has made of the build, in a folder of its own."""

    prefix: Path

    @classmethod
    def install(cls, prefix: Path) -> "Sdk":
        for component in ("dev", "host"):
            subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, "--component",
                            component], check=True, capture_output=True, timeout=BUILD_TIMEOUT)
        return cls(prefix)

    @property
    def sentioctl(self) -> Path:
        return self.prefix / "bin" / "sentioctl"

    @property
    def sentiod(self) -> Path:
        return self.prefix / "sbin" / "sentiod"

    @property
    def environment(self) -> dict[str, str]:
        pkg_config = next(self.prefix.rglob("sentio.pc")).parent
        return {**os.environ, "CMAKE_PREFIX_PATH": str(self.prefix),
                "PKG_CONFIG_PATH": str(pkg_config),
                "PATH": f"{self.prefix / 'bin'}:{self.prefix / 'sbin'}:{os.environ['PATH']}"}

    def shell(self, commands: str, folder: Path) -> str:
        """Runs shell commands as one who has installed the SDK would; what they print."""
        done = subprocess.run(["sh", "-euc", commands], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=BUILD_TIMEOUT, cwd=folder,
                              env=self.environment, check=False)
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout

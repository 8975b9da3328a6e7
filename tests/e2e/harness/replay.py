# SPDX-License-Identifier: MIT
"""sentio-replay, and what it says of a journal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .config import BUILD
from .limits import TIMEOUT

REPLAY = BUILD / "bin" / "sentio-replay"


class Replay:
    """What sentio-replay said."""

    def __init__(self, *arguments: str | Path) -> None:
        result = subprocess.run([str(REPLAY), *map(str, arguments)], capture_output=True,
                                text=True, timeout=TIMEOUT, check=False)
        self.status, self.out, self.errors = result.returncode, result.stdout, result.stderr

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def identical(journal: Path) -> Replay:
    """Played twice: the recorded run both times."""
    first, second = Replay(journal), Replay(journal)
    assert first.out == second.out
    assert (first.status, "identical to the recorded run" in first.errors) == (0, True), first.errors
    return first


def updates(replay: Replay, channel: str) -> list[str]:
    return [line for line in replay.lines if line.split()[1:3] == [channel, "update"]]

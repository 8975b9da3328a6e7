# SPDX-License-Identifier: MIT
"""What a publish comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from .problem import Problem


@dataclass(frozen=True)
class Result:
    """The host has put the update in its order, and on a durable channel on disk. `offset` is that of
    its last item, within `epoch`."""

    channel: str
    accepted: int  # items
    offset: int
    epoch: str


@dataclass(frozen=True)
class ManyResult:
    """What publish_many has published, and what was refused. The host lists the mistakes of the first
    100 updates that it refuses in a request, and counts the others."""

    channel: str
    accepted: int  # items
    offset: int  # of the last one; 0 when nothing was accepted
    epoch: str
    refused: int = 0  # updates
    errors: Tuple[Problem, ...] = ()

# SPDX-License-Identifier: MIT
"""What the host finds wrong in what is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Problem:
    """One mistake in what was published, as the host found it. `item` counts the items of an update
    from 0, and `update` the updates of publish_many; None: the whole of it."""

    message: str
    item: Optional[int] = None
    field: Optional[str] = None
    update: Optional[int] = None

# SPDX-License-Identifier: MIT
"""Waits for what can only be asked for again and again."""

from __future__ import annotations

import time
from typing import Any, Callable

from .limits import TIMEOUT


def until(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What `look` gives once it is as wanted."""
    deadline = time.monotonic() + TIMEOUT
    value = look()
    while not wanted(value):
        assert time.monotonic() < deadline, value
        value = look()
    return value

# SPDX-License-Identifier: MIT
"""Settings from the environment: SENTIO_URL, SENTIO_PUBLISHER_KEY, SENTIO_PUBLISHER_KEY_FILE."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional

DEFAULT_URL = "http://127.0.0.1:8000"


def from_environment(settings: Mapping[str, Any]) -> Dict[str, Any]:
    """The settings, with those that are missing. Raises ValueError."""
    found = dict(settings)
    if "url" not in found:
        found["url"] = os.environ.get("SENTIO_URL") or DEFAULT_URL
    if "publisher_key" not in found:
        found["publisher_key"] = _key_from_environment()
    return found


def check_settings(**numbers: float) -> None:
    """Raises ValueError for one that is not above 0."""
    for name, number in numbers.items():
        if not number > 0:
            raise ValueError(f"{name} must be above 0, not {number!r}")


def _key_from_environment() -> Optional[str]:
    key = os.environ.get("SENTIO_PUBLISHER_KEY")
    path = os.environ.get("SENTIO_PUBLISHER_KEY_FILE")
    if key and path:
        raise ValueError("both SENTIO_PUBLISHER_KEY and SENTIO_PUBLISHER_KEY_FILE are set; set one")
    if not path:
        return key or None
    try:
        with open(path, encoding="ascii") as file:
            key = file.read(4096).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"SENTIO_PUBLISHER_KEY_FILE: {path}: {error}") from error
    if not key:
        raise ValueError(f"SENTIO_PUBLISHER_KEY_FILE: {path} is empty")
    return key

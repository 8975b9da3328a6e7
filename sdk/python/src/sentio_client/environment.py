# SPDX-License-Identifier: MIT
"""Settings from the environment: SENTIO_URL, SENTIO_PUBLISHER_KEY, SENTIO_PUBLISHER_KEY_FILE."""

from __future__ import annotations

import os
from typing import Optional

DEFAULT_URL = "http://127.0.0.1:8000"


def url_from_environment() -> str:
    return os.environ.get("SENTIO_URL") or DEFAULT_URL


def key_from_environment() -> Optional[str]:
    """Raises ValueError when the file that is named can not be used."""
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

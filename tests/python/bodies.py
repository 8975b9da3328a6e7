# SPDX-License-Identifier: MIT
"""What the tests publish."""

from __future__ import annotations

from sentio_client import Retry

SIGNAL = {"data": [{"symbol": "AAPL", "signal": "buy", "confidence": 0.85}]}

# Without the pauses that a real publisher needs.
HASTY = Retry(first=0.0, longest=0.0)

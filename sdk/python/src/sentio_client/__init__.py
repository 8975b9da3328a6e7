# SPDX-License-Identifier: MIT
"""Publishes to a Sentio realtime host: `Publisher` for threads, `AsyncPublisher` for asyncio, and
`dashboard_ws_manager` for what was written for Sentio 2.0."""

from .async_publisher import AsyncPublisher
from .dashboard import DashboardManager, dashboard_ws_manager
from .errors import (BadAnswer, BodyError, Closed, ConnectionFailed, Invalid, NotFound, Overloaded,
                     QueueFull, Refused, SentioError, TimedOut, Unauthorized)
from .problem import Problem
from .publisher import Publisher
from .result import ManyResult, Result
from .retry import ONCE, Retry
from .version import VERSION as __version__

__all__ = [
    "AsyncPublisher", "BadAnswer", "BodyError", "Closed", "ConnectionFailed", "DashboardManager",
    "Invalid", "ManyResult", "NotFound", "ONCE", "Overloaded", "Problem", "Publisher", "QueueFull",
    "Refused", "Result", "Retry", "SentioError", "TimedOut", "Unauthorized", "__version__",
    "dashboard_ws_manager",
]

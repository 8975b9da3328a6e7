# SPDX-License-Identifier: MIT
"""`dashboard_ws_manager`, as the backends of Sentio 2.0 know it."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Iterable, List, Mapping, Optional

from .async_publisher import AsyncPublisher, _running_loop
from .result import Result


class DashboardManager:
    """Publishes on the host's five channels. Its methods are awaited, in any asyncio event loop, and
    in as many as there are; each loop has connections of its own, which close with it. `settings`
    are those of AsyncPublisher; what is not given comes from the environment at the first use."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._publishers: Dict[asyncio.AbstractEventLoop, AsyncPublisher] = {}

    async def broadcast_trade_signals(self, signals: Iterable[Mapping[str, Any]]) -> Result:
        """To whoever subscribes to the signals' symbols. Raises SentioError."""
        return await self._items("trade-signals", signals)

    async def broadcast_market_data(self, quotes: Iterable[Mapping[str, Any]]) -> Result:
        """To whoever subscribes to the quotes' symbols. Raises SentioError."""
        return await self._items("market-data", quotes)

    async def broadcast_earnings(self, user_id: str, data: Mapping[str, Any]) -> Result:
        """To this user. Raises SentioError."""
        return await self._publisher().publish("earnings", {"user_id": user_id, "data": data})

    async def broadcast_notification(self, user_id: str, notification: Mapping[str, Any]) -> Result:
        """To this user; "*" is everyone. Raises SentioError."""
        return await self._publisher().publish("notifications",
                                               {"user_id": user_id, "data": notification})

    async def broadcast_admin_update(self, kind: str, data: Mapping[str, Any]) -> Result:
        """To the admins, as a message `admin_<kind>`. Raises SentioError."""
        return await self._publisher().publish("admin", {"kind": kind, "data": data})

    async def _items(self, channel: str, items: Iterable[Mapping[str, Any]]) -> Result:
        data: List[Mapping[str, Any]] = list(items)
        if not data:
            return Result(channel, 0, 0, "")  # the host takes no empty update, and needs none
        return await self._publisher().publish(channel, {"data": data})

    def _publisher(self) -> AsyncPublisher:
        loop = _running_loop()
        publisher = self._publishers.get(loop)
        if publisher is None:
            publisher = AsyncPublisher.from_environment(**self._settings)
            for other in [known for known in list(self._publishers) if known.is_closed()]:
                self._publishers.pop(other, None)
            self._publishers[loop] = publisher
        return publisher


dashboard_ws_manager = DashboardManager()

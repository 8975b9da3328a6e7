# SPDX-License-Identifier: MIT
"""A dashboard, by a WebSocket library that others have written."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, AsyncIterator, Dict

import websockets

from harness.daemon import Daemon
from harness.limits import TIMEOUT

Message = Dict[str, Any]


class Subscriber:
    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def next(self) -> Message:
        return dict(json.loads(await asyncio.wait_for(self._socket.recv(), TIMEOUT)))


@contextlib.asynccontextmanager
async def subscribed(host: Daemon, channel: str, **fields: Any) -> AsyncIterator[Subscriber]:
    """Subscribes as the document shows, and knows that it was taken."""
    async with websockets.connect(f"ws://127.0.0.1:{host.tcp.port}/ws/{channel}") as socket:
        subscriber = Subscriber(socket)
        await socket.send(json.dumps({"action": "subscribe", "id": 1, **fields}))
        answer = await subscriber.next()
        assert answer["type"] == "ok", answer
        yield subscriber

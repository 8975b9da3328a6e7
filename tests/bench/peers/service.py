# SPDX-License-Identifier: MIT
"""The service that the protocol's document describes of itself: FastAPI, a manager that keeps the
connections of each channel with their symbols, and one awaited send a connection. Each item is
encoded once, not once a connection."""

import json
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect

HEAD = '{"type":"trade_signals","data":['


class DashboardWebSocketManager:
    """Connections to trade-signals, each with its symbols; none named means all."""

    def __init__(self) -> None:
        self._signals: dict[WebSocket, set[str]] = {}

    def subscribe(self, websocket: WebSocket, symbols: list[str]) -> None:
        self._signals.setdefault(websocket, set()).update(symbols)

    def disconnect(self, websocket: WebSocket) -> None:
        self._signals.pop(websocket, None)

    async def broadcast_trade_signals(self, signals: list[dict[str, Any]]) -> None:
        tail = f'],"timestamp":"{datetime.now().isoformat()}"}}'
        items = [(item["symbol"], json.dumps(item, separators=(",", ":"))) for item in signals]
        everything = HEAD + ",".join(text for _, text in items) + tail
        for websocket, symbols in list(self._signals.items()):
            if not symbols:
                await self._send(websocket, everything)
                continue
            own = [text for symbol, text in items if symbol in symbols]
            if own:
                await self._send(websocket, HEAD + ",".join(own) + tail)

    async def _send(self, websocket: WebSocket, message: str) -> None:
        try:
            await websocket.send_text(message)
        except (RuntimeError, WebSocketDisconnect):
            self.disconnect(websocket)


app = FastAPI()
dashboard_ws_manager = DashboardWebSocketManager()


@app.post("/publish")
async def publish(request: Request) -> dict[str, int]:
    signals = (await request.json())["data"]
    await dashboard_ws_manager.broadcast_trade_signals(signals)
    return {"accepted": len(signals)}


@app.websocket("/ws/trade-signals")
async def trade_signals(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            request = json.loads(await websocket.receive_text())
            dashboard_ws_manager.subscribe(websocket, request.get("symbols", []))
            await websocket.send_json({"type": "ok", "timestamp": datetime.now().isoformat()})
    except WebSocketDisconnect:
        dashboard_ws_manager.disconnect(websocket)

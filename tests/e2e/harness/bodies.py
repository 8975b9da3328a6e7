# SPDX-License-Identifier: MIT
"""What publishers send."""

from __future__ import annotations

from typing import Any


def signal(symbol: str, side: str = "buy", confidence: float = 0.85, **more: Any) -> dict[str, Any]:
    return {"symbol": symbol, "signal": side, "confidence": confidence, **more}


def signals(*names: str, **more: Any) -> dict[str, Any]:
    """A body of trade-signals with one item a symbol."""
    return {"data": [signal(name, **more) for name in names]}


def quote(symbol: str, price: float = 100.0, **more: Any) -> dict[str, Any]:
    return {"symbol": symbol, "price": price, **more}


def quotes(**prices: float) -> dict[str, Any]:
    """A body of market-data: quotes(AAPL=101.5)."""
    return {"data": [quote(name, price) for name, price in prices.items()]}


def earnings(user: str, value: float = 100000.0, **more: Any) -> dict[str, Any]:
    return {"user_id": user, "data": {"portfolio_value": value, "total_return": 5000.0,
                                      "daily_pnl": 250.0, "win_rate": 0.65, **more}}


def notification(user: str, title: str = "Trade Executed", **more: Any) -> dict[str, Any]:
    return {"user_id": user, "data": {"type": "success", "title": title,
                                      "message": "Your AAPL buy order has been executed", **more}}


def admin(kind: str = "users", **data: Any) -> dict[str, Any]:
    return {"kind": kind, "data": data or {"total_users": 150}}


VALID = {
    "trade-signals": signals("AAPL"),
    "market-data": quotes(AAPL=187.5),
    "earnings": earnings("user_001"),
    "notifications": notification("user_001"),
    "admin": admin(),
}

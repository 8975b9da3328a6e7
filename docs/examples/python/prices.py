# SPDX-License-Identifier: MIT
"""Publishes quotes of made-up prices, and a signal for each that moves by more than a percent."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, List

from sentio_client import AsyncPublisher, Overloaded, SentioError

CENT = Decimal("0.01")

log = logging.getLogger("prices")


class Market:
    """Prices that walk at random."""

    def __init__(self, symbols: List[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._opened = {symbol: Decimal(self._random.randint(50, 500)) for symbol in symbols}
        self._prices = dict(self._opened)

    def step(self) -> List[Dict[str, Any]]:
        """The next quotes."""
        now = datetime.now(timezone.utc)
        quotes = []
        for symbol, price in self._prices.items():
            moved = price * Decimal(1 + self._random.gauss(0, 0.004))
            self._prices[symbol] = moved.quantize(CENT)
            change = self._prices[symbol] - self._opened[symbol]
            quotes.append({"symbol": symbol, "price": self._prices[symbol], "change": change,
                           "change_pct": (100 * change / self._opened[symbol]).quantize(CENT),
                           "timestamp": now})
        return quotes


def signals(quotes: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """What is cheap is to be bought, what is dear sold."""
    found = []
    for quote in quotes:
        strength = abs(quote["change_pct"])
        if strength > 1:
            found.append({"symbol": quote["symbol"],
                          "signal": "sell" if quote["change_pct"] > 0 else "buy",
                          "confidence": min(Decimal("0.99"), strength / 10 + Decimal("0.5")),
                          "timestamp": quote["timestamp"]})
    return found


async def run(market: Market, steps: int, pause: float) -> None:
    """Quotes that come too late are worth nothing, so one that fails is left; a signal is awaited."""
    async with AsyncPublisher.from_environment() as publisher:
        done = 0
        while steps == 0 or done < steps:
            quotes = market.step()
            await publisher.submit("market-data", {"data": quotes})
            found = signals(quotes)
            try:
                if found:
                    result = await publisher.publish("trade-signals", {"data": found})
                    log.info("%d signals, up to offset %d", result.accepted, result.offset)
            except Overloaded as error:
                log.warning("the host is busy: %s", error)
            done += 1
            await asyncio.sleep(pause)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", default="AAPL,GOOGL,MSFT,TSLA")
    parser.add_argument("--steps", type=int, default=0, help="how many; 0: without end")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two steps")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    market = Market(arguments.symbols.split(","), arguments.seed)
    try:
        asyncio.run(run(market, arguments.steps, arguments.pause))
    except KeyboardInterrupt:
        pass
    except SentioError as error:
        raise SystemExit(f"prices: {error}") from error


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""The figures of every round, and what is made of them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

Figures = dict[str, float]
Key = tuple[str, str, str]  # scenario, phase, peer


@dataclass(frozen=True)
class Spread:
    """A figure over the rounds."""

    median: float
    low: float
    high: float
    rounds: int

    @staticmethod
    def of(values: list[float]) -> Spread | None:
        if not values:
            return None
        return Spread(statistics.median(values), min(values), max(values), len(values))

    def document(self) -> dict[str, Any]:
        return {"median": self.median, "low": self.low, "high": self.high, "rounds": self.rounds}


@dataclass
class Results:
    """Rounds are in step between peers and scenarios: a ratio is between two measurements of the
    same round, which were made within minutes of each other."""

    rounds: dict[Key, dict[int, Figures]] = field(default_factory=dict)
    failed: set[tuple[str, str]] = field(default_factory=set)  # scenario, peer

    def add(self, key: Key, number: int, figures: Figures) -> None:
        self.rounds.setdefault(key, {})[number] = figures

    def figure(self, key: Key, name: str) -> Spread | None:
        rounds = self.rounds.get(key, {}).values()
        return Spread.of([figures[name] for figures in rounds if name in figures])

    def ratio(self, above: Key, below: Key, name: str) -> Spread | None:
        """The figure of `above` divided by that of `below`, in each round that has both."""
        dividends, divisors = self.rounds.get(above, {}), self.rounds.get(below, {})
        both = [n for n in dividends if name in dividends[n] and name in divisors.get(n, {})]
        pairs = [(dividends[n][name], divisors[n][name]) for n in both]
        return Spread.of([a / b for a, b in pairs if b > 0])

    def complete(self) -> list[str]:
        """What was measured in every round, in the order of the first."""
        pairs = dict.fromkeys((scenario, peer) for scenario, _, peer in self.rounds)
        return ["/".join(pair) for pair in pairs if pair not in self.failed]

# SPDX-License-Identifier: MIT
"""What the host has to reach, and whether this run says that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peers import DURABLE, FLOOR, HOST, WORKER, WRAPPING_FLOOR
from results import Results, Spread
from table import number

SAME_LENGTH = 0.02  # the floor's and the host's messages of the projection, at most


@dataclass(frozen=True)
class Target:
    what: str
    bound: float
    value: Spread | None
    at_least: bool = False
    beside: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        worst, best = self.value.high, self.value.low
        if self.at_least:
            worst, best = best, worst
            return self._judge(worst >= self.bound, best >= self.bound)
        return self._judge(worst <= self.bound, best <= self.bound)

    @staticmethod
    def _judge(worst_meets: bool, best_meets: bool) -> str:
        if worst_meets:
            return "met"
        return "within the spread" if best_meets else "missed"

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        value = reach = "-"
        if self.value is not None:
            value = _fraction(self.value.median)
            reach = f"{_fraction(self.value.low)}-{_fraction(self.value.high)}"
        what = f"{self.what}{f' ({self.beside})' if self.beside else ''}"
        bound = f"{sign} {_fraction(self.bound):<5}"
        return f"  {what:<78} {value:>7} {reach:>15}  {bound} {self.verdict}"

    def document(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "bound": self.bound,
            "bound_is": "at least" if self.at_least else "at most",
            "value": self.value.document() if self.value is not None else None,
            "verdict": self.verdict,
        }


def _fraction(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else number(value)


class _Judge:
    def __init__(self, results: Results) -> None:
        self._results = results

    def _against(self, peer: str, scenario: str, phase: str, name: str) -> Spread | None:
        return self._results.ratio((scenario, phase, HOST), (scenario, phase, peer), name)

    def broadcast(self) -> Iterator[Target]:
        for size in (200, 4096):
            for window in (1, 16, 64):
                phase = f"{window}x{size}"
                where = f"broadcast 1,000 x {size} B, {window:>2} in flight"
                if window != 16:
                    for floor in (FLOOR, WRAPPING_FLOOR):
                        value = self._against(floor, "broadcast", phase, "cpu_us")
                        yield Target(f"(a) {where}: CPU, {HOST}/{floor}", 1.15, value)
                value = self._against("bun", "broadcast", phase, "cpu_us")
                yield Target(f"(a) {where}: CPU, {HOST}/bun", 1.0, value)
                value = self._against("bun", "broadcast", phase, "p99_ms")
                bound = 1.2 if window == 1 else 1.0
                yield Target(f"(a) {where}: p99, {HOST}/bun", bound, value)

    def projection(self) -> Iterator[Target]:
        for window in (1, 16, 64):
            phase = f"{window}x0"
            where = f"projection, {window:>2} in flight"
            value = self._against("ws", "projection", phase, "cpu_us")
            least = self._results.ratio(
                ("projection", phase, FLOOR), ("projection", phase, "ws"), "cpu_us"
            )
            beside = f"floor/ws {_fraction(least.median)}" if least is not None else ""
            yield Target(f"(b) {where}: CPU, {HOST}/ws", 0.05, value, beside=beside)
            value = self._against(FLOOR, "projection", phase, "cpu_us")
            yield Target(f"(b) {where}: CPU, {HOST}/floor", 2.0, value)

    def connect(self) -> Iterator[Target]:
        value = self._against("bun", "connect", "", "rate")
        yield Target(f"(c) connects a second, {HOST}/bun", 1.0, value, at_least=True)
        value = self._against("bun", "connect", "", "rss_kib")
        yield Target(f"(c) memory of an idle connection, {HOST}/bun", 1.0, value)
        value = self._results.figure(("connect", "", HOST), "rss_kib")
        yield Target("(c) memory of an idle connection, KiB", 2.0, value)

    def worker(self) -> Iterator[Target]:
        for phase in ("1x200", "16x200", "64x200/1"):
            value = self._results.ratio(("worker", phase, WORKER), ("worker", phase, HOST), "rate")
            window = phase.partition("x")[0]
            what = f"(e) publishes a second through a worker, {window:>2} in flight, / inline"
            yield Target(what, 0.5, value, at_least=True)

    def durable(self) -> Iterator[Target]:
        value = self._results.figure(("durable", "64x200", DURABLE), "rate")
        what = "(f) durable publishes a second, 64 publishers, one fsync a commit"
        yield Target(what, 30000.0, value, at_least=True)

    def growth(self) -> Iterator[Target]:
        for window in (1, 64):
            phase = f"{window}x200"
            value, least = (
                self._results.ratio(
                    ("broadcast-18k", phase, peer), ("broadcast", phase, peer), "cpu_us"
                )
                for peer in (HOST, FLOOR)
            )
            beside = f"floor {_fraction(least.median)}" if least is not None else ""
            where = f"CPU per delivery at 18,000 / at 1,000, {window:>2} in flight"
            yield Target(f"(d) {where}", 1.3, value, beside=beside)

    def conflation(self) -> Iterator[Target]:
        where = "conflation, slow clients"
        key = ("conflation", "", HOST)
        value = self._results.figure(key, "current_percent")
        yield Target(f"{where}: symbols with the last price, %", 100.0, value, at_least=True)
        yield Target(f"{where}: disconnected", 0.0, self._results.figure(key, "closed"))


def targets(results: Results) -> list[Target]:
    judge = _Judge(results)
    return [
        *judge.broadcast(),
        *judge.projection(),
        *judge.connect(),
        *judge.growth(),
        *judge.conflation(),
        *judge.worker(),
        *judge.durable(),
    ]


def incomparable(results: Results) -> list[str]:
    """These floors have to send as many bytes as the host does."""
    found = []
    for scenario, phase, peer in results.rounds:
        if (scenario, peer) not in (("projection", FLOOR), ("broadcast", WRAPPING_FLOOR)):
            continue
        ratio = results.ratio((scenario, phase, HOST), (scenario, phase, peer), "bytes")
        if ratio is not None and abs(ratio.median - 1) > SAME_LENGTH:
            found.append(
                f"{scenario} {phase}: the host's messages are {ratio.median:.3f} times as long as "
                "the floor's, so that their costs do not compare"
            )
    return found


def text(reached: list[Target]) -> str:
    head = f"  {'':<78} {'median':>7} {'rounds':>15}     bound"
    return "\n".join(["targets", head, *(target.line() for target in reached)])

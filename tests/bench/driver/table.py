# SPDX-License-Identifier: MIT
"""The table as text and as JSON."""

from __future__ import annotations

from typing import Any

from measure import Key, Results
from peers import HOST, PEERS
from scenarios import Scenario

RATIO_OF = ("cpu_us", "rate", "rss_kib", "p99_ms")


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}"


def _row(results: Results, scenario: Scenario, key: Key) -> str:
    cells = [f"  {key[2]:<10}"]
    for figure, _ in scenario.columns:
        value = results.median(key, figure)
        cells.append(f"{_number(value) if value is not None else '-':>10}")
        if figure in RATIO_OF:
            ratio = results.ratio(key, figure)
            cells.append(f"{_number(ratio) + 'x' if ratio is not None else '-':>8}")
    return " ".join(cells)


def _head(scenario: Scenario) -> str:
    cells = [f"  {'':<10}"]
    for figure, label in scenario.columns:
        cells.append(f"{label:>10}")
        if figure in RATIO_OF:
            cells.append(f"{'/' + HOST:>8}")
    return " ".join(cells)


def text(results: Results, scenarios: list[Scenario]) -> str:
    lines: list[str] = []
    for scenario in scenarios:
        for phase in scenario.phases or ("",):
            keys = [(scenario.name, phase, peer.name) for peer in PEERS]
            rows = [_row(results, scenario, key) for key in keys if key in results.rounds]
            if rows:
                lines += [scenario.phase_title(phase), _head(scenario), *rows, ""]
    return "\n".join(lines)


def _entry(results: Results, scenario: Scenario, key: Key) -> dict[str, Any]:
    names = [figure for figure, _ in scenario.columns]
    return {
        "scenario": key[0],
        "phase": key[1],
        "title": scenario.phase_title(key[1]),
        "peer": key[2],
        "median": {name: results.median(key, name) for name in names},
        f"ratio_to_{HOST}": {name: results.ratio(key, name) for name in names},
        "rounds": results.rounds[key],
    }


def document(results: Results, scenarios: list[Scenario]) -> dict[str, Any]:
    entries = [
        _entry(results, scenario, (scenario.name, phase, peer.name))
        for scenario in scenarios
        for phase in scenario.phases or ("",)
        for peer in PEERS
        if (scenario.name, phase, peer.name) in results.rounds
    ]
    return {"reference": HOST, "measurements": entries}

# SPDX-License-Identifier: MIT
"""The table as text and as JSON."""

from __future__ import annotations

from typing import Any

from peers import HOST, PEERS, Peer
from results import Key, Results, Spread
from scenarios import SCENARIOS, Scenario

RATIO_OF = ("cpu_us", "rate", "rss_kib", "p99_ms")
LARGE, SMALL = "broadcast-18k", "broadcast"


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}"


def spread(ratio: Spread | None) -> str:
    """The median, and from where to where the rounds reach."""
    if ratio is None:
        return "-"
    reach = f" {number(ratio.low)}-{number(ratio.high)}" if ratio.low < ratio.high else ""
    return f"{number(ratio.median)}x{reach}"


def _row(results: Results, scenario: Scenario, key: Key) -> str:
    cells = [f"  {key[2]:<10}"]
    reference = (key[0], key[1], HOST)
    for name, _ in scenario.columns:
        value = results.figure(key, name)
        cells.append(f"{number(value.median) if value is not None else '-':>10}")
        if name in RATIO_OF:
            cells.append(f"{spread(results.ratio(key, reference, name)):>18}")
    return " ".join(cells)


def _head(scenario: Scenario) -> str:
    cells = [f"  {'':<10}"]
    for name, label in scenario.columns:
        cells.append(f"{label:>10}")
        if name in RATIO_OF:
            cells.append(f"{'/' + HOST:>18}")
    return " ".join(cells)


def _taking_part(results: Results, scenario: Scenario) -> list[Peer]:
    """The peers that were to be measured in some phase; in the others they have no figures."""
    tried = {peer for name, _, peer in results.rounds if name == scenario.name}
    tried |= {peer for name, peer in results.failed if name == scenario.name}
    return [peer for peer in PEERS if peer.name in tried]


def _growth(results: Results) -> list[tuple[str, str, Spread]]:
    """What a delivery to 18,000 costs, divided by what one to 1,000 costs."""
    rows = []
    for phase in next(one.phases for one in SCENARIOS if one.name == LARGE):
        for peer in PEERS:
            keys = (LARGE, phase, peer.name), (SMALL, phase, peer.name)
            ratio = results.ratio(*keys, "cpu_us")
            if ratio is not None:
                rows.append((phase, peer.name, ratio))
    return rows


def text(results: Results, scenarios: list[Scenario]) -> str:
    lines: list[str] = []
    for scenario in scenarios:
        peers = _taking_part(results, scenario)
        for phase in scenario.phases or ("",):
            keys = [(scenario.name, phase, peer.name) for peer in peers]
            if any(key in results.rounds for key in keys):
                rows = [_row(results, scenario, key) for key in keys]
                lines += [scenario.phase_title(phase), _head(scenario), *rows, ""]
    for phase, peer, ratio in _growth(results):
        window = phase.partition("x")[0]
        what = f"CPU per delivery, at 18,000 / at 1,000, 200 bytes, {window:>2} in flight"
        lines.append(f"{what}: {peer:<8} {spread(ratio)}")
    return "\n".join(lines)


def _entry(results: Results, scenario: Scenario, key: Key) -> dict[str, Any]:
    reference = (key[0], key[1], HOST)
    medians, ratios = {}, {}
    for name, _ in scenario.columns:
        value = results.figure(key, name)
        ratio = results.ratio(key, reference, name)
        medians[name] = value.median if value is not None else None
        ratios[name] = ratio.document() if ratio is not None else None
    return {
        "scenario": key[0],
        "phase": key[1],
        "title": scenario.phase_title(key[1]),
        "peer": key[2],
        "median": medians,
        f"ratio_to_{HOST}": ratios,
        "rounds": [{"round": n + 1, **figures} for n, figures in results.rounds[key].items()],
    }


def document(results: Results, scenarios: list[Scenario]) -> dict[str, Any]:
    entries = [
        _entry(results, scenario, (scenario.name, phase, peer.name))
        for scenario in scenarios
        for phase in scenario.phases or ("",)
        for peer in PEERS
        if (scenario.name, phase, peer.name) in results.rounds
    ]
    growth = [
        {"phase": phase, "peer": peer, "cpu_us": ratio.document()}
        for phase, peer, ratio in _growth(results)
    ]
    return {"reference": HOST, "measurements": entries, "cost_at_18000_to_1000": growth}

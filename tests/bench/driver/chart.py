# SPDX-License-Identifier: MIT
"""A drawing of the CPU of each peer in proportion to the host's, one panel a measurement."""

from __future__ import annotations

import math
from html import escape

from measure import Results
from peers import HOST, PEERS
from scenarios import Scenario

WIDTH = 760
LEFT = 90
BAR = 14
PANEL_HEAD = 34
SCALE_MAX = 100.0  # a bar that is this many times the host's fills the width
SCALE_MIN = 0.1


def _x(ratio: float) -> float:
    """The scale is logarithmic: a bar twice as good is as far from 1 as one twice as bad."""
    bounded = min(max(ratio, SCALE_MIN), SCALE_MAX)
    share = math.log(bounded / SCALE_MIN) / math.log(SCALE_MAX / SCALE_MIN)
    return LEFT + share * (WIDTH - LEFT - 70)


def _bar(y: int, name: str, ratio: float) -> str:
    colour = "#2563eb" if name == HOST else "#94a3b8"
    start, end = sorted((_x(1.0), _x(ratio)))
    return (
        f'<text x="{LEFT - 6}" y="{y + 11}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 2):.1f}" height="{BAR - 3}" '
        f'fill="{colour}"/><text x="{end + 5:.1f}" y="{y + 11}">{ratio:.2f}</text>'
    )


def _panel(results: Results, scenario: Scenario, phase: str, top: int) -> tuple[list[str], int]:
    ratios = [
        (peer.name, results.ratio((scenario.name, phase, peer.name), "cpu_us")) for peer in PEERS
    ]
    shown = [(name, ratio) for name, ratio in ratios if ratio is not None and ratio > 0]
    if not shown:
        return [], top
    title = escape(scenario.phase_title(phase))
    parts = [f'<text x="8" y="{top + 20}" font-weight="bold">{title}</text>']
    y = top + PANEL_HEAD - 6
    bottom = y + BAR * len(shown)
    parts.append(f'<path d="M{_x(1.0):.1f} {y}V{bottom}" stroke="#334155"/>')
    for name, ratio in shown:
        parts.append(_bar(y, name, ratio))
        y += BAR
    return parts, bottom + 4


def svg(results: Results, scenarios: list[Scenario]) -> str:
    title = f"Server CPU, in proportion to {HOST} (logarithmic; shorter is better)"
    parts = [f'<text x="8" y="20" font-size="14">{title}</text>']
    y = 26
    for scenario in scenarios:
        for phase in scenario.phases or ("",):
            panel, y = _panel(results, scenario, phase, y)
            parts += panel
    style = 'font-family="sans-serif" font-size="11" fill="#0f172a"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" {style}>\n'
        f'<rect width="{WIDTH}" height="{y + 8}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )

# SPDX-License-Identifier: MIT
"""A drawing of what a delivery costs each peer, in proportion to the floor."""

from __future__ import annotations

import math
from html import escape

from peers import FLOOR, HOST, PEERS
from results import Results
from scenarios import SCENARIOS

WIDTH = 720
NAME = 84  # where the names end
EDGE = 64  # for the figure behind the longest bar
ROW = 20
BAR = 12
TITLE = 58
HEAD = 30  # of a panel
LEAST = 0.7  # the scale's ends, in times the floor
MOST = 400.0
LINES = (1, 10, 100)
# What is drawn: each phase where one message at a time, and where many, go to everyone.
PANELS = (("broadcast", "1x200"), ("broadcast", "64x200"), ("projection", "64x0"))
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2933; }
.head { font-weight: 600; }
.title { font-size: 15px; font-weight: 600; }
.quiet { fill: #6b7785; }
.line { stroke: #c5ccd3; stroke-width: 1; }
.bar { fill: #9aa5b1; }
.host { fill: #2563eb; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb; }
  .quiet { fill: #9aa5b1; }
  .line { stroke: #4a5561; }
  .bar { fill: #66727f; }
  .host { fill: #60a5fa; }
}
"""


def _x(ratio: float) -> float:
    bounded = min(max(ratio, LEAST), MOST)
    return NAME + math.log(bounded / LEAST) / math.log(MOST / LEAST) * (WIDTH - NAME - EDGE)


def _text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    name = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>'


def _row(name: str, ratio: float, y: float) -> list[str]:
    style = "bar host" if name == HOST else "bar"
    end = _x(ratio)
    return [
        _text(NAME - 8, y + 14, name, "head" if name == HOST else "", "end"),
        f'<rect class="{style}" x="{NAME}" y="{y + (ROW - BAR) / 2:.1f}" '
        f'width="{end - NAME:.1f}" height="{BAR}" rx="2"/>',
        _text(end + 6, y + 14, f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"),
    ]


def _panel(results: Results, scenario: str, phase: str, top: float) -> tuple[list[str], float]:
    reference = (scenario, phase, FLOOR)
    ratios = [
        (peer.name, results.ratio((scenario, phase, peer.name), reference, "cpu_us"))
        for peer in PEERS
    ]
    rows = [(name, ratio.median) for name, ratio in ratios if ratio is not None]
    if not rows:
        return [], top
    title = next(one for one in SCENARIOS if one.name == scenario).phase_title(phase)
    floor = results.figure(reference, "cpu_us")
    cost = f"floor: {floor.median:.2f} us" if floor is not None else ""
    first = top + HEAD
    bottom = first + ROW * len(rows)
    parts = [
        _text(8, top + 20, title, "head"),
        _text(WIDTH - 8, top + 20, cost, "quiet", "end"),
    ]
    for times in LINES:
        parts.append(f'<path class="line" d="M{_x(times):.1f} {first:.1f}V{bottom:.1f}"/>')
    for i, (name, ratio) in enumerate(rows):
        parts += _row(name, ratio, first + i * ROW)
    return parts, bottom + 8


def svg(results: Results) -> str:
    title = "Server CPU per delivery, in proportion to a bare send()"
    note = "Logarithmic; shorter is better. Lines at 1, 10 and 100 times the floor."
    parts = [_text(8, 24, title, "title"), _text(8, 44, note, "quiet")]
    y: float = TITLE
    for scenario, phase in PANELS:
        panel, y = _panel(results, scenario, phase, y)
        parts += panel
    box = f'viewBox="0 0 {WIDTH} {y:.0f}" width="{WIDTH}" height="{y:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )

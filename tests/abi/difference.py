# SPDX-License-Identifier: MIT
"""What of a recorded ABI an object does not keep, and what it adds, by abidiff.

abidiff's own suppressions take everything below a struct that may grow with it, so its report is read
here: whatever is not one of the additions that a minor version may make is a breach."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from harness.limits import TIMEOUT

# These are handed over one at a time, by pointer; the others stand in arrays or in one another.
GROWING = ("plugin", "host", "call", "subscriber", "update", "request")

OF_THE_TABLE = re.compile(r"(\d+ Changed variable:"
                          r"|\[C\] 'const sentio_plugin sentio_plugin' was changed:"
                          r"|size of symbol changed from \d+ to \d+|type of variable changed:)")
ADDED_FUNCTION = re.compile(r"\d+ Added functions?:|\[A\] 'function void surface_\w+\(\w+\)'.*")
HEAD = re.compile(r"'(enum|struct) sentio_(\w+)' changed:")
ENUMERATOR = re.compile(r"type size hasn't changed|\d+ enumerator insertions?:"
                        r"|'sentio_\w+::SENTIO_\w+' value '\d+'|'sentio_error::\w+' value '-\d+'")
GROWN = re.compile(r"type size changed from (\d+) to \d+ \(in bits\)")
INSERTION = re.compile(r"'.*', at offset (\d+) \(in bits\)")


@dataclass
class Difference:
    breaches: list[str] = field(default_factory=list)
    additions: list[str] = field(default_factory=list)


def _of_enum(lines: list[str]) -> bool:
    return all(ENUMERATOR.fullmatch(line) for line in lines)


def _of_struct(name: str, lines: list[str]) -> bool:
    grown = GROWN.fullmatch(lines[0]) if name in GROWING else None
    if not grown or not re.fullmatch(r"\d+ data member insertions?:", lines[1]):
        return False
    places = [INSERTION.fullmatch(line) for line in lines[2:]]
    return all(place and int(place[1]) >= int(grown[1]) for place in places)


def _blocks(report: str) -> list[list[str]]:
    """The report's lines after its summary, in blocks that begin with what has changed."""
    blocks: list[list[str]] = []
    for line in report.splitlines():
        if not line.strip() or " summary: " in line:
            continue
        if not line.startswith(" ") or not blocks:
            blocks.append([])
        blocks[-1].append(line.strip())
    return blocks


def read_report(report: str) -> Difference:
    difference = Difference()
    for head, *lines in _blocks(report):
        changed = HEAD.fullmatch(head)
        if changed:
            allowed = _of_enum(lines) if changed[1] == "enum" else _of_struct(changed[2], lines)
        else:
            known = all(OF_THE_TABLE.fullmatch(line) for line in (head, *lines))
            if known:
                continue
            allowed = all(ADDED_FUNCTION.fullmatch(line) for line in (head, *lines))
        (difference.additions if allowed else difference.breaches).append(
            "\n    ".join([head, *lines]))
    return difference


def compare(baseline: Path, library: Path) -> Difference:
    done = subprocess.run(["abidiff", "--harmless", "--leaf-changes-only", "--no-show-locs",
                           baseline, library],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    # The lowest two bits are errors of abidiff itself.
    assert done.returncode & 3 == 0, done.stderr
    difference = read_report(done.stdout)
    if done.returncode != 0 and not difference.breaches and not difference.additions:
        difference.breaches.append(done.stdout)
    return difference

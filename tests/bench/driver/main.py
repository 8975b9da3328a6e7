# SPDX-License-Identifier: MIT
"""Measures every peer in turn, several rounds, and prints the table. run.sh starts it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

import chart
import table
import targets
from measure import measure
from peers import PEERS
from results import Results
from scenarios import SCENARIOS, Scenario
from server import Unmeasured

ROUNDS = 3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.sh")
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("scenario", nargs="*", metavar="scenario", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="one round with fewer messages")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    parser.add_argument("--peer", action="append", help="only this one, and others so named")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="default: bench/results.json in the build folder")
    parser.add_argument("--svg", type=Path, help="default: bench/results.svg in the build folder")
    arguments = parser.parse_args()
    unknown = set(arguments.scenario) - set(names)
    unknown |= set(arguments.peer or []) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return arguments


def _run(arguments: argparse.Namespace, scenarios: list[Scenario]) -> Results:
    results = Results()
    peers_folder = Path(__file__).resolve().parent.parent / "peers"
    rounds = 1 if arguments.quick else arguments.rounds
    turns = [
        (number, scenario, peer)
        for number in range(rounds)
        for scenario in scenarios
        for peer in PEERS
        if scenario.name in peer.scenarios
        and (arguments.peer is None or peer.name in arguments.peer)
    ]
    for number, scenario, peer in turns:
        name = f"{scenario.name}/{peer.name}"
        if (scenario.name, peer.name) in results.failed:
            continue
        print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr, flush=True)
        try:
            measure(
                results, scenario, peer, number, arguments.build, peers_folder, arguments.quick
            )
        except (Unmeasured, OSError, ValueError) as failure:
            results.failed.add((scenario.name, peer.name))
            print(f"not ok {name}: {' '.join(str(failure).split())}", flush=True)
    return results


def _end(number: int, frame: FrameType | None) -> None:
    """By an exception, so that what was started is ended on the way out."""
    sys.exit(128 + number)


def main() -> int:
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    wanted = arguments.scenario
    scenarios = [one for one in SCENARIOS if not wanted or one.name in wanted]
    results = _run(arguments, scenarios)
    print(table.text(results, scenarios))
    reached = targets.targets(results)
    print("\n" + targets.text(reached) + "\n")
    problems = targets.incomparable(results)
    for problem in problems:
        print(f"not ok {problem}")
    for name in results.complete():
        print(f"ok {name}")
    document = table.document(results, scenarios)
    document["targets"] = [target.document() for target in reached]
    folder = arguments.build / "bench"
    json_file = arguments.json or folder / "results.json"
    svg_file = arguments.svg or folder / "results.svg"
    json_file.write_text(json.dumps(document, indent=1) + "\n")
    svg_file.write_text(chart.svg(results))
    print(f"{json_file}\n{svg_file}")
    return 1 if results.failed or problems else 0


if __name__ == "__main__":
    sys.exit(main())

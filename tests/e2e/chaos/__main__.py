# SPDX-License-Identifier: MIT
"""python3 -m chaos [--rounds N] [--seed N]: prints the counts, and every fault."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .rounds import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(Path(folder), arguments.rounds, arguments.seed)
    for fault in counts.faults:
        print(f"fault: {fault}")
    print(counts)
    return 1 if counts.faults else 0


if __name__ == "__main__":
    sys.exit(main())

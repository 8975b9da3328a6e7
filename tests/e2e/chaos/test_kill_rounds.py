# SPDX-License-Identifier: MIT
"""SENTIO_CHAOS_ROUNDS says how many; the long suite has 200."""

from __future__ import annotations

import os
from pathlib import Path

from harness.tools import sanitized

from .rounds import run

ROUNDS = int(os.environ.get("SENTIO_CHAOS_ROUNDS", "5" if sanitized() else "20"))


def test_what_was_answered_arrives_once_and_in_order_however_often_it_is_killed(
        tmp_path: Path) -> None:
    counts = run(tmp_path, ROUNDS, seed=ROUNDS)
    print(counts)
    assert not counts.faults, "\n".join(counts.faults[:20])
    assert counts.rounds == ROUNDS
    assert counts.answered > ROUNDS
    assert counts.delivered > counts.answered
    assert counts.connections > 2 * ROUNDS

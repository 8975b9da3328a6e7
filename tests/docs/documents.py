# SPDX-License-Identifier: MIT
"""The documents as the tests read them: their code blocks, by the comment before each."""

from __future__ import annotations

import os
import re
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SENTIO_BUILD", TREE / "build")).resolve()
SENTIOD = BUILD / "bin" / "sentiod"
DOCS = TREE / "docs"
DOCUMENTS = sorted([TREE / "README.md", *DOCS.glob("*.md")])

MARKED = re.compile(r"^<!-- (?P<mark>[^\n]+) -->\n```(?P<language>\w*)\n(?P<text>.*?\n)```$",
                    re.MULTILINE | re.DOTALL)


def blocks(document: Path, mark: str) -> list[str]:
    """The blocks that follow the comment `<!-- mark -->`, or `<!-- mark: … -->`."""
    return [match["text"] for match in MARKED.finditer(document.read_text())
            if match["mark"].partition(":")[0] == mark]


def marked(document: Path, mark: str) -> str:
    """The one block that follows exactly this comment."""
    found = [match["text"] for match in MARKED.finditer(document.read_text())
             if match["mark"] == mark]
    assert len(found) == 1, f"{document.name} has {len(found)} blocks marked {mark!r}"
    return found[0]

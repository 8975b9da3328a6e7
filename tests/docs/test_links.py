# SPDX-License-Identifier: MIT
"""Links and file names in the documents lead somewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree
from pathlib import Path

import pytest

from documents import DOCS, DOCUMENTS, TREE


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        if "://" not in link:
            assert (document.parent / link.partition("#")[0]).exists(), link


def test_the_source_files_of_the_architecture_exist() -> None:
    text = (DOCS / "architecture.md").read_text()
    names = set(re.findall(r"`([a-z_]+\.[ch])`", text))
    assert len(names) > 30
    there = {path.name for path in (TREE / "host").rglob("*.[ch]")}
    missing = [name for name in sorted(names) if name not in there]
    assert missing == []


def test_pictures_are_well_formed() -> None:
    pictures = list((DOCS / "images").glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert xml.etree.ElementTree.parse(picture).getroot().tag.endswith("svg")

# SPDX-License-Identifier: MIT
"""Where the ABI's fields are, for every compiler and language that plugins are written in."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from toolchain import HERE, INCLUDE, Version, baseline, changed_header, compile_with, recorded

LAYOUT = HERE / "layout.h"
LANGUAGES = [("gcc", "c", "c11"), ("clang", "c", "c11"),
             *((compiler, "c++", standard) for compiler, standard in
               itertools.product(("g++", "clang++"), ("c++17", "c++20")))]


def check(language: tuple[str, str, str], include: Path) -> tuple[int, str]:
    compiler, name, standard = language
    done = compile_with(compiler, "-x", name, f"-std={standard}", "-fsyntax-only", "-I", include,
                        LAYOUT)
    return done.returncode, done.stderr


@pytest.mark.parametrize("language", LANGUAGES, ids="-".join)
def test_every_field_is_where_it_was(language: tuple[str, str, str]) -> None:
    code, errors = check(language, INCLUDE)
    assert code == 0, errors


@pytest.mark.parametrize("language", LANGUAGES, ids="-".join)
def test_a_field_that_moved_is_named(language: tuple[str, str, str], tmp_path: Path) -> None:
    include = changed_header(tmp_path, ("    uint64_t channel_size;",
                                        "    uint64_t sooner;\n    uint64_t channel_size;"))
    code, errors = check(language, include)
    assert code != 0
    assert "sentio_plugin.channel_size has moved" in errors


@pytest.mark.parametrize("language", LANGUAGES, ids="-".join)
def test_a_struct_that_grew_is_named(language: tuple[str, str, str], tmp_path: Path) -> None:
    include = changed_header(tmp_path, ("    size_t size;\n};",
                                        "    size_t size;\n    size_t room;\n};"))
    code, errors = check(language, include)
    assert code != 0
    assert "sentio_bytes changed its size" in errors


def rows(version: Version) -> tuple[set[str], dict[str, int]]:
    """The rows that a recorded ABI asks for, and the sizes of its structs, in bytes."""
    fields: set[str] = set()
    sizes: dict[str, int] = {}
    for struct in ElementTree.parse(baseline(version)).iter("class-decl"):
        if struct.get("is-declaration-only") == "yes":
            continue
        sizes[struct.attrib["name"]] = int(struct.attrib["size-in-bits"]) // 8
        for member in struct.iter("data-member"):
            name = member.find("var-decl").attrib["name"]
            offset = int(member.attrib["layout-offset-in-bits"]) // 8
            fields.add(f"AT({struct.attrib['name']}, {name}, {offset});")
    return fields, sizes


@pytest.mark.parametrize("version", recorded(), ids=str)
def test_every_recorded_field_has_its_row(version: Version) -> None:
    fields, sizes = rows(version)
    text = LAYOUT.read_text()
    assert len(fields) > 80 and "AT(sentio_plugin, restore, 200);" in fields
    assert not [row for row in sorted(fields) if row not in text]
    today = {name: int(size) for name, size in re.findall(r"^SIZE\((\w+), (\d+)\);", text, re.M)}
    assert set(sizes) <= set(today)
    assert all(today[name] >= size for name, size in sizes.items())

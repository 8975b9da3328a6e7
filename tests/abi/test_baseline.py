# SPDX-License-Identifier: MIT
"""Today's plugin.h against every ABI that was released."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from difference import Difference, compare
from harness.limits import TIMEOUT
from toolchain import (HEADER, HERE, INCLUDE, Version, baseline, changed_header, recorded,
                       shared_object, version_of)

TODAY = version_of(HEADER)
SAME_MAJOR = [version for version in recorded() if version.major == TODAY.major]

REMEDY = """plugin.h no longer keeps what ABI {version} promised to every plugin that is there:

{breaches}

Undo it. A minor version may only add: numbers to an enumeration, and fields at the end of the structs
that docs/plugin-guide.md, "Versions of the ABI", names. What cannot be done so takes a new
SENTIO_ABI_MAJOR, which refuses all of today's plugins."""

LAST_OF_PLUGIN = ("    int (*restore)(struct sentio_call *call, uint32_t state_format, "
                  "struct sentio_bytes state);\n")
LAST_OF_HOST = "    int (*keep)(struct sentio_call *call, struct sentio_bytes state);\n"
LATER = "    int (*later)(struct sentio_call *call);\n"
APPENDED = (LAST_OF_PLUGIN, LAST_OF_PLUGIN + LATER)

ADDITIONS = {
    "a_callback_at_the_end": [APPENDED],
    "a_service_at_the_end": [(LAST_OF_HOST, LAST_OF_HOST + LATER)],
    "a_field_at_the_end_of_the_update": [
        ("the channel */\n};", "the channel */\n    uint64_t more;\n};")],
    "a_number_of_an_enumeration": [("SENTIO_OBJECT = 1 /*", "SENTIO_OBJECT = 1, SENTIO_MAP = 2 /*")],
    "an_error": [('X(SENTIO_DUPLICATE, -8, "given twice")',
                  'X(SENTIO_DUPLICATE, -8, "given twice") X(SENTIO_LATE, -9, "late")')],
}

BREACHES = {
    "a_field_in_the_middle": [("    uint64_t channel_size;",
                               "    uint64_t sooner;\n    uint64_t channel_size;")],
    "fields_in_the_middle_and_at_the_end": [
        APPENDED, ("    uint64_t channel_size;", "    uint64_t sooner;\n    uint64_t channel_size;")],
    "a_field_of_another_sign": [("    uint32_t shape; ", "    int32_t shape; ")],
    "another_sign_hidden_by_an_addition": [
        APPENDED, ("    uint32_t shape; ", "    int32_t shape; ")],
    "a_field_renamed": [("    uint32_t reserved;\n\n    /* Callbacks",
                         "    uint32_t unused;\n\n    /* Callbacks")],
    "a_callback_removed": [("    int (*woken)(struct sentio_call *call);\n", "")],
    "the_last_callback_removed": [(LAST_OF_PLUGIN, "")],
    "two_callbacks_swapped": [
        ("    int (*woken)(struct sentio_call *call);\n    int (*ready)(struct sentio_call *call, "
         "int32_t fd);\n",
         "    int (*ready)(struct sentio_call *call, int32_t fd);\n    int (*woken)(struct "
         "sentio_call *call);\n")],
    "two_callbacks_of_one_type_swapped": [
        ("    int (*close)(struct sentio_call *call);", "    int (*asleep)(struct sentio_call *call);"),
        ("    int (*woken)(struct sentio_call *call);", "    int (*close)(struct sentio_call *call);"),
    ],
    "a_callbacks_parameter": [("int (*left)(struct sentio_call *call, uint64_t conn);",
                               "int (*left)(struct sentio_call *call, uint32_t conn);")],
    "a_services_result": [("    int (*wake)(", "    int64_t (*wake)(")],
    "a_renamed_service_hidden_by_an_addition": [
        (LAST_OF_HOST, LAST_OF_HOST.replace("keep", "hold") + LATER)],
    "a_span_that_grew": [("    size_t size;\n};", "    size_t size;\n    size_t room;\n};")],
    "an_item_that_grew": [("    int64_t time;    /*", "    int64_t more, time;    /*")],
    "an_item_that_grew_at_the_end": [
        ("in milliseconds */\n};\n\nenum sentio_role",
         "in milliseconds */\n    uint64_t more;\n};\n\nenum sentio_role")],
    "a_number_changed": [("SENTIO_OBJECT = 1 /*", "SENTIO_OBJECT = 2 /*")],
    "a_number_removed": [
        ("    SENTIO_FROM_SOURCE = 1,    /* the channel's own `source` program */\n", "")],
    "a_limit_lowered": [("#define SENTIO_TOPIC_MAX 128", "#define SENTIO_TOPIC_MAX 64")],
    "another_magic": [("0x53454e54u", "0x53454e55u")],
}


def difference(version: Version, include: Path, folder: Path) -> Difference:
    library = shared_object(HERE / "surface.c", include, folder / "surface.so", "-O0")
    return compare(baseline(version), library)


@pytest.mark.parametrize("version", SAME_MAJOR, ids=str)
def test_what_was_released_still_holds(version: Version, tmp_path: Path) -> None:
    breaches = difference(version, INCLUDE, tmp_path).breaches
    assert not breaches, REMEDY.format(version=version, breaches="\n".join(breaches))


def test_an_addition_to_the_newest_release_has_raised_the_minor(tmp_path: Path) -> None:
    newest = SAME_MAJOR[-1]
    additions = difference(newest, INCLUDE, tmp_path).additions
    assert not additions or TODAY > newest, \
        f"raise SENTIO_ABI_MINOR, for this is not in ABI {newest}:\n" + "\n".join(additions)


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_is_allowed(name: str, tmp_path: Path) -> None:
    before = difference(SAME_MAJOR[-1], INCLUDE, tmp_path)
    include = changed_header(tmp_path / "changed", *ADDITIONS[name])
    after = difference(SAME_MAJOR[-1], include, tmp_path)
    assert not after.breaches
    assert after.additions != before.additions


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_found(name: str, tmp_path: Path) -> None:
    include = changed_header(tmp_path / "changed", *BREACHES[name])
    assert difference(SAME_MAJOR[-1], include, tmp_path).breaches


@pytest.mark.parametrize("version", recorded(), ids=str)
def test_a_recorded_header_is_what_its_baseline_describes(version: Version, tmp_path: Path) -> None:
    header = HERE / str(version) / "sentio" / "plugin.h"
    assert version_of(header) == version
    found = difference(version, HERE / str(version), tmp_path)
    assert (found.breaches, found.additions) == ([], [])


@pytest.mark.parametrize("version", recorded(), ids=str)
def test_a_baseline_names_no_folder_of_a_machine(version: Version) -> None:
    assert not re.search(r"=['\"]/", baseline(version).read_text())


def test_a_release_is_recorded_once(tmp_path: Path) -> None:
    for name in ("record.sh", "surface.c"):
        (tmp_path / "tests" / "abi").mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, tmp_path / "tests" / "abi" / name)
    header = tmp_path / "sdk" / "include" / "sentio" / "plugin.h"
    header.parent.mkdir(parents=True)
    shutil.copy(HEADER, header)
    script = tmp_path / "tests" / "abi" / "record.sh"
    runs = [subprocess.run([script], capture_output=True, text=True, timeout=TIMEOUT, check=False)
            for _ in range(2)]
    assert runs[0].returncode == 0, runs[0].stderr
    text = (script.parent / f"baseline-{TODAY}.abi").read_text()
    assert "sentio_plugin" in text and str(tmp_path) not in text
    assert (script.parent / str(TODAY) / "sentio" / "plugin.h").read_text() == HEADER.read_text()
    assert runs[1].returncode == 1 and "recorded already" in runs[1].stderr

# SPDX-License-Identifier: MIT
"""Counts a suite's tests: count.py FORMAT FILE prints "passed failed skipped".

A file that is missing or cannot be read gives zeros: the caller knows the exit status.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def cases(path):
    return ElementTree.parse(path).getroot().iter("testcase")


def count_pytest(path):
    passed = failed = skipped = 0
    for case in cases(path):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def cmocka_sum(word, text):
    return sum(int(n) for n in re.findall(r"\[  %s  \] (\d+) test\(s\)" % word, text))


def count_ctest(path):
    """Counts the tests inside each cmocka program; a program that says nothing counts as one."""
    passed = failed = skipped = 0
    for case in cases(path):
        output = case.findtext("system-out") or ""
        inner_passed = cmocka_sum("PASSED", output)
        inner_failed = cmocka_sum("FAILED", output)
        skipped += cmocka_sum("SKIPPED", output)
        if case.get("status") == "run":
            passed += max(inner_passed, 1)
            failed += inner_failed
        else:
            passed += inner_passed
            failed += max(inner_failed, 1)
    return passed, failed, skipped


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def count_node(path):
    """The totals that end the output of node --test --test-reporter=tap."""
    totals = {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", read(path), re.M)}
    failed = totals.get("fail", 0) + totals.get("cancelled", 0)
    return totals.get("pass", 0), failed, totals.get("skipped", 0) + totals.get("todo", 0)


def count_lines(path):
    """Lines "ok NAME" and "not ok NAME"."""
    text = read(path)
    return len(re.findall(r"^ok ", text, re.M)), len(re.findall(r"^not ok ", text, re.M)), 0


def main():
    counters = {
        "pytest": count_pytest,
        "ctest": count_ctest,
        "node": count_node,
        "lines": count_lines,
    }
    try:
        counts = counters[sys.argv[1]](sys.argv[2])
    except (OSError, ElementTree.ParseError):
        counts = 0, 0, 0
    print(*counts)


main()

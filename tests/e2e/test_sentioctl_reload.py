# SPDX-License-Identifier: MIT
"""What sentioctl makes of each answer to a reload and to a shadow run."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.fake_control import FakeControl
from harness.limits import TIMEOUT
from harness.sentioctl import FAILED, OK, SENTIOCTL, UNREACHABLE, USAGE, sentioctl

DONE = {"ok": True, "changes": ["channel prices: plugin 1.0.0 replaced by 1.1.0"], "restart": [],
        "warnings": []}
REFUSED = (422, {"ok": False, "errors": ["sentio.conf:3: limits.typo", "sentio.conf:9: no plugin"]})


def report(**changes: Any) -> dict[str, Any]:
    return {"channel": "prices", "plugin": "/new.so", "version": "1.1.0", "state": "done",
            "remaining_ms": 0, "calls": 10, "equal": 10, "different": 0, "deaths": 0, "why": None,
            "old_us": 4, "new_us": 5, "differences": [], **changes}


RUNNING = report(state="running", remaining_ms=1500)
DIFFERENT = report(equal=9, different=1, differences=[
    {"call": "publish", "number": 3, "input": {"a": 1}, "old": {"b": 1}, "new": {"b": 2}}])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The channel's plugin and a new one."""
    old, new = tmp_path / "prices.so", tmp_path / "new.so"
    old.write_text("old")
    new.write_text("new")
    return old, new


@pytest.fixture
def answers(files: tuple[Path, Path]) -> dict[str, Any]:
    return {"POST /reload": (200, DONE),
            "POST /shadow": (202, {}),
            "GET /shadow": [(200, RUNNING), (200, report())],
            "POST /shadow/stop": (200, {}),
            "GET /channels": (200, {"channels": [{"name": "other", "file": "/other.so"},
                                                 {"name": "prices", "file": str(files[0])}]})}


@pytest.fixture
def control(tmp_path: Path, answers: dict[str, Any]):
    with FakeControl(tmp_path / "control.sock", answers) as fake:
        yield fake


def run(control: FakeControl, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return sentioctl("--socket", control.path, *arguments)


def test_a_reload_says_what_has_changed(control: FakeControl, answers: dict[str, Any]) -> None:
    done = run(control, "reload")
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout == DONE["changes"][0] + "\n"
    answers["POST /reload"] = (200, {**DONE, "changes": []})
    assert run(control, "reload").stdout == "nothing has changed\n"


def test_what_takes_a_restart_is_named(control: FakeControl, answers: dict[str, Any]) -> None:
    answers["POST /reload"] = (200, {**DONE, "restart": ["server.listen"], "warnings": ["odd"]})
    done = run(control, "reload")
    assert done.returncode == OK
    assert "server.listen" in done.stderr
    assert "warning: odd" in done.stderr


def test_a_refused_reload_lists_every_error(control: FakeControl,
                                            answers: dict[str, Any]) -> None:
    answers["POST /reload"] = REFUSED
    done = run(control, "reload")
    assert done.returncode == FAILED
    assert done.stderr.splitlines()[:2] == REFUSED[1]["errors"]
    assert "goes on as it was" in done.stderr
    answers["POST /reload"] = (409, {"ok": False, "detail": "a reload is under way"})
    done = run(control, "reload")
    assert done.returncode == FAILED
    assert "a reload is under way" in done.stderr


def test_json_is_printed_as_it_came_and_the_exit_code_tells(control: FakeControl,
                                                            answers: dict[str, Any]) -> None:
    done = run(control, "reload", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (OK, DONE)
    answers["POST /reload"] = REFUSED
    done = run(control, "reload", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (FAILED, REFUSED[1])


def test_a_shadow_without_differences_says_how_to_swap(control: FakeControl,
                                                       files: tuple[Path, Path]) -> None:
    old, new = files
    done = run(control, "reload", "--shadow", "prices", new, "--for", "2s")
    assert (done.returncode, done.stderr) == (OK, "")
    assert control.asked[0] == ("POST /shadow",
                                {"channel": "prices", "plugin": str(new), "for": "2000"})
    assert "calls         10\n" in done.stdout
    assert f"  install -m 0644 {new} {old}\n" in done.stdout
    assert f"  sentioctl --socket {control.path} reload\n" in done.stdout
    assert old.read_text() == "old"
    assert "POST /reload" not in [what for what, _ in control.asked]


def test_a_shadow_with_differences_shows_them_and_is_not_swapped(
        control: FakeControl, answers: dict[str, Any], files: tuple[Path, Path]) -> None:
    old, new = files
    answers["GET /shadow"] = (200, DIFFERENT)
    done = run(control, "reload", "--shadow", "prices", new, "--swap")
    assert done.returncode == FAILED
    assert "call 3, publish" in done.stdout
    assert '{"b":2}' in done.stdout
    assert "nothing was swapped" in done.stderr
    assert old.read_text() == "old"
    assert "POST /reload" not in [what for what, _ in control.asked]
    assert run(control, "reload", "--shadow", "prices", new).returncode == FAILED


def test_told_to_it_swaps_when_nothing_differs(control: FakeControl,
                                               files: tuple[Path, Path]) -> None:
    old, new = files
    done = run(control, "reload", "--shadow", "prices", new, "--swap")
    assert done.returncode == OK, done
    assert old.read_text() == "new"
    assert Path(f"{old}.previous").read_text() == "old"
    assert DONE["changes"][0] in done.stdout
    assert [what for what, _ in control.asked][-1] == "POST /reload"


def test_a_swap_is_undone_when_the_reload_fails(control: FakeControl, answers: dict[str, Any],
                                                files: tuple[Path, Path]) -> None:
    old, new = files
    answers["POST /reload"] = REFUSED
    done = run(control, "reload", "--shadow", "prices", new, "--swap")
    assert done.returncode == FAILED
    assert old.read_text() == "old"
    assert not Path(f"{old}.previous").exists()
    assert "again what it was" in done.stderr


def test_a_swap_takes_at_least_one_call_that_was_compared(
        control: FakeControl, answers: dict[str, Any], files: tuple[Path, Path]) -> None:
    old, new = files
    answers["GET /shadow"] = (200, report(calls=0, equal=0))
    done = run(control, "reload", "--shadow", "prices", new, "--swap")
    assert done.returncode == FAILED
    assert "no call was compared" in done.stderr
    assert old.read_text() == "old"
    assert run(control, "reload", "--shadow", "prices", new).returncode == OK


def test_a_file_that_is_another_by_then_is_not_swapped(control: FakeControl,
                                                       answers: dict[str, Any],
                                                       files: tuple[Path, Path]) -> None:
    old, new = files
    answers["GET /shadow"] = (200, RUNNING)
    with subprocess.Popen([str(SENTIOCTL), "--socket", str(control.path), "reload", "--shadow",
                           "prices", str(new), "--swap"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        control.wait_for("GET /shadow")
        new.write_text("newer")
        answers["GET /shadow"] = (200, report())
        _, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, old.read_text()) == (FAILED, "old")
    assert "has changed since it was compared" in errors


def test_a_shadow_that_died_or_failed_is_not_the_same(control: FakeControl,
                                                      answers: dict[str, Any],
                                                      files: tuple[Path, Path]) -> None:
    for answer, why in ((report(deaths=1), "has died"),
                        (report(state="failed", why="it can not be opened"), "not run to its end")):
        answers["GET /shadow"] = (200, answer)
        done = run(control, "reload", "--shadow", "prices", files[1], "--swap")
        assert (done.returncode, why in done.stderr) == (FAILED, True), done
        assert files[0].read_text() == "old"
    assert "failed: it can not be opened" in done.stdout


def test_a_shadow_that_the_host_refuses_is_1(control: FakeControl, answers: dict[str, Any],
                                             files: tuple[Path, Path]) -> None:
    for status, detail in ((404, "there is no such channel"), (409, "one runs already"),
                           (422, "ABI major 2")):
        answers["POST /shadow"] = (status, {"detail": detail})
        done = run(control, "reload", "--shadow", "prices", files[1])
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert detail in done.stderr


def test_interrupted_it_stops_the_shadow(control: FakeControl, answers: dict[str, Any],
                                         files: tuple[Path, Path]) -> None:
    answers["GET /shadow"] = (200, RUNNING)
    with subprocess.Popen([str(SENTIOCTL), "--socket", str(control.path), "reload", "--shadow",
                           "prices", str(files[1]), "--swap"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        control.wait_for("GET /shadow")
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == FAILED
    assert ("POST /shadow/stop", {"channel": "prices"}) in control.asked
    assert "state         running" in out
    assert "stopped before its time" in errors
    assert files[0].read_text() == "old"


def test_the_report_as_json_is_as_it_came(control: FakeControl, files: tuple[Path, Path]) -> None:
    done = run(control, "reload", "--shadow", "prices", files[1], "--json")
    assert done.returncode == OK
    assert json.loads(done.stdout) == report()


def test_a_file_that_is_not_there_is_1_before_anything_is_asked(control: FakeControl,
                                                                tmp_path: Path) -> None:
    done = run(control, "reload", "--shadow", "prices", tmp_path / "missing.so")
    assert done.returncode == FAILED
    assert "missing.so" in done.stderr
    assert control.asked == []


def test_wrong_usage_of_reload_is_2(control: FakeControl) -> None:
    for arguments in (["now"], ["--swap"], ["--shadow", "prices"], ["--for", "1s"],
                      ["--shadow", "prices", "x.so", "--for", "soon"]):
        done = run(control, "reload", *arguments)
        assert done.returncode == USAGE, arguments
        assert "Usage: sentioctl reload" in done.stderr
    assert control.asked == []


def test_without_a_host_reload_is_3(tmp_path: Path, files: tuple[Path, Path]) -> None:
    for arguments in (["reload"], ["reload", "--shadow", "prices", files[1]]):
        assert sentioctl("--socket", tmp_path / "none", *arguments).returncode == UNREACHABLE

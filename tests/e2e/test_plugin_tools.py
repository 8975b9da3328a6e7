# SPDX-License-Identifier: MIT
"""sentioctl plugin info and plugin test, on the plugins of this tree and on bad ones."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.config import BAD_PLUGINS, BUILD, ISOLATION, TREE
from harness.daemon import Daemon
from harness.sentioctl import ask, sentioctl
from harness.tools import BUILD_TIMEOUT, ctl_json, sanitized

pytestmark = pytest.mark.skipif(sanitized() == "thread" or ISOLATION is not None,
                                reason="these tools have one thread, and no channels")

PLUGINS = sorted((BUILD / "plugins").glob("*.so"))
# Behind exec.so everything depends on the program.
OWN = [plugin for plugin in PLUGINS if plugin.stem != "exec"]
SENSORS = TREE / "docs" / "examples" / "exec" / "python" / "sensors.py"
BREAKS_RULES = BAD_PLUGINS / "breaks_rules.so"

OPTIONS = {"paper_trading": '{"users": ["user_001"], "cash": 100000}'}

SAMPLES = {
    "trade_signals": {"data": [{"symbol": "AAPL", "signal": "buy", "confidence": 0.85}]},
    "market_data": {"data": [{"symbol": "AAPL", "price": 187.5, "bid": 187.4, "volume": 1000}]},
    "earnings": {"user_id": "user_001", "data": {"portfolio_value": 1, "win_rate": 0.5}},
    "notifications": {"user_id": "user_001",
                      "data": {"type": "info", "title": "Hello", "message": "there"}},
    "admin": {"kind": "users", "data": {"total": 1}},
}

# Why each of these does not load, as it is said.
REASONS = {
    "no_symbol": r'no symbol "sentio_plugin"',
    "wrong_magic": r"magic is 0x4e4f4e45, expected 0x53454e54",
    "wrong_major": r"ABI major 2, this host has 1",
    "newer_minor": r"needs ABI minor \d+, this host has \d+",
    "short_size": r"table is \d+ bytes, at least \d+",
    "missing_callback": r"no publish callback",
    "undefined_symbol": r"sentio_test_function_that_is_nowhere",
    "not_elf": r"not an ELF file",
    "crashes_on_load": r"while being loaded it died of signal 11",
    "is_not_there": r"can not be read: No such file",
}


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.stem)
def test_plugin_info_says_what_a_plugin_is(plugin: Path) -> None:
    status, sheet = ctl_json("plugin", "info", plugin)
    content = plugin.read_bytes()
    assert (status, sheet["loads"], sheet["file"]) == (0, True, str(plugin))
    assert sheet["size"] == len(content)
    assert sheet["sha256"] == hashlib.sha256(content).hexdigest()
    assert sheet["plugin"]["name"] == plugin.stem.replace("_", "-")
    assert "open" in sheet["plugin"]["callbacks"]


def test_plugin_info_shows_routes_filters_and_attributes_in_words() -> None:
    done = sentioctl("plugin", "info", BUILD / "plugins" / "trade_signals.so")
    assert done.returncode == 0
    for line in (r"name +trade-signals", r"ABI +1\.\d+; this host has 1\.\d+",
                 r'messages +"trade_signals", one for each update',
                 r"attributes +confidence, a number",
                 r"filters +min_confidence: items whose confidence is at least that",
                 r"routes +/api/v1/dashboard/trade-signals: the latest items of the topics in "
                 r"\?symbols=", r"callbacks +open publish subscribe unsubscribe render",
                 r"loads +yes"):
        assert re.search(f"^{line}", done.stdout, re.MULTILINE), (line, done.stdout)


@pytest.mark.parametrize("name", REASONS)
def test_plugin_info_says_why_it_would_not_load(name: str) -> None:
    file = BAD_PLUGINS / f"{name}.so"
    done = sentioctl("plugin", "info", file)
    assert done.returncode == 1
    assert re.search(r"^loads +no$", done.stdout, re.MULTILINE), done.stdout
    why = re.search(r"^why not +(.*)$", done.stdout, re.MULTILINE)
    assert why and re.search(REASONS[name], why[1]), done.stdout
    assert str(file) not in why[1]
    status, sheet = ctl_json("plugin", "info", file)
    assert (status, sheet["loads"], sheet["why"]) == (1, False, why[1])


@pytest.mark.skipif(bool(sanitized()), reason="a sanitizer adds variables of its own")
def test_plugin_info_names_what_does_not_go_well_with_the_rules() -> None:
    _, sheet = ctl_json("plugin", "info", BREAKS_RULES)
    notes = "\n".join(sheet["notes"])
    assert "shared_by_all_channels (4 bytes)" in notes
    assert re.search(r"clock of its own by .*\btime\b", notes)
    assert re.search(r"start programs by .*\bfork\b", notes)
    for plugin in PLUGINS:
        assert not ctl_json("plugin", "info", plugin)[1]["notes"], plugin


@pytest.mark.parametrize("arguments", (
    ["info"], ["info", "a.so", "b.so"], ["info", "--verbose", "a.so"], ["test"],
    ["test", "a.so", "--options"], ["test", "a.so", "--options", "[]"],
    ["test", "a.so", "--options", "{"]))
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    done = sentioctl("plugin", *arguments)
    assert done.returncode == 2
    assert f"Usage: sentioctl plugin {arguments[0]} FILE.so" in done.stderr


def test_plugin_list_shows_what_would_not_load_and_why() -> None:
    status, listed = ctl_json("plugin", "list", "--dir", BAD_PLUGINS)
    sheets = {Path(sheet["file"]).stem: sheet for sheet in listed["plugins"]}
    assert (status, listed["dir"]) == (0, str(BAD_PLUGINS))
    assert list(sheets) == sorted(path.stem for path in BAD_PLUGINS.glob("*.so"))
    for name, reason in REASONS.items():
        if name != "is_not_there":
            assert re.search(reason, sheets[name]["why"])
    assert sheets["echo_test"]["plugin"]["version"] == "1.2.3"
    done = sentioctl("plugin", "list", "--dir", BAD_PLUGINS, timeout=BUILD_TIMEOUT)
    row = r"^echo_test\.so +echo-test +1\.2\.3 +1\.0 +echoed "
    assert re.search(row, done.stdout, re.MULTILINE)
    assert re.search(r"/wrong_magic\.so would not load: magic is", done.stdout)


def test_plugin_list_names_the_channels_that_use_each(start) -> None:
    host = start(channels={"more-signals": {"plugin": "trade_signals.so"}})
    folder = BUILD / "plugins"
    listed = json.loads(ask(host, "--json", "plugin", "list", "--dir", folder).stdout)
    used = {Path(sheet["file"]).stem: sheet["channels"] for sheet in listed["plugins"]}
    assert listed["host"] is True
    assert (used["trade_signals"], used["exec"]) == (["trade-signals", "more-signals"], [])
    done = ask(host, "plugin", "list", "--dir", folder)
    row = r"^trade_signals\.so .* trade-signals, more-signals$"
    assert re.search(row, done.stdout, re.MULTILINE)


def test_plugin_list_finds_folder_and_host_by_the_configuration(host: Daemon,
                                                               tmp_path: Path) -> None:
    done = sentioctl("-c", tmp_path / "sentio.conf", "plugin", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^earnings\.so .* earnings$", done.stdout, re.MULTILINE)
    host.stop()
    done = sentioctl("-c", tmp_path / "sentio.conf", "plugin", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^earnings\.so .* \?$", done.stdout, re.MULTILINE)
    assert "no host answers on the control socket" in done.stdout


def test_plugin_list_without_its_folder_fails(tmp_path: Path) -> None:
    done = sentioctl("plugin", "list", "--dir", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "No such file or directory; name the folder with --dir" in done.stderr


def checks(verdict: dict[str, Any], result: str) -> dict[str, str]:
    return {check["name"]: check.get("detail", "") for check in verdict["checks"]
            if check["result"] == result}


@pytest.mark.parametrize("plugin", OWN, ids=lambda path: path.stem)
def test_plugins_of_this_tree_pass(plugin: Path, tmp_path: Path) -> None:
    arguments = ["--options", OPTIONS.get(plugin.stem, "{}")]
    if plugin.stem in SAMPLES:
        samples = tmp_path / "samples.ndjson"
        samples.write_text(json.dumps(SAMPLES[plugin.stem]) + "\n")
        arguments += ["--publish", str(samples)]
    status, verdict = ctl_json("plugin", "test", plugin, *arguments)
    assert status == 0, verdict
    assert verdict["ok"] is True and not checks(verdict, "failed")
    slow = [warning for warning in verdict["warnings"] if "plugins.slow_call" not in warning]
    assert sanitized() or not slow
    passed = checks(verdict, "ok")
    assert {"loads", "opens_and_closes", "nothing_is_left_behind",
            "the_same_calls_do_the_same"} <= set(passed)
    for callback in ("publish", "render"):
        there = callback in verdict["callbacks"]
        assert there == any(name.startswith(("publish_", "every_route")[callback == "render"])
                            for name in passed)
    timing = verdict["callbacks"]["open"]
    assert timing["calls"] > 10 and 0 < timing["mean_us"] <= timing["max_us"]


def test_a_plugin_that_starts_programs_is_tried_with_its_program(tmp_path: Path) -> None:
    samples = tmp_path / "samples.json"
    samples.write_text('{"data":[{"sensor":"hall","value":21.5}]}')
    options = json.dumps({"command": ["/usr/bin/python3", str(SENSORS)]})
    status, verdict = ctl_json("plugin", "test", BUILD / "plugins" / "exec.so",
                               "--options", options, "--publish", samples)
    assert {"opens_and_closes", "publish_takes_its_samples", "subscribe_answers_any_request",
            "its_state_comes_back"} <= set(checks(verdict, "ok")), verdict
    assert "the_same_calls_do_the_same" in checks(verdict, "skipped")


# What each breach of a rule is found by, and how it is put.
BREACHES = {
    "refuse without a word": ("opens_and_closes", r"open\(.*\) refuses its options"),
    "leak": ("nothing_is_left_behind", r"each channel leaves about \d+ bytes behind"),
    "leave open": ("nothing_is_left_behind", r"leave descriptors open: \d+"),
    "crash on numbers": ("publish_stands_any_body",
                         r'^publish\({"data":1[^}]*}\) died of signal 6 \(Aborted\)$'),
    "exit": ("publish_stands_any_body", r"^publish\(.*\) ended the process, with exit status 3$"),
    "return 1": ("publish_takes_its_samples",
                 r'^publish\({"data":"hello"}\) returned 1, which is no result of the ABI$'),
    "emit garbage": ("publish_takes_its_samples",
                     r"asks for what the host refuses: emit: its JSON is not valid"),
    "own clock": ("the_same_calls_do_the_same", r"something else than the first time"),
    "fail on mistakes": ("publish_stands_any_body",
                         r"returned -1 .* the publisher is answered 500"),
    "forget the answer": ("subscribe_answers_any_request", r"has no answer after 10 s"),
    "refuse its own state": ("its_state_comes_back", r"does not take back what save\(\) kept"),
    "take any format": ("foreign_state_is_refused", r"restore\(\) takes format 2"),
}


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("samples") / "hello.json"
    file.write_text('{"data":"hello"}')
    return file


def try_breach(how: str, samples: Path) -> tuple[int, dict[str, Any]]:
    return ctl_json("plugin", "test", BREAKS_RULES, "--options", json.dumps({"how": how}),
                    "--publish", samples)


def test_a_plugin_within_the_rules_passes_what_the_same_plugin_can_break(hello: Path) -> None:
    status, verdict = try_breach("", hello)
    assert (status, checks(verdict, "failed")) == (0, {})


@pytest.mark.parametrize("how", BREACHES)
def test_a_broken_rule_is_found_and_named(how: str, hello: Path) -> None:
    name, reason = BREACHES[how]
    status, verdict = try_breach(how, hello)
    failed = checks(verdict, "failed")
    assert status == 1 and verdict["ok"] is False
    assert name in failed, verdict
    assert re.search(reason, failed[name]), failed[name]


@pytest.mark.skipif(bool(sanitized()), reason="there only its cgroup limits a worker's memory")
def test_a_plugin_that_takes_all_memory_fails_and_takes_nothing_from_others(hello: Path) -> None:
    status, verdict = try_breach("hog", hello)
    assert status == 1
    assert any("died of signal" in detail for detail in checks(verdict, "failed").values())


@pytest.mark.parametrize("how", ("fork", "connect"))
def test_a_plugin_can_neither_start_processes_nor_use_the_network(how: str, hello: Path) -> None:
    """It says in its items whether it could, and would do something else the second time."""
    status, verdict = try_breach(how, hello)
    assert status == 0, verdict


def test_a_slow_call_is_a_warning_with_its_input(hello: Path) -> None:
    status, verdict = try_breach("be slow", hello)
    assert status == 0
    assert any(re.match(r'observe\({"symbol":.*\) took \d+ ms; .*plugins\.slow_call', warning)
               for warning in verdict["warnings"]), verdict["warnings"]


def test_a_call_that_does_not_return_is_ended(hello: Path) -> None:
    done = sentioctl("plugin", "test", BAD_PLUGINS / "hangs.so", "--publish", hello,
                     timeout=BUILD_TIMEOUT)
    assert done.returncode == 1
    assert re.search(r'^FAILED +publish takes its samples: publish\({"data":"hello"}\) did not '
                     r"return within 5 s", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^\d+ ok, [1-9]\d* failed", done.stdout, re.MULTILINE)


def test_a_plugin_that_does_not_open_is_not_tried_any_further() -> None:
    status, verdict = ctl_json("plugin", "test", BAD_PLUGINS / "open_fails.so")
    assert status == 1
    assert "colour" in checks(verdict, "failed")["opens_and_closes"]
    assert all("--options" in detail for name, detail in checks(verdict, "skipped").items())
    status, verdict = ctl_json("plugin", "test", BAD_PLUGINS / "no_symbol.so")
    assert status == 1 and list(checks(verdict, "failed")) == ["loads"]


def test_a_sample_that_is_refused_is_a_failure_with_the_reason(tmp_path: Path) -> None:
    samples = tmp_path / "samples.ndjson"
    samples.write_text('{"data":[{"symbol":"AAPL","price":1}]}\n{"data":[{"symbol":"AAPL"}]}\n')
    status, verdict = ctl_json("plugin", "test", BUILD / "plugins" / "market_data.so",
                               "--publish", samples)
    detail = checks(verdict, "failed")["publish_takes_its_samples"]
    assert status == 1
    assert re.search(r'{"data":\[{"symbol":"AAPL"}\]}\) rejects the sample: item 0, field "price"',
                     detail), detail


def test_samples_that_are_no_objects_are_named_by_their_line(tmp_path: Path) -> None:
    samples = tmp_path / "samples.ndjson"
    samples.write_text('{"data":1}\n\n[1]\n')
    done = sentioctl("plugin", "test", BREAKS_RULES, "--publish", samples)
    assert done.returncode == 1
    assert f"{samples}:3: a sample is a JSON object" in done.stderr
    assert not done.stdout

# SPDX-License-Identifier: MIT
"""sentiod's own options, and how it reports a configuration that is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.config import TREE
from harness.daemon import run

EX_CONFIG = 78


def test_version_says_name_and_number() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert re.search(r"sentiod.*\d+\.\d+\.\d+", done.stdout)


def test_help_names_every_option() -> None:
    done = run("--help")
    assert done.returncode == 0
    for option in ("--set", "--check-config", "--dump-config", "--version", "--help"):
        assert option in done.stdout


def test_an_unknown_option_is_an_error() -> None:
    done = run("--colour")
    assert done.returncode not in (0, -6, -11)
    assert "colour" in done.stderr


def test_a_good_configuration_is_checked_without_starting(write_config) -> None:
    done = run("-c", write_config(), "--check-config")
    assert done.returncode == 0, done
    assert "listening on" not in done.stderr


@pytest.mark.parametrize(("mode", "status"), [(["--check-config"], 1), (["--dump-config"], 1),
                                              ([], EX_CONFIG)])
def test_a_missing_file_is_named(tmp_path: Path, mode: list[str], status: int) -> None:
    done = run("-c", tmp_path / "missing.conf", *mode)
    assert done.returncode == status
    assert "missing.conf" in done.stderr


def test_no_supervisor_starts_again_what_a_wrong_setting_has_ended(write_config) -> None:
    unit = (TREE / "packaging/sentiod.service").read_text()
    assert f"\nRestartPreventExitStatus={EX_CONFIG}\n" in unit
    assert "ExecStartPre" not in unit  # what fails there is started again, whatever its status
    done = run("-c", write_config(), "--set", "limits.topics=none")
    assert done.returncode == EX_CONFIG
    assert "limits.topics" in done.stderr


def test_what_another_start_may_mend_has_another_status(write_config, tmp_path: Path) -> None:
    config = write_config(server={"state_dir": tmp_path / "not" / "yet"})
    assert run("-c", config).returncode == 1


def test_every_error_is_listed_with_file_and_line(write_config) -> None:
    path: Path = write_config()
    lines = path.read_text().splitlines()
    lines += ["limits = {", "  outbux = \"1MiB\";", "  message_size = \"three\";", "};",
              "server_typo = { };"]
    path.write_text("\n".join(lines) + "\n")
    done = run("-c", path, "--check-config")
    assert done.returncode == 1
    for word in ("outbux", "three", "server_typo"):
        number = next(at for at, line in enumerate(lines, 1) if word in line)
        assert re.search(rf"^{re.escape(str(path))}:{number}: .*{word}", done.stderr, re.M), done
    assert re.search(r'outbux.*did you mean "outbox"', done.stderr), done.stderr


def test_a_syntax_error_is_named_by_its_line(write_config) -> None:
    path: Path = write_config()
    path.write_text(path.read_text() + "\nserver {{{\n")
    done = run("-c", path)
    assert done.returncode == EX_CONFIG
    assert re.search(rf"^{re.escape(str(path))}:\d+: ", done.stderr, re.M), done.stderr


def test_a_plugin_that_is_not_there_is_named_by_check_config(write_config) -> None:
    config = write_config(channels={"earnings": {"plugin": "not_there.so"}})
    done = run("-c", config, "--check-config")
    assert done.returncode == 1
    assert "not_there.so" in done.stderr


def test_a_wrong_option_of_a_plugin_is_found_by_check_config(write_config) -> None:
    config = write_config(channels={"earnings": {"options": {"colour": "red"}}})
    done = run("-c", config, "--check-config")
    assert done.returncode == 1
    assert "colour" in done.stderr


def test_set_wins_over_the_environment_and_that_over_the_file(write_config) -> None:
    config = write_config(limits={"topics": 11})
    dump = run("-c", config, "--dump-config").stdout
    assert re.search(r"topics\s*=\s*11\b", dump)
    environment = {**os.environ, "SENTIO_LIMITS__TOPICS": "22"}
    dump = run("-c", config, "--dump-config", environment=environment).stdout
    assert re.search(r"topics\s*=\s*22\b", dump)
    dump = run("-c", config, "--dump-config", "--set", "limits.topics=33",
               environment=environment).stdout
    assert re.search(r"topics\s*=\s*33\b", dump)


def test_a_dump_says_where_each_value_came_from(write_config) -> None:
    config = write_config(limits={"topics": 11})
    dump = run("-c", config, "--dump-config", "--set", "limits.outbox=2MiB").stdout
    topics = re.search(r"topics\s*=.*", dump)
    outbox = re.search(r"outbox\s*=.*", dump)
    assert topics and str(config) in topics[0]
    assert outbox and "--set" in outbox[0]


def test_a_dump_is_a_configuration_again(write_config, tmp_path: Path) -> None:
    dump = run("-c", write_config(limits={"topics": 11}), "--dump-config").stdout
    again = tmp_path / "again.conf"
    again.write_text(dump)
    assert run("-c", again, "--check-config").returncode == 0
    second = run("-c", again, "--dump-config").stdout

    def values(text: str) -> list[str]:
        return [line.partition("//")[0].partition("#")[0].rstrip() for line in text.splitlines()]
    assert values(second) == values(dump)


def test_a_wrong_set_is_an_error_that_names_it(write_config) -> None:
    for wrong in ("limits.topics=many", "limits.nothing=1", "limits", "=1"):
        done = run("-c", write_config(), "--check-config", "--set", wrong)
        assert done.returncode == 1, wrong
        assert wrong.partition("=")[0].rpartition(".")[2] in done.stderr


def test_a_file_of_tokens_that_others_may_read_is_refused(write_config, tmp_path: Path) -> None:
    config = write_config()
    (tmp_path / "admin-tokens").chmod(0o644)
    done = run("-c", config, "--check-config")
    assert done.returncode == 1
    assert "admin-tokens" in done.stderr


def test_open_mode_is_refused_on_a_public_address(write_config) -> None:
    done = run("-c", write_config(server={"listen": ["0.0.0.0:0"]}), "--check-config")
    assert done.returncode == 1
    assert "0.0.0.0" in done.stderr or "open" in done.stderr


def test_conf_d_is_read_after_the_file(write_config, tmp_path: Path) -> None:
    config = write_config(limits={"topics": 11})
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "10-first.conf").write_text("limits = { topics = 44; };\n")
    (folder / "20-second.conf").write_text("limits = { topics = 55; };\n")
    dump = run("-c", config, "--dump-config").stdout
    assert re.search(r"topics\s*=\s*55\b.*20-second", dump)

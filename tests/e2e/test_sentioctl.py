# SPDX-License-Identifier: MIT
"""sentioctl against a running host: what it shows, what it says when it fails, its exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from harness.config import CHANNELS
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.sentioctl import FAILED, OK, SENTIOCTL, UNREACHABLE, USAGE, ask, sentioctl


def test_status_finds_the_socket_by_the_configuration(host: Daemon, tmp_path: Path) -> None:
    done = sentioctl("-c", tmp_path / "sentio.conf", "status")
    assert (done.returncode, done.stderr) == (OK, "")
    rows = dict(re.split(r"  +", line, maxsplit=1) for line in done.stdout.splitlines())
    assert str(host.process.pid) in rows["sentiod"]
    assert rows["configuration"] == str(tmp_path / "sentio.conf")
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d+ s ago$", rows["started"])
    assert rows["channels"].startswith("5 open")


def test_a_configuration_with_errors_still_says_where_the_socket_is(host: Daemon,
                                                                    tmp_path: Path) -> None:
    config = tmp_path / "sentio.conf"
    config.write_text(config.read_text() + "limits = { typo = 1; };\n")
    done = sentioctl("-c", config, "status")
    assert (done.returncode, done.stderr) == (OK, "")


def test_the_environment_names_the_socket(host: Daemon) -> None:
    done = sentioctl("status", environment={"SENTIO_CONTROL": host.control.host})
    assert done.returncode == OK, done


def test_channels_are_rows_of_aligned_columns(host: Daemon) -> None:
    client = host.client("/ws/market-data")
    client.subscribe(symbols=["AAPL"])
    host.publish("market-data", {"data": [{"symbol": "AAPL", "price": 1}]})
    done = ask(host, "channels")
    assert (done.returncode, done.stderr) == (OK, "")
    heading, *rows = done.stdout.splitlines()
    assert [row.split()[0] for row in rows] == list(CHANNELS)
    market = rows[CHANNELS.index("market-data")]
    columns = dict(zip(heading.split(), market.split(), strict=True))
    assert columns["STATE"] == "open"
    assert columns["PLUGIN"] == "market_data.so"
    assert (columns["SUBSCRIBERS"], columns["OFFSET"], columns["PUBLISHED"]) == ("1", "1", "1")
    for name in ("STATE", "PLUGIN", "VERSION"):
        assert all(row[heading.index(name) - 1] == " " for row in rows), name


def test_json_is_the_answer_as_it_came(host: Daemon) -> None:
    done = ask(host, "status", "--json")
    assert done.returncode == OK
    assert json.loads(done.stdout).keys() == host.ask_control("status").keys()
    done = ask(host, "--json", "channels")
    assert [item["name"] for item in json.loads(done.stdout)["channels"]] == list(CHANNELS)


def test_a_host_that_does_not_run_is_unreachable(write_config, tmp_path: Path) -> None:
    done = sentioctl("-c", write_config(), "status")
    assert done.returncode == UNREACHABLE
    assert str(tmp_path / "state" / "control.sock") in done.stderr
    assert "is sentiod running" in done.stderr
    assert done.stdout == ""


def test_a_socket_that_nobody_answers_on_is_unreachable(tmp_path: Path) -> None:
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    for socket_path in (path, tmp_path, "/" + "x" * 200):
        done = sentioctl("--socket", socket_path, "channels")
        assert done.returncode == UNREACHABLE, done
        assert str(socket_path) in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_whoever_is_not_in_the_group_is_told_so(start) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy(SENTIOCTL, folder)
        path = Path(folder) / "control.sock"
        start(server={"control": path})
        done = subprocess.run([program, "--socket", str(path), "status"], user=65534, group=65534,
                              extra_groups=[], capture_output=True, text=True, timeout=TIMEOUT,
                              check=False)
    assert done.returncode == UNREACHABLE
    assert "Permission denied" in done.stderr
    assert "group sentio" in done.stderr


def test_what_answers_something_else_is_unreachable(tmp_path: Path) -> None:
    path = tmp_path / "other.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer(text: bytes) -> None:
            stream, _ = listener.accept()
            with stream:
                stream.recv(65536)
                stream.sendall(text)

        for text in (b"hello\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b""):
            server = threading.Thread(target=answer, args=(text,))
            server.start()
            done = sentioctl("--socket", path, "status")
            server.join()
            assert done.returncode == UNREACHABLE, (text, done)
            assert str(path) in done.stderr


def test_a_host_without_control_socket_is_unreachable(write_config) -> None:
    done = sentioctl("-c", write_config(server={"control": ""}), "status")
    assert done.returncode == UNREACHABLE
    assert "server.control" in done.stderr


def test_errors_of_the_configuration_are_named_when_the_socket_is_not_there(write_config) -> None:
    config: Path = write_config()
    config.write_text("server = {{")
    done = sentioctl("-c", config, "status")
    assert done.returncode == UNREACHABLE
    assert "check-config" in done.stderr


def test_wrong_usage_is_2_and_says_what_is_right() -> None:
    for arguments in ((), ("stauts",), ("--colour",), ("status", "now"), ("status", "--socket"),
                      ("check-config", "a", "b"), ("help", "nothing"), ("plugin",)):
        done = sentioctl(*arguments)
        assert done.returncode == USAGE, (arguments, done)
        assert done.stdout == ""
        assert "sentioctl" in done.stderr


def test_help_names_every_command_and_option() -> None:
    for arguments in (("help",), ("--help",)):
        done = sentioctl(*arguments)
        assert done.returncode == OK
        for word in ("status", "channels", "check-config", "--socket", "--json", "--config"):
            assert word in done.stdout
    assert "[FILE]" in sentioctl("help", "check-config").stdout
    assert sentioctl("check-config", "--help").stdout == sentioctl("help", "check-config").stdout


def test_version_says_name_and_number() -> None:
    done = sentioctl("--version")
    assert done.returncode == OK
    assert re.match(r"sentioctl \d+\.\d+\.\d+", done.stdout)


def test_check_config_is_sentiod_s(write_config) -> None:
    good = write_config()
    for arguments in (("check-config", good), ("-c", good, "check-config")):
        done = sentioctl(*arguments)
        assert done.returncode == OK, done
        assert "5 channels" in done.stdout
    bad = write_config(channels={"earnings": {"options": {"colour": "red"}}})
    done = sentioctl("check-config", bad)
    assert done.returncode == FAILED
    assert "colour" in done.stderr

# SPDX-License-Identifier: MIT
"""`sentio` is a namespace, which a project's own modules share, and `python -m sentio.ui.api` is the
host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

from bodies import SIGNAL
from conftest import SOURCE, by_threads, url_of
from harness.config import BUILD, SENTIOD
from harness.daemon import Daemon
from harness.limits import TIMEOUT

THE_DOCUMENTS = "from sentio.data.dashboard_websocket_service import dashboard_ws_manager"
EXTENDED = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n'


def python(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT,
        env={"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with modules of its own in `sentio` and in `sentio.data`."""
    for name in ("strategy", "data/loader"):
        path = tmp_path / "sentio" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"NAME = {name!r}\n")
    return tmp_path


def test_nothing_of_ours_claims_the_name() -> None:
    assert [path.name for path in SOURCE.iterdir() if path.name.startswith("sentio")]
    assert list((SOURCE / "sentio").rglob("__init__.py")) == []


def test_a_projects_own_modules_lie_beside_ours(project: Path) -> None:
    done = python("-c", f"{THE_DOCUMENTS}\nimport sentio.strategy, sentio.data.loader\n"
                  "print(sentio.strategy.NAME, sentio.data.loader.NAME)", folder=project)
    assert (done.stderr, done.stdout) == ("", "strategy data/loader\n")


def test_a_regular_package_of_the_project_wins(project: Path) -> None:
    (project / "sentio" / "__init__.py").touch()
    done = python("-c", THE_DOCUMENTS, folder=project)
    assert "No module named 'sentio.data.dashboard_websocket_service'" in done.stderr
    done = python("-c", "from sentio_client import dashboard_ws_manager; import sentio.strategy",
                  folder=project)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_regular_package_may_let_ours_in(project: Path) -> None:
    for folder in ("sentio", "sentio/data"):
        (project / folder / "__init__.py").write_text(EXTENDED)
    done = python("-c", f"{THE_DOCUMENTS}\nimport sentio.strategy, sentio.data.loader",
                  folder=project)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_the_same_manager() -> None:
    sys_path_modules = python("-c", f"{THE_DOCUMENTS} as one\n"
                              "from sentio_client import dashboard_ws_manager as other\n"
                              "assert one is other", folder=SOURCE)
    assert (sys_path_modules.returncode, sys_path_modules.stderr) == (0, "")


@pytest.fixture
def environment(tmp_path: Path) -> Dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1",
            "SENTIO_DAEMON": str(SENTIOD), "SENTIO_PLUGINS__DIR": str(BUILD / "plugins"),
            "XDG_STATE_HOME": str(tmp_path / "state")}


class Started:
    """Daemons started as the document says."""

    def __init__(self, environment: Dict[str, str]) -> None:
        self.environment = environment
        self.daemons: list[Daemon] = []

    def __call__(self, *arguments: str, **changes: str) -> Daemon:
        self.daemons.append(Daemon(
            [*arguments], program=[sys.executable, "-m", "sentio.ui.api"],
            environment={**self.environment, **changes}))
        return self.daemons[-1].ready()


@pytest.fixture
def started(environment: Dict[str, str]) -> Iterator[Started]:
    start = Started(environment)
    yield start
    for daemon in start.daemons:
        daemon.stop()


ANY_PORT = ("--set", "server.listen=127.0.0.1:0")


def test_the_documents_command_starts_the_host(started: Started, tmp_path: Path) -> None:
    daemon = started(*ANY_PORT)
    assert Path(f"/proc/{daemon.process.pid}/exe").resolve() == SENTIOD.resolve()
    assert by_threads(url_of(daemon), "trade-signals", SIGNAL).offset == 1
    names = {channel["name"] for channel in daemon.http().get("/api/v1/channels").json["channels"]}
    assert names == {"trade-signals", "market-data", "earnings", "notifications", "admin"}
    assert (tmp_path / "state" / "sentio").is_dir()


def test_its_admin_token_is_shown_and_stays(started: Started, tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        daemon = started(*ANY_PORT)
        tokens.append(daemon.wait_for(r"admin token: ([0-9a-f]{48})$")[1])
        daemon.client("/ws/admin").subscribe(admin_token=tokens[-1])
        daemon.stop()
    assert tokens[0] == tokens[1]
    for path in (tmp_path / "state" / "sentio").glob("admin*"):
        assert path.stat().st_mode & 0o77 == 0, path


def test_the_daemon_is_found_by_path(started: Started) -> None:
    daemon = started(*ANY_PORT, SENTIO_DAEMON="", PATH=f"{SENTIOD.parent}:{os.environ['PATH']}")
    assert Path(f"/proc/{daemon.process.pid}/exe").resolve() == SENTIOD.resolve()


def test_a_configuration_that_is_named_is_used(started: Started, tmp_path: Path) -> None:
    config = tmp_path / "own.conf"
    config.write_text(f'server: {{ listen = ["127.0.0.1:0"]; state_dir = "{tmp_path}"; }};\n'
                      'channels = ( { name = "admin"; plugin = "admin.so"; } );\n')
    daemon = started("-c", str(config))
    channels = daemon.http().get("/api/v1/channels").json["channels"]
    assert [channel["name"] for channel in channels] == ["admin"]
    assert "admin token" not in daemon.log


def test_by_default_it_listens_where_the_document_says(environment: Dict[str, str],
                                                       tmp_path: Path) -> None:
    done = python("-m", "sentio.ui.api", "--dump-config", folder=tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    assert '"127.0.0.1:8000"' in done.stdout
    assert str(tmp_path / "state" / "sentio") in done.stdout


def test_without_a_daemon_the_error_says_what_to_install(tmp_path: Path) -> None:
    if Path("/usr/sbin/sentiod").exists():
        pytest.skip("it is installed on this machine")
    done = python("-m", "sentio.ui.api", folder=tmp_path, PATH="/nowhere", HOME=str(tmp_path))
    assert done.returncode == 1
    assert "sentiod is not installed: install the package sentio-host" in done.stderr


@pytest.mark.parametrize("path", ["/nowhere/sentiod", "/dev/null"])
def test_a_daemon_that_is_not_there_is_named(tmp_path: Path, path: str) -> None:
    done = python("-m", "sentio.ui.api", folder=tmp_path, SENTIO_DAEMON=path)
    assert done.returncode == 1
    assert done.stderr == f"sentio: SENTIO_DAEMON: {path}: there is no such program\n"


def test_help_is_about_both(environment: Dict[str, str], tmp_path: Path) -> None:
    done = python("-m", "sentio.ui.api", "--help", folder=tmp_path, **environment)
    assert done.returncode == 0
    assert "python -m sentio.ui.api" in done.stdout
    assert "--check-config" in done.stdout


def test_importing_it_starts_nothing(tmp_path: Path) -> None:
    done = python("-c", "import sentio.ui.api; print('still here')", folder=tmp_path)
    assert done.stdout == "still here\n"


def test_state_that_can_not_be_written_is_told(environment: Dict[str, Any],
                                               tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    done = python("-m", "sentio.ui.api", *ANY_PORT, folder=tmp_path, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith("sentio: ")
    assert str(tmp_path / "state") in done.stderr

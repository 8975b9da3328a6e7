# SPDX-License-Identifier: MIT
"""The package builds without a network, and holds what it should."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sentio_client
from conftest import SOURCE, TREE

MODULES = sorted(SOURCE.rglob("*.py"))
LIMIT = 120


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "python"
    shutil.copytree(SOURCE.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-c", "from setuptools import build_meta\n"
                    "build_meta.build_wheel('.')"], cwd=copy, check=True, capture_output=True,
                   timeout=LIMIT)
    built, = copy.glob("*.whl")
    return built


def test_the_wheel_holds_every_module_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    ours = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*")
            if path.is_file() and path.suffix != ".pyc"}
    assert names == ours
    assert "sentio_client/py.typed" in names
    assert "sentio_client/development.conf" in names
    assert not [name for name in names if re.match(r"sentio/(.*/)?__init__\.py", name)]


def test_the_wheel_needs_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        name, = (name for name in file.namelist() if name.endswith("/METADATA"))
        metadata = file.read(name).decode()
    assert "Requires-Dist" not in metadata
    assert f"\nVersion: {sentio_client.__version__}\n" in metadata
    assert "\nRequires-Python: >=3.9\n" in metadata


def test_the_version_is_that_of_the_host() -> None:
    project = re.search(r"^project\(sentio VERSION ([0-9.]+)", (TREE / "CMakeLists.txt").read_text(),
                        re.MULTILINE)
    assert project
    assert sentio_client.__version__ == project[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_is_of_python_3_9_and_its_library(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    ours = {"sentio_client"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = {str(node.module).partition(".")[0]}
        else:
            continue
        assert names <= set(sys.stdlib_module_names) | ours


def test_everything_that_is_named_public_is_there() -> None:
    for name in sentio_client.__all__:
        assert getattr(sentio_client, name) is not None


USE = """
import asyncio
import concurrent.futures
from sentio_client import AsyncPublisher, ManyResult, Publisher, Result, dashboard_ws_manager
from sentio.data.dashboard_websocket_service import dashboard_ws_manager as documents

with Publisher("unix:/run/sentio/sentio.sock", publisher_key="k") as publisher:
    result: Result = publisher.publish("ticker", {"data": 1}, key="a")
    many: ManyResult = publisher.publish_many("ticker", ({"data": n} for n in range(3)))
    future: concurrent.futures.Future[Result] = publisher.submit("ticker", {"data": 1})

async def main() -> None:
    async with AsyncPublisher() as publisher:
        later: asyncio.Future[Result] = await publisher.submit("ticker", {})
    done: Result = await documents.broadcast_earnings("user_001", {"daily_pnl": 2.5})
    offset: int = (await dashboard_ws_manager.broadcast_trade_signals([{"symbol": "A"}])).offset
"""


def test_its_types_reach_who_uses_it(wheel: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "wrong.py").write_text("from sentio_client import Publisher\n"
                                       "Publisher().publish('ticker', 7)\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir",
                           tmp_path / "cache", "use.py", "wrong.py"], cwd=tmp_path,
                          capture_output=True, text=True, timeout=LIMIT, check=False,
                          env={"MYPYPATH": str(site)})
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert len(errors) == 1, done.stdout
    assert errors[0].startswith("wrong.py:2: ") and errors[0].endswith("[arg-type]")

# SPDX-License-Identifier: MIT
"""docs/exec.md and its examples: spoken to over pipes, and run as their documents say."""

from __future__ import annotations

import asyncio
import json
import re
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
import websockets

from daemon import TIMEOUT, Daemon
from documents import BUILD, DOCS, SENTIOD, blocks, marked

EXEC = DOCS / "exec.md"
EXAMPLES = DOCS / "examples" / "exec"
NOW = 1728124200000
PATIENCE = "2m"


class Program:
    """Speaks the protocol's host side."""

    def __init__(self, *command: str | Path) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True)
        self._serial = 0

    def call(self, name: str, **fields: object) -> list[dict]:
        """What the program says before it says done."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._serial += 1
        call = {"call": name, "id": self._serial, "now": NOW, **fields}
        self._process.stdin.write(json.dumps(call, separators=(",", ":")) + "\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            effect = json.loads(line)
            if "done" in effect:
                assert effect == {"done": self._serial}
                return said
            said.append(effect)
        raise AssertionError(f"it ended in {name}")

    def end(self) -> int:
        """Its status at the end of its input."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            return self._process.wait(TIMEOUT)
        finally:
            self._process.kill()
            self._process.stdout.close()


@pytest.fixture
def sensors() -> Iterator[Program]:
    program = Program(EXAMPLES / "python" / "sensors.py")
    said = program.call("open", config={"summary": 10, "highest": 100.0}, seed="1")
    assert said[0]["ready"]["calls"] == ["publish", "subscribe", "woken", "save", "restore"]
    assert said[1] == {"wake": 10000}
    yield program
    assert program.end() == 0


def test_every_line_of_the_protocol_is_json() -> None:
    blocks = re.split(r"```jsonl?\n", EXEC.read_text())[1:]
    lines = [line for block in blocks for line in block.partition("```")[0].splitlines()]
    calls = [json.loads(line).get("call") for line in lines]
    assert {"open", "publish", "subscribe", "left", "observe", "save", 0} <= set(calls)


def test_the_ten_lines_are_a_channel(tmp_path: Path) -> None:
    path = tmp_path / "echo.py"
    path.write_text(marked(EXEC, "file: echo.py"))
    program = Program(sys.executable, path)
    assert program.call("open", config={}) == []
    assert program.call("publish", payload={"a": "ä"}) == [{"emit": {"topic": "*",
                                                                     "data": {"a": "ä"}}}]
    assert program.call("close") == []
    assert program.end() == 0


def test_the_shell_example_relays_bodies_byte_for_byte() -> None:
    program = Program(EXAMPLES / "shell" / "relay.sh")
    assert program.call("open", config={"payload": 1}) == []
    body = {"text": "a\\b \"payload\":{} }", "list": [{}, {"n": 1.5}]}
    fields = {"from": {"origin": "publisher", "name": "\"payload\":"}, "payload": body}
    assert program.call("publish", **fields) == [{"emit": {"data": body}}]
    assert program.end() == 0


def test_the_python_example_publishes_readings(sensors: Program) -> None:
    said = sensors.call("publish", payload={"data": [{"sensor": "hall", "value": 1, "x": None}]})
    assert said == [{"emit": {"topic": "hall", "type": "reading",
                              "data": {"sensor": "hall", "value": 1, "x": None}}}]


@pytest.mark.parametrize(("data", "item", "field"), [
    ({}, None, "data"), ([1], 0, "sensor"), ([{"value": 1}], 0, "sensor"),
    ([{"sensor": "a", "value": 1}, {"sensor": "a"}], 1, "value"),
    ([{"sensor": "a", "value": 101}], 0, "value")])
def test_the_python_example_rejects(sensors: Program, data: object, item: int | None,
                                    field: str) -> None:
    effect, = sensors.call("publish", payload={"data": data})
    assert (effect["reject"].get("item"), effect["reject"]["field"]) == (item, field)
    assert sensors.call("save") == [{"state": {}}]


def test_the_python_example_joins_the_sensors_that_a_client_names(sensors: Program) -> None:
    request = {"action": "subscribe", "sensors": ["a", "b"]}
    assert sensors.call("subscribe", conn="7", request=request) == [
        {"join": {"topic": "a"}}, {"join": {"topic": "b"}}, {"accept": {}}]
    assert sensors.call("subscribe", conn="8", request={})[0] == {"join": {"topic": "*"}}
    assert "refuse" in sensors.call("subscribe", conn="9", request={"sensors": "a"})[0]


def test_the_python_example_goes_on_where_another_has_stopped(sensors: Program) -> None:
    for value in (1, 4):
        sensors.call("publish", payload={"data": [{"sensor": "a", "value": value}]})
    saved, = sensors.call("save")
    next_one = Program(EXAMPLES / "python" / "sensors.py")
    next_one.call("open", config={})
    assert next_one.call("restore", state=saved["state"]) == []
    next_one.call("publish", payload={"data": [{"sensor": "a", "value": 10}]})
    summary = next_one.call("woken")[0]["emit"]
    assert summary["data"] == {"sensor": "a", "count": 3, "min": 1, "max": 10, "mean": 5.0}
    assert (summary["key"], summary["type"]) == ("summary", "summary")
    assert next_one.end() == 0


def set_up(example: str, folder: Path) -> Path:
    """A copy of the example, after its document's first commands. On a busy machine its program may
    take longer to start than a channel's program may by default."""
    copy = folder / example
    shutil.copytree(EXAMPLES / example, copy)
    for config in copy.glob("*.conf"):
        config.write_text(config.read_text().replace("options = {", 'options = { timeout = "60s";',
                                                     1))
    environment = {**os.environ, "PATH": f"{SENTIOD.parent}:{os.environ['PATH']}",
                   "SENTIO_PLUGINS__DIR": str(BUILD / "plugins"), "SENTIO_PLUGINS__HANG": PATIENCE}
    done = subprocess.run(["sh", "-euc", marked(copy / "README.md", "run: setup")], cwd=copy,
                          env=environment, capture_output=True, text=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == 0, str(done)
    return copy


async def follow(daemon: Daemon, channel: str, readme: Path) -> dict:
    """What the document's subscriber receives of what its publisher sends."""
    subscribe, = blocks(readme, "send")
    publish = marked(readme, "run: publish").replace("curl ", "curl -fsS ")
    async with websockets.connect(f"ws://{daemon.address}/ws/{channel}") as socket:
        await socket.send(json.dumps({**json.loads(subscribe), "id": 1}))
        assert json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))["type"] == "ok"
        await asyncio.to_thread(daemon.shell, publish)
        return json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))


@pytest.mark.parametrize(("example", "channel", "type_", "data"), [
    ("python", "sensors", "reading", {"sensor": "hall", "value": 21.5}),
    ("shell", "relay", "update", {"hello": "world"})])
def test_an_example_runs_as_its_document_says(tmp_path: Path, example: str, channel: str,
                                              type_: str, data: dict) -> None:
    folder = set_up(example, tmp_path)
    daemon = Daemon(folder / f"{channel}.conf", "--set", f"plugins.dir={BUILD / 'plugins'}",
                    "--set", f"plugins.hang={PATIENCE}")
    try:
        message = asyncio.run(follow(daemon, channel, folder / "README.md"))
    finally:
        daemon.stop()
    assert (message["type"], message["data"]) == (type_, data)
    assert f'{{"type":"{type_}","data":' in (folder / "README.md").read_text()

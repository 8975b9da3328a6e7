# SPDX-License-Identifier: MIT
"""docs/plugin-guide.md, followed to the letter."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import websockets

from daemon import TIMEOUT, Daemon
from documents import BUILD, DOCS, SENTIOD, TREE, blocks, marked

GUIDE = DOCS / "plugin-guide.md"
TICKER = DOCS / "examples" / "ticker" / "ticker.c"
INCLUDE = TREE / "sdk" / "include"
LIBRARIES = BUILD / "sdk"
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def sanitizers() -> list[str]:
    """A plugin and a test are linked with what the SDK was built with."""
    cache = (BUILD / "CMakeCache.txt").read_text()
    if "SENTIO_SANITIZE:STRING=address" in cache:
        return ["-fsanitize=address,undefined"]
    return ["-fsanitize=thread"] if "SENTIO_SANITIZE:STRING=thread" in cache else []


def compile_c(*arguments: str | Path) -> None:
    done = subprocess.run(["cc", *WARNINGS, *sanitizers(), "-I", INCLUDE, *arguments],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the guide's files and the plugin built from them."""
    for name in ("ticker.c", "test_ticker.c", "CMakeLists.txt", "ticker.conf"):
        (tmp_path / name).write_text(marked(GUIDE, f"file: {name}"))
    compile_c("-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-o", tmp_path / "ticker.so",
              tmp_path / "ticker.c", LIBRARIES / "libsentio-sdk.a", "-lm")
    return tmp_path


def test_the_plugin_in_the_guide_is_the_example() -> None:
    assert marked(GUIDE, "file: ticker.c") == TICKER.read_text()


def test_the_plugin_exports_its_table_and_nothing_else(folder: Path) -> None:
    if sanitizers():
        pytest.skip("a sanitizer exports symbols of its own")
    done = subprocess.run(["nm", "-D", "--defined-only", folder / "ticker.so"],
                          capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["sentio_plugin"]


def test_the_guides_unit_test_passes(folder: Path) -> None:
    compile_c("-g", "-o", folder / "test_ticker", folder / "test_ticker.c", folder / "ticker.c",
              LIBRARIES / "libsentio-test.a", LIBRARIES / "libsentio-sdk.a", "-lm")
    subprocess.run([folder / "test_ticker"], timeout=TIMEOUT, check=True)


def test_the_guides_unit_test_fails_for_a_plugin_that_publishes_nothing(folder: Path) -> None:
    source = (folder / "ticker.c").read_text()
    assert source.count("return sentio_emit(call, &tick);") == 1
    (folder / "mute.c").write_text(source.replace("return sentio_emit(call, &tick);",
                                                  "(void)tick; return SENTIO_OK;"))
    compile_c("-g", "-o", folder / "test_mute", folder / "test_ticker.c", folder / "mute.c",
              LIBRARIES / "libsentio-test.a", LIBRARIES / "libsentio-sdk.a", "-lm")
    done = subprocess.run([folder / "test_mute"], capture_output=True, timeout=TIMEOUT, check=False)
    assert done.returncode != 0


def test_an_installed_sdk_builds_the_plugin_with_pkg_config_and_with_cmake(folder: Path) -> None:
    if sanitizers():
        pytest.skip("the installed library needs the sanitizer's own")
    prefix = folder / "prefix"
    run = {"capture_output": True, "text": True, "timeout": TIMEOUT, "check": True, "cwd": folder}
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, "--component", "dev"], **run)
    pc = next(prefix.rglob("sentio.pc"))
    environment = {**os.environ, "PKG_CONFIG_PATH": str(pc.parent)}
    commands = [block for block in shell_blocks() if "pkg-config --libs sentio" in block]
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(["sh", "-euc", command], capture_output=True, text=True,
                              timeout=TIMEOUT, check=False, cwd=folder, env=environment)
        assert done.returncode == 0, str(done)
    assert (folder / "ticker.so").exists() and (folder / "test_ticker").exists()
    subprocess.run(["cmake", "-S", ".", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}"], **run)
    subprocess.run(["cmake", "--build", "out"], **run)
    assert (folder / "out" / "ticker.so").exists()


def shell_blocks() -> list[str]:
    text = GUIDE.read_text()
    return [part.partition("```")[0] for part in text.split("```sh\n")[1:]]


def test_check_config_loads_the_plugin(folder: Path) -> None:
    done = subprocess.run([SENTIOD, "-c", folder / "ticker.conf", "--check-config"],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, str(done)


async def hear(address: str, subscribe: str) -> tuple[object, asyncio.Task]:
    """A subscriber that has been answered, and its next message to be."""
    socket = await websockets.connect(f"ws://{address}/ws/ticker")
    await socket.send(json.dumps({**json.loads(subscribe), "id": 1}))
    assert json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))["type"] == "ok"
    return socket, asyncio.ensure_future(asyncio.wait_for(socket.recv(), TIMEOUT))


async def follow(daemon: Daemon) -> tuple[dict, dict]:
    """What the publisher is answered and what the subscriber receives."""
    subscribe, = blocks(GUIDE, "send")
    publish, = blocks(GUIDE, "run")
    socket, message = await hear(daemon.address, subscribe)
    answer = await asyncio.to_thread(daemon.shell, publish.replace("curl ", "curl -fsS "))
    received = json.loads(await message)
    await socket.close()
    return json.loads(answer), received


def test_an_update_goes_through_the_plugin_to_a_subscriber(folder: Path) -> None:
    daemon = Daemon(folder / "ticker.conf")
    try:
        answer, message = asyncio.run(follow(daemon))
    finally:
        daemon.stop()
    epoch = answer["epoch"]
    assert answer == {"channel": "ticker", "accepted": 1, "offset": 1, "epoch": epoch}
    assert message.pop("timestamp")
    assert message == {"type": "tick", "data": "hello", "offset": 1, "prev": 0, "epoch": epoch}


def test_a_later_subscriber_gets_the_last_tick_and_a_bad_body_is_422(folder: Path) -> None:
    publish, = blocks(GUIDE, "run")
    subscribe, = blocks(GUIDE, "send")
    daemon = Daemon(folder / "ticker.conf")

    async def late() -> dict:
        socket, message = await hear(daemon.address, subscribe)
        received = json.loads(await message)
        await socket.close()
        return received

    try:
        daemon.shell(publish)
        wrong = daemon.shell(publish.replace('{"data": "hello"}', '{"dat": "hello"}')
                             .replace("curl ", "curl -sS -w '\\n%{http_code}' "))
        message = asyncio.run(late())
    finally:
        daemon.stop()
    body, status = wrong.rsplit("\n", 1)
    assert status == "422" and json.loads(body)["errors"][0]["field"] == "data"
    assert (message["data"], message["snapshot"], message["offset"]) == ("hello", True, 1)


def test_the_guides_lists_compile(tmp_path: Path) -> None:
    """The unmarked C blocks are parts of a plugin: declarations that only need the header."""
    parts = [part.partition("```")[0] for part in GUIDE.read_text().split("\n```c\n")[1:]]
    parts = [part for part in parts if "#include" not in part]
    assert parts
    for number, part in enumerate(parts):
        source = tmp_path / f"part{number}.c"
        source.write_text("#include <sentio/sdk.h>\n" + part)
        compile_c("-Wno-unused-const-variable", "-fsyntax-only", source)


def formats() -> list[list[str]]:
    """The host's format strings, each as its own text between the values."""
    source = "".join(path.read_text() for path in sorted((TREE / "host").rglob("*.c")))
    joined = re.sub(r'(?<!\\)"\s*\n\s*"', "", source)
    literals = re.findall(r'"((?:[^"\\\n]|\\.)+)"', joined)
    texts = [literal.replace('\\"', '"').removeprefix("%s:%d: ").removeprefix("plugin fault: ")
             for literal in literals]
    parts = [re.split(r"%[-0]*[\d*]*(?:\.[\d*]+)?(?:ll|l|z)?[a-z]", text) for text in texts]
    return [some for some in parts if len("".join(some)) >= 12]


def follows(message: str, parts: list[str]) -> bool:
    at = 0
    for part in parts:
        at = message.find(part, at)
        if at == -1:
            return False
        at += len(part)
    return True


def test_the_quoted_messages_are_the_hosts_own() -> None:
    known = formats()
    cells = re.findall(r"^\| (`.+?`) \|", GUIDE.read_text().partition("## 8.")[2], re.MULTILINE)
    quotes = [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]
    quotes.remove("undefined symbol: …")  # the system's linker says that
    assert len(quotes) >= 18
    for quote in quotes:
        assert any(follows(quote, parts) for parts in known), quote
    assert not any(follows("magic is 0xa, wanted 0xb", parts) for parts in known)

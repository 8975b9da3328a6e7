# SPDX-License-Identifier: MIT
"""Other people's clients: Python's websockets, and Node's ws in node/."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.config import BUILD
from harness.daemon import Daemon
from harness.limits import SLOW, TIMEOUT

websockets = pytest.importorskip("websockets")

NODE = Path(__file__).parent / "node"


def exchange(host: Daemon, **options: object) -> None:
    async def talk() -> None:
        url = f"ws://{host.tcp.name}/ws/trade-signals"
        async with websockets.connect(url, **options) as socket:
            await socket.send(json.dumps({"action": "subscribe", "symbols": ["AAPL"]}))
            await socket.send(json.dumps({"action": "ping"}))
            assert json.loads(await socket.recv())["type"] == "pong"
            await (await socket.ping())
            body = bodies.signals("AAPL", padding="x" * 50_000)
            await asyncio.to_thread(host.publish, "trade-signals", body)
            message = json.loads(await socket.recv())
            assert message["data"] == body["data"]
            await socket.close(1000)
            assert socket.close_code == 1000
    asyncio.run(asyncio.wait_for(talk(), TIMEOUT))


def test_websockets_talks_without_compression(host: Daemon) -> None:
    exchange(host, compression=None)


def test_websockets_that_offers_deflate_is_understood(host: Daemon) -> None:
    exchange(host, compression="deflate")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not (NODE / "node_modules" / "ws").is_dir(),
                    reason="npm ci has not been run in tests/e2e/node")
def test_the_node_client_of_the_document_works() -> None:
    environment = {**os.environ, "SENTIO_BUILD": str(BUILD), "SENTIO_SLOW": str(SLOW)}
    done = subprocess.run(["node", "--test", "--test-reporter=tap"], cwd=NODE,
                          env=environment, capture_output=True, text=True, check=False,
                          timeout=10 * TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr

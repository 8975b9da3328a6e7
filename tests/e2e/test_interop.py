# SPDX-License-Identifier: MIT
"""Other people's clients: Python's websockets, and Node's ws in node/."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import ssl
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


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_websockets_gets_the_same_texts_compressed(start, certificate: tuple[Path, Path],
                                                   kind: str) -> None:
    chain, key = certificate
    host = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})
    address = getattr(host, kind)
    options = {"ssl": ssl.create_default_context(cafile=chain)} if kind == "tls" else {}
    url = f"{'wss' if kind == 'tls' else 'ws'}://{address.name}/ws/trade-signals"

    async def join(compression: str | None) -> websockets.WebSocketClientProtocol:
        socket = await websockets.connect(url, compression=compression, **options)
        assert [extension.name for extension in socket.extensions] == (
            ["permessage-deflate"] if compression else [])
        await socket.send(json.dumps({"action": "subscribe", "symbols": ["AAPL"], "id": 1,
                                      "padding": "p" * 5000}))
        assert json.loads(await socket.recv())["type"] == "ok"
        return socket

    async def talk() -> None:
        sockets = [await join("deflate"), await join(None), await join("deflate")]
        for size in (10, 1000, 200_000, 10):
            body = bodies.signals("AAPL", padding="ab" * size)
            await asyncio.to_thread(host.publish, "trade-signals", body)
            texts = [await socket.recv() for socket in sockets]
            assert json.loads(texts[0])["data"] == body["data"]
            assert texts[0] == texts[1] == texts[2]
        for socket in sockets:
            await socket.close()
    asyncio.run(asyncio.wait_for(talk(), TIMEOUT))


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not (NODE / "node_modules" / "ws").is_dir(),
                    reason="npm ci has not been run in tests/e2e/node")
def test_the_node_client_of_the_document_works() -> None:
    environment = {**os.environ, "SENTIO_BUILD": str(BUILD), "SENTIO_SLOW": str(SLOW)}
    done = subprocess.run(["node", "--test", "--test-reporter=tap"], cwd=NODE,
                          env=environment, capture_output=True, text=True, check=False,
                          timeout=10 * TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr

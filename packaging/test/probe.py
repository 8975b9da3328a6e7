# SPDX-License-Identifier: MIT
"""Runs the installed server inside ROOT as its own user, and uses every channel from outside.

usage: probe.py ROOT, as root. Prints "ok NAME" or "not ok NAME: why" for each check.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Awaitable, Callable

import websockets

TIMEOUT = 30.0
ADMIN_TOKEN = "an-admin-token-of-the-package-test"

# channel: subscribe's fields, a published body, the type of the message that it brings
CHANNELS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "trade-signals": (
        {"symbols": ["PROBE"]},
        {"data": [{"symbol": "PROBE", "signal": "buy", "confidence": 0.85}]},
        "trade_signals",
    ),
    "market-data": (
        {"symbols": ["PROBE"]},
        {"data": [{"symbol": "PROBE", "price": 12.5}]},
        "update",
    ),
    "earnings": (
        {"user_id": "probe"},
        {"user_id": "probe", "data": {"portfolio_value": 100000.0}},
        "earnings",
    ),
    "notifications": (
        {"user_id": "probe"},
        {"user_id": "probe", "data": {"type": "info", "title": "Probe", "message": "text"}},
        "notification",
    ),
    "admin": (
        {"admin_token": ADMIN_TOKEN},
        {"kind": "users", "data": {"total_users": 150}},
        "admin_users",
    ),
    "ticker": ({}, {"data": "tick"}, "tick"),
}

ROUTES = {
    "trade_signals": ("/api/v1/dashboard/trade-signals?symbols=PROBE", "signals"),
    "quote": ("/api/v1/market/quote/PROBE", "quote"),
    "quotes": ("/api/v1/market/quotes?symbols=PROBE", "quotes"),
    "earnings": ("/api/v1/dashboard/earnings?user_id=probe", "portfolio_value"),
    "notifications": ("/api/v1/dashboard/notifications?user_id=probe", "notifications"),
    "admin": ("/api/v1/admin/users", ""),
}


class Server:
    """The daemon in the chroot; its log is read for as long as it lives."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.lines: list[str] = []
        self.port = 0

    def write_tokens(self) -> None:
        """The file of admin tokens, which only root may write and only the server read."""
        path = f"{self.root}/etc/sentio/admin-tokens"
        digest = hashlib.sha256(ADMIN_TOKEN.encode()).hexdigest()
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"probe:sha256:{digest}\n")
        with open(f"{self.root}/etc/group", encoding="utf-8") as groups:
            group = next(line for line in groups if line.startswith("sentio:"))
        os.chown(path, 0, int(group.split(":")[2]))
        os.chmod(path, 0o640)

    async def start(self) -> None:
        self.write_tokens()
        self.process = await asyncio.create_subprocess_exec(
            "chroot", "--userspec=sentio:sentio", self.root, "/usr/bin/env", "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/usr/sbin/sentiod", "-c",
            "/etc/sentio/sentio.conf", "--set", "server.listen=127.0.0.1:0",
            "--set", "auth.admin_tokens_file=/etc/sentio/admin-tokens",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE)
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.reader = asyncio.create_task(self._read(listening))
        self.port = await asyncio.wait_for(listening, TIMEOUT)

    async def _read(self, listening: asyncio.Future[int]) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode("utf-8", "replace").rstrip())
            match = re.search(r"listening on 127\.0\.0\.1:(\d+)", self.lines[-1])
            if match and not listening.done():
                listening.set_result(int(match[1]))
        if not listening.done():
            listening.set_exception(RuntimeError("the server ended before it listened"))

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), TIMEOUT)
        await self.reader
        return code

    def request(self, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON answer to a GET, or to a POST of the body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()[:200]!r}") from None

    async def ask(self, path: str, body: Any = None, **headers: str) -> Any:
        return await asyncio.to_thread(self.request, path, body, **headers)

    def connect(self, channel: str) -> Any:
        return websockets.connect(f"ws://127.0.0.1:{self.port}/ws/{channel}")


async def message_of(socket: Any, wanted: Callable[[Any], bool]) -> Any:
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))
        assert message["type"] != "error", message
        if wanted(message):
            return message


async def check_health(server: Server) -> None:
    answer = await server.ask("/api/v1/health")
    assert answer["status"] == "healthy", answer


def fetch(url: str) -> tuple[str, bytes]:
    """The media type and the body."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
        return response.headers.get_content_type(), response.read()


async def check_dashboard(server: Server) -> None:
    """The first page, and the scripts and styles that it names."""
    base = f"http://127.0.0.1:{server.port}/"
    kind, page = await asyncio.to_thread(fetch, base)
    assert kind == "text/html", kind
    names = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.decode())
    assert any(name.endswith(".js") for name in names), page
    for name in names:
        kind, body = await asyncio.to_thread(fetch, urllib.parse.urljoin(base, name))
        assert body and kind in ("text/javascript", "text/css"), (name, kind)


async def check_channels(server: Server) -> None:
    text = json.dumps(await server.ask("/api/v1/channels"))
    missing = [name for name in CHANNELS if f'"{name}"' not in text]
    assert not missing, (missing, text)


async def check_channel(server: Server, channel: str) -> None:
    fields, body, kind = CHANNELS[channel]
    async with server.connect(channel) as socket:
        await socket.send(json.dumps({"action": "subscribe", "id": 1, **fields}))
        await message_of(socket, lambda message: message.get("id") == 1)
        answer = await server.ask(f"/api/v1/publish/{channel}", body)
        assert answer["accepted"] == 1, answer
        await message_of(socket, lambda message: message["type"] == kind
                         and message.get("offset", 0) >= answer["offset"])


PYTHON = """
import asyncio
from sentio.data.dashboard_websocket_service import dashboard_ws_manager
signals = [{"symbol": "SNAKE", "signal": "buy", "confidence": 0.85}]
print(asyncio.run(dashboard_ws_manager.broadcast_trade_signals(signals)).offset)
"""


async def check_python(server: Server) -> None:
    """The Python that is in ROOT broadcasts to a subscriber outside."""
    async with server.connect("trade-signals") as socket:
        await socket.send('{"action":"subscribe","symbols":["SNAKE"],"id":1}')
        await message_of(socket, lambda message: message.get("id") == 1)
        process = await asyncio.create_subprocess_exec(
            "chroot", server.root, "/usr/bin/env", "-i", f"SENTIO_URL=http://127.0.0.1:{server.port}",
            "/usr/bin/python3", "-c", PYTHON, stdout=asyncio.subprocess.PIPE)
        printed, _ = await asyncio.wait_for(process.communicate(), TIMEOUT)
        message = await message_of(socket, lambda message: message["type"] == "trade_signals")
        assert message["offset"] == int(printed), (message, printed)


async def check_admin_is_closed(server: Server) -> None:
    async with server.connect("admin") as socket:
        await socket.send('{"action":"subscribe","admin_token":"wrong"}')
        await asyncio.wait_for(socket.wait_closed(), TIMEOUT)
        assert socket.close_code == 1008, (socket.close_code, socket.close_reason)


async def check_route(server: Server, path: str, member: str) -> None:
    answer = await server.ask(path, Authorization=f"Bearer {ADMIN_TOKEN}")
    assert answer and (not member or member in answer), answer


async def check_stop(server: Server) -> None:
    code = await server.stop()
    assert code == 0, f"exit status {code}"


async def report(name: str, check: Awaitable[None]) -> bool:
    try:
        await check
    except Exception as error:  # each check is reported by itself, whatever went wrong
        print(f"not ok {name}: {type(error).__name__}: {error}", flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


async def check_all(server: Server) -> bool:
    results = [
        await report("health_is_answered", check_health(server)),
        await report("channels_are_listed", check_channels(server)),
        await report("the_dashboard_is_served", check_dashboard(server)),
    ]
    for channel in CHANNELS:
        name = channel.replace("-", "_")
        results.append(await report(f"{name}_reaches_a_subscriber",
                                    check_channel(server, channel)))
    results.append(await report("python_reaches_a_subscriber", check_python(server)))
    results.append(await report("a_wrong_admin_token_is_refused", check_admin_is_closed(server)))
    for name, (path, member) in ROUTES.items():
        results.append(await report(f"rest_answers_{name}", check_route(server, path, member)))
    return all(results)


async def main() -> int:
    server = Server(sys.argv[1])
    good = await report("server_starts_as_its_own_user", server.start())
    try:
        if good:
            good = await check_all(server)
            good = await report("server_stops_on_sigterm", check_stop(server)) and good
    finally:
        if server.process.returncode is None:
            server.process.kill()
            await server.process.wait()
    if not good:
        print("the server's log:", *server.lines, sep="\n    ")
    return 0 if good else 1


sys.exit(asyncio.run(main()))

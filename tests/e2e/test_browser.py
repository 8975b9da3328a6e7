# SPDX-License-Identifier: MIT
"""A page in Chromium, which negotiates permessage-deflate with every server that has it."""

from __future__ import annotations

import http.server
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlencode

import pytest

from harness import bodies
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.websocket import DEFLATE, Address

PAGES = {"/?": "browser.html", "/events?": "events.html"}
ANSWER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
SIZES = (0, 100, 5000, 100_000, 1)
BROWSERS = ("chromium-headless-shell", "chromium")


class Pages(http.server.ThreadingHTTPServer):
    """Serves the page, on an origin that the host takes for a developer's, and hears its reports."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reports: queue.Queue[dict[str, Any]] = queue.Queue()

    def report(self) -> dict[str, Any]:
        return self.reports.get(timeout=3 * TIMEOUT)  # a browser may take long to start


class Handler(http.server.BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:  # noqa: N802
        name = PAGES.get(self.path.partition("?")[0] + "?")
        if name:
            self._answer(200, Path(__file__).with_name(name).read_bytes())
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.put(json.loads(body))
        self._answer(200, b"")

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(TIMEOUT)


@pytest.fixture
def browse(pages: Pages, tmp_path: Path) -> Iterator[Any]:
    """Opens the page in a browser of its own."""
    program = next((path for path in map(shutil.which, BROWSERS) if path), None)
    assert program, "chromium-headless-shell is not installed"
    browsers = []

    def begin(page: str, **query: object) -> None:
        browsers.append(subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--ignore-certificate-errors",
             f"--user-data-dir={tmp_path / 'profile'}", "--remote-debugging-port=0",
             f"http://127.0.0.1:{pages.server_port}{page}{urlencode(query)}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True))

    yield begin
    for browser in browsers:  # what was started is a script, with the browser as its child
        os.killpg(browser.pid, signal.SIGTERM)
        browser.wait(TIMEOUT)


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_a_page_gets_the_same_texts_compressed(start, certificate: tuple[Path, Path], pages: Pages,
                                               browse: Any, kind: str) -> None:
    chain, key = certificate
    host: Daemon = start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                         tls={"certificate": chain, "key": key})
    plain = host.client("/ws/trade-signals")
    packing = host.client("/ws/trade-signals", headers=DEFLATE)
    for client in (plain, packing):
        client.subscribe("AAPL")
        client.texts.clear()
    scheme, address = "wss" if kind == "tls" else "ws", getattr(host, kind)
    browse("/?", url=f"{scheme}://{address.name}/ws/trade-signals", messages=len(SIZES))
    assert pages.report() == {"extensions": ANSWER}
    for size in SIZES:
        host.publish("trade-signals", bodies.signals("AAPL", padding="ab\u00e9" * size))
        for client in (plain, packing):
            client.live()
        assert bool(packing.packed) == (len(plain.texts[-1]) >= 256)
    report = pages.report()
    assert report["texts"] == plain.texts == packing.texts
    assert (report["code"], report["clean"]) == (1000, True)


def test_a_page_that_follows_events_comes_back_by_itself(start, tmp_path: Path, pages: Pages,
                                                         browse: Any) -> None:
    state = {"state_dir": str(tmp_path / "kept")}
    first: Daemon = start(server=state)
    port = first.tcp.port
    browse("/events?", url=f"http://{first.tcp.name}/sse/trade-signals?symbols=AAPL&id=1")
    assert pages.report()["type"] == "ok"
    first.publish("trade-signals", bodies.signals("AAPL", number=1))
    event = pages.report()
    message = json.loads(event["text"])
    assert (event["type"], message["data"][0]["number"]) == ("trade_signals", 1)
    assert event["id"] == f"{message['epoch']}:{message['offset']}"
    first.publish("trade-signals", bodies.signals("MSFT"))
    first.stop()
    assert pages.report()["type"] == "close"
    second: Daemon = start(server={**state, "listen": [f"127.0.0.1:{port}"]})
    second.publish("trade-signals", bodies.signals("AAPL", number=2))
    # It may be back before the publish, or after it.
    found = {event["type"]: json.loads(event["text"]) for event in
             (pages.report() for _ in range(3))}
    assert found["trade_signals"]["data"][0]["number"] == 2
    assert found["recovered"]["recovered"] is True


def test_a_page_that_is_refused_gives_up(host: Daemon, pages: Pages, browse: Any) -> None:
    browse("/events?", url=f"http://{host.tcp.name}/sse/admin")
    assert pages.report() == {"type": "given up"}

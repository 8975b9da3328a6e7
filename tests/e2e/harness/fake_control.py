# SPDX-License-Identifier: MIT
"""A control socket that answers what a test says, for what a real host is hardly brought to."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .limits import TIMEOUT


class FakeControl:
    """`answers` maps "GET /status" to (status, body), or to a list of them: the last one stays.
    `asked` lists what came, with its parameters."""

    def __init__(self, path: Path, answers: dict[str, Any]) -> None:
        self.path = path
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.changed = threading.Condition()
        self._server = socketserver.UnixStreamServer(str(path), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                status, body = fake.take(self.command, self.path)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler

    def take(self, method: str, target: str) -> tuple[int, Any]:
        parts = urlsplit(target)
        what = f"{method} {parts.path.removeprefix('/control/v1')}"
        parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.changed:
            self.asked.append((what, parameters))
            self.changed.notify_all()
        answer = self.answers.get(what, (404, {"detail": "there is nothing at this path"}))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer

    def wait_for(self, what: str, count: int = 1) -> None:
        with self.changed:
            assert self.changed.wait_for(
                lambda: [item[0] for item in self.asked].count(what) >= count, TIMEOUT), self.asked

    def __enter__(self) -> "FakeControl":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

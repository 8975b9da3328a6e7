# SPDX-License-Identifier: MIT
"""An operator who looks at the host's clients and traces over the admin REST API."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlencode

from .config import ADMIN_TOKEN
from .daemon import Daemon
from .http import JSON, Response
from .sse import EventStream

ROOT = "/api/v1/host"
BEARER = {"Authorization": f"Bearer {ADMIN_TOKEN}"}

Client = dict[str, Any]


class Trace(EventStream):
    """What is told of a channel or a client, event by event."""

    def tell(self) -> dict[str, Any]:
        """The next event."""
        event = self.next()
        assert event.type == "trace", event
        told: dict[str, Any] = event.message
        return told

    def close(self) -> None:
        """The host notices, whoever else holds the socket."""
        self.socket.shutdown(socket.SHUT_RDWR)
        super().close()

    def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next event of that kind with those fields; others are passed over."""
        while True:
            told = self.tell()
            if told["kind"] == kind and fields.items() <= told.items():
                return told

    def kinds(self, count: int) -> list[str]:
        return [self.tell()["kind"] for _ in range(count)]


class Overseer:
    def __init__(self, host: Daemon) -> None:
        self.host = host
        self._http = host.http(**BEARER)

    def get(self, path: str, **query: Any) -> Response:
        return self._http.get(f"{ROOT}{path}" + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: str | None = None) -> Response:
        return self._http.request("POST", f"{ROOT}{path}", body or b"", {"Content-Type": JSON})

    def page(self, **query: Any) -> dict[str, Any]:
        response = self.get("/clients", **query)
        assert response.status == 200, response
        page: dict[str, Any] = response.json
        assert page["count"] == len(page["clients"])
        return page

    def clients(self, **query: Any) -> list[Client]:
        """All that match, asked for in one page."""
        page = self.page(**query)
        assert page["next"] is None and page["total"] == page["count"]
        return page["clients"]

    def only(self, **query: Any) -> Client:
        clients = self.clients(**query)
        assert len(clients) == 1, clients
        return clients[0]

    def kick(self, client: str, **body: str) -> Response:
        return self.post(f"/clients/{client}/kick", json.dumps(body) if body else None)

    def trace(self, **target: str) -> Trace:
        return Trace(self.host.tcp, f"{ROOT}/trace?{urlencode(target)}", BEARER)

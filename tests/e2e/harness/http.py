# SPDX-License-Identifier: MIT
"""An HTTP client that keeps its connection, over TCP, TLS or a unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, Mapping

from .limits import TIMEOUT
from .websocket import Address

JSON = "application/json"


class Response:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        """The text of an error answer, which must be there."""
        detail = self.json["detail"]
        assert isinstance(detail, str) and detail
        return detail

    def __repr__(self) -> str:
        return f"{self.status} {dict(self.headers)} {self.body[:2000]!r}"


class _Connection(http.client.HTTPConnection):
    def __init__(self, address: Address) -> None:
        super().__init__(address.host if address.kind != "unix" else "localhost",
                         address.port or 80, timeout=TIMEOUT)
        self._address = address

    def connect(self) -> None:
        self.sock: socket.socket = self._address.connect()


class Http:
    def __init__(self, address: Address, headers: Mapping[str, str] | None = None) -> None:
        self.address = address
        self.headers = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        self._connection = _Connection(address)

    def request(self, method: str, path: str, body: bytes | str | None = None,
                headers: Mapping[str, str] | None = None) -> Response:
        data = body.encode() if isinstance(body, str) else body
        every = {**self.headers, **(headers or {})}
        self._connection.request(method, path, data, every)
        return Response(self._connection.getresponse())

    def get(self, path: str, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("GET", path, None, named)

    def publish(self, channel: str, body: object, content_type: str = JSON,
                headers: Mapping[str, str] | None = None) -> Response:
        """POST of a publisher's body: text goes as it is, anything else as JSON."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        every = {"Content-Type": content_type, **(headers or {})}
        return self.request("POST", f"/api/v1/publish/{channel}", data, every)

    def begin_publish(self, channel: str, body: str) -> None:
        """Sends a publish whose answer `finish` reads, so that others can be sent meanwhile."""
        self._connection.request("POST", f"/api/v1/publish/{channel}", body.encode(),
                                 {**self.headers, "Content-Type": JSON})

    def finish(self) -> Response:
        return Response(self._connection.getresponse())

    def close(self) -> None:
        self._connection.close()

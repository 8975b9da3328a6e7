# SPDX-License-Identifier: MIT
"""A publish as an HTTP request. Does no input or output itself."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

from .encode import encode
from .errors import BodyError
from .version import VERSION

JSON = "application/json"
NDJSON = "application/x-ndjson"

_CHANNEL = re.compile(r"[a-z0-9-]{1,32}")
_KEY = re.compile(r"[!-~]{1,255}")
_TEXT = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Request:
    channel: str
    headers: Mapping[str, str] = field(repr=False)  # with the publisher key
    body: bytes = field(repr=False)
    key: Optional[str] = None  # by which the host knows it again
    lines: int = 0  # of NDJSON; 0: one update

    @property
    def target(self) -> str:
        return f"/api/v1/publish/{self.channel}"


@dataclass(frozen=True)
class Writer:
    """Makes the requests of one publisher."""

    publisher_key: Optional[str] = field(repr=False)

    def __post_init__(self) -> None:
        if self.publisher_key is not None and not _TEXT.fullmatch(self.publisher_key):
            raise ValueError("a publisher key is visible ASCII, without spaces")

    def one(self, channel: str, body: Mapping[str, Any], key: Optional[str]) -> Request:
        """The key is the caller's, or else the body's `id`, or else made up."""
        _check_channel(channel)
        text = encode(body)
        if key is None and "id" in body:
            return Request(channel, self._headers(JSON), text, str(body["id"]))
        return self._keyed(channel, JSON, text, uuid.uuid4().hex if key is None else key)

    def many(self, channel: str, bodies: Iterable[Mapping[str, Any]],
             batch_bytes: int) -> Iterator[Request]:
        """As few requests as that many bytes allow."""
        _check_channel(channel)
        lines: List[bytes] = []
        size = 0
        for number, body in enumerate(bodies):
            line = _line(number, body)
            if lines and size + len(line) > batch_bytes:
                yield self._batch(channel, lines)
                lines, size = [], 0
            lines.append(line)
            size += len(line)
        if lines:
            yield self._batch(channel, lines)

    def _batch(self, channel: str, lines: List[bytes]) -> Request:
        request = self._keyed(channel, NDJSON, b"".join(lines), uuid.uuid4().hex)
        return replace(request, lines=len(lines))

    def _keyed(self, channel: str, content_type: str, text: bytes, key: str) -> Request:
        if not _KEY.fullmatch(key):
            raise ValueError("an idempotency key is 1 to 255 visible ASCII characters")
        return Request(channel, {**self._headers(content_type), "Idempotency-Key": key}, text, key)

    def _headers(self, content_type: str) -> Dict[str, str]:
        headers = {"Content-Type": content_type, "Accept": JSON,
                   "User-Agent": f"sentio-client/{VERSION}"}
        if self.publisher_key is not None:
            headers["Authorization"] = f"Bearer {self.publisher_key}"
        return headers


def _check_channel(channel: str) -> None:
    if not _CHANNEL.fullmatch(channel):
        raise ValueError(f"{channel!r} is no channel's name: 1 to 32 of a-z, 0-9 and -")


def _line(number: int, body: Mapping[str, Any]) -> bytes:
    try:
        return encode(body) + b"\n"
    except BodyError as error:
        raise BodyError(f"update {number}: {error}") from None

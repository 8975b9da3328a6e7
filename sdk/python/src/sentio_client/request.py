# SPDX-License-Identifier: MIT
"""A publish as an HTTP request, and what its answer means. Does no input or output itself."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Type

from .encode import encode
from .errors import (BadAnswer, BodyError, Invalid, NotFound, Overloaded, Problem, Refused,
                     Unauthorized)
from .result import ManyResult, Result
from .version import VERSION

JSON = "application/json"
NDJSON = "application/x-ndjson"

_CHANNEL = re.compile(r"[a-z0-9-]{1,32}")
_KEY = re.compile(r"[!-~]{1,128}")
_TEXT = re.compile(r"[!-~]+")

_REFUSALS: Dict[int, Type[Refused]] = {401: Unauthorized, 404: NotFound, 422: Invalid,
                                       429: Overloaded, 503: Overloaded}


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
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True)
class Writer:
    """Makes the requests of one publisher."""

    publisher_key: Optional[str] = field(repr=False)

    def __post_init__(self) -> None:
        if self.publisher_key is not None and not _TEXT.fullmatch(self.publisher_key):
            raise ValueError("a publisher key is visible ASCII, without spaces")

    def one(self, channel: str, body: Mapping[str, Any], key: Optional[str]) -> Request:
        """Takes the key from the body's `id` when there is one, and makes one up otherwise."""
        _check_channel(channel)
        text = encode(body)
        given = body.get("id")
        if key is None and isinstance(given, str) and _KEY.fullmatch(given):
            return Request(channel, self._headers(JSON), text, given)
        key = uuid.uuid4().hex if key is None else key
        if not _KEY.fullmatch(key):
            raise ValueError("an idempotency key is 1 to 128 visible ASCII characters")
        return Request(channel, {**self._headers(JSON), "Idempotency-Key": key}, text, key)

    def many(self, channel: str, bodies: Iterable[Mapping[str, Any]],
             batch_bytes: int) -> Iterator[Request]:
        """As few requests as that many bytes allow; each line has an `id`, its key."""
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
        return Request(channel, self._headers(NDJSON), b"".join(lines), None, len(lines))

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
        text = encode(body)
    except BodyError as error:
        raise BodyError(f"line {number}: {error}") from None
    if "id" in body:
        return text + b"\n"
    rest = b"," + text[1:] if len(text) > 2 else b"}"
    return b'{"id":"' + uuid.uuid4().hex.encode() + b'"' + rest + b"\n"


def result_of(request: Request, answer: Answer) -> Result:
    """Raises Refused or BadAnswer."""
    found = _accepted(request, answer)
    return Result(request.channel, found["accepted"], found["offset"], found["epoch"])


def many_result_of(request: Request, answer: Answer) -> ManyResult:
    """Raises Refused or BadAnswer."""
    found = _accepted(request, answer)
    return ManyResult(request.channel, found["accepted"], found["offset"], found["epoch"],
                      _problems(found))


def joined(before: Optional[ManyResult], result: ManyResult, lines: int) -> ManyResult:
    """Both as one; `lines` came before."""
    errors = tuple(replace(error, line=None if error.line is None else error.line + lines)
                   for error in result.errors)
    if before is None:
        return replace(result, errors=errors)
    last = result if result.accepted else before
    return ManyResult(result.channel, before.accepted + result.accepted, last.offset, last.epoch,
                      before.errors + errors)


def _accepted(request: Request, answer: Answer) -> Dict[str, Any]:
    found = _object(answer.body)
    if answer.status != 200:
        raise _refusal(answer, found)
    kinds = {"channel": str, "accepted": int, "offset": int, "epoch": str}
    if any(type(found.get(name)) is not kind for name, kind in kinds.items()):
        raise BadAnswer("the answer is not one to a publish; is this the address of the host?")
    if found["channel"] != request.channel:
        raise BadAnswer(f"the answer is for the channel {found['channel']!r}, not "
                        f"{request.channel!r}")
    return found


def _refusal(answer: Answer, found: Dict[str, Any]) -> Exception:
    if not 400 <= answer.status < 600:
        return BadAnswer(f"answered {answer.status}; is this the address of the host?")
    detail = found.get("detail")
    if not isinstance(detail, str):
        detail = "no reason is given"
    kind = _REFUSALS.get(answer.status, Refused)
    return kind(answer.status, detail, _problems(found),
                _retry_after(answer.headers.get("retry-after")))


def _object(body: bytes) -> Dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _problems(found: Dict[str, Any]) -> Tuple[Problem, ...]:
    errors = found.get("errors")
    if not isinstance(errors, list):
        return ()
    return tuple(_problem(error) for error in errors if isinstance(error, dict))


def _problem(error: Dict[str, Any]) -> Problem:
    def number(name: str) -> Optional[int]:
        value = error.get(name)
        return value if type(value) is int else None

    message = error.get("message", error.get("detail"))
    field = error.get("field")
    return Problem(message if isinstance(message, str) else "no reason is given", number("item"),
                   field if isinstance(field, str) else None, number("line"))


def _retry_after(value: Optional[str]) -> Optional[float]:
    """Seconds, from a number of them or a date (RFC 9110 section 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        then = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, (then - datetime.datetime.now(datetime.timezone.utc)).total_seconds())

# SPDX-License-Identifier: MIT
"""JSON as RFC 8259 has it, in UTF-8: nothing is guessed, what has no place in it is refused."""

from __future__ import annotations

import datetime
import enum
import json
import math
import numbers
import uuid
from decimal import Decimal
from typing import Any, Callable, List, Mapping, Tuple

from .errors import BodyError

DEPTH = 64  # of arrays and objects within each other

_quoted: Callable[[str], str] = json.JSONEncoder(ensure_ascii=False).encode


class _Unfit(Exception):
    """Raised at a value, and completed by its place on the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = ""


def encode(body: Mapping[str, Any]) -> bytes:
    """The object as one line of JSON text. Decimals stay exact, dates and times become ISO 8601 text,
    UUIDs text, enums their values. Raises BodyError, which names the place of what does not fit."""
    if not isinstance(body, Mapping):
        raise BodyError(f"a body is an object (a dict), not a {_name(body)}")
    out: List[str] = []
    try:
        _write(body, out, DEPTH)
    except _Unfit as error:
        place = error.place[1:] if error.place.startswith(".") else error.place
        raise BodyError(f"{place or 'the body'}: {error.reason}") from None
    return "".join(out).encode()


def _write(value: Any, out: List[str], depth: int) -> None:
    if isinstance(value, str):
        out.append(_text(value))
    elif value is None or value is True or value is False:
        out.append("null" if value is None else "true" if value else "false")
    elif isinstance(value, (Mapping, list, tuple)):
        if depth == 0:
            raise _Unfit(f"more than {DEPTH} levels of arrays and objects, or it contains itself")
        if isinstance(value, Mapping):
            _write_object(value, out, depth - 1)
        else:
            _write_array(value, out, depth - 1)
    elif isinstance(value, enum.Enum) and not isinstance(value, int):
        _write(value.value, out, depth)
    else:
        out.append(_scalar(value))


def _write_object(members: Mapping[Any, Any], out: List[str], depth: int) -> None:
    separator = "{"
    for name, value in members.items():
        if not isinstance(name, str):
            raise _Unfit(f"the key {name!r} is a {_name(name)}; the keys of an object are text")
        out.append(separator)
        try:
            out.append(_text(name) + ":")
            _write(value, out, depth)
        except _Unfit as error:
            error.place = f".{name}{error.place}"
            raise
        separator = ","
    out.append("}" if separator == "," else "{}")


def _write_array(items: Any, out: List[str], depth: int) -> None:
    separator = "["
    for index, value in enumerate(items):
        out.append(separator)
        try:
            _write(value, out, depth)
        except _Unfit as error:
            error.place = f"[{index}]{error.place}"
            raise
        separator = ","
    out.append("]" if separator == "," else "[]")


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Unfit("the text has half of a surrogate pair, which is no character") from None
    return _quoted(value)


def _scalar(value: Any) -> str:
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value, float.__repr__(value), math.isfinite(value))
    if isinstance(value, Decimal):
        return _number(value, str(value), value.is_finite())
    if isinstance(value, (datetime.date, datetime.time)):
        return _text(value.isoformat())
    if isinstance(value, uuid.UUID):
        return _text(str(value))
    return _foreign(value)


def _number(value: Any, text: str, finite: bool) -> str:
    if not finite:
        raise _Unfit(f"{value} is no number in JSON; leave the field out, or send null")
    return text


_REMEDIES: Tuple[Tuple[Any, str], ...] = (
    ((set, frozenset), "has no order; give a list, such as sorted(…)"),
    ((bytes, bytearray, memoryview), "is no text; decode it first"),
    (datetime.timedelta, "has no form in JSON; give its total_seconds()"),
)


def _foreign(value: Any) -> str:
    # numpy and others register their scalars here.
    if isinstance(value, numbers.Integral):
        return int.__repr__(int(value))
    if isinstance(value, numbers.Real):
        return _scalar(float(value))
    for kinds, remedy in _REMEDIES:
        if isinstance(value, kinds):
            raise _Unfit(f"a {_name(value)} {remedy}")
    raise _Unfit(f"a {_name(value)} is no JSON value; convert it first")


def _name(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"

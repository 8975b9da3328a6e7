# SPDX-License-Identifier: MIT
"""Bodies become strict JSON, or are refused with the place of what does not fit."""

from __future__ import annotations

import datetime
import enum
import fractions
import json
import types
import uuid
from decimal import Decimal
from typing import Any

import pytest

from sentio_client import BodyError, SentioError
from sentio_client.encode import encode


class Side(enum.Enum):
    BUY = "buy"


class Level(enum.IntEnum):
    HIGH = 3


class Name(str, enum.Enum):
    AAPL = "AAPL"


UTC = datetime.timezone.utc
WRITTEN: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-(2**70), "-1180591620717411303424"),
    (0.1, "0.1"),
    (-0.0, "-0.0"),
    (1e300, "1e+300"),
    (100000.00, "100000.0"),
    ("", '""'),
    ('"\\\n\t\x01', '"\\"\\\\\\n\\t\\u0001"'),
    ("Zoë 株 🟢", '"Zoë 株 🟢"'),
    ([], "[]"),
    ((1, (2,)), "[1,[2]]"),
    ({}, "{}"),
    ({"ключ": {"": [{}]}}, '{"ключ":{"":[{}]}}'),
    (types.MappingProxyType({"a": 1}), '{"a":1}'),
    (Decimal("187.50"), "187.50"),
    (Decimal("1E+2"), "1E+2"),
    (datetime.datetime(2024, 10, 5, 10, 30), '"2024-10-05T10:30:00"'),
    (datetime.datetime(2024, 10, 5, 10, 30, tzinfo=UTC), '"2024-10-05T10:30:00+00:00"'),
    (datetime.date(2024, 10, 5), '"2024-10-05"'),
    (datetime.time(10, 30), '"10:30:00"'),
    (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    (Side.BUY, '"buy"'),
    (Level.HIGH, "3"),
    (Name.AAPL, '"AAPL"'),
    (fractions.Fraction(1, 4), "0.25"),
]

REFUSED: list[tuple[Any, str]] = [
    (float("nan"), "x: nan is no number in JSON; leave the field out, or send null"),
    (float("inf"), "x: inf is no number in JSON; leave the field out, or send null"),
    (Decimal("NaN"), "x: NaN is no number in JSON; leave the field out, or send null"),
    ({1, 2}, "x: a set has no order; give a list, such as sorted(…)"),
    (b"bytes", "x: a bytes is no text; decode it first"),
    (datetime.timedelta(1),
     "x: a datetime.timedelta has no form in JSON; give its total_seconds()"),
    (1j, "x: a complex is no JSON value; convert it first"),
    (print, "x: a builtin_function_or_method is no JSON value; convert it first"),
    ("\ud800", "x: the text has half of a surrogate pair, which is no character"),
    ({1: 2}, "x: the key 1 is a int; the keys of an object are text"),
    ({"a": [0, {"b": {3}}]}, "x.a[1].b: a set has no order; give a list, such as sorted(…)"),
]


@pytest.mark.parametrize("value, text", WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_value_is_written_as_json(value: Any, text: str) -> None:
    line = encode({"x": value}).decode()
    assert line == f'{{"x":{text}}}'
    assert "\n" not in line
    json.loads(line)


@pytest.mark.parametrize("value, message", REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_no_json_is_refused_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(BodyError) as caught:
        encode({"x": value})
    assert str(caught.value) == message
    assert isinstance(caught.value, SentioError)


def test_only_an_object_is_a_body() -> None:
    with pytest.raises(BodyError, match="a body is an object .a dict., not a list"):
        encode([1])  # type: ignore[arg-type]


def test_what_contains_itself_is_refused() -> None:
    body: dict[str, Any] = {}
    body["self"] = body
    with pytest.raises(BodyError, match="64 levels"):
        encode(body)


def test_what_is_read_back_is_what_was_written() -> None:
    body = {"text": "".join(map(chr, range(0xD800))), "list": [[1.5, None, {"a": [True]}]]}
    assert json.loads(encode(body)) == body

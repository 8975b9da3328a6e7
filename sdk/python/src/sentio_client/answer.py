# SPDX-License-Identifier: MIT
"""What the host's answer to a publish means. Does no input or output itself."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Optional, Tuple, Type

from .errors import (BadAnswer, Invalid, NotFound, Overloaded, Refused, SentioError,
                     Unauthorized)
from .problem import Problem
from .request import Request
from .result import ManyResult, Result

_REFUSALS: Dict[int, Type[Refused]] = {401: Unauthorized, 404: NotFound, 422: Invalid,
                                       429: Overloaded, 503: Overloaded}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


def result_of(request: Request, answer: Answer) -> Result:
    """Raises Refused or BadAnswer."""
    found = _accepted(request, answer)
    return Result(request.channel, found["accepted"], found["offset"], found["epoch"])


def many_result_of(request: Request, answer: Answer) -> ManyResult:
    """Raises Refused or BadAnswer; Overloaded also when it was only some lines for which the host had
    no time. The others are not published twice when all are sent again."""
    found = _accepted(request, answer)
    refused = found.get("refused", 0)
    result = ManyResult(request.channel, found["accepted"], found["offset"], found["epoch"],
                        refused if type(refused) is int else 0, _problems(found))
    busy = [error for error in _list(found) if error.get("status") in (429, 503)]
    if busy:
        overloaded = Overloaded(busy[0]["status"], f"{len(busy)} of {request.lines} updates",
                                _problems({"errors": busy}), None)
        overloaded.done = result
        raise overloaded
    return result


def joined(before: Optional[ManyResult], result: ManyResult, lines: int) -> ManyResult:
    """Both as one; `lines` came before."""
    errors = moved(result.errors, lines)
    if before is None:
        return replace(result, errors=errors)
    last = result if result.accepted else before
    return ManyResult(result.channel, before.accepted + result.accepted, last.offset, last.epoch,
                      before.refused + result.refused, before.errors + errors)


def moved(errors: Tuple[Problem, ...], lines: int) -> Tuple[Problem, ...]:
    """The errors of a request, `lines` updates after the first one."""
    return tuple(error if error.update is None else replace(error, update=error.update + lines)
                 for error in errors)


def interrupted(error: SentioError, before: Optional[ManyResult], lines: int) -> None:
    """Completes an error of publish_many by what was published before it. The request's key is of no
    use to the caller, who does not know which updates it had."""
    error.key = None
    error.done = before if error.done is None else joined(before, error.done, lines)
    if isinstance(error, Refused):
        error.errors = moved(error.errors, lines)


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


def _list(found: Dict[str, Any]) -> List[Dict[str, Any]]:
    errors = found.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _problems(found: Dict[str, Any]) -> Tuple[Problem, ...]:
    """Of an update, or of lines, each of which may have several."""
    problems: List[Problem] = []
    for error in _list(found):
        line = error.get("line")
        update = line - 1 if type(line) is int else None
        problems += [_problem(part, update) for part in _list(error) or [error]]
    return tuple(problems)


def _problem(error: Dict[str, Any], update: Optional[int]) -> Problem:
    message = error.get("message", error.get("detail"))
    item, name = error.get("item"), error.get("field")
    return Problem(message if isinstance(message, str) else "no reason is given",
                   item if type(item) is int else None, name if isinstance(name, str) else None,
                   update)


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

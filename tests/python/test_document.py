# SPDX-License-Identifier: MIT
"""The backend examples of websocket-integration.md run as they stand there, and a dashboard sees
what they broadcast."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Dict

import pytest

from conftest import url_of
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon
from subscriber import Message, subscribed

DOCUMENT = Path(__file__).with_name("document_backend.md")
EXAMPLES = dict(re.findall(r"^#### (.+?)\n.*?^```python\n(.*?)^```$", DOCUMENT.read_text(),
                           re.MULTILINE | re.DOTALL))

# title: the channel, how a dashboard subscribes, the message's type, the variable that it brings
SEEN = {
    "Trade Signals": ("trade-signals", {"symbols": ["AAPL", "GOOGL"], "user_id": "user_001"},
                      "trade_signals", "signals"),
    "Earnings Updates": ("earnings", {"user_id": "user_001"}, "earnings", "earnings_data"),
    "Notifications": ("notifications", {"user_id": "user_001"}, "notification", "notification"),
    "Admin Updates": ("admin", {"admin_token": ADMIN_TOKEN}, "admin_users", "update_data"),
}


def test_every_example_is_run() -> None:
    assert set(EXAMPLES) == set(SEEN)


async def run(example: str) -> Dict[str, Any]:
    """Runs the example inside the running loop; its variables. It takes `datetime` as imported."""
    variables: Dict[str, Any] = {"datetime": datetime}
    code = compile(example, str(DOCUMENT), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, variables)
    assert inspect.isawaitable(result)
    await result
    return variables


@pytest.mark.parametrize("title", EXAMPLES)
def test_a_dashboard_sees_what_the_example_broadcasts(title: str, host: Daemon,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    channel, fields, kind, variable = SEEN[title]
    monkeypatch.setenv("SENTIO_URL", url_of(host))

    async def main() -> "tuple[Any, Message]":
        async with subscribed(host, channel, **fields) as dashboard:
            variables = await run(EXAMPLES[title])
            return variables[variable], await dashboard.next()

    sent, message = asyncio.run(main())
    assert message["type"] == kind
    message["data"].pop("id", None) if isinstance(message["data"], dict) else None
    assert message["data"] == sent

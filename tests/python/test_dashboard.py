# SPDX-License-Identifier: MIT
"""dashboard_ws_manager: its broadcasts, its loops, its environment."""

from __future__ import annotations

import asyncio
import inspect
import threading
from pathlib import Path
from typing import Any, Awaitable, Callable

import pytest

from conftest import url_of
from fake_host import TIMEOUT, FakeHost
from harness.config import ADMIN_TOKEN
from harness.daemon import Daemon
from sentio_client import (ConnectionFailed, DashboardManager, Invalid, Result, Retry,
                           dashboard_ws_manager)
from subscriber import subscribed

SIGNALS = [{"symbol": "AAPL", "signal": "buy", "confidence": 0.85}]
QUOTES = [{"symbol": "AAPL", "price": 187.5}, {"symbol": "MSFT", "price": 410.1}]
NOTE = {"type": "info", "title": "Hello", "message": "It works"}

# the call, the channel, how one subscribes, the message's type and data
BROADCASTS: list[Any] = [
    (lambda manager: manager.broadcast_trade_signals(SIGNALS), "trade-signals", {},
     "trade_signals", SIGNALS),
    (lambda manager: manager.broadcast_market_data(iter(QUOTES)), "market-data",
     {"symbols": ["*"]}, "update", QUOTES),
    (lambda manager: manager.broadcast_earnings("user_001", {"daily_pnl": 2.5}), "earnings",
     {"user_id": "user_001"}, "earnings", {"daily_pnl": 2.5}),
    (lambda manager: manager.broadcast_notification("*", {**NOTE, "id": "a"}), "notifications",
     {"user_id": "user_001"}, "notification", {**NOTE, "id": "a"}),
    (lambda manager: manager.broadcast_admin_update("revenue", {"monthly": 1}), "admin",
     {"admin_token": ADMIN_TOKEN}, "admin_revenue", {"monthly": 1}),
]


@pytest.mark.parametrize("call, channel, fields, kind, data", BROADCASTS,
                         ids=[row[1] for row in BROADCASTS])
def test_a_broadcast_reaches_its_dashboards(
        host: Daemon, call: Callable[[DashboardManager], Awaitable[Result]], channel: str,
        fields: Any, kind: str, data: Any) -> None:
    async def main() -> None:
        async with subscribed(host, channel, **fields) as dashboard:
            result = await call(DashboardManager(url=url_of(host)))
            message = await dashboard.next()
        assert (message["type"], message["data"]) == (kind, data)
        assert result.channel == channel
        assert (message["offset"], message["epoch"]) == (result.offset, result.epoch)
        assert result.accepted == (len(data) if isinstance(data, list) else 1)

    asyncio.run(main())


def test_what_the_host_refuses_is_raised(host: Daemon) -> None:
    manager = DashboardManager(url=url_of(host))
    with pytest.raises(Invalid) as caught:
        asyncio.run(manager.broadcast_trade_signals([{"symbol": "AAPL", "signal": "hodl",
                                                      "confidence": 0.5}]))
    assert caught.value.errors[0].field == "signal"
    assert caught.value.errors[0].item == 0


def test_a_broadcast_of_nothing_publishes_nothing(fake: FakeHost) -> None:
    manager = DashboardManager(url=fake.url)
    assert asyncio.run(manager.broadcast_trade_signals([])) == Result("trade-signals", 0, 0, "")
    assert asyncio.run(manager.broadcast_market_data(iter(()))).accepted == 0
    assert fake.seen == []


@pytest.mark.filterwarnings("error")
def test_one_loop_after_another_may_use_it(fake: FakeHost) -> None:
    manager = DashboardManager(url=fake.url)

    async def main() -> None:
        for _ in range(2):
            await manager.broadcast_trade_signals(SIGNALS)

    for _ in range(5):
        asyncio.run(main())
    assert [seen.connection for seen in fake.seen] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert len(manager._publishers) == 1


def test_loops_at_the_same_time_may_use_it(fake: FakeHost) -> None:
    manager = DashboardManager(url=fake.url)
    together = threading.Barrier(4)

    async def main() -> None:
        await asyncio.to_thread(together.wait, TIMEOUT)
        await asyncio.gather(*(manager.broadcast_trade_signals(SIGNALS) for _ in range(10)))

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert len(fake.published) == 40


def test_where_no_loop_runs_the_error_says_what_to_do() -> None:
    call = dashboard_ws_manager.broadcast_trade_signals(SIGNALS)
    with pytest.raises(RuntimeError, match="no asyncio event loop.*sentio_client.Publisher"):
        call.send(None)


def test_its_methods_are_known_as_asynchronous() -> None:
    """What FastAPI's background tasks look at before they call a function in a thread."""
    methods = [method for name, method in inspect.getmembers(dashboard_ws_manager)
               if name.startswith("broadcast_")]
    assert len(methods) == 5
    assert all(inspect.iscoroutinefunction(method) for method in methods)


def test_a_host_that_is_not_there_is_told(make_fake: Callable[[], FakeHost],
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    fake = make_fake()
    fake.close()
    monkeypatch.setenv("SENTIO_URL", fake.url)
    manager = DashboardManager(retry=Retry(attempts=2, first=0.0, longest=0.0))
    with pytest.raises(ConnectionFailed, match=fake.url):
        asyncio.run(manager.broadcast_trade_signals(SIGNALS))


@pytest.mark.parametrize("key, content", [("a-key", None), ("", "a-key\n"), (None, " a-key")])
def test_the_key_comes_from_the_environment(fake: FakeHost, monkeypatch: pytest.MonkeyPatch,
                                            tmp_path: Path, key: Any, content: Any) -> None:
    monkeypatch.setenv("SENTIO_URL", fake.url)
    if key is not None:
        monkeypatch.setenv("SENTIO_PUBLISHER_KEY", key)
    if content is not None:
        (tmp_path / "key").write_text(content)
        monkeypatch.setenv("SENTIO_PUBLISHER_KEY_FILE", str(tmp_path / "key"))
    asyncio.run(DashboardManager().broadcast_trade_signals(SIGNALS))
    assert fake.seen[0].headers["authorization"] == "Bearer a-key"


@pytest.mark.parametrize("variables, message", [
    ({"SENTIO_PUBLISHER_KEY": "a", "SENTIO_PUBLISHER_KEY_FILE": "b"}, "set one"),
    ({"SENTIO_PUBLISHER_KEY_FILE": "/dev/null"}, "/dev/null is empty"),
    ({"SENTIO_PUBLISHER_KEY_FILE": "/nowhere/key"}, "/nowhere/key: .*No such file"),
    ({"SENTIO_URL": "127.0.0.1:8000"}, "an address is http://"),
], ids=["both", "empty", "missing", "address"])
def test_a_wrong_environment_is_told(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str],
                                     message: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=message):
        asyncio.run(DashboardManager().broadcast_trade_signals(SIGNALS))


def test_what_is_given_is_not_looked_up(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTIO_URL", "nonsense")
    monkeypatch.setenv("SENTIO_PUBLISHER_KEY_FILE", "/nowhere/key")
    manager = DashboardManager(url=fake.url, publisher_key=None)
    asyncio.run(manager.broadcast_trade_signals(SIGNALS))
    assert "authorization" not in fake.seen[0].headers


def test_without_an_environment_it_is_the_documents_address(monkeypatch: pytest.MonkeyPatch,
                                                            ) -> None:
    for name in ("SENTIO_URL", "SENTIO_PUBLISHER_KEY", "SENTIO_PUBLISHER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    async def main() -> str:
        return repr(DashboardManager()._publisher())

    assert asyncio.run(main()) == "AsyncPublisher('http://127.0.0.1:8000')"

# SPDX-License-Identifier: MIT
"""Bars from a file, by sentio-feed, through market-data and paper_trading: the last prices are those
of the file, and the signals those of the reference."""

from __future__ import annotations

import csv
import os
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.config import FEED
from harness.daemon import Daemon
from reference import strategies

Bar = tuple[str, str, float]

FIELDS = ("timestamp", "symbol", "open", "high", "low", "close", "volume")

# Waits for the gate, then runs the feed. A source is started again when it ends, so it does not.
PROGRAM = """
import signal, subprocess, sys
open(sys.argv[1]).read()
feed = subprocess.Popen(sys.argv[2:])
signal.signal(signal.SIGTERM, lambda *_: (feed.kill(), sys.exit(0)))
if feed.wait() != 0:
    sys.exit(1)
signal.pause()
"""


def write_bars(path: Path, symbols: dict[str, float], minutes: int, seed: int) -> None:
    """A walk for each symbol, in cents, with calm and wild stretches."""
    chance = random.Random(seed)
    start = datetime(2024, 10, 7, 13, 30)
    prices = dict(symbols)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for minute in range(minutes):
            stamp = (start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for symbol, price in prices.items():
                if chance.random() < 0.1:
                    continue
                wild = 0.004 if (minute // 60) % 3 == 2 else 0.0008
                close = max(1.0, round(price * (1 + chance.gauss(0, wild)), 2))
                high, low = round(max(price, close) + 0.02, 2), round(min(price, close) - 0.02, 2)
                writer.writerow([stamp, symbol, price, high, low, close, chance.randrange(1, 9999)])
                prices[symbol] = close


def append_end(path: Path, after: str) -> None:
    """Rising bars of the symbol END after the others: its signals say that all is through."""
    start = datetime.strptime(after, "%Y-%m-%dT%H:%M:%SZ")
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        for minute in range(1, 41):
            stamp = (start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
            price = 100.0 + minute
            writer.writerow([stamp, "END", price - 1, price, price - 1, price, 1])


def read_bars(path: Path) -> list[Bar]:
    with path.open() as file:
        return [(row["timestamp"], row["symbol"], float(row["close"]))
                for row in csv.DictReader(file)]


def replayed(start, tmp_path: Path, bars: Path, options: dict[str, Any]) -> Daemon:
    """A host whose feed waits until `gate` is opened for writing."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    os.mkfifo(tmp_path / "gate")
    command = [sys.executable, str(program), str(tmp_path / "gate"), str(FEED), "--file", str(bars),
               "--speed", "0"]
    paper = {"plugin": "paper_trading.so", "path": "", "observes": ["market-data"],
             "forwards": ["trade-signals", "earnings", "notifications", "admin"],
             "options": options}
    return start(limits={"outbox": "64MiB"},
                 channels={"market-data": {"source": {"command": command}}, "paper-trading": paper})


def check(start, tmp_path: Path, path: Path, options: dict[str, Any]) -> None:
    append_end(path, read_bars(path)[-1][0])
    bars = read_bars(path)
    expected = strategies.signals(bars, options)
    assert expected[-1]["symbol"] == "END" and len(expected) > 10
    host = replayed(start, tmp_path, path, options)
    client = host.client("/ws/trade-signals")
    client.subscribe()
    (tmp_path / "gate").write_text("go")
    got: list[dict[str, Any]] = []
    while len(got) < len(expected):
        got += client.live()["data"]
    check_signals(got, expected)
    check_prices(host, bars)


def check_signals(got: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    fields = ("symbol", "signal", "timestamp")
    assert [[item[name] for name in fields] for item in got] == \
        [[item[name] for name in fields] for item in expected]
    for item, reference in zip(got, expected):
        for name in ("confidence", "consensus_strength"):
            assert item[name] == pytest.approx(reference[name], abs=0.000051), (item, reference)


def check_prices(host: Daemon, bars: list[Bar]) -> None:
    """The last of END's bars comes after its last signal."""
    client = host.client("/ws/market-data")
    client.subscribe("END")
    while client.next()["data"][-1]["price"] != bars[-1][2]:
        pass
    last = {symbol: price for _, symbol, price in bars}
    answer = host.http().get("/api/v1/market/quotes").json["quotes"]
    assert {symbol: quote["price"] for symbol, quote in answer.items()} == last


@pytest.mark.parametrize("options", [{}, {"sma_fast": 5, "sma_slow": 15, "rsi_period": 7,
                                          "bollinger_width": 1.5, "enter": 0.9, "exit": 0.5}])
def test_generated_bars_give_the_prices_of_the_file_and_the_signals_of_the_reference(
        start, tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "bars.csv"
    write_bars(path, {"AAPL": 187.5, "MSFT": 410.0, "TSLA": 250.25, "BTC-USD": 62000.0}, 400, 1729)
    check(start, tmp_path, path, options)


@pytest.mark.skipif("SENTIO_DATA" not in os.environ, reason="SENTIO_DATA names no folder of bars")
def test_recorded_bars_give_the_prices_of_the_file_and_the_signals_of_the_reference(
        start, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes((Path(os.environ["SENTIO_DATA"]) / "equities_1m.csv").read_bytes())
    check(start, tmp_path, path, {})

# SPDX-License-Identifier: MIT
"""What the paper_trading plugin must signal, computed apart from it.

The definitions are those of plugins/paper_trading/strategy.h. This is the plain way to compute
them: the newest prices of each symbol are kept in a list, and every figure is worked out from it
with the statistics of the standard library. `signals` gives the expected sequence of signal changes
for a list of bars.
"""

import math
import statistics
from itertools import groupby

TIE = 1e-9

DEFAULTS = {
    "sma_fast": 10,
    "sma_slow": 30,
    "rsi_period": 14,
    "rsi_buy": 30.0,
    "rsi_sell": 70.0,
    "bollinger_period": 20,
    "bollinger_width": 2.0,
    "breakout_period": 20,
    "enter": 0.6,
    "exit": 0.3,
}

BUY, SELL, HOLD = "buy", "sell", "hold"


def unit(value):
    """`value` limited to 0..1."""
    return max(0.0, min(1.0, value))


def mean(prices):
    return math.fsum(prices) / len(prices)


def ma_cross(prices, opt):
    slow_window = prices[-opt["sma_slow"]:]
    if len(slow_window) < opt["sma_slow"]:
        return None
    slow = mean(slow_window)
    fast = mean(prices[-opt["sma_fast"]:])
    if abs(fast - slow) <= TIE * slow:
        return HOLD, 0.0
    strength = unit(abs(fast - slow) / statistics.pstdev(slow_window))
    return (BUY if fast > slow else SELL), strength


class Wilder:
    """Wilder's average gain and loss; the first is the mean of the first `period` changes."""

    def __init__(self, period):
        self.period = period
        self.changes = []
        self.gain = self.loss = None
        self.price = None

    def add(self, price):
        if self.price is not None:
            self.smooth(price - self.price)
        self.price = price

    def smooth(self, change):
        up, down = max(change, 0.0), max(-change, 0.0)
        if self.gain is not None:
            self.gain += (up - self.gain) / self.period
            self.loss += (down - self.loss) / self.period
            return
        self.changes.append((up, down))
        if len(self.changes) == self.period:
            self.gain = mean([u for u, _ in self.changes])
            self.loss = mean([d for _, d in self.changes])

    def index(self):
        """The RSI, None before there are enough changes."""
        if self.gain is None:
            return None
        if self.gain + self.loss <= 1e-12 * self.price:
            return 50.0
        if self.loss == 0:
            return 100.0
        return 100 - 100 / (1 + self.gain / self.loss)


def rsi(wilder, opt):
    index = wilder.index()
    if index is None:
        return None
    low, high = opt["rsi_buy"], opt["rsi_sell"]
    if index < low - TIE:
        return BUY, unit(0.5 + (low - index) / low / 2)
    if index > high + TIE:
        return SELL, unit(0.5 + (index - high) / (100 - high) / 2)
    return HOLD, 0.0


def bollinger(prices, opt):
    window = prices[-opt["bollinger_period"]:]
    if len(window) < opt["bollinger_period"]:
        return None
    middle = mean(window)
    deviation = statistics.pstdev(window)
    if deviation <= TIE * middle:
        return HOLD, 0.0
    z = (window[-1] - middle) / deviation
    width = opt["bollinger_width"]
    if z < -(width + TIE):
        return BUY, unit(0.5 + (-z - width) / 2)
    if z > width + TIE:
        return SELL, unit(0.5 + (z - width) / 2)
    return HOLD, 0.0


def breakout(prices, opt):
    before = prices[:-1][-opt["breakout_period"]:]
    if len(before) < opt["breakout_period"]:
        return None
    price, low, high = prices[-1], min(before), max(before)
    if low <= price <= high:
        return HOLD, 0.0
    side, beyond = (BUY, price - high) if price > high else (SELL, low - price)
    return side, (1.0 if high == low else unit(0.5 + beyond / (high - low) / 2))


def consensus(votes, previous, opt):
    """(signal, confidence, consensus_strength); a vote is None while its strategy is not ready."""
    ready = [vote for vote in votes if vote is not None]
    cast = {side: [s for v, s in ready if v == side] for side in (BUY, SELL, HOLD)}
    total = {side: math.fsum(cast[side]) for side in (BUY, SELL)}
    lead = {BUY: total[BUY] - total[SELL], SELL: total[SELL] - total[BUY], HOLD: -math.inf}
    if not ready:
        return HOLD, 0.0, 0.0
    leader = max((BUY, SELL), key=lead.__getitem__)
    if lead[leader] >= opt["enter"] - TIE:
        signal = leader
    elif lead[previous] >= opt["exit"] - TIE:
        signal = previous
    else:
        return HOLD, unit(1 - lead[leader] / opt["enter"]), len(cast[HOLD]) / len(ready)
    return signal, mean(cast[signal]), total[signal] / (total[BUY] + total[SELL])


class Symbol:
    def __init__(self, opt):
        self.opt = opt
        self.keep = 1 + max(opt["sma_slow"], opt["bollinger_period"], opt["breakout_period"])
        self.prices = []
        self.wilder = Wilder(opt["rsi_period"])
        self.last = None
        self.signal = HOLD

    def sample(self, timestamp, price):
        """The change of the signal that this quote makes, or None."""
        if timestamp is not None and (timestamp, price) == self.last:
            return None
        self.last = (timestamp, price)
        self.prices = (self.prices + [price])[-self.keep:]
        self.wilder.add(price)
        votes = [ma_cross(self.prices, self.opt), rsi(self.wilder, self.opt),
                 bollinger(self.prices, self.opt), breakout(self.prices, self.opt)]
        signal, confidence, strength = consensus(votes, self.signal, self.opt)
        if signal == self.signal:
            return None
        self.signal = signal
        return {"signal": signal, "confidence": confidence, "consensus_strength": strength}


def updates(bars, options=None):
    """The changes of each update: a list for every run of bars with an equal timestamp."""
    opt = {**DEFAULTS, **(options or {})}
    symbols = {}
    for timestamp, group in groupby(bars, key=lambda bar: bar[0]):
        changes = []
        for _, name, price in group:
            symbol = symbols.setdefault(name, Symbol(opt))
            change = symbol.sample(timestamp, price)
            if change is not None:
                changes.append({"symbol": name, "price": price, "timestamp": timestamp, **change})
        yield changes


def signals(bars, options=None):
    """The signal changes, in order, of bars (timestamp, symbol, price) in order of arrival.

    Each is a dict of symbol, signal, confidence, consensus_strength, price and timestamp. The
    plugin publishes confidence and consensus_strength rounded to 4 places; here they are not.
    A timestamp may be None: such a quote is a new sample even if it repeats the last.
    """
    return [change for changes in updates(bars, options) for change in changes]

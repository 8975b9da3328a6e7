# SPDX-License-Identifier: MIT
"""When a publish is tried again, by a clock of the test's own."""

from __future__ import annotations

import pytest

from sentio_client import ONCE, BadAnswer, ConnectionFailed, Overloaded, Retry
from sentio_client.retry import Attempts


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def attempts(retry: Retry, clock: Clock, chance: float = 1.0) -> Attempts:
    return Attempts(retry, 10.0, clock, lambda: chance)


def pauses(made: Attempts, error: Exception, clock: Clock) -> list[float]:
    """Those between failing attempts, until there is to be no other one."""
    found = []
    while True:
        made.begin()
        try:
            found.append(made.pause(error))  # type: ignore[arg-type]
        except type(error) as last:
            assert last is error
            return found
        clock.now += found[-1]


def test_pauses_double_up_to_the_longest() -> None:
    clock = Clock()
    made = attempts(Retry(attempts=7, first=0.5, longest=5.0), clock)
    assert pauses(made, ConnectionFailed(), clock) == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_chance_takes_at_most_half_of_a_pause() -> None:
    clock = Clock()
    made = attempts(Retry(attempts=4, first=0.5, longest=5.0), clock, chance=0.0)
    assert pauses(made, ConnectionFailed(), clock) == [0.25, 0.5, 1.0]


def test_the_time_for_all_of_them_is_kept() -> None:
    clock = Clock()
    made = attempts(Retry(attempts=1000, total=20.0, first=1.0, longest=5.0), clock)
    assert pauses(made, ConnectionFailed(), clock) == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert clock.now < 120.0


def test_retry_after_is_waited_for_before_the_pause_by_chance() -> None:
    clock = Clock()
    made = attempts(Retry(attempts=3, first=0.5), clock, chance=0.5)
    busy = Overloaded(503, "busy", retry_after=3.0)
    assert pauses(made, busy, clock) == [3.375, 3.75]


def test_a_retry_after_beyond_the_time_is_not_waited_for() -> None:
    clock = Clock()
    busy = Overloaded(503, "busy", retry_after=60.0)
    assert pauses(attempts(Retry(total=30.0), clock), busy, clock) == []


def test_what_does_not_pass_is_not_tried_again() -> None:
    clock = Clock()
    assert pauses(attempts(Retry(), clock), BadAnswer(), clock) == []
    assert pauses(attempts(ONCE, clock), ConnectionFailed(), clock) == []


def test_an_attempt_has_its_time_or_what_is_left_for_all() -> None:
    clock = Clock()
    made = attempts(Retry(total=12.0), clock)
    assert made.begin() == 10.0
    clock.now += 7.0
    assert made.begin() == 5.0


@pytest.mark.parametrize("settings", [
    {"attempts": 0}, {"total": 0.0}, {"total": 111.0}, {"first": -1.0},
    {"first": 2.0, "longest": 1.0}])
def test_senseless_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Retry(**settings)  # type: ignore[arg-type]

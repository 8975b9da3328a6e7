#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A channel of sensor readings, behind exec.so: {"sensor": "hall", "value": 21.5}.

Readings are checked, clients choose their sensors, a summary of each comes at intervals, and what
the summaries are made of survives a restart and a new version of this file.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Callable


READINGS_MAX = 1000
SENSORS_MAX = 1000


def say(**line: Any) -> None:
    print(json.dumps(line))


def is_name(value: Any) -> bool:
    """Whether it can be a topic: 1 to 128 bytes."""
    return isinstance(value, str) and 1 <= len(value.encode()) <= 128


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_summary(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_number(value.get(field)) for field in ("count", "sum", "min", "max"))


class Sensors:
    def __init__(self) -> None:
        self.seen: dict[str, dict[str, float]] = {}
        self.interval = 0
        self.highest = 0.0

    def open(self, call: dict) -> None:
        config = call["config"]
        self.interval = int(config.get("summary", 10) * 1000)
        self.highest = config.get("highest", 100.0)
        say(ready={"calls": ["publish", "subscribe", "woken", "save", "restore"]})
        say(wake=self.interval)

    def publish(self, call: dict) -> None:
        readings = call["payload"].get("data")
        if not isinstance(readings, list) or len(readings) > READINGS_MAX:
            say(reject={"field": "data",
                        "message": f"must be a list of at most {READINGS_MAX} readings"})
            return
        wrong = [self.mistake(index, reading) for index, reading in enumerate(readings)]
        if any(wrong):
            return
        for reading in readings:
            say(emit={"topic": reading["sensor"], "type": "reading", "data": reading})
            self.add(reading["sensor"], reading["value"])

    def mistake(self, index: int, reading: Any) -> bool:
        """Says what is wrong with a reading; whether anything is."""
        if not isinstance(reading, dict) or not is_name(reading.get("sensor")):
            say(reject={"item": index, "field": "sensor",
                        "message": "must be a name of 1 to 128 bytes"})
        elif not is_number(reading.get("value")):
            say(reject={"item": index, "field": "value", "message": "must be a number"})
        elif reading["value"] > self.highest:
            say(reject={"item": index, "field": "value", "message": f"is over {self.highest}"})
        else:
            return False
        return True

    def add(self, sensor: str, value: float) -> None:
        if sensor not in self.seen and len(self.seen) == SENSORS_MAX:
            return
        seen = self.seen.setdefault(sensor, {"count": 0, "sum": 0, "min": value, "max": value})
        seen["count"] += 1
        seen["sum"] += value
        seen["min"] = min(seen["min"], value)
        seen["max"] = max(seen["max"], value)

    def subscribe(self, call: dict) -> None:
        """{"action": "subscribe", "sensors": ["hall"]}; without sensors it is all of them."""
        sensors = call["request"].get("sensors", ["*"])
        if not isinstance(sensors, list) or not all(map(is_name, sensors)):
            say(refuse={"error": "invalid_field", "message": '"sensors" must be a list of names'})
            return
        for name in sensors:
            say(join={"topic": name})
        say(accept={})

    def woken(self, call: dict) -> None:
        for sensor, seen in self.seen.items():
            say(emit={"topic": sensor, "key": "summary", "type": "summary",
                      "data": {"sensor": sensor, "count": int(seen["count"]), "min": seen["min"],
                               "max": seen["max"], "mean": seen["sum"] / seen["count"]}})
        say(wake=self.interval)

    def save(self, call: dict) -> None:
        say(state=self.seen)

    def restore(self, call: dict) -> str | None:
        state = call["state"]
        if not isinstance(state, dict) or not all(map(is_summary, state.values())):
            return "this is no state of sensors.py"
        self.seen = state
        return None


def main() -> None:
    sensors = Sensors()
    for line in sys.stdin:
        call = json.loads(line)
        handle: Callable[[dict], str | None] = getattr(sensors, call["call"])
        error = handle(call)
        say(**({"done": call["id"], "error": error} if error else {"done": call["id"]}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()

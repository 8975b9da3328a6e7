# SPDX-License-Identifier: MIT
"""A new version of a plugin that runs beside the old one, asked for over the control socket."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .daemon import Daemon
from .http import Response
from .limits import TIMEOUT

HOUR = 3600_000
Report = dict[str, Any]


def ask(host: Daemon, channel: str, plugin: Path, duration: int = HOUR) -> Response:
    """The answer to the request for it."""
    query = urlencode({"channel": channel, "plugin": str(plugin), "for": duration})
    return host.http(host.control).request("POST", f"/control/v1/shadow?{query}", b"")


class Shadow:
    def __init__(self, host: Daemon, channel: str, plugin: Path, duration: int = HOUR) -> None:
        self.host = host
        self._since = host.mark()
        self.query = urlencode({"channel": channel})
        answer = ask(host, channel, plugin, duration)
        assert answer.status == 202, answer

    def report(self) -> Report:
        return self.host.ask_control(f"shadow?{self.query}")

    def compared(self, calls: int) -> Report:
        """The report once that many calls were compared, and not more."""
        deadline = time.monotonic() + TIMEOUT
        report = self.report()
        while report["calls"] < calls and report["state"] == "running":
            assert time.monotonic() < deadline, report
            report = self.report()
        assert (report["state"], report["calls"]) == ("running", calls), report
        return report

    def over(self) -> Report:
        """The report at its end."""
        self.host.wait_for(r": compared with |: the comparison with \S+ ends: ", self._since)
        report = self.report()
        assert report["state"] in ("done", "failed"), report
        return report

    def failed(self, why: str) -> Report:
        report = self.over()
        assert report["state"] == "failed", report
        assert why in report["why"], report
        return report

    def stop(self) -> Report:
        address = self.host.control
        answer = self.host.http(address).request("POST", f"/control/v1/shadow/stop?{self.query}",
                                                 b"")
        assert answer.status == 200, answer
        return answer.json

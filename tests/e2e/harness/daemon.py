# SPDX-License-Identifier: MIT
"""One running sentiod: its process, its log and its addresses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any, Sequence

from .client import Client
from .config import SENTIOD
from .http import Http
from .limits import TIMEOUT
from .log import Log
from .websocket import Address, WebSocket

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:|"
                       r"SUMMARY: \w+Sanitizer|Assertion .* failed")

# What ThreadSanitizer finds inside libwebsockets is not ours.
TSAN_OPTIONS = f"suppressions={Path(__file__).with_name('tsan.supp')}"


class Daemon:
    """Starts on construction; `ready` returns once the log says so."""

    def __init__(self, arguments: Sequence[str], program: Sequence[str] = (str(SENTIOD),),
                 environment: dict[str, str] | None = None) -> None:
        self._clients: list[WebSocket] = []
        self.process = subprocess.Popen([*program, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env={"TSAN_OPTIONS": TSAN_OPTIONS,
                                             **(environment or os.environ)})
        assert self.process.stderr is not None
        self._log = Log(self.process.stderr)

    @property
    def lines(self) -> list[str]:
        return self._log.lines()

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def mark(self) -> int:
        """A position in the log, for wait_for's `since`."""
        return self._log.mark()

    def wait_for(self, pattern: str, since: int = 0, timeout: float = TIMEOUT) -> re.Match[str]:
        """The first line, from `since` on, that matches; waits until there is one."""
        return self._log.wait_for(pattern, since, timeout)

    def ready(self) -> "Daemon":
        self.wait_for(r"\bready\b")
        return self

    @property
    def tcp(self) -> Address:
        match = self.wait_for(r"listening on (\d+\.\d+\.\d+\.\d+):(\d+)")
        return Address("tcp", match[1], int(match[2]))

    @property
    def tls(self) -> Address:
        match = self.wait_for(r"listening on tls:(\d+\.\d+\.\d+\.\d+):(\d+)")
        return Address("tls", match[1], int(match[2]))

    @property
    def unix(self) -> Address:
        match = self.wait_for(r"listening on unix:(\S+)")
        return Address("unix", match[1], 0)

    @property
    def control(self) -> Address:
        match = self.wait_for(r"control socket: (\S+)")
        return Address("unix", match[1], 0)

    def ask_control(self, what: str) -> Any:
        """GET /control/v1/<what>, which must be answered 200."""
        response = self.http(self.control).get(f"/control/v1/{what}")
        assert response.status == 200, response
        return response.json

    def http(self, address: Address | None = None, **headers: str) -> Http:
        return Http(address or self.tcp, headers)

    def publish(self, channel: str, body: object, **headers: str) -> dict:
        """Publishes what must be accepted; the publisher's answer."""
        response = self.http(**headers).publish(channel, body)
        assert response.status == 200, response
        return response.json

    def client(self, path: str, address: Address | None = None,
               headers: dict[str, str] | None = None) -> Client:
        """A WebSocket client, closed when the daemon is stopped."""
        channel = path.removeprefix("/ws").removeprefix("/").partition("?")[0]
        client = Client(address or self.tcp, path, headers or {}, channel or None)
        self.keep(client)
        return client

    def keep(self, client: WebSocket) -> None:
        """Has it closed when the daemon is stopped."""
        self._clients.append(client)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """The exit code, once all that was logged has been read."""
        code = self.process.wait(TIMEOUT)
        self._log.join()
        return code

    def stop(self) -> None:
        """SIGTERM; the daemon must end well and no sanitizer may have complained."""
        for client in self._clients:
            client.abandon()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            code = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the daemon:\n{self.log}") from None
        assert not SANITIZER.search(self.log), self.log
        assert code == 0, f"exit code {code}:\n{self.log}"

    def kill(self) -> None:
        for client in self._clients:
            client.abandon()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.join()


def run(*arguments: str | Path, environment: dict[str, str] | None = None,
        ) -> subprocess.CompletedProcess[str]:
    """Runs sentiod to its end, as for --check-config."""
    return subprocess.run([str(SENTIOD), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT, env=environment,
                          check=False)

# SPDX-License-Identifier: MIT
"""A sentiod on a free port, ended with the test."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
from pathlib import Path

from documents import SENTIOD

TIMEOUT = 60
DOCUMENTED = "127.0.0.1:8000"


class Daemon:
    def __init__(self, config: Path, *arguments: str, folder: Path | None = None) -> None:
        self.log: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        environment = {**os.environ, "PATH": f"{SENTIOD.parent}:{os.environ['PATH']}"}
        self.process = subprocess.Popen(
            [str(SENTIOD), "-c", str(config), "--set", "server.listen=127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
            cwd=folder)
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self.wait_for(r"listening on (127\.0\.0\.1:\d+)")[1]
        self.wait_for(r"\bready\b")

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that matches, from the last one that was waited for on."""
        while True:
            line = self._lines.get(timeout=TIMEOUT)
            assert line is not None, f"no line matches {pattern!r}:\n" + "\n".join(self.log)
            self.log.append(line)
            match = re.search(pattern, line)
            if match:
                return match

    def shell(self, commands: str) -> str:
        """Runs a document's commands, with this daemon's address in place of the documented one."""
        assert DOCUMENTED in commands
        done = subprocess.run(["sh", "-euc", commands.replace(DOCUMENTED, self.address)],
                              capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, str(done)
        return done.stdout

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(TIMEOUT) == 0
        finally:
            self.process.kill()
            self.process.wait()

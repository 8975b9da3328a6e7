# SPDX-License-Identifier: MIT
"""Channels whose plugin runs in a worker, and the workers themselves."""

from __future__ import annotations

import json
import os
import random
import re
import select
import signal
import threading
import time
from pathlib import Path
from typing import Any, Iterable

from .client import Client
from .config import BAD_PLUGINS, SENTIOD
from .daemon import Daemon
from .limits import TIMEOUT
from .raw import Answer, Reader, post

DIED = r"plugin fault: the worker of \S+ died of"


def sanitized() -> bool:
    program = SENTIOD.read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def isolated(name: str, **settings: Any) -> dict[str, Any]:
    """A channel of one of the tests' plugins, in a worker."""
    return {"plugin": BAD_PLUGINS / f"{name}.so", "isolation": "process", **settings}


def status(host: Daemon, name: str) -> dict[str, Any]:
    """What the host says of the channel."""
    channels = host.http().get("/api/v1/channels").json["channels"]
    return next(item for item in channels if item["name"] == name)


def children(pid: int) -> list[int]:
    """The processes that it has started and that are not over."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)


class Process:
    """A worker, which can be waited for although it is another's child."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        signal.pidfd_send_signal(self._fd, number)

    def gone(self, timeout: float = TIMEOUT) -> bool:
        """Waits for its end."""
        return bool(select.select([self._fd], [], [], timeout)[0])

    def toils(self) -> None:
        """Waits until it has used some of the processor's time, as an endless loop does."""
        begin = self._ticks()
        deadline = time.monotonic() + TIMEOUT
        while self._ticks() < begin + 10:
            assert not self.gone(0.01)
            assert time.monotonic() < deadline, "it does nothing"

    def _ticks(self) -> int:
        return int(Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()[11])

    def close(self) -> None:
        os.close(self._fd)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def worker(host: Daemon) -> Process:
    """The only worker of the host."""
    pids = children(host.process.pid)
    assert len(pids) == 1, pids
    return Process(pids[0])


def kill_one(host: Daemon, chance: random.Random) -> bool:
    """Any of its workers. False: that one had gone by itself."""
    pids = children(host.process.pid)
    if not pids:
        return False
    try:
        with Process(chance.choice(pids)) as victim:
            victim.kill()
    except ProcessLookupError:
        return False
    return True


def deaths(host: Daemon) -> list[re.Match[str]]:
    """The log's lines about workers that died."""
    return [match for match in map(re.compile(DIED).search, host.lines) if match]


def set_aside(state: Path, name: str) -> list[Any]:
    """The calls that two workers died of, the oldest first."""
    folder = state / "set-aside"
    files = sorted(folder.glob(f"{name}.*.json")) if folder.exists() else []
    return [json.loads(file.read_text()) for file in files]


def follow(host: Daemon, name: str) -> Client:
    client = host.client(f"/ws/{name}")
    client.subscribe()
    return client


def pipeline(host: Daemon, name: str, data: Iterable[Any]) -> list[Answer]:
    """Publishes each as {"data": ...} without waiting for the one before; all the answers."""
    requests = [post(json.dumps({"data": one}), path=f"/api/v1/publish/{name}") for one in data]
    with host.tcp.connect() as connection:
        sender = threading.Thread(target=connection.sendall, args=(b"".join(requests),))
        sender.start()
        answers = Reader(connection).answers(len(requests))
        sender.join()
    return answers

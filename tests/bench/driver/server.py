# SPDX-License-Identifier: MIT
"""One server process, from start to end."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peers import Peer, Place
from scenarios import Scenario

START_LIMIT = 20.0
STOP_LIMIT = 20.0
PRODUCTION = {**os.environ, "NODE_ENV": "production"}


class Unmeasured(Exception):
    """A server or the load generator failed."""


@dataclass(frozen=True)
class Server:
    port: int
    pids: list[int]
    folder: Path


def on_cores(command: list[str], *, server: bool) -> list[str]:
    """The load generator has the last core to itself, the server the others: where the kernel
    would put them is chance, and it decides how long one takes to wake the other."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return command
    chosen = cores[:-1] if server else cores[-1:]
    return ["taskset", "-c", ",".join(map(str, chosen)), *command]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await_listener(process: subprocess.Popen[bytes], port: int) -> None:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise Unmeasured(f"it ended at once, status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Unmeasured("it does not listen")


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    pids = [pid]
    for known in pids:
        pids += parents.get(known, [])
    return pids


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed one, which the load generator does not check."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    done = subprocess.run(
        ["openssl", "req", "-x509", *kind, *name, *files], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Unmeasured(f"openssl made no certificate: {done.stderr.strip()}")
    return certificate, key


@contextmanager
def running(peer: Peer, scenario: Scenario, build: Path, peers: Path) -> Iterator[Server]:
    """Starts `peer` on a free port, and ends it; its messages are kept for when it fails."""
    with tempfile.TemporaryDirectory(prefix="sentio-bench-") as name:
        folder = Path(name)
        certificate = _make_certificate(folder) if scenario.tls else None
        place = Place(_free_port(), folder, build, peers, scenario.name, certificate)
        with (folder / "messages").open("wb") as messages:
            command = on_cores(peer.command(place), server=True)
            process = subprocess.Popen(
                command, stdout=messages, stderr=messages, cwd=folder, env=PRODUCTION
            )
        try:
            _await_listener(process, place.port)
            yield Server(place.port, _family(process.pid), folder)
        except Unmeasured as failure:
            said = (folder / "messages").read_text(errors="replace").strip()
            raise Unmeasured(f"{failure} {said[-400:]}".strip()) from failure
        finally:
            _stop(process)

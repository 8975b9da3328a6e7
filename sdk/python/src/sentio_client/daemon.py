# SPDX-License-Identifier: MIT
"""`python -m sentio.ui.api`: becomes sentiod, with a configuration for a developer's machine unless
the arguments name another."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import List, NoReturn, Optional, Sequence

USAGE = """usage: python -m sentio.ui.api [ARGUMENT OF sentiod]...

Runs sentiod in the place of this process: SENTIO_DAEMON, or the one in PATH, or /usr/sbin/sentiod.
Without -c it listens on 127.0.0.1:8000, believes every user_id, and keeps its state and an admin
token in $XDG_STATE_HOME/sentio, or ~/.local/state/sentio. "sentiod --help" shows the arguments.
"""

CONFIG = Path(__file__).with_name("development.conf")


def find_daemon() -> Optional[str]:
    named = os.environ.get("SENTIO_DAEMON")
    if named:
        return shutil.which(named)
    return shutil.which("sentiod") or shutil.which("/usr/sbin/sentiod")


def state_folder() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "sentio"


def make_token(state: Path) -> str:
    """The admin token of this machine, and the file by which the host knows it."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = state / "admin.token"
    if not secret.exists() or not secret.read_text().strip():
        _write(secret, secrets.token_hex(24) + "\n")
    token = secret.read_text().strip()
    digest = hashlib.sha256(token.encode()).hexdigest()
    _write(state / "admin-tokens", f"development:sha256:{digest}\n")
    return token


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def names_config(arguments: Sequence[str]) -> bool:
    return any(argument == "--config" or argument.startswith("--config=")
               or (argument.startswith("-c") and not argument.startswith("--"))
               for argument in arguments)


def command(daemon: str, arguments: Sequence[str]) -> List[str]:
    """The command line of sentiod; makes what the default configuration needs."""
    if names_config(arguments) or "--help" in arguments or "--version" in arguments:
        return [daemon, *arguments]
    state = state_folder()
    print(f"sentio: admin token: {make_token(state)}", file=sys.stderr)
    return [daemon, "-c", str(CONFIG), "--set", f"server.state_dir={state}",
            "--set", f"auth.admin_tokens_file={state / 'admin-tokens'}", *arguments]


def main(arguments: Optional[Sequence[str]] = None) -> NoReturn:
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given in (["-h"], ["--help"]):
        print(USAGE, end="")
    daemon = find_daemon()
    if daemon is None:
        named = os.environ.get("SENTIO_DAEMON")
        sys.exit(f"sentio: SENTIO_DAEMON: {named}: there is no such program" if named else
                 "sentio: sentiod is not installed: install the package sentio-host, or set "
                 "SENTIO_DAEMON to where it is")
    try:
        line = command(daemon, ["--help"] if given == ["-h"] else given)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(daemon, line)
    except OSError as error:
        sys.exit(f"sentio: {error.filename or daemon}: {error.strerror}")

# SPDX-License-Identifier: MIT
"""A daemon whose configuration and plugins change while it runs."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any, Callable

from .config import BAD_PLUGINS
from .daemon import Daemon


def install(source: str | Path, target: Path) -> Path:
    """As packages do it: the new file is renamed over the old one. A name is a test plugin's."""
    path = source if isinstance(source, Path) else BAD_PLUGINS / f"{source}.so"
    fresh = target.with_name(target.name + ".fresh")
    shutil.copyfile(path, fresh)
    os.rename(fresh, target)
    return target


class Live:
    """`configure` writes the file, `reload` and `hang_up` have it read."""

    def __init__(self, host: Daemon, write: Callable[..., Path], changes: dict[str, Any]) -> None:
        self.host = host
        self._write = write
        self._changes = changes

    def configure(self, **changes: Any) -> Path:
        """In place of all changes of before; a section that is not named stays as it was."""
        self._changes = {**self._changes, **changes}
        return self._write(**self._changes)

    def ask(self) -> tuple[int, Any]:
        """Over the control socket: the status and the answer."""
        response = self.host.http(self.host.control).request("POST", "/control/v1/reload")
        return response.status, response.json

    def reload(self, **changes: Any) -> dict[str, Any]:
        """A reload that goes well; its answer."""
        if changes:
            self.configure(**changes)
        status, answer = self.ask()
        assert (status, answer["ok"]) == (200, True), answer
        return answer

    def changes(self, **changes: Any) -> list[str]:
        """What a reload that goes well has changed."""
        return self.reload(**changes)["changes"]

    def refused(self, **changes: Any) -> list[str]:
        """The errors of a reload that does not go well."""
        if changes:
            self.configure(**changes)
        status, answer = self.ask()
        assert (status, answer["ok"]) == (422, False), answer
        return answer["errors"]

    def hang_up(self) -> str:
        """SIGHUP; how it went, as the log says."""
        mark = self.host.mark()
        self.host.signal(signal.SIGHUP)
        return self.host.wait_for(r"reload: (done.*|failed: .*)", since=mark)[1]

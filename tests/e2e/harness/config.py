# SPDX-License-Identifier: MIT
"""Writes the daemon's configuration (libconfig) from Python values."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("SENTIO_BUILD", TREE / "build")).resolve()
SENTIOD = BUILD / "bin" / "sentiod"
FEED = BUILD / "bin" / "sentio-feed"
BAD_PLUGINS = BUILD / "tests" / "plugins"

ADMIN_TOKEN = "an-admin-token-of-the-tests"
PUBLISHER_KEY = "a-publisher-key-of-the-tests"

# "process" runs every channel's plugin in a worker, unless the test says otherwise.
ISOLATION = os.environ.get("SENTIO_ISOLATION") or None
STARTS_PROGRAMS = ("exec.so",)  # in a worker in any case, which the setting forbids

CHANNELS = ("trade-signals", "market-data", "earnings", "notifications", "admin")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 2**31 else f"{value}L"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (str, Path)):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, dict):
        members = " ".join(f"{name} = {_text(item)};" for name, item in value.items()
                           if item is not None)
        return "{ " + members + " }"
    items = ", ".join(_text(item) for item in value)
    if value and all(isinstance(item, dict) for item in value):
        return "(\n  " + items.replace("}, {", "},\n  {") + "\n)"
    return "[" + items + "]"


def dumps(config: dict[str, Any]) -> str:
    """The configuration as libconfig text, one section a line."""
    return "".join(f"{name} = {_text(value)};\n" for name, value in config.items())


def secret_file(path: Path, **secrets: str) -> Path:
    """A file of `name:sha256:hex` lines that only the owner reads."""
    lines = (f"{name}:sha256:{hashlib.sha256(secret.encode()).hexdigest()}\n"
             for name, secret in secrets.items())
    path.write_text("".join(lines))
    path.chmod(0o600)
    return path


def default_config(directory: Path) -> dict[str, Any]:
    """The five channels on a free loopback port, answering at once, in open mode."""
    state = directory / "state"
    state.mkdir(exist_ok=True)
    tokens = secret_file(directory / "admin-tokens", operator=ADMIN_TOKEN)
    return {
        "server": {"listen": ["127.0.0.1:0"], "io_threads": 2, "state_dir": state},
        "auth": {"mode": "open", "admin_tokens_file": tokens},
        "plugins": {"dir": BUILD / "plugins"},
        "channels": [channel(name) for name in CHANNELS],
    }


def channel(name: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "plugin": name.replace("-", "_") + ".so", **settings}


def merged(config: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`config` with sections updated and channels merged by name; None takes a setting away."""
    result = copy.deepcopy(config)
    for section, values in changes.items():
        if section == "channels":
            _merge_channels(result["channels"], values)
        else:
            result[section] = {**result.get(section, {}), **values}
    for item in result["channels"] if ISOLATION else ():
        if Path(item["plugin"]).name not in STARTS_PROGRAMS:
            item.setdefault("isolation", ISOLATION)
    return result


def _merge_channels(channels: list[dict[str, Any]], changes: dict[str, dict[str, Any]]) -> None:
    by_name = {item["name"]: item for item in channels}
    for name, settings in changes.items():
        if name in by_name:
            by_name[name].update(settings)
        else:
            channels.append({"name": name, **settings})

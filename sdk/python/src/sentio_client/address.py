# SPDX-License-Identifier: MIT
"""Where the host is: "http://…", "https://…" or "unix:/run/sentio/sentio.sock"."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Optional
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Address:
    text: str
    host: str  # "" for a unix socket
    port: int
    path: str  # of the unix socket; otherwise what stands before /api, usually ""
    tls: Optional[ssl.SSLContext]

    @property
    def unix(self) -> Optional[str]:
        return self.path if not self.host else None

    @property
    def prefix(self) -> str:
        return self.path if self.host else ""

    @property
    def authority(self) -> str:
        """For the Host header."""
        if not self.host:
            return "localhost"
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.tls else 80) else f"{name}:{self.port}"


def address_of(url: str, tls: Optional[ssl.SSLContext] = None) -> Address:
    """`tls` is for https alone, in place of what the system trusts. Raises ValueError."""
    if any(character <= " " or character > "~" for character in url):
        raise ValueError(f"{url!r}: spaces and what is not ASCII have no place in an address")
    if url.startswith("unix:"):
        return _unix(url, tls)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r}: an address is http://host:port, https://host or unix:/path")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{parts.scheme}://{parts.hostname}: an address has no user name, query or "
                         "fragment; give the key as publisher_key")
    if not _is_name(parts.hostname):
        raise ValueError(f"{url!r}: {parts.hostname} is no host's name")
    if parts.scheme == "http" and tls is not None:
        raise ValueError(f"{url!r}: a TLS context is for https://")
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{url!r}: the port must be 1 to 65535") from None
    if port == 0:
        raise ValueError(f"{url!r}: the port must be 1 to 65535")
    secure = parts.scheme == "https"
    context = (tls or ssl.create_default_context()) if secure else None
    return Address(url, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"),
                   context)


def _is_name(host: str) -> bool:
    try:
        return len(host.encode("idna")) < 256
    except UnicodeError:
        return False


def _unix(url: str, tls: Optional[ssl.SSLContext]) -> Address:
    path = url[len("unix:"):]
    path = path[2:] if path.startswith("//") else path
    if not path.startswith("/"):
        raise ValueError(f"{url!r}: the path of a unix socket begins with /")
    if tls is not None:
        raise ValueError(f"{url!r}: a TLS context is for https://")
    return Address(url, "", 0, path, None)

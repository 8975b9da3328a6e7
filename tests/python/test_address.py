# SPDX-License-Identifier: MIT
"""What a publisher takes as an address, and what it says of the rest."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from sentio_client import AsyncPublisher, Publisher
from sentio_client.address import address_of


@pytest.mark.parametrize("url, host, port, prefix, authority", [
    ("http://127.0.0.1:8000", "127.0.0.1", 8000, "", "127.0.0.1:8000"),
    ("http://localhost", "localhost", 80, "", "localhost"),
    ("https://example.com/", "example.com", 443, "", "example.com"),
    ("https://example.com:80/live/", "example.com", 80, "/live", "example.com:80"),
    ("http://[::1]:8000", "::1", 8000, "", "[::1]:8000"),
])
def test_an_address_is_taken_apart(url: str, host: str, port: int, prefix: str,
                                   authority: str) -> None:
    address = address_of(url)
    assert (address.host, address.port, address.prefix) == (host, port, prefix)
    assert address.authority == authority
    assert address.unix is None
    assert (address.tls is not None) == url.startswith("https")


@pytest.mark.parametrize("url", ["unix:/run/sentio/sentio.sock", "unix:///run/sentio/sentio.sock"])
def test_a_unix_socket_is_an_address(url: str) -> None:
    address = address_of(url)
    assert address.unix == "/run/sentio/sentio.sock"
    assert (address.prefix, address.authority) == ("", "localhost")


@pytest.mark.parametrize("url", [
    "", "127.0.0.1:8000", "localhost", "ftp://localhost", "http://", "http://host:0",
    "http://host:65536", "http://host:port", "http://user:secret@host", "http://host/?a=b",
    "http://host/#a", "unix:relative.sock", "http://host\r\nX: y", "http://hóst", "http://a..b",
    f"http://{'x' * 64}.com", "http://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        address_of(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost", "unix:/a"])
def test_a_tls_context_is_refused_where_there_is_no_tls(url: str) -> None:
    with pytest.raises(ValueError, match="TLS"):
        address_of(url, ssl.create_default_context())


@pytest.mark.parametrize("kind", [Publisher, AsyncPublisher])
@pytest.mark.parametrize("name", ["timeout", "connections", "batch_bytes", "queue", "queue_bytes"])
def test_a_setting_of_nothing_is_refused(kind: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, not 0"):
        kind(**{name: 0})


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_publisher_key_that_breaks_a_header_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="publisher key"):
        Publisher(publisher_key=key)


def test_the_key_is_not_shown() -> None:
    publisher = Publisher(publisher_key="a-secret")
    request = publisher._writer.one("ticker", {}, None)
    assert "a-secret" in request.headers["Authorization"]
    assert "secret" not in repr(publisher) + repr(vars(publisher)) + repr(request)

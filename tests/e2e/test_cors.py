# SPDX-License-Identifier: MIT
"""Cross-origin requests of browsers, by server.origins."""

from __future__ import annotations

import pytest

from harness.daemon import Daemon

REACT = "http://localhost:3000"
PATHS = ["/api/v1/health", "/api/v1/dashboard/trade-signals", "/api/v1/market/quotes?symbols=AAPL"]


@pytest.mark.parametrize("path", PATHS)
def test_an_allowed_origin_may_read_the_answer(host: Daemon, path: str) -> None:
    response = host.http(Origin=REACT).get(path)
    assert response.status == 200
    assert response.headers["access-control-allow-origin"] in (REACT, "*")
    assert "origin" in response.headers.get("vary", "").lower()


def test_an_error_may_be_read_too(host: Daemon) -> None:
    response = host.http(Origin=REACT).get("/api/v1/market/quote/NONE")
    assert response.status == 404
    assert response.headers["access-control-allow-origin"] in (REACT, "*")


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_origin_may_not_read_the_answer(host: Daemon, path: str) -> None:
    response = host.http(Origin="https://evil.example").get(path)
    assert "access-control-allow-origin" not in response.headers


def test_a_request_without_an_origin_gets_no_cors_headers(host: Daemon) -> None:
    response = host.http().get("/api/v1/health")
    assert response.status == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_of_an_allowed_origin_is_granted(host: Daemon, path: str) -> None:
    http = host.http(Origin=REACT, Access_Control_Request_Method="GET",
                     Access_Control_Request_Headers="authorization,content-type")
    response = http.request("OPTIONS", path)
    assert response.status in (200, 204), response
    assert response.headers["access-control-allow-origin"] in (REACT, "*")
    assert "GET" in response.headers["access-control-allow-methods"]
    assert "authorization" in response.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_of_a_foreign_origin_is_not(host: Daemon, path: str) -> None:
    http = host.http(Origin="https://evil.example", Access_Control_Request_Method="GET")
    response = http.request("OPTIONS", path)
    assert "access-control-allow-origin" not in response.headers


def test_only_the_configured_origin_is_allowed(start) -> None:
    host = start(server={"origins": ["https://app.example"]})
    good = host.http(Origin="https://app.example").get("/api/v1/health")
    assert good.headers["access-control-allow-origin"] == "https://app.example"
    bad = host.http(Origin=REACT).get("/api/v1/health")
    assert "access-control-allow-origin" not in bad.headers

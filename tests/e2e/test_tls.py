# SPDX-License-Identifier: MIT
"""The TLS listener: wss and https."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path

import pytest

from harness import bodies
from harness.client import symbols
from harness.daemon import Daemon, run
from harness.limits import TIMEOUT
from harness.raw import Reader, get, post

GOOD = json.dumps(bodies.signals("AAPL"))


@pytest.fixture
def secure(start, certificate: tuple[Path, Path]) -> Daemon:
    chain, key = certificate
    return start(server={"listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})


def test_wss_and_https_carry_the_same_channels(secure: Daemon) -> None:
    client = secure.client("/ws/trade-signals", secure.tls)
    client.subscribe("AAPL")
    publisher = secure.http(secure.tls)
    for offset in range(1, 51):
        response = publisher.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
        assert response.json["offset"] == 2 * offset
        assert symbols(client.live()) == ["AAPL"]


def test_plain_and_tls_clients_share_an_update(secure: Daemon) -> None:
    clients = [secure.client("/ws/trade-signals", address)
               for address in (secure.tcp, secure.tls)]
    for client in clients:
        client.subscribe("AAPL")
    secure.publish("trade-signals", bodies.signals("AAPL"))
    plain, encrypted = (client.live() for client in clients)
    assert plain == encrypted


@pytest.mark.parametrize("size", [10_000, 60_000, 900_000])
def test_a_large_body_and_a_large_message_pass_through_tls(secure: Daemon, size: int) -> None:
    client = secure.client("/ws/trade-signals", secure.tls)
    client.subscribe("AAPL")
    body = bodies.signals("AAPL", padding="x" * size)
    assert secure.http(secure.tls).publish("trade-signals", body).status == 200
    assert client.live()["data"][0]["padding"] == "x" * size


@pytest.mark.parametrize("first", [post(GOOD), get("/api/v1/health")], ids=["publish", "get"])
def test_a_publish_that_is_sent_ahead_is_refused_as_a_whole(secure: Daemon, first: bytes) -> None:
    with secure.tls.connect() as connection:
        connection.sendall(first + post(GOOD) * 3)
        reader = Reader(connection)
        answers = reader.answers(2)
        assert reader.rest() == b""
    assert [answer.status for answer in answers] == [200, 503]
    assert answers[1].headers["connection"] == "close" and answers[1].headers["retry-after"]
    published = 1 if first == post(GOOD) else 0
    assert secure.publish("trade-signals", GOOD)["offset"] == published + 1


def test_the_certificate_is_the_configured_one(secure: Daemon,
                                               certificate: tuple[Path, Path]) -> None:
    url = f"https://localhost:{secure.tls.port}/api/v1/health"
    done = subprocess.run(["curl", "-sS", "--cacert", certificate[0], "--resolve",
                           f"localhost:{secure.tls.port}:127.0.0.1", "--max-time", str(TIMEOUT),
                           url], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["status"] == "healthy"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(secure: Daemon, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    plain = type(secure.tls)("tcp", secure.tls.host, secure.tls.port).connect()
    with plain, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plain)
    assert secure.client("/ws/trade-signals", secure.tls).ping()["type"] == "pong"


def test_plain_text_at_the_tls_port_does_no_harm(secure: Daemon) -> None:
    plain = type(secure.tls)("tcp", secure.tls.host, secure.tls.port).connect()
    with plain:
        plain.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            assert b"healthy" not in plain.recv(65536)
        except ConnectionError:
            pass
    assert secure.client("/ws/trade-signals", secure.tls).ping()["type"] == "pong"


def test_tls_without_a_certificate_is_a_configuration_error(write_config) -> None:
    done = run("-c", write_config(server={"listen": ["tls:127.0.0.1:0"]}), "--check-config")
    assert done.returncode == 1
    assert "certificate" in done.stderr + done.stdout


def test_a_key_that_does_not_fit_is_a_configuration_error(write_config, tmp_path: Path,
                                                          certificate: tuple[Path, Path]) -> None:
    key = tmp_path / "other.pem"
    subprocess.run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", key],
                   check=True, capture_output=True)
    config = write_config(server={"listen": ["tls:127.0.0.1:0"]},
                          tls={"certificate": certificate[0], "key": key})
    done = run("-c", config)
    assert done.returncode == 1
    assert str(key) in done.stderr or str(certificate[0]) in done.stderr

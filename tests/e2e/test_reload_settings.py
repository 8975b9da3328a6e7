# SPDX-License-Identifier: MIT
"""Settings of the host change while connections stay."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness import bodies
from harness.client import Client
from harness.config import ADMIN_TOKEN, PUBLISHER_KEY, secret_file
from harness.daemon import Daemon
from harness.websocket import Refused

ORIGIN = {"Origin": "https://dash.example"}
BEARER = {"Authorization": f"Bearer {PUBLISHER_KEY}"}


def subscribed(host: Daemon) -> Client:
    client = host.client("/ws/trade-signals")
    client.subscribe()
    return client


def test_every_change_is_named_once_and_nothing_else(go_live) -> None:
    live = go_live()
    assert live.changes() == []
    changes = live.changes(limits={"message_rate": 60, "topics": 7}, log={"level": "debug"},
                           server={"heartbeat": "40s", "origins": ["same", ORIGIN["Origin"]]})
    assert sorted(changes) == ["limits.message_rate changed", "limits.topics changed",
                               "log.level changed", "server.heartbeat changed",
                               "server.origins changed"]
    assert live.changes() == []


def test_the_message_size_holds_for_those_who_are_there(go_live) -> None:
    live = go_live()
    client = subscribed(live.host)
    client.accepted(action="subscribe", note="x" * 300)
    live.reload(limits={"message_size": "256B"})
    client.ping()
    client.tell(action="subscribe", note="x" * 300)
    assert client.closed().code == 1009


def test_the_outbox_holds_for_those_who_are_there(go_live) -> None:
    live = go_live(limits={"outbox": "64MiB"})
    client = live.host.client("/ws/trade-signals", replace(live.host.tcp, narrow=True))
    client.subscribe()
    for _ in range(20):
        live.host.publish("trade-signals", bodies.signals("AAPL", note="x" * 10_000))
    live.reload(limits={"outbox": "64KiB"})
    for _ in range(20):
        live.host.publish("trade-signals", bodies.signals("AAPL", note="x" * 10_000))
    assert client.closed().code == 4101


def test_a_lower_per_user_limit_is_for_who_comes(go_live) -> None:
    live = go_live()
    first, second = (live.host.client("/ws/trade-signals") for _ in range(2))
    first.subscribe(user_id="u")
    second.subscribe(user_id="u")
    live.reload(limits={"per_user": 2})
    third = live.host.client("/ws/trade-signals")
    third.tell(action="subscribe", user_id="u")
    assert third.closed().code == 1008
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    assert (first.live()["offset"], second.live()["offset"]) == (1, 1)
    live.reload(limits={"per_user": 3})
    live.host.client("/ws/trade-signals").subscribe(user_id="u")


def test_a_lower_limit_of_connections_is_for_who_comes(go_live) -> None:
    live = go_live(limits={"connections": 100})
    clients = [subscribed(live.host) for _ in range(3)]
    answer = live.reload(limits={"connections": 2})
    assert (answer["changes"], answer["restart"]) == (["limits.connections changed"], [])
    with pytest.raises(Refused) as refused:
        live.host.client("/ws/trade-signals")
    assert refused.value.status == 429
    for client in clients:
        client.ping()
    # There is room for more only from a restart on; the rest of it is taken over.
    answer = live.reload(limits={"connections": 200})
    assert (answer["changes"], answer["restart"]) == (["limits.connections changed"],
                                                      ["limits.connections"])
    subscribed(live.host)


def test_origins_are_asked_of_who_comes(go_live) -> None:
    live = go_live()
    with pytest.raises(Refused):
        live.host.client("/ws/trade-signals", headers=ORIGIN)
    live.reload(server={"origins": ["same", ORIGIN["Origin"]]})
    client = live.host.client("/ws/trade-signals", headers=ORIGIN)
    client.subscribe()
    live.reload(server={})
    with pytest.raises(Refused):
        live.host.client("/ws/trade-signals", headers=ORIGIN)
    client.ping()


def test_publisher_keys_are_read_again_although_no_setting_has_changed(go_live,
                                                                       tmp_path: Path) -> None:
    keys = secret_file(tmp_path / "keys", other="another key")
    live = go_live(publish={"keys_file": keys})
    http = live.host.http(**BEARER)
    assert http.publish("trade-signals", bodies.signals("AAPL")).status == 401
    secret_file(keys, backend=PUBLISHER_KEY)
    assert http.publish("trade-signals", bodies.signals("AAPL")).status == 401
    assert live.changes() == ["publisher keys and admin tokens changed"]
    assert http.publish("trade-signals", bodies.signals("AAPL")).status == 200
    secret_file(keys, other="another key")
    live.reload()
    assert http.publish("trade-signals", bodies.signals("AAPL")).status == 401


def test_admin_tokens_are_read_again(go_live, tmp_path: Path) -> None:
    live = go_live()
    client = live.host.client("/ws/admin")
    client.subscribe(admin_token=ADMIN_TOKEN)
    secret_file(tmp_path / "admin-tokens", operator="another token")
    assert live.changes() == ["publisher keys and admin tokens changed"]
    late = live.host.client("/ws/admin")
    late.tell(action="subscribe", admin_token=ADMIN_TOKEN)
    assert late.closed().code == 1008
    live.host.client("/ws/admin").subscribe(admin_token="another token")
    live.host.publish("admin", bodies.admin())
    assert client.live()["type"] == "admin_users"


def peer(host: Daemon) -> bytes:
    """The certificate that a new connection is shown."""
    with host.tls.connect() as connection:
        assert isinstance(connection, ssl.SSLSocket)
        return connection.getpeercert(binary_form=True) or b""


def test_a_new_certificate_is_shown_to_new_connections(go_live, tmp_path: Path,
                                                       certificate: tuple[Path, Path]) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for source, target in zip(certificate, (chain, key)):
        shutil.copy(source, target)
    live = go_live(server={"listen": ["127.0.0.1:0", "tls:127.0.0.1:0"]},
                   tls={"certificate": chain, "key": key})
    client = live.host.client("/ws/trade-signals", live.host.tls)
    client.subscribe()
    first = peer(live.host)
    assert live.changes() == []
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                    "-out", chain, "-days", "2", "-subj", "/CN=localhost"],
                   check=True, capture_output=True)
    assert peer(live.host) == first
    assert live.changes() == ["the TLS certificate changed"]
    second = peer(live.host)
    assert second != first
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    client.live()
    # Renewal writes one file after the other.
    shutil.copy(certificate[0], chain)
    assert "tls.key does not go with tls.certificate" in live.refused()[0].replace(str(key), "")
    assert peer(live.host) == second


def test_the_log_is_as_is_configured_now(go_live) -> None:
    live = go_live()
    mark = live.host.mark()
    live.reload(log={"level": "info", "format": "json"})
    live.host.wait_for(r'^\{.*"reload".*"done', since=mark)
    live.reload(log={"level": "error"})
    mark = live.host.mark()
    live.reload(limits={"topics": 3})
    live.reload(log={})
    live.host.wait_for("reload: done", since=mark)
    assert not [line for line in live.host.lines[mark:] if "limits.topics" in line]


def test_what_takes_a_restart_is_said_each_time_and_the_rest_is_done(go_live,
                                                                     tmp_path: Path) -> None:
    live = go_live()
    (tmp_path / "other").mkdir()
    changed = {"server": {"listen": ["127.0.0.1:1"], "io_threads": 3, "heartbeat": "40s",
                          "state_dir": tmp_path / "other", "control": tmp_path / "other.sock"},
               "compress": {"enabled": False, "min": "1KiB", "level": 9},
               "limits": {"queue": "1MiB"}}
    answer = live.reload(**changed)
    assert answer["changes"] == ["server.heartbeat changed"]
    names = {"server.listen", "server.io_threads", "server.state_dir", "server.control",
             "compress.enabled", "compress.min", "compress.level", "limits.queue"}
    assert set(answer["restart"]) == names
    mark = live.host.mark()
    assert set(live.reload(limits={"queue": "1MiB", "topics": 9})["restart"]) == names
    live.host.wait_for("reload: these take a restart: .*server.listen", since=mark)
    live.host.publish("trade-signals", bodies.signals("AAPL"))
    assert live.reload(server={}, compress={}, limits={})["restart"] == []


def test_status_tells_of_the_last_reload(go_live) -> None:
    live = go_live()
    assert live.host.ask_control("status")["reloads"] == {"done": 0, "failed": 0, "last": None}
    answer = live.reload(limits={"topics": 3})
    assert live.host.ask_control("status")["reloads"] == {"done": 1, "failed": 0, "last": answer}

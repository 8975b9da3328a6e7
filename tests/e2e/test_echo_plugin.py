# SPDX-License-Identifier: MIT
"""The services of the plugin ABI, through a plugin that tries them: tests/plugins/echo_test.c."""

from __future__ import annotations

import pytest

from harness.client import Client
from harness.config import BAD_PLUGINS
from harness.daemon import Daemon


@pytest.fixture
def host(start) -> Daemon:
    return start(channels={"echo": {"plugin": str(BAD_PLUGINS / "echo_test.so"),
                                    "options": {"colour": "red", "sizes": [1, 2]}}})


@pytest.fixture
def client(host: Daemon) -> Client:
    client = host.client("/ws/echo")
    client.subscribe()
    return client


def test_the_options_reach_open_as_json(host: Daemon) -> None:
    line = host.wait_for(r"echo_test opened with (\{.*\})")[1]
    assert '"colour"' in line and '"red"' in line and '"sizes"' in line


def test_an_unknown_action_of_the_client_reaches_the_plugin(client: Client) -> None:
    client.accepted(action="echo", payload=[1, {"a": "ä"}])
    message = client.next()
    assert message["type"] == "echo"
    assert message["data"]["payload"] == [1, {"a": "ä"}]


def test_what_a_call_sends_comes_in_the_order_asked(client: Client) -> None:
    client.accepted(action="burst")
    messages = [client.next() for _ in range(100)]
    assert [message["data"] for message in messages] == list(range(100))
    assert {message["type"] for message in messages} == {"burst"}


def test_nothing_of_a_failed_call_comes_to_pass(client: Client) -> None:
    client.refused(action="fail")
    client.accepted(action="echo")
    assert client.next()["type"] == "echo"
    assert client.ping()["type"] == "pong"


def test_a_service_tells_right_from_wrong_arguments(client: Client) -> None:
    client.accepted(action="count")
    good, bad = client.next(), client.next()
    assert (good["type"], good["data"]) == ("good", 0)
    assert (bad["type"], bad["data"]) == ("bad", -1)


def test_a_plugin_is_woken_and_may_emit_and_send(host: Daemon, client: Client) -> None:
    other = host.client("/ws/echo")
    other.subscribe()
    client.accepted(action="wake")
    messages = {message["type"]: message for message in (client.next(), client.next())}
    assert messages["slept"]["data"] >= 20
    assert messages["echoed"]["data"] == {"woken": True}
    assert other.next()["data"] == {"woken": True}


def test_a_plugin_closes_a_connection_with_code_and_reason(host: Daemon, client: Client) -> None:
    other = host.client("/ws/echo")
    other.subscribe()
    client.tell(action="hang up")
    closed = client.closed()
    assert (closed.code, closed.reason) == (4321, "you asked for it")
    host.publish("echo", {"still": "here"})
    assert other.next()["data"] == {"still": "here"}


def test_a_plugin_refuses_with_its_own_code(client: Client) -> None:
    answer = client.refused(action="refuse")
    assert (answer["code"], answer["message"]) == ("echo_refused", "refused, as you asked")


def test_a_plugin_denies_with_1008(client: Client) -> None:
    client.tell(action="deny")
    closed = client.closed()
    assert (closed.code, closed.reason) == (1008, "denied, as you asked")


def test_a_plugin_is_told_who_left(host: Daemon, client: Client) -> None:
    since = host.mark()
    client.close()
    host.wait_for("echo_test was left", since)


def test_a_plugin_is_told_who_vanished(host: Daemon, client: Client) -> None:
    since = host.mark()
    client.abandon()
    host.wait_for("echo_test was left", since)


def test_close_is_called_at_the_end(host: Daemon) -> None:
    host.stop()
    assert "echo_test closed" in host.log


def test_two_channels_of_one_plugin_have_nothing_in_common(start) -> None:
    plugin = str(BAD_PLUGINS / "echo_test.so")
    host = start(channels={"one": {"plugin": plugin}, "two": {"plugin": plugin}})
    one, two = host.client("/ws/one"), host.client("/ws/two")
    one.subscribe()
    two.subscribe()
    host.publish("one", {"n": 1})
    host.publish("two", {"n": 2})
    assert one.next()["data"] == {"n": 1}
    assert two.next()["data"] == {"n": 2}


def test_a_message_before_any_subscribe_is_answered(host: Daemon) -> None:
    client = host.client("/ws/echo")
    assert client.ask(action="echo")["type"] in ("ok", "error")
    assert client.ping()["type"] == "pong"

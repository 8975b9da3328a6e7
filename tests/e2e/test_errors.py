# SPDX-License-Identifier: MIT
"""What is wrong is answered, changes nothing, and the connection stays."""

from __future__ import annotations

import json

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.daemon import Daemon


@pytest.fixture
def client(host: Daemon) -> Client:
    client = host.client("/ws/trade-signals")
    client.subscribe("AAPL")
    return client


def still_works(host: Daemon, client: Client) -> None:
    host.publish("trade-signals", bodies.signals("AAPL", "MSFT"))
    assert symbols(client.live()) == ["AAPL"]


@pytest.mark.parametrize("text", [
    "", " ", "{", "}", "nonsense", '{"action":"subscribe"', '{"action":subscribe}',
    "{'action':'ping'}", '{"action":"ping",}', '{"action":"ping"} trailing', '{"a":01}',
    '{"action":"ping","x":NaN}', '{"action":"\\ud800"}', '{"action":"ping","x":1e999}',
    '{"x":' + "[" * 100 + "]" * 100 + "}", '{"action":"p\ning"}', "\ufeff{}",
])
def test_malformed_json_is_an_error(host: Daemon, client: Client, text: str) -> None:
    client.send(text)
    error = client.error()
    assert error["code"] == "invalid_json"
    assert error["message"]
    still_works(host, client)


@pytest.mark.parametrize("text", ["[]", '"ping"', "1", "true", "null", '[{"action":"ping"}]'])
def test_a_message_that_is_no_object_is_an_error(host: Daemon, client: Client, text: str) -> None:
    client.send(text)
    assert client.error()["message"]
    still_works(host, client)


@pytest.mark.parametrize("action", ["", "Subscribe", "publish", "shutdown", "subscribe "])
def test_an_unknown_action_is_an_error(host: Daemon, client: Client, action: str) -> None:
    assert client.refused(action=action)["code"] == "unknown_action"
    still_works(host, client)


def test_a_missing_action_is_an_error(host: Daemon, client: Client) -> None:
    client.refused(symbols=["MSFT"])
    still_works(host, client)


@pytest.mark.parametrize("field", [
    {"action": 1}, {"action": ["ping"]}, {"action": None},
    {"action": "subscribe", "symbols": "MSFT"}, {"action": "subscribe", "symbols": {"MSFT": 1}},
    {"action": "subscribe", "symbols": 1},
    {"action": "subscribe", "user_id": 1}, {"action": "subscribe", "user_id": ["user_001"]},
    {"action": "unsubscribe", "symbols": "AAPL"},
])
def test_a_field_of_the_wrong_type_is_an_error(host: Daemon, client: Client, field: dict) -> None:
    assert client.refused(**field)["code"] == "invalid_field"
    still_works(host, client)


@pytest.mark.parametrize("symbols_", [[1], [None], [["MSFT"]], ["MSFT", True]])
def test_a_symbol_that_is_no_string_is_an_error(host: Daemon, client: Client,
                                                symbols_: list) -> None:
    client.refused(action="subscribe", symbols=symbols_)
    still_works(host, client)


@pytest.mark.parametrize("name", [True, None, [1], {"a": 1}])
def test_an_id_that_is_neither_text_nor_number_is_an_error(host: Daemon, client: Client,
                                                           name: object) -> None:
    client.tell(action="subscribe", symbols=["MSFT"], id=name)
    error = client.error()
    assert error["code"] == "invalid_field"
    still_works(host, client)


def test_the_same_field_twice_is_an_error(host: Daemon, client: Client) -> None:
    client.send('{"action":"subscribe","symbols":["AAPL"],"symbols":["MSFT"]}')
    assert client.error()["code"] in ("invalid_field", "invalid_json")
    still_works(host, client)


def test_a_field_that_nobody_knows_is_passed_over(host: Daemon, client: Client) -> None:
    client.accepted(action="subscribe", symbols=["AAPL"], colour="red", version=2)
    still_works(host, client)


def test_an_error_carries_the_id_of_what_it_answers(client: Client) -> None:
    client.tell(action="subscribe", symbols=["not a symbol"], id="the id")
    assert client.error()["id"] == "the id"


def test_an_error_without_an_id_has_none(client: Client) -> None:
    client.tell(action="jump")
    assert "id" not in client.error()


def test_an_error_does_not_repeat_what_would_break_it(client: Client) -> None:
    client.tell(action='"},{"type":"ok\u0000\u001f', symbols=['"\\\u2028'])
    assert client.error()["code"] == "unknown_action"


def test_actions_are_answered_in_the_order_in_which_they_came(client: Client) -> None:
    for name in range(30):
        client.tell(action="subscribe" if name % 3 else "jump", symbols=[f"S{name}"], id=name)
        if name % 9 == 8:
            client.tell(action="subscribe", symbols=["AAPL"], id=f"good {name}")
    answers = [json.loads(client.message()) for _ in range(33)]
    ids = [answer["id"] for answer in answers if isinstance(answer["id"], int)]
    assert ids == list(range(30))
    assert all((answer["type"] == "error") == (answer["id"] % 3 == 0)
               for answer in answers if isinstance(answer["id"], int))


def test_names_and_escapes_mean_the_same(host: Daemon, client: Client) -> None:
    client.send('\n { "\\u0061ction" :\t"subscri\\u0062e", "symbols":["\\u004dSFT"], "id":1 } \r\n')
    assert sorted(json.loads(client.message())["symbols"]) == ["AAPL", "MSFT"]
    host.publish("trade-signals", bodies.signals("MSFT"))
    assert symbols(client.live()) == ["MSFT"]

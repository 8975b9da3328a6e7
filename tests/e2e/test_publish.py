# SPDX-License-Identifier: MIT
"""Publishing over HTTP: what is taken, what is rejected, and that bytes pass untouched."""

from __future__ import annotations

import json

import pytest

from harness import bodies
from harness.client import Client, symbols
from harness.config import ADMIN_TOKEN, CHANNELS
from harness.daemon import Daemon
from harness.http import Response


def subscriber(host: Daemon, channel: str) -> Client:
    client = host.client(f"/ws/{channel}")
    client.subscribe("*", user_id="user_001", admin_token=ADMIN_TOKEN)
    return client


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_valid_body_is_answered_with_what_was_accepted(host: Daemon, channel: str) -> None:
    answer = host.publish(channel, bodies.VALID[channel])
    assert answer["channel"] == channel
    assert (answer["accepted"], answer["offset"]) == (1, 1)
    assert isinstance(answer["epoch"], str) and answer["epoch"]


WRONG = [
    ("trade-signals", {}, None),
    ("trade-signals", {"data": {}}, "data"),
    ("trade-signals", {"data": "AAPL"}, "data"),
    ("trade-signals", {"data": [1]}, None),
    ("trade-signals", {"data": [{"signal": "buy", "confidence": 1}]}, "symbol"),
    ("trade-signals", {"data": [bodies.signal("A B")]}, "symbol"),
    ("trade-signals", {"data": [bodies.signal("")]}, "symbol"),
    ("trade-signals", {"data": [bodies.signal("AAPL", "hodl")]}, "signal"),
    ("trade-signals", {"data": [bodies.signal("AAPL", "buy", 1.01)]}, "confidence"),
    ("trade-signals", {"data": [bodies.signal("AAPL", "buy", -0.1)]}, "confidence"),
    ("trade-signals", {"data": [{**bodies.signal("AAPL"), "confidence": "0.8"}]}, "confidence"),
    ("market-data", {}, None),
    ("market-data", {"data": [{"symbol": "AAPL"}]}, "price"),
    ("market-data", {"data": [{"price": 1}]}, "symbol"),
    ("market-data", {"data": [bodies.quote("AAPL", "1")]}, "price"),
    ("market-data", {"data": [bodies.quote("AAPL", None)]}, "price"),
    ("earnings", {"data": {}}, "user_id"),
    ("earnings", {"user_id": 1, "data": {}}, "user_id"),
    ("earnings", {"user_id": "", "data": {}}, "user_id"),
    ("earnings", {"user_id": "u" * 200, "data": {}}, "user_id"),
    ("earnings", {"user_id": "user_001"}, "data"),
    ("earnings", {"user_id": "user_001", "data": []}, "data"),
    ("notifications", {"data": bodies.notification("u")["data"]}, "user_id"),
    ("notifications", {"user_id": "u", "data": {"type": "success", "title": "t"}}, "message"),
    ("notifications", {"user_id": "u", "data": {"type": "alarm", "title": "t", "message": "m"}},
     "type"),
    ("notifications", {"user_id": "u"}, "data"),
    ("admin", {"data": {}}, "kind"),
    ("admin", {"kind": "", "data": {}}, "kind"),
    ("admin", {"kind": "users"}, "data"),
    ("admin", {"kind": "users", "data": []}, "data"),
]


@pytest.mark.parametrize("channel,body,field", WRONG)
def test_an_invalid_body_is_422_with_its_errors_and_publishes_nothing(
        host: Daemon, channel: str, body: dict, field: str | None) -> None:
    client = subscriber(host, channel)
    answer = rejected(host.http().publish(channel, body))
    for error in answer["errors"]:
        assert error["message"]
    if field:
        assert field in [error.get("field") for error in answer["errors"]], answer
    assert host.publish(channel, bodies.VALID[channel])["offset"] == 1
    assert client.live()["offset"] == 1


def rejected(response: Response) -> dict:
    assert response.status == 422, response
    assert response.detail and response.json["errors"]
    return response.json


def test_one_bad_item_and_nothing_of_the_update_is_published(host: Daemon) -> None:
    client = subscriber(host, "trade-signals")
    batch = [bodies.signal(f"S{number}") for number in range(10)]
    batch[2]["confidence"] = 7
    batch[7]["signal"] = "maybe"
    answer = rejected(host.http().publish("trade-signals", {"data": batch}))
    places = [(error["item"], error["field"]) for error in answer["errors"]]
    assert places == [(2, "confidence"), (7, "signal")]
    host.publish("trade-signals", bodies.signals("AFTER"))
    assert symbols(client.live()) == ["AFTER"]


@pytest.mark.parametrize("channel", ["trade-signals", "market-data"])
def test_an_empty_batch_moves_nothing(host: Daemon, channel: str) -> None:
    response = host.http().publish(channel, {"data": []})
    if response.status == 200:
        assert response.json["accepted"] == 0
    else:
        rejected(response)
    assert host.publish(channel, bodies.VALID[channel])["offset"] == 1


@pytest.mark.parametrize("body", ["[]", "1", "null", '"text"'])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_body_that_is_no_object_is_rejected(host: Daemon, channel: str, body: str) -> None:
    response = host.http().publish(channel, body)
    assert response.status in (400, 422), response
    assert response.detail


def test_a_field_given_twice_is_rejected(host: Daemon) -> None:
    item = '{"symbol":"AAPL","symbol":"MSFT","signal":"buy","confidence":1}'
    rejected(host.http().publish("trade-signals", '{"data":[' + item + "]}"))


def test_invalid_utf8_is_rejected(host: Daemon) -> None:
    body = b'{"data":[{"symbol":"AAPL","signal":"buy","confidence":1,"note":"\xff"}]}'
    assert host.http().publish("trade-signals", body).status in (400, 422)


ODD_ITEMS = [
    '{ "symbol" : "AAPL" ,\t"signal":"buy",\n  "confidence":0.850000 }',
    '{"symbol":"\\u0041APL","signal":"\\u0062uy","confidence":8.5e-1,"note":"\\u00e9 \\/ é 😀"}',
    '{"confidence":1,"symbol":"AAPL","big":123456789012345678901234567890,"signal":"buy"}',
    '{"symbol":"AAPL","signal":"buy","confidence":0.1,"x":0.1000000000000000055511151231257827}',
    '{"symbol":"AAPL","signal":"buy","confidence":1,"deep":{"a":[[[{}]]]},"z":null,"t":true}',
    '{"symbol":"AAPL","signal":"buy","confidence":1,"e":-0,"f":1E+2,"twice":1,"twice":2}',
    '{"symbol":"aapl","signal":"buy","confidence":1,"html":"</script>&\\u2028"}',
]


@pytest.mark.parametrize("item", ODD_ITEMS)
def test_an_item_passes_byte_for_byte(host: Daemon, item: str) -> None:
    client = subscriber(host, "trade-signals")
    host.publish("trade-signals", ' {"extra": 1, "data" : [ ' + item + " ] } ")
    client.live()
    assert item in client.texts[-1]
    rest = host.http().get("/api/v1/dashboard/trade-signals?symbols=AAPL")
    assert item.encode() in rest.body
    later = host.client("/ws/trade-signals")
    later.subscribe("AAPL")
    later.next()
    assert any(item in text for text in later.texts)


@pytest.mark.parametrize("channel,body", [
    ("market-data", '{"data":[%s]}'), ("earnings", '{"user_id":"user_001","data":%s}'),
    ("notifications", '{"user_id":"user_001","data":%s}'), ("admin", '{"kind":"users","data":%s}'),
])
def test_an_item_of_every_channel_passes_byte_for_byte(host: Daemon, channel: str,
                                                       body: str) -> None:
    item = ('{"symbol":"AAPL" , "price":1.50, "id":"x", "type":"info","title":"\\u0041",'
            '"message":"m", "odd" : 12345678901234567890.10 }')
    client = subscriber(host, channel)
    host.publish(channel, body % item)
    client.live()
    assert item in client.texts[-1]


def test_several_items_keep_their_text_and_order(host: Daemon) -> None:
    client = subscriber(host, "trade-signals")
    host.publish("trade-signals", '{"data":[' + ", ".join(ODD_ITEMS) + "]}")
    message = client.live()
    assert message["data"] == [json.loads(item) for item in ODD_ITEMS]
    places = [client.texts[-1].index(item) for item in ODD_ITEMS]
    assert places == sorted(places)


def test_a_large_batch_is_one_message(host: Daemon) -> None:
    client = subscriber(host, "trade-signals")
    names = [f"S{number}" for number in range(5000)]
    assert host.publish("trade-signals", bodies.signals(*names))["offset"] == 5000
    assert symbols(client.live()) == names

# SPDX-License-Identifier: MIT
"""docs/protocol.md, configuration.md and README.md: their commands work, and what they show as the
host's messages has the shape of the host's messages."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import IO, Iterator

import pytest
import websockets

from daemon import TIMEOUT, Daemon
from documents import BUILD, DOCS, DOCUMENTS, TREE, blocks, marked

PROTOCOL = DOCS / "protocol.md"
CONFIG = TREE / "etc" / "sentio.conf"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Daemon]:
    """The installed configuration, without what publishes by itself, and with presence."""
    config = tmp_path / "sentio.conf"
    config.write_text(CONFIG.read_text())
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "quiet.conf").write_text(
        'channels = ( { name = "paper-trading"; enabled = false; },'
        ' { name = "market-data"; source = { command = []; }; },'
        ' { name = "trade-signals"; presence = "users"; } );\n')
    daemon = Daemon(config, "--set", f"plugins.dir={BUILD / 'plugins'}",
                    "--set", f"server.state_dir={tmp_path / 'state'}")
    yield daemon
    daemon.stop()


def documented(mark: str) -> dict:
    return json.loads(marked(PROTOCOL, f"receive: {mark}"))


def same_shape(shown: dict, got: dict) -> None:
    assert list(shown) == list(got)
    assert [type(value) for value in shown.values()] == [type(value) for value in got.values()]


def answers(text: str) -> list[dict]:
    decoder, values = json.JSONDecoder(), []
    while text.strip():
        value, end = decoder.raw_decode(text.lstrip())
        values.append(value)
        text = text.lstrip()[end:]
    return values


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_json_blocks_are_json(document: Path) -> None:
    for part in document.read_text().split("\n```json\n")[1:]:
        json.loads(part.partition("```")[0])


def test_every_documented_publish_is_accepted(host: Daemon) -> None:
    channels = []
    for commands in blocks(PROTOCOL, "run"):
        for answer in answers(host.shell(commands.replace("curl ", "curl -fsS "))):
            same_shape(documented("publish"), answer)
            channels.append(answer["channel"])
    assert sorted(channels) == ["admin", "earnings", "market-data", "notifications",
                                "trade-signals"]


def test_a_batch_is_answered_as_documented(host: Daemon) -> None:
    got = answers(host.shell(marked(PROTOCOL, "run lines")))[0]
    shown = documented("batch")
    same_shape(shown, got)
    assert (got["accepted"], got["errors"]) == (shown["accepted"], shown["errors"])


def test_a_publish_over_a_websocket_is_answered_as_documented(host: Daemon) -> None:
    update = json.loads(marked(PROTOCOL, "send: /ws/publish"))
    answer, = asyncio.run(talk(host.address, "/ws/publish", update))
    same_shape(documented("published"), answer)
    assert answer["id"] == update["id"]


def read_up_to(stream: IO[str], line: str) -> None:
    for got in iter(stream.readline, ""):
        if got == line:
            return
    raise AssertionError(f"the stream has ended without {line!r}")


def test_events_look_as_documented(host: Daemon) -> None:
    command = marked(PROTOCOL, "run events").replace("127.0.0.1:8000", host.address)
    command = command.replace("curl ", f"curl --max-time {TIMEOUT} ")
    shown = re.search(r"^event: trade_signals\nid: .*\ndata: .*$", PROTOCOL.read_text(), re.M)
    assert shown
    with subprocess.Popen(["sh", "-c", f"exec {command}"], stdout=subprocess.PIPE,
                          text=True) as curl:
        assert curl.stdout is not None
        read_up_to(curl.stdout, "event: ok\n")
        host.shell("curl -fsS -H 'Content-Type: application/json' "
                   "http://127.0.0.1:8000/api/v1/publish/trade-signals "
                   """-d '{"data":[{"symbol":"AAPL","signal":"buy","confidence":1}]}'""")
        read_up_to(curl.stdout, "event: trade_signals\n")
        place, data = curl.stdout.readline(), curl.stdout.readline()
        assert curl.stdout.readline() == "\n"
        curl.terminate()
    got = json.loads(data.removeprefix("data: "))
    assert place == f"id: {got['epoch']}:{got['offset']}\n"
    data = shown[0].partition("data: ")[2].replace("[\u2026]", "[]")
    same_shape(json.loads(data), got)


def test_a_rejection_looks_as_documented(host: Daemon) -> None:
    shown = documented("rejected")
    item = '{"symbol":"A","signal":"buy","confidence":%d}'
    body = '{"data":[' + ",".join(item % number for number in (0, 1, 2)) + "]}"
    got = answers(host.shell("curl -sS -H 'Content-Type: application/json' "
                             f"http://127.0.0.1:8000/api/v1/publish/trade-signals -d '{body}'"))
    assert got == [shown]


def test_the_documented_error_codes_are_the_ones_there_are() -> None:
    table = PROTOCOL.read_text().partition("| code | when |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    shown = {code for cell in cells for code in re.findall(r"`(\w+)`", cell)}
    source = "".join(path.read_text() for folder in ("host", "sdk/src", "plugins/admin")
                     for path in sorted((TREE / folder).rglob("*.c")))
    calls = re.findall(r"(?:\bfail\(&?command,|(?:client|send|subscription)_error\(|"
                       r"refuse\w*\(|tell_all\()([^;{]*);", source)
    # Where the code is chosen before the call.
    calls += re.findall(r"(?:\*?\bcode = |\breturn )(\"[a-z]+(?:_[a-z]+)+\");", source)
    used = {code for call in calls for code in re.findall(r'"([a-z]+(?:_[a-z]+)*)"', call)}
    closing = {"too_many_connections"}  # such a refusal closes: its reason is sent, not its code
    assert shown == used - closing


async def talk(address: str, path: str, *messages: dict) -> list[dict]:
    """Sends the messages, and receives as many."""
    async with websockets.connect(f"ws://{address}{path}") as socket:
        for message in messages:
            await socket.send(json.dumps(message))
        return [json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT)) for _ in messages]


def test_answers_and_messages_look_as_documented(host: Daemon) -> None:
    publish = blocks(PROTOCOL, "run")[0]
    host.shell(publish)
    subscribe = json.loads(marked(PROTOCOL, "send: /ws/trade-signals"))
    ok, message = asyncio.run(talk(host.address, "/ws/trade-signals", {**subscribe, "id": 1},
                                   {"action": "unsubscribe"}))
    same_shape(documented("ok"), ok)
    assert ok["symbols"] == documented("ok")["symbols"]
    assert message.pop("snapshot") is True
    same_shape(documented("trade_signals"), message)
    error, = asyncio.run(talk(host.address, "/ws/trade-signals", {"action": "jump", "id": 2}))
    same_shape(documented("error"), error)
    assert error["message"] == documented("error")["message"]
    assert error["code"] == documented("error")["code"]


def test_who_comes_back_is_answered_as_documented(host: Daemon) -> None:
    host.shell(blocks(PROTOCOL, "run")[0])
    subscribe = json.loads(marked(PROTOCOL, "send: since"))
    ok, _ = asyncio.run(talk(host.address, "/ws/trade-signals",
                             {"action": "subscribe", "symbols": ["AAPL"], "id": 1},
                             {"action": "unsubscribe"}))
    subscribe["since"] = {"epoch": ok["epoch"], "offset": 0}
    message, end = asyncio.run(talk(host.address, "/ws/trade-signals", subscribe,
                                    {"action": "unsubscribe"}))
    assert message.pop("replay") is True
    same_shape(documented("trade_signals"), message)
    same_shape(documented("recovered"), end)
    assert (end["recovered"], end["offset"]) == (True, ok["offset"])


def test_the_subscribe_over_several_channels_is_accepted(host: Daemon) -> None:
    subscribe = json.loads(marked(PROTOCOL, "send: /ws"))
    answer, = asyncio.run(talk(host.address, "/ws", subscribe))
    assert (answer["type"], answer["channel"], answer["id"]) == ("ok", "market-data", 1)


def test_presence_looks_as_documented(host: Daemon) -> None:
    async def meet() -> None:
        path = f"ws://{host.address}/ws/trade-signals"
        shown = [documented("present"), documented("joined")]
        async with websockets.connect(path) as first, websockets.connect(path) as second:
            for socket, user in ((first, "user_001"), (second, "user_002")):
                await socket.send(json.dumps({"action": "subscribe", "symbols": ["AAPL"], "id": 1,
                                              "user_id": user, "presence": socket is first}))
                assert json.loads(await asyncio.wait_for(socket.recv(), TIMEOUT))["type"] == "ok"
            await second.send(marked(PROTOCOL, "send: presence"))
            got = json.loads(await asyncio.wait_for(second.recv(), TIMEOUT))
            assert got["topics"] == shown[0]["topics"]
            same_shape(shown[0], got)
            same_shape(shown[1], json.loads(await asyncio.wait_for(first.recv(), TIMEOUT)))

    asyncio.run(meet())


def test_the_commands_of_the_readme_work(host: Daemon) -> None:
    commands, = blocks(TREE / "README.md", "run")
    published, read = answers(host.shell(commands.replace("curl ", "curl -fsS ")))
    assert published["accepted"] == 1
    assert [item["title"] for item in read["notifications"]] == ["Hello"]


def test_a_token_made_as_documented_is_taken(tmp_path: Path) -> None:
    commands = marked(DOCS / "configuration.md", "run-shell")
    done = subprocess.run(["sh", "-euc", commands], capture_output=True, text=True,
                          timeout=TIMEOUT, check=True, cwd=tmp_path)
    token = done.stdout.strip()
    config = tmp_path / "sentio.conf"
    config.write_text('auth = { mode = "open"; admin_tokens_file = "admin-tokens"; };\n'
                      'channels = ( { name = "admin"; plugin = "admin.so"; } );\n')
    daemon = Daemon(config, "--set", f"plugins.dir={BUILD / 'plugins'}",
                    "--set", f"server.state_dir={tmp_path / 'state'}")
    try:
        answer, = asyncio.run(talk(daemon.address, "/ws/admin", {
            "action": "subscribe", "admin_token": token, "id": 1}))
    finally:
        daemon.stop()
    assert (answer["type"], answer["symbols"]) == ("ok", ["*"])

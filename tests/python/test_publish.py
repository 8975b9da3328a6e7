# SPDX-License-Identifier: MIT
"""One update, by threads and by asyncio: what is sent, and what each answer comes to."""

from __future__ import annotations

import re
import threading
from typing import Any, Callable, Type

import pytest

import sentio_client
from bodies import HASTY, SIGNAL
from conftest import Publish
from fake_host import Answer, FakeHost
from sentio_client import (BadAnswer, BodyError, ConnectionFailed, Invalid, NotFound, Overloaded,
                           Problem, Refused, Result, Retry, TimedOut, Unauthorized)

WELL = {"channel": "trade-signals", "accepted": 1, "offset": 7, "epoch": "e"}


def test_an_update_is_published(publish: Publish, fake: FakeHost) -> None:
    result = publish(fake.url, "trade-signals", SIGNAL, publisher_key="a-key")
    assert result == Result("trade-signals", 1, 1, "e")
    seen, = fake.seen
    assert seen.target == "/api/v1/publish/trade-signals"
    assert seen.json == SIGNAL
    assert seen.headers["authorization"] == "Bearer a-key"
    assert seen.headers["host"] == fake.url.partition("://")[2]
    assert seen.headers["user-agent"] == f"sentio-client/{sentio_client.__version__}"
    assert re.fullmatch(r"[0-9a-f]{32}", seen.key or "")


def test_without_a_publisher_key_none_is_sent(publish: Publish, fake: FakeHost) -> None:
    publish(fake.url, "trade-signals", SIGNAL)
    assert "authorization" not in fake.seen[0].headers


def test_a_path_in_the_address_comes_before_the_api(publish: Publish, fake: FakeHost) -> None:
    publish(fake.url + "/live", "trade-signals", SIGNAL)
    assert fake.seen[0].target == "/live/api/v1/publish/trade-signals"


def test_text_goes_as_utf_8(publish: Publish, fake: FakeHost) -> None:
    publish(fake.url, "notifications", {"user_id": "Zoë", "data": {"title": "株 🟢"}})
    assert '"株 🟢"'.encode() in fake.seen[0].body


def test_the_callers_key_is_used(publish: Publish, fake: FakeHost) -> None:
    for _ in range(2):
        assert publish(fake.url, "trade-signals", SIGNAL, key="order-17").offset == 1
    assert [seen.key for seen in fake.seen] == ["order-17", "order-17"]
    assert len(fake.published) == 1


def test_an_id_in_the_body_is_the_key(publish: Publish, fake: FakeHost) -> None:
    fake.then(Answer(400, {"detail": "no"}))
    with pytest.raises(Refused) as caught:
        publish(fake.url, "trade-signals", {"id": "order-17", **SIGNAL})
    assert caught.value.key == "order-17"
    assert fake.seen[0].key is None


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "x" * 256, "ключ"])
def test_a_key_that_breaks_a_header_is_refused(publish: Publish, fake: FakeHost, key: str) -> None:
    with pytest.raises(ValueError, match="idempotency key"):
        publish(fake.url, "trade-signals", SIGNAL, key=key)
    assert fake.seen == []


@pytest.mark.parametrize("channel", ["", "Trade", "a/b", "../x", "a\r\nb", "x" * 33])
def test_what_is_no_channel_is_refused(publish: Publish, fake: FakeHost, channel: str) -> None:
    with pytest.raises(ValueError, match="channel"):
        publish(fake.url, channel, SIGNAL)
    assert fake.seen == []


def test_a_body_that_is_no_json_is_not_sent(publish: Publish, fake: FakeHost) -> None:
    with pytest.raises(BodyError, match=r"data\[0\]\.confidence: nan"):
        publish(fake.url, "trade-signals", {"data": [{"confidence": float("nan")}]})
    assert fake.seen == []


@pytest.mark.parametrize("status, kind", [
    (400, Refused), (401, Unauthorized), (403, Refused), (404, NotFound), (405, Refused),
    (411, Refused), (413, Refused), (415, Refused), (422, Invalid), (500, Refused)])
def test_a_refusal_is_raised_and_not_tried_again(publish: Publish, fake: FakeHost, status: int,
                                                 kind: Type[Refused]) -> None:
    fake.then(Answer(status, {"detail": "because"}))
    with pytest.raises(Refused) as caught:
        publish(fake.url, "trade-signals", SIGNAL, key="k", retry=HASTY)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.detail) == (status, "because")
    assert caught.value.key == "k"
    assert len(fake.seen) == 1


def test_the_mistakes_in_an_update_are_told(publish: Publish, fake: FakeHost) -> None:
    fake.then(Answer(422, {"detail": "not valid", "errors": [
        {"item": 2, "field": "confidence", "message": "must be within 0 and 1"},
        {"message": "too long"}]}))
    with pytest.raises(Invalid) as caught:
        publish(fake.url, "trade-signals", SIGNAL)
    assert caught.value.errors == (Problem("must be within 0 and 1", 2, "confidence"),
                                   Problem("too long"))
    assert str(caught.value) == ("422: not valid; item 2, confidence: must be within 0 and 1; "
                                 "too long")


@pytest.mark.parametrize("step", [
    Answer(503, {"detail": "busy"}, {"Retry-After": "0"}),
    Answer(429, {"detail": "too many"}),
    Answer(503, {"detail": "busy"}, {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    Answer(503, {"detail": "busy"}, {"Retry-After": "soon"}),
    b"",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
], ids=["503", "429", "a date", "nonsense", "no answer", "half an answer"])
def test_what_passes_is_tried_again_with_the_same_key(publish: Publish, fake: FakeHost,
                                                      step: Any) -> None:
    fake.then(step, step)
    assert publish(fake.url, "trade-signals", SIGNAL, retry=HASTY).offset == 1
    assert len(fake.seen) == 3
    assert len({seen.key for seen in fake.seen}) == 1
    assert len({seen.body for seen in fake.seen}) == 1


def test_an_update_whose_answer_was_lost_is_published_once(publish: Publish,
                                                           fake: FakeHost) -> None:
    arrived = fake._publish
    lost = iter([True, False])

    def lose(seen: Any) -> Answer:
        answer = arrived(seen)
        if next(lost):
            raise ConnectionResetError
        return answer

    fake._publish = lose  # type: ignore[method-assign]
    assert publish(fake.url, "trade-signals", SIGNAL, retry=HASTY).offset == 1
    assert len(fake.seen) == 2
    assert len(fake.published) == 1


def test_the_last_failure_is_raised_when_no_attempt_is_left(publish: Publish,
                                                            fake: FakeHost) -> None:
    fake.then(*[Answer(503, {"detail": f"busy {n}"}, {"Retry-After": "0"}) for n in range(9)])
    with pytest.raises(Overloaded) as caught:
        publish(fake.url, "trade-signals", SIGNAL,
                retry=Retry(attempts=3, first=0.0, longest=0.0))
    assert caught.value.detail == "busy 2"
    assert caught.value.retry_after == 0.0
    assert caught.value.key == fake.seen[0].key
    assert len(fake.seen) == 3


def test_a_host_that_is_not_there_is_told(publish: Publish, make_fake: Callable[[], FakeHost],
                                          ) -> None:
    fake = make_fake()
    fake.close()
    with pytest.raises(ConnectionFailed) as caught:
        publish(fake.url, "trade-signals", SIGNAL,
                retry=Retry(attempts=2, first=0.0, longest=0.0))
    assert fake.url in str(caught.value)
    assert not isinstance(caught.value, TimedOut)
    assert caught.value.key


def test_no_answer_in_time_is_told(publish: Publish, fake: FakeHost) -> None:
    answered = threading.Event()
    fake.then(*[answered] * 4)
    try:
        with pytest.raises(TimedOut, match="no answer within 0.2 s"):
            publish(fake.url, "trade-signals", SIGNAL, timeout=0.2,
                    retry=Retry(attempts=4, first=0.0, longest=0.0))
        # On a machine that stands still an attempt may end before its request is sent.
        fake.wait_for(lambda: len(fake.seen) >= 2)
    finally:
        answered.set()
    assert len({seen.key for seen in fake.seen}) == 1


@pytest.mark.parametrize("step", [
    b"220 mail.example.com ESMTP\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/2 200\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
    Answer(200, {"status": "healthy"}),
    Answer(200, {**WELL, "offset": "7"}),
    Answer(200, {**WELL, "channel": "another"}),
    Answer(200, [WELL]),
    Answer(301, None, {"Location": "https://example.com/"}),
    b"HTTP/1.1 200 OK\r\nContent-Length: 5242880\r\n\r\n" + b" " * 5242880,
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * 5242880,
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
], ids=["mail", "status", "version", "length", "other JSON", "offset", "channel", "array",
        "redirect", "long", "long without a length", "long head"])
def test_what_is_no_host_is_told_at_once(publish: Publish, fake: FakeHost, step: Any) -> None:
    fake.then(step)
    with pytest.raises(BadAnswer):
        publish(fake.url, "trade-signals", SIGNAL, retry=HASTY)
    assert len(fake.seen) == 1


@pytest.mark.parametrize("text", [
    b"HTTP/1.1 200 OK\r\n\r\n%s",
    b"HTTP/1.0 200 OK\r\n\r\n%s",
    b"HTTP/1.1 200\r\ncontent-length:%d\r\n\r\n%s",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n40\r\n%-64s\r\n"
    b"0\r\nA: b\r\n\r\n",
], ids=["no length", "HTTP/1.0", "no reason", "interim", "chunked"])
def test_answers_that_proxies_make_are_read(publish: Publish, fake: FakeHost, text: bytes) -> None:
    body = b'{"channel":"trade-signals","accepted":1,"offset":7,"epoch":"e"}'
    numbers = (len(body),) if b"%d" in text else ()
    fake.then(text % (*numbers, body[1:] if b"chunked" in text else body))
    assert publish(fake.url, "trade-signals", SIGNAL).offset == 7

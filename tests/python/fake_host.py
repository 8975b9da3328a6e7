# SPDX-License-Identifier: MIT
"""A host that checks how it is spoken to, remembers keys as the protocol says, and misbehaves on
request."""

from __future__ import annotations

import collections
import contextlib
import json
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple, Union

TIMEOUT = 30.0


@dataclass
class Seen:
    """A request, and the connection it came by."""

    connection: int
    target: str
    headers: Dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_constant=_refuse)

    @property
    def lines(self) -> List[Any]:
        assert self.body.endswith(b"\n")
        return [json.loads(line, parse_constant=_refuse)
                for line in self.body.decode().split("\n")[:-1]]

    @property
    def key(self) -> Optional[str]:
        return self.headers.get("idempotency-key")


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: Dict[str, str] = field(default_factory=dict)


# What is done with a request instead of answering it as a host does: an answer, bytes and then the
# end of the connection, or an event that is waited for before it is answered as usual.
Step = Union[Answer, bytes, threading.Event]


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class FakeHost:
    def __init__(self, unix: Optional[Path] = None,
                 tls: Optional[ssl.SSLContext] = None, address: str = "127.0.0.1") -> None:
        self.seen: List[Seen] = []
        self.steps: Deque[Step] = collections.deque()
        self.faults: List[str] = []
        self.published: List[Tuple[str, Any]] = []
        self.late: List[str] = []
        self.connections = 0
        self._keys: Dict[Tuple[str, str], Tuple[Any, Dict[str, Any]]] = {}
        self._lock = threading.Condition()
        self._open: Dict[int, socket.socket] = {}
        self._tls = tls
        host = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                host._serve(self.request)

        self._server: Any
        if unix is not None:
            self._server = _UnixServer(str(unix), Handler)
            self.url = f"unix:{unix}"
        else:
            self._server = _Server((address, 0), Handler)
            scheme = "http" if tls is None else "https"
            self.url = f"{scheme}://{address}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def then(self, *steps: Step) -> "FakeHost":
        """What is done with the next requests, one each."""
        self.steps.extend(steps)
        return self

    def wait_for(self, done: Callable[[], bool]) -> None:
        with self._lock:
            assert self._lock.wait_for(done, TIMEOUT), [seen.target for seen in self.seen]

    def close_connections(self) -> None:
        """As a host does with idle ones; returns once it is done."""
        with self._lock:
            left = list(self._open.values())
        for connection in left:
            # Its publisher may end it at the same time, and a thread reads it, maybe by TLS.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.wait_for(lambda: not self._open)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(TIMEOUT)
        self.close_connections()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(TIMEOUT)
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        except OSError:
            return  # a client that does not trust it
        with self._lock:
            self.connections += 1
            number = self.connections
            self._open[number] = connection
        try:
            reader = connection.makefile("rb")
            while self._one(number, reader, connection):
                pass
        except OSError:
            pass
        except Exception as error:
            self.faults.append(repr(error))
        finally:
            connection.close()
            with self._lock:
                del self._open[number]
                self._lock.notify_all()

    def _one(self, number: int, reader: Any, connection: socket.socket) -> bool:
        seen = self._read(number, reader)
        if seen is None:
            return False
        with self._lock:
            step = self.steps.popleft() if self.steps else None
            self.seen.append(seen)
            self._lock.notify_all()
        if isinstance(step, threading.Event):
            assert step.wait(TIMEOUT)
            step = None
        if isinstance(step, bytes):
            connection.sendall(step)
            return False
        if step is None:
            with self._lock:
                step = self._publish(seen)
        connection.sendall(_written(step))
        return step.headers.get("Connection") != "close"

    def _read(self, number: int, reader: Any) -> Optional[Seen]:
        first = reader.readline()
        if not first:
            return None
        method, target, version = first.decode("ascii").rstrip("\r\n").split(" ")
        self._expect(method == "POST" and version == "HTTP/1.1", first)
        headers: Dict[str, str] = {}
        while True:
            line = reader.readline().decode("ascii")
            if not line:
                raise ConnectionResetError("it ended within a head")
            if line == "\r\n":
                break
            name, _, value = line.partition(": ")
            self._expect(name.lower() not in headers, line)
            headers[name.lower()] = value.rstrip("\r\n")
        self._expect("host" in headers and "content-length" in headers, headers)
        self._expect("transfer-encoding" not in headers, headers)
        return Seen(number, target, headers, reader.read(int(headers["content-length"])))

    def _expect(self, good: bool, what: Any) -> None:
        if not good:
            self.faults.append(repr(what))

    def _publish(self, seen: Seen) -> Answer:
        channel = seen.target.rpartition("/")[2]
        if seen.headers["content-type"] == "application/x-ndjson":
            return self._publish_lines(channel, seen)
        self._expect(seen.headers["content-type"] == "application/json", seen)
        body = seen.json
        key = body.get("id", seen.key)
        self._expect(isinstance(key, str) and seen.key in (None, key), seen)
        found = self._keys.get((channel, key))
        if found is not None and found[0] != body:
            return Answer(422, {"detail": "the key is that of another body"})
        return Answer(200, found[1] if found else self._accept(channel, key, body))

    def _publish_lines(self, channel: str, seen: Seen) -> Answer:
        """Bodies whose data is "wrong" are not valid; the host is too busy once for "late" ones."""
        errors: List[Dict[str, Any]] = []
        accepted = 0
        self._expect(seen.key is not None, seen)
        for number, body in enumerate(seen.lines, 1):
            key = body.get("id", f"{seen.key} {number}")
            if body["data"] == "wrong":
                errors.append({"line": number, "status": 422, "detail": "the update is not valid",
                               "errors": [{"field": "data", "message": "is wrong"}]})
            elif body["data"] == "late" and key not in self.late:
                self.late.append(key)
                errors.append({"line": number, "status": 503, "detail": "busy"})
            else:
                if (channel, key) not in self._keys:
                    self._accept(channel, key, body)
                accepted += 1
        answer = {"channel": channel, "accepted": accepted, "offset": len(self.published),
                  "epoch": "e"}
        return Answer(200, {**answer, "refused": len(errors), "errors": errors} if errors
                      else answer)

    def _accept(self, channel: str, key: str, body: Any) -> Dict[str, Any]:
        self.published.append((channel, body))
        answer = {"channel": channel, "accepted": 1, "offset": len(self.published), "epoch": "e"}
        self._keys[channel, key] = (body, answer)
        return answer


def _written(answer: Answer) -> bytes:
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)),
               **answer.headers}
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Some Reason\r\n{fields}\r\n".encode() + body

# SPDX-License-Identifier: MIT
"""Publishers that try until they are answered 200, under one key for each notification."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass

from harness.http import Http

from .host import Host

EVERYONE = "*"


@dataclass(frozen=True)
class Published:
    user: str
    offset: int
    epoch: str


class Publisher(threading.Thread):
    """Publishes one after the other until it is told to stop: to each user in turn, and to everyone
    now and then. `answered` has what came of each, by its name, in their order."""

    def __init__(self, host: Host, number: int, users: list[str]) -> None:
        super().__init__()
        self._host = host
        self._number = number
        self._users = users
        self._start = host.starts
        self._http = Http(host.address)
        self._enough = threading.Event()
        self.answered: dict[str, Published] = {}
        self.retries = 0
        self.failure: BaseException | None = None

    def stop(self) -> None:
        self._enough.set()

    def run(self) -> None:
        try:
            count = 0
            while not self._enough.is_set():
                self._publish(f"p{self._number}-{count}", self._user(count))
                count += 1
        except BaseException as failure:  # the main thread raises it
            self.failure = failure
        finally:
            self._http.close()

    def _user(self, count: int) -> str:
        if count % 10 == 9:
            return EVERYONE
        return self._users[(self._number + count) % len(self._users)]

    def _publish(self, name: str, user: str) -> None:
        body = {"user_id": user, "data": {"type": "info", "title": name, "message": "round"}}
        while True:
            try:
                response = self._http.publish("notifications", body,
                                              headers={"Idempotency-Key": name})
            except (OSError, http.client.HTTPException):
                # It may have been published, or not: the key tells.
                self._http.close()
                self.retries += 1
                self._start = self._host.wait_for_start(self._start)
                continue
            if response.status == 200:
                self.answered[name] = Published(user, response.json["offset"],
                                                response.json["epoch"])
                return
            assert response.status == 503, response
            self.retries += 1

# SPDX-License-Identifier: MIT
"""Many clients read by one thread."""

from __future__ import annotations

import json
import selectors
from typing import Any, Callable

from .client import Client
from .limits import TIMEOUT

# Whether the client has all that it is to get.
Take = Callable[[int, dict[str, Any]], bool]


def read_all(clients: list[Client], take: Take) -> None:
    """Hands every message to take(index, message) until it has said True once for each client."""
    waiting = set(range(len(clients)))
    with selectors.DefaultSelector() as selector:
        for index, client in enumerate(clients):
            # What was read together with an answer is announced by no event.
            if client.has_frame() and _drain(client, index, take):
                waiting.discard(index)
            else:
                selector.register(client.socket, selectors.EVENT_READ, index)
        while waiting:
            events = selector.select(TIMEOUT)
            assert events, f"{len(waiting)} clients wait in vain"
            for key, _ in events:
                if key.data in waiting and _drain(clients[key.data], key.data, take):
                    waiting.discard(key.data)
                    selector.unregister(clients[key.data].socket)


def _drain(client: Client, index: int, take: Take) -> bool:
    while True:
        done = take(index, json.loads(client.message()))
        if done:
            return True
        if not client.has_frame():
            return False

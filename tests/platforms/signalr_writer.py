"""Writes SignalR messages: a list of records, in which {push: [namespace, details]} stands for a notification.

The details of a notification are JSON in a text; the case writes them as structure.
"""

import json
from typing import Any


def records(documents: list[Any]) -> bytes:
    """The present layout: each record is JSON and ends with the byte 0x1E."""
    return b"".join(json.dumps(_record(document)).encode() + b"\x1e" for document in documents)


def envelope(documents: list[Any]) -> bytes:
    """The older layout: one JSON document, in which the calls lie in a list."""
    calls = [
        {"H": "UserNotificationHub", "M": "notification", "A": [*_arguments(document.get("push")), number]}
        for number, document in enumerate(documents)
    ]
    return json.dumps({"C": "d-0A1B2C3D-B,0|E,1", "M": calls}).encode()


def _record(document: Any) -> Any:
    if isinstance(document, dict) and "push" in document:
        return {"type": 1, "target": "notification", "arguments": _arguments(document["push"])}
    return document


def _arguments(push: Any) -> list[Any]:
    namespace, details = push
    return [namespace, json.dumps(details)]

"""Lightspeed: programs of stored procedures with which Messenger's server fills the browser's own database."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from screener.capture import parsed
from screener.errors import Unreadable

MAX_NODES = 200_000
MAX_TASKS = 1_000
CALL, UNDEFINED, BLOB, INT64 = 5, 9, 16, 19

# The positions of what matters in a procedure's arguments, counted from 0: they are the format's only schema.
_MESSAGE = {
    "text": 0, "thread": 3, "at": 5, "id": 8, "otid": 9, "sender": 10, "sticker": 11, "admin": 12, "unsent": 17,
    "edits": 68,
}  # fmt: skip
COLUMNS: dict[str, dict[str, int]] = {
    "insertMessage": _MESSAGE,
    "upsertMessage": _MESSAGE,
    "deleteThenInsertMessage": _MESSAGE,
    "editMessage": {"id": 0, "text": 2, "edits": 3},
    "deleteThenInsertThread": {
        "last": 0, "thread": 7, "type": 9, "folder": 10, "snippet_sender": 18, "call": 29,
        "about_1": 36, "about_2": 38, "about_3": 40, "about_4": 55, "inviter": 81,
    },
    "updateOrInsertThread": {
        "last": 0, "thread": 7, "type": 9, "folder": 10, "snippet_sender": 21, "call": 32,
        "about_1": 39, "about_2": 41, "about_3": 43,
    },
    "verifyThreadExists": {"thread": 0, "type": 1, "folder": 2},
    "deleteRtcRoomOnThread": {"thread": 0},
    "deleteThenInsertMessageRequest": {"thread": 0, "status": 2},
    "deleteMessageRequest": {"thread": 0},
    "moveThreadToInboxAndUpdateParent": {"thread": 0},
    "verifyContactRowExists": {"id": 0, "picture": 2, "name": 3, "self": 13, "relationship": 19, "handle": 20},
    "deleteThenInsertContact": {
        "id": 0, "picture": 2, "name": 9, "relationship": 39, "second_name": 41, "handle": 43,
    },
    "verifyHybridThreadExists": {"thread": 0, "jid": 1, "group": 5},
    "updateThreadAuthorityAndMappingWithOTIDFromJID": {"jid": 0, "thread": 1},
    "fillDeanonCacheForE2EEThread": {"thread": 0},
    "moveThreadToE2EECutoverFolder": {"thread": 0},
    "insertBlobAttachment": {"type": 29, "message": 32},
    "insertXmaAttachment": {"message": 30, "type": 43},
    "insertAttachmentCta": {"thread": 3, "message": 5, "type": 7},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One call of a procedure that we know, its arguments by name; None where undefined."""

    name: str
    columns: dict[str, Any]

    def whole(self, column: str) -> int | None:
        value = self.columns.get(column)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, column: str) -> str | None:
        value = self.columns.get(column)
        return value if isinstance(value, str) and value else None

    def is_true(self, column: str) -> bool:
        return self.columns.get(column) is True


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server sends on a Lightspeed socket: a program, and whether the browser had asked for it."""

    program: str
    asked: bool


def answer(body: bytes | str) -> Answer | None:
    """The answer in a message, None where it carries no program. Raises Unreadable."""
    outer = parsed(body)
    if not isinstance(outer, dict):
        raise Unreadable("the Lightspeed answer is no object")
    program = outer.get("payload")
    return Answer(program=program, asked=bool(outer.get("request_id"))) if isinstance(program, str) else None


def rows(program: str) -> list[Row]:
    """Every call in a program of a procedure that we know, in order, whatever its condition. Raises Unreadable."""
    return [
        Row(name=name, columns={column: _argument(arguments, position) for column, position in COLUMNS[name].items()})
        for name, arguments in _calls(parsed(program))
        if name in COLUMNS
    ]


def tasks(body: bytes | str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tasks that the browser sends on a Lightspeed socket, as label and content. Raises Unreadable."""
    payload = _below(parsed(body), "payload")
    # Other types of request carry a cursor or a typing sign, sometimes not as JSON.
    found = _below(parsed(payload), "tasks") if isinstance(payload, str) and '"tasks"' in payload else None
    for task in found[:MAX_TASKS] if isinstance(found, list) else ():
        label, content = _below(task, "label"), _below(task, "payload")
        if isinstance(label, str | int) and isinstance(content, str):
            try:
                document = json.loads(content)
            except (ValueError, RecursionError):
                raise Unreadable("a Lightspeed task is not JSON") from None
            if isinstance(document, dict):
                yield str(label), document


def _below(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _calls(program: Any) -> Iterator[tuple[str, list[Any]]]:
    waiting = [_below(program, "step")]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        step = waiting.pop()
        if not isinstance(step, list):
            continue
        if len(step) > 1 and step[0] == CALL and isinstance(step[1], str):
            yield step[1], step[2:]
        waiting += [child for child in reversed(step) if isinstance(child, list)]
    raise Unreadable(f"a Lightspeed program has more than {MAX_NODES} parts")


def _argument(arguments: list[Any], position: int) -> Any:
    """A literal as it is, an int64 as a number, a blob as bytes; None where undefined, missing or computed."""
    value = arguments[position] if position < len(arguments) else None
    if not isinstance(value, list | dict):
        return value
    match value:
        case [19, str() as number] if (
            number.removeprefix("-").isascii() and number.removeprefix("-").isdigit() and len(number) <= 20
        ):
            return int(number)
        case [16, str() as blob]:
            try:
                return base64.b64decode(blob, validate=True)
            except ValueError:
                return None
    return None

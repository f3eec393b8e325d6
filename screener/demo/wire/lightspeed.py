"""Messenger's own programs: the platform does not send rows, it sends calls of procedures that write them."""

import json
from collections.abc import Mapping
from typing import Any

UNDEFINED = [9]
BLOCK, CALL, I64, IF, EQUAL = 1, 5, 19, 23, 30

NOT_A_CONTACT, FRIEND = 1, 3
ONE_TO_ONE = 1

type Step = list[Any]


def i64(value: int | str) -> Step:
    """A whole number: in decimals, because they pass 2^53."""
    return [I64, str(value)]


def call(name: str, length: int, columns: Mapping[int, Any]) -> Step:
    """One procedure with its arguments; the position is the meaning, and what is not given is undefined."""
    return [CALL, name, *(columns.get(at, UNDEFINED) for at in range(length))]


def message(
    *,
    text: str | None,
    thread: str,
    at_ms: int,
    id: str,
    sender: str,
    offline_id: str = "",
    history: bool = False,
) -> Step:
    """A message; `history` tells one sent again from one that has just come."""
    columns = {
        0: text if text is not None else UNDEFINED,
        3: i64(thread),
        5: i64(at_ms),
        8: id,
        9: offline_id or UNDEFINED,
        10: i64(sender),
        12: False,
        17: False,
        50: bool(text and "http" in text),
    }
    return call("upsertMessage" if history else "insertMessage", 69, columns)


def thread(*, id: str, at_ms: int, name: str, folder: str, snippet: str = "") -> Step:
    """A conversation and the folder it lies in."""
    columns = {
        0: i64(at_ms),
        2: snippet,
        3: name,
        7: i64(id),
        9: i64(ONE_TO_ONE),
        10: folder,
        29: i64(0),
    }
    return call("deleteThenInsertThread", 90, columns)


def contact(*, id: str, name: str, username: str | None, is_friend: bool) -> Step:
    """What Messenger says of another person, only written where they are not known yet."""
    relationship = i64(FRIEND if is_friend else NOT_A_CONTACT)
    row = call(
        "verifyContactRowExists",
        22,
        {
            0: i64(id),
            2: "https://example.com/picture.jpg",
            3: name,
            4: i64(1),
            10: False,
            12: True,
            13: False,
            18: i64(0),
            19: relationship,
            20: username or UNDEFINED,
            21: name.partition(" ")[0],
        },
    )
    return [IF, [EQUAL, i64(1), i64(1)], [BLOCK, row], [BLOCK]]


def message_request(*, thread: str) -> Step:
    """Says that a conversation waits among the message requests."""
    return call("deleteThenInsertMessageRequest", 3, {0: i64(thread), 2: i64(1)})


def moved_to_inbox(*, thread: str) -> Step:
    """Says that a message request was accepted."""
    return call("moveThreadToInboxAndUpdateParent", 2, {0: i64(thread), 1: i64(0)})


def call_card(*, message: str, thread: str, at_ms: int, title: str, kind: str, address: str) -> list[Step]:
    """The card that a call leaves in a conversation; `kind` is what its button is for, "xma_rtc_ended_video"."""
    card = {
        1: title,
        25: i64(thread),
        29: i64(at_ms),
        30: message,
        32: f"{message}:card",
        57: address,
        58: title,
        59: "",
    }
    button = {1: f"{message}:card", 2: i64(0), 3: i64(thread), 5: message, 6: title, 7: kind, 9: address}
    return [call("insertXmaAttachment", 90, card), call("insertAttachmentCta", 17, button)]


def envelope(*steps: Step, request_id: int | None = None, target: int = 3) -> bytes:
    """A program as it travels: JSON that holds JSON. Without a request id the platform sent it of its own accord."""
    begin = [CALL, "executeFirstBlockForSyncTransaction", i64(1), "1", UNDEFINED, i64(0)]
    program = {"name": None, "step": [BLOCK, [BLOCK, begin, *steps]]}
    outer: dict[str, Any] = {
        "payload": json.dumps(program, separators=(",", ":"), ensure_ascii=False),
        "sp": sorted({str(step[1]) for step in steps if step[0] == CALL}),
        "target": target,
    }
    if request_id is not None:
        outer["request_id"] = request_id
    return json.dumps(outer, separators=(",", ":"), ensure_ascii=False).encode()


def sent(*, thread: str, text: str, offline_id: str, request_id: int, epoch: int) -> bytes:
    """What the browser says when somebody presses enter: a task with label 46."""
    task = {
        "label": "46",
        "payload": json.dumps(
            {"thread_id": int(thread), "otid": offline_id, "source": 65537, "send_type": 1, "text": text},
            separators=(",", ":"),
            ensure_ascii=False,
        ),
        "queue_name": thread,
        "task_id": request_id,
        "failure_count": None,
    }
    return task_request(task, request_id=request_id, epoch=epoch)


def task_request(task: Mapping[str, Any], *, request_id: int, epoch: int) -> bytes:
    """A task on its way to the platform."""
    inside = {"tasks": [task], "epoch_id": epoch, "version_id": "1", "data_trace_id": None}
    outer = {
        "app_id": "2220391788200892",
        "payload": json.dumps(inside, separators=(",", ":"), ensure_ascii=False),
        "request_id": request_id,
        "type": 3,
    }
    return json.dumps(outer, separators=(",", ":"), ensure_ascii=False).encode()

"""Captures of Roblox's web pages for its tests, and what a decoder finds in them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from screener.capture import Capture
from screener.events import Event
from screener.platforms import Memory, decode
from tests.platforms.signalr_writer import records

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
OWN, KIM, MAYA = "1000000001", "1000000002", "7000000001"
KEY = "_|WARNING:-DO-NOT-SHARE-THIS.--Sharing-this-will-allow-someone-to-log-in-as-you.|_0A1B2C3D4E5F"


def an_answer(document: Any, *, host: str, path: str, at: datetime = AT, **more: Any) -> Capture:
    body = b"" if document is None else json.dumps(document).encode()
    return replace(
        Capture(id="c", at=at, device="d", host=host, path=path, status=200, response=body),
        **more,
    )


def an_own_account(id: str = OWN, at: datetime = AT) -> Capture:
    return an_answer({"id": int(id), "name": "sam"}, host="users.roblox.com", path="/v1/users/authenticated", at=at)


def a_list(*rows: dict[str, Any], at: datetime = AT) -> Capture:
    return an_answer({"data": list(rows)}, host="friends.roblox.com", path="/v1/my/friends/requests", at=at)


def a_row(sent: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {"id": int(MAYA), "name": "maya", "friendRequest": {"sentAt": sent.isoformat() if sent else None}, **more}


def a_push(kind: str = "FriendshipRequested", first: str = MAYA, second: str = OWN, at: datetime = AT) -> Capture:
    details = {"Type": kind, "EventArgs": {"UserId1": int(first), "UserId2": int(second)}}
    return a_frame(records([{"push": ["FriendshipNotifications", details]}]), at=at)


def a_frame(body: bytes, at: datetime = AT, **more: Any) -> Capture:
    frame = Capture(
        id="c",
        at=at,
        device="d",
        host="realtime-signalr.roblox.com",
        path="/userhub",
        via="websocket",
        stream="s",
        response=body,
    )
    return replace(frame, **more)


def an_act(act: str, contact: str = MAYA, at: datetime = AT) -> Capture:
    return an_answer({}, host="friends.roblox.com", path=f"/v1/users/{contact}/{act}", method="POST", at=at)


def read(capture: Capture, memory: Memory | None = None) -> tuple[list[Event], list[str]]:
    decoded = decode(capture, memory or Memory())
    assert decoded is not None
    return list(decoded.events), list(decoded.unreadable)


def a_memory(*accounts: str) -> Memory:
    memory = Memory()
    for account in accounts or (OWN,):
        read(an_own_account(account), memory)
    return memory


def a_sent_message(text: str) -> Capture:
    asked = {"conversation_id": "c-1", "messages": [{"content": text}]}
    given = {"id": "m-1", "content": text, "sender_user_id": int(OWN), "status": "success"}
    return an_answer(
        {"messages": [given]},
        host="apis.roblox.com",
        path="/platform-chat-api/v1/send-messages",
        method="POST",
        request=json.dumps(asked).encode(),
    )


def a_conversation(**more: Any) -> Capture:
    row = {"id": "c-1", "type": "one_to_one", "participant_user_ids": [int(OWN), int(MAYA)], **more}
    return an_answer(
        {"conversations": [row]}, host="apis.roblox.com", path="/platform-chat-api/v1/get-user-conversations"
    )

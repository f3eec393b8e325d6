"""fbchat as a member: what it understands of the bodies that it is given. Nothing leaves this process.

Reads one JSON document, a list of `[kind, body]`, and prints one: for each what the library made of it. A kind is an
MQTT topic ("/t_ms", "/legacy_web"), "batch" (an answer of /api/graphqlbatch/) or "users" (one of /chat/user_info/).
"""

import json
import sys
from typing import Any

import fbchat
from fbchat import _events, _graphql, _models, _threads, _util

ACCOUNT = "100000000000001"


class Session:
    """Enough of a session: whose it is, and an answer that is already there."""

    def __init__(self, answer: str = "") -> None:
        self.user = _threads.User(session=self, id=ACCOUNT)
        self.answer = answer

    def _payload_post(self, url: str, data: object) -> Any:
        return _util.parse_json(_util.strip_json_cruft(self.answer))["payload"]


def person(user: Any) -> dict[str, Any]:
    named = {"id": user.id, "name": user.name, "url": user.url, "is_friend": user.is_friend}
    return {"kind": "person", **named}


def message(found: Any, author: str) -> dict[str, Any]:
    kinds = [type(each).__name__ for each in found.attachments]
    return {
        "kind": "message",
        "id": found.id,
        "author": author,
        "thread": found.thread.id,
        "is_group": isinstance(found.thread, _threads.Group),
        "at": found.created_at.timestamp(),
        "text": found.text,
        "attachments": [*kinds, *(["Sticker"] if found.sticker else [])],
    }


def event(found: Any) -> dict[str, Any]:
    match found:
        case fbchat.FriendRequest():
            return {"kind": "request", "author": found.author.id}
        case _events.MessageEvent():
            return message(found.message, found.author.id)
        case _events.MessageReplyEvent():
            return message(found.message, found.author.id)
        case _events.ThreadFolder():
            return {"kind": "folder", "thread": found.thread.id, "folder": found.folder.value}
        case _events.UnsendEvent():
            at = found.at.timestamp()
            return {"kind": "unsent", "id": found.message.id, "author": found.author.id, "at": at}
        case _events.CallEnded():
            told = {"author": found.author.id, "thread": found.thread.id, "seconds": found.duration.total_seconds()}
            return {"kind": "call ended", **told}
        case _events.CallStarted():
            return {"kind": "call started", "author": found.author.id, "thread": found.thread.id}
    return {"kind": "unknown"}


def understood(kind: str, body: str) -> list[dict[str, Any]]:
    session = Session(body)
    if kind == "users":
        found = fbchat.Client(session=session)._fetch_info("0")
        return [
            person(_threads.UserData._from_graphql(session, {**row, "id": id}))
            for id, row in found.items()
            if "first_name" in row
        ]
    if kind == "batch":
        (answer,) = _graphql.response_to_json(body)
        told = []
        for node in answer["viewer"]["message_threads"]["nodes"]:
            if node["thread_type"] == "ONE_TO_ONE":
                thread = _threads.UserData._from_thread_fetch(session, node)
                told.append(person(thread))
            else:
                thread = _threads.GroupData._from_graphql(session, node)
            for row in node["messages"]["nodes"]:
                found = _models.MessageData._from_graphql(thread, row)
                told.append(message(found, found.author))
        return told
    return [event(found) for found in _events.parse_events(session, kind, json.loads(body))]


json.dump([understood(kind, body) for kind, body in json.load(sys.stdin)], sys.stdout)

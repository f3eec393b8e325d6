"""fbchat, which others wrote for the older Messenger, understands the same in the older bodies as the decoder does.

So proven: a friend request's notice, messages and their folders, answers to messages, messages taken back, calls, a
folder of message requests with its persons, and persons by their ids. Of no independent proof are, because no library
reads them: the gateway's frames, Lightspeed programs, the web pages' lists of friend requests and their profiles. Their
layouts are described by several programs, and RequestStream and call signals are written by Apache Thrift's own code.
"""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from screener.capture import Capture
from screener.events import Call, Deleted, Event, FriendRequest, Message, Profile
from screener.platforms import Kept, Memory, decode
from tests.clients.environment import ROOT, client_python
from tests.platforms.bodies import form
from tests.platforms.meta_writers import mqtt

OWN, MAYA, SAM, GROUP = "100000000000001", "100000000000777", "100000000000888", "2000000000000555"
NOON = datetime(2026, 10, 2, 18, tzinfo=UTC)
KINDS = {"ImageAttachment": "image", "VideoAttachment": "video", "AudioAttachment": "audio", "Sticker": "sticker"}


def metadata(id: str, author: str, second: int, folder: str | None = None, group: str | None = None) -> dict[str, Any]:
    return {
        "actorFbId": author,
        "messageId": id,
        "offlineThreadingId": "7000",
        "threadKey": {"threadFbId": group} if group else {"otherUserFbId": MAYA},
        "timestamp": str((1_790_963_000 + second) * 1_000),
        "tags": [],
        **({"folderId": {"systemFolderId": folder}} if folder else {}),
    }


def inner(id: str, author: str, second: int) -> dict[str, Any]:
    """The same within a client payload, where numbers are no text."""
    told = metadata(id, author, second)
    return {**told, "threadKey": {"otherUserFbId": int(MAYA)}, "timestamp": int(told["timestamp"])}


def call(id: str, event: str, author: str, **told: Any) -> dict[str, Any]:
    return {
        "class": "AdminTextMessage",
        "type": "messenger_call_log",
        "messageMetadata": metadata(id, author, 60, group=GROUP if "group" in event else None),
        "untypedData": {"event": event, "caller_id": author, **told},
    }


def payload(*deltas: Any) -> dict[str, Any]:
    return {"class": "ClientPayload", "payload": list(json.dumps({"deltas": deltas}).encode())}


def actor(id: str, name: str) -> dict[str, Any]:
    return {
        "messaging_actor": {
            "__typename": "User",
            "id": id,
            "name": name,
            "short_name": name.partition(" ")[0],
            "gender": "NEUTER",
            "url": f"https://www.facebook.com/{name.partition(' ')[0].lower()}.example",
            "is_viewer_friend": False,
            "big_image_src": {"uri": "https://example.com/v/t1/11_7788_22_n.jpg"},
        }
    }


def row(id: str, author: str, second: int, text: str | None, **more: Any) -> dict[str, Any]:
    return {
        "__typename": "UserMessage",
        "message_id": id,
        "message_sender": {"id": author},
        "timestamp_precise": str((1_790_963_000 + second) * 1_000),
        "message": {"text": text, "ranges": []},
        "message_reactions": [],
        "blob_attachments": [],
        "sticker": None,
        **more,
    }


def thread(folder: str, rows: list[dict[str, Any]], *people: dict[str, Any], group: bool) -> dict[str, Any]:
    return {
        "thread_key": {"thread_fbid": GROUP if group else None, "other_user_id": None if group else MAYA},
        "thread_type": "GROUP" if group else "ONE_TO_ONE",
        "folder": folder,
        "name": "Swimmers" if group else None,
        "image": None,
        "all_participants": {"nodes": [actor(OWN, "Kim"), *people]},
        "messages": {"nodes": rows},
        "messages_count": len(rows),
        "event_reminders": {"nodes": []},
        "customization_info": None,
        "updated_time_precise": "1790963900000",
        "thread_admins": [],
        "approval_mode": 0,
        "group_approval_queue": {"nodes": []},
        "joinable_mode": {"mode": 1, "link": ""},
    }


IMAGE = {
    "__typename": "MessageImage",
    "legacy_attachment_id": "1",
    "original_dimensions": {"x": 10, "y": 10},
    "original_extension": "jpg",
    "preview": {"uri": "https://example.com/p.jpg", "height": 1, "width": 1},
    "large_preview": {"uri": "https://example.com/l.jpg", "height": 1, "width": 1},
    "thumbnail": {"uri": "https://example.com/t.jpg"},
    "animated_image": None,
}
DELTAS = {
    "deltas": [
        {"class": "ThreadFolder", "folder": "FOLDER_PENDING", "threadKey": {"otherUserFbId": MAYA}},
        {"class": "NewMessage", "body": "hello there", "messageMetadata": metadata("mid.$1", MAYA, 1, "PENDING")},
        {
            "class": "NewMessage",
            "attachments": [{"mercury": {"blob_attachment": IMAGE}, "fileSize": "10"}],
            "messageMetadata": metadata("mid.$2", SAM, 2, "INBOX", GROUP),
        },
        {"class": "NewMessage", "body": "who is this", "messageMetadata": metadata("mid.$3", OWN, 3)},
        payload(
            {
                "deltaMessageReply": {
                    "message": {"body": "a friend", "messageMetadata": inner("mid.$4", MAYA, 4)},
                    "repliedToMessage": {"body": "who is this", "messageMetadata": inner("mid.$3", OWN, 3)},
                }
            }
        ),
        payload(
            {
                "deltaRecallMessageData": {
                    "threadKey": {"otherUserFbId": int(MAYA)},
                    "messageID": "mid.$1",
                    "deletionTimestamp": 1_790_963_005_000,
                    "senderID": int(MAYA),
                }
            }
        ),
        call("mid.$5", "one_on_one_call_ended", MAYA, call_duration="63", video="1"),
        call("mid.$6", "group_call_started", SAM, video=""),
        {"class": "NoOp", "numNoOps": 1},
    ]
}
FOLDER = {
    "viewer": {
        "message_threads": {
            "nodes": [
                thread(
                    "PENDING",
                    [row("mid.$7", MAYA, 7, "hey"), row("mid.$8", OWN, 8, None, blob_attachments=[IMAGE])],
                    actor(MAYA, "Maya R."),
                    group=False,
                ),
                thread("INBOX", [row("mid.$9", SAM, 9, "join us")], actor(SAM, "Sam S."), group=True),
            ]
        }
    }
}
PROFILES = {
    MAYA: {
        "id": MAYA,
        "name": "Maya R.",
        "firstName": "Maya",
        "uri": "https://www.facebook.com/maya.example",
        "thumbSrc": "https://example.com/v/t1/11_7788_22_n.jpg",
        "gender": 7,
        "type": "user",
        "is_friend": False,
    },
    "555000777": {
        "id": "555000777",
        "name": "A shop",
        "uri": "https://www.facebook.com/a.shop",
        "thumbSrc": "",
        "type": "page",
    },
}
BODIES: dict[str, str] = {
    "/legacy_web": json.dumps({"type": "jewel_requests_add", "from": MAYA}),
    "/t_ms": json.dumps(DELTAS),
    "batch": "for (;;);"
    + json.dumps({"q0": {"data": FOLDER}})
    + "\r\n"
    + json.dumps({"successful_results": 1, "error_results": 0, "skipped_results": 0}),
    "users": "for (;;);" + json.dumps({"payload": {"profiles": PROFILES}}),
}


@dataclass(frozen=True)
class Heard:
    """What both sides made of one body."""

    library: list[dict[str, Any]]
    decoder: list[Event]
    unreadable: tuple[str, ...]


@cache
def heard() -> dict[str, Heard]:
    ran = subprocess.run(
        [client_python("fbchat"), ROOT / "tests/clients/fbchat/talk.py"],
        input=json.dumps(list(BODIES.items())),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = dict(zip(BODIES, json.loads(ran.stdout), strict=True))
    return {kind: Heard(told[kind], *decoded(kind, body)) for kind, body in BODIES.items()}


def decoded(kind: str, body: str) -> tuple[list[Event], tuple[str, ...]]:
    common: dict[str, Any] = {"id": "c", "at": NOON, "device": "d", "account": OWN}
    if kind.startswith("/"):
        packet = mqtt([{"publish": kind, "text": body}])
        capture = Capture(
            **common, host="edge-chat.facebook.com", path="/chat", via="websocket", stream="s", response=packet
        )
    else:
        path = "/api/graphqlbatch/" if kind == "batch" else "/chat/user_info/"
        capture = Capture(
            **common,
            host="www.facebook.com",
            path=path,
            method="POST",
            status=200,
            request=form({"__user": OWN}),
            response=body.encode(),
        )
    found = decode(capture, Memory(kept=Kept()))
    assert found is not None
    return list(found.events), found.unreadable


def messages(events: list[Event]) -> list[dict[str, Any]]:
    return [
        {
            "id": event.id,
            "author": OWN if event.by == "member" else event.contact.id,
            "thread": event.conversation,
            "is_group": event.group,
            "at": event.at.timestamp(),
            "text": event.text,
            "attachments": list(event.media),
        }
        for event in events
        if isinstance(event, Message)
    ]


def theirs(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name != "kind"} for each in told if each["kind"] == kind]


def test_the_notice_of_a_friend_request_names_the_same_person():
    both = heard()["/legacy_web"]

    requests = [event for event in both.decoder if isinstance(event, FriendRequest)]
    assert [event.contact.id for event in requests] == [each["author"] for each in theirs(both.library, "request")]
    assert [(event.by, event.pending) for event in requests] == [("contact", True)]


def test_messages_and_answers_in_deltas_are_the_same():
    both = heard()["/t_ms"]

    library = [
        {**each, "attachments": [KINDS[kind] for kind in each["attachments"]]}
        for each in theirs(both.library, "message")
    ]
    assert messages(both.decoder) == library
    assert [each["id"] for each in library] == ["mid.$1", "mid.$2", "mid.$3", "mid.$4"]
    assert both.unreadable == ()


def test_a_conversation_that_begins_among_the_requests_is_pending():
    both = heard()["/t_ms"]

    (folder,) = theirs(both.library, "folder")
    told = next(event for event in both.decoder if isinstance(event, Profile))
    assert (told.contact.id, told.pending) == (folder["thread"], folder["folder"] == "PENDING")
    assert next(event for event in both.decoder if isinstance(event, Message)).pending is True


def test_a_message_that_was_taken_back_is_the_same():
    both = heard()["/t_ms"]

    deleted = [event for event in both.decoder if isinstance(event, Deleted)]
    assert [
        {"id": event.message, "author": event.contact.id, "at": event.at.timestamp()} for event in deleted
    ] == theirs(both.library, "unsent")


def test_calls_are_the_same():
    both = heard()["/t_ms"]

    pair, group = (event for event in both.decoder if isinstance(event, Call))
    assert [{"author": pair.contact.id, "thread": pair.conversation, "seconds": float(pair.seconds or 0)}] == theirs(
        both.library, "call ended"
    )
    assert [{"author": group.contact.id, "thread": group.conversation}] == theirs(both.library, "call started")


def test_a_folder_of_conversations_holds_the_same_persons_and_messages():
    both = heard()["batch"]

    library = [
        {**each, "attachments": [KINDS[kind] for kind in each["attachments"]]}
        for each in theirs(both.library, "message")
    ]
    assert messages(both.decoder) == library
    assert [event.pending for event in both.decoder if isinstance(event, Message)] == [True, True, False]
    people = {event.contact.id: event.contact for event in both.decoder if isinstance(event, Profile)}
    for each in theirs(both.library, "person"):
        contact = people[each["id"]]
        assert (contact.name, contact.url, contact.is_friend) == (each["name"], each["url"], each["is_friend"])
    assert both.unreadable == ()


def test_persons_by_their_ids_are_the_same():
    both = heard()["users"]

    people = [event.contact for event in both.decoder if isinstance(event, Profile)]
    assert [
        {"id": each.id, "name": each.name, "url": each.url, "is_friend": each.is_friend} for each in people
    ] == theirs(both.library, "person")

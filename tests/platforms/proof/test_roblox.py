"""Roblox's lists, profiles and pushes, understood by libraries that others wrote just as the decoder understands them.

Proven: which fields of a friend request, a friend, a user, a count and of the account holder mean what (ro.py, its
first and its present edition), and how SignalR puts calls into records, several in one message, behind its handshake
(pysignalr, through a WebSocket). Not proven, because no library reads them: the friends in common and the time of a
request, chat, blocking, the answers that the member gives, the older layout of the pushes, and what Roblox itself puts
into a push; for these the cases follow what has been described of them.
"""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from screener.capture import Capture
from screener.events import Account, Event, FriendRequest, Profile
from screener.platforms import Memory, decode
from screener.platforms.wire import signalr
from tests.clients.environment import ROOT, client_python
from tests.platforms.signalr_writer import records

OWN, MAYA, BO = 1000000001, 7000000001, 7000000002
AT = datetime(2026, 10, 2, 18, tzinfo=UTC)


def a_user(id: int, handle: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": handle,
        "displayName": handle.title(),
        "description": f"{handle} builds",
        "created": "2026-09-28T09:30:00.120Z",
        "isBanned": False,
        "externalAppDisplayName": None,
        "hasVerifiedBadge": False,
        **more,
    }


def a_page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"previousPageCursor": None, "nextPageCursor": None, "data": list(rows)}


FRIEND = {"isOnline": False, "isDeleted": False, "presenceType": 0, "friendFrequentRank": 1}
ASKED = {"mutualFriendsList": [], "friendRequest": {"sentAt": "2026-10-02T17:59:00Z", "senderId": MAYA}}
ANSWERS: dict[str, Any] = {
    "GET https://users.roblox.com/v1/users/authenticated": {"id": OWN, "name": "sam", "displayName": "Sam"},
    "GET https://friends.roblox.com/v1/my/friends/requests": a_page(
        a_user(MAYA, "maya", **ASKED), a_user(BO, "bo", **ASKED)
    ),
    f"GET https://friends.roblox.com/v1/users/{OWN}/friends": a_page(a_user(7000000003, "ada", **FRIEND)),
    f"GET https://users.roblox.com/v1/users/{MAYA}": a_user(MAYA, "maya", displayName="Maya R."),
    f"GET https://users.roblox.com/v1/users/{BO}": a_user(BO, "bo", created="2019-01-02T00:00:00Z"),
    f"GET https://friends.roblox.com/v1/users/{MAYA}/friends/count": {"count": 3},
    f"GET https://friends.roblox.com/v1/users/{BO}/friends/count": {"count": 120},
    f"GET https://friends.roblox.com/v1/users/{MAYA}/followings/count": {"count": 250},
    f"GET https://friends.roblox.com/v1/users/{BO}/followings/count": {"count": 0},
    "POST https://users.roblox.com/v1/users": {
        "data": [{"id": id, "name": name, "displayName": name.title()} for id, name in ((MAYA, "maya2"), (BO, "bo2"))]
    },
}
REQUESTED = ["FriendshipNotifications", {"Type": "FriendshipRequested", "EventArgs": {"UserId1": BO, "UserId2": OWN}}]
PRESENCE = ["PresenceBulkNotifications", [{"UserId": MAYA, "Type": "PresenceChanged"}]]
FRAMES = [records([{"type": 6}, {"push": PRESENCE}, {"push": REQUESTED}]), records([{"push": REQUESTED}])]


def understood() -> dict[str, Any]:
    """What the libraries print."""
    given = {
        "answers": {address: json.dumps(body) for address, body in ANSWERS.items()},
        "frames": [frame.decode() for frame in FRAMES],
        "calls": 3,
        "users": [MAYA, BO],
    }
    ran = subprocess.run(
        [client_python("roblox"), ROOT / "tests" / "clients" / "roblox" / "talk.py"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def decoded(memory: Memory, address: str) -> list[Event]:
    method, _, url = address.partition(" ")
    host, _, path = url.removeprefix("https://").partition("/")
    answer = Capture(
        id="c",
        at=AT,
        device="d",
        host=host,
        path=f"/{path}",
        method=method,
        response=json.dumps(ANSWERS[address]).encode(),
    )
    found = decode(answer, memory)
    assert found is not None
    assert not found.unreadable
    return list(found.events)


def described(contact: Account) -> dict[str, Any]:
    assert contact.joined is not None
    # The libraries keep the fraction of a second, and we what is known at whole ones.
    return {
        "id": int(contact.id),
        "handle": contact.handle,
        "name": contact.name,
        "bio": contact.bio,
        "joined": contact.joined.replace(microsecond=0).isoformat(),
    }


def whole_seconds(users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**user, "joined": datetime.fromisoformat(user["joined"]).replace(microsecond=0).isoformat()} for user in users
    ]


def test_ro_py_and_pysignalr_understand_what_the_decoder_does() -> None:
    memory = Memory()

    theirs = understood()
    ours = {address: decoded(memory, address) for address in ANSWERS}

    requests, friends, maya, bo, *counted = list(ours.values())[1:]
    assert list(memory.kept["accounts"]["shown"]) == [str(theirs["own"])]
    assert all(isinstance(event, FriendRequest) and event.by == "contact" for event in requests)
    assert [described(event.contact) for event in requests] == whole_seconds(theirs["requests"])
    assert [described(event.contact) for event in friends] == whole_seconds(theirs["friends"])
    assert [described(event.contact) for event in (*maya, *bo)] == whole_seconds(theirs["users"])
    known = [[event.contact for event in events if isinstance(event, Profile)][-1] for events in counted[2:4]]
    assert [[contact.friends, contact.following] for contact in known] == theirs["counts"]
    assert [[int(event.contact.id), event.contact.handle, event.contact.name] for event in counted[4]] == theirs[
        "named"
    ]
    calls = [call for frame in FRAMES for call in signalr.invocations(frame) if isinstance(call, signalr.Invocation)]
    assert [call.arguments for call in calls] == theirs["heard"]
    assert [signalr.protocol(sent.encode()) for sent in theirs["handshake"]] == ["json"]
    push = Capture(
        id="c", at=AT, device="d", host="realtime-signalr.roblox.com", path="/userhub", via="websocket", stream="s"
    )
    pushes = [decode(replace(push, response=frame), memory) for frame in FRAMES]
    ids = {event.id for found in pushes if found for event in found.events}
    assert ids == {requests[1].id}
    assert [json.loads(text)["EventArgs"]["UserId1"] for _, text in theirs["heard"][1:]] == [BO, BO]

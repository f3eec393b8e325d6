"""The documents that the simulated Facebook sends: a friend request, a contact's row, a call."""

import json
from datetime import datetime
from typing import Any

from screener.demo.wire import lightspeed, profile
from screener.events import Account, Call, FriendRequest

# What the list of requests says of a person; the push says more.
LISTED = ("id", "name", "url", "profile_picture", "social_context")


def received(request: FriendRequest) -> dict[str, Any]:
    return {
        "sender": {**asker(request), "friendship_status": "INCOMING_REQUEST", "gender": "NEUTER"},
        "time_received": seconds(request.at),
        "notif": {"notif_type": "friend_request", "seen_state": "UNSEEN_AND_UNREAD"},
        "viewer": {"actor": {"id": request.account.id}},
    }


def asker(request: FriendRequest) -> dict[str, Any]:
    who = request.contact
    mutual = request.mutual_friends if request.mutual_friends is not None else who.mutual_friends
    return {
        "id": who.id,
        "name": who.name,
        "short_name": (who.name or "").partition(" ")[0],
        "url": profile.address(who),
        "profile_picture": {"uri": "https://example.com/picture.jpg"},
        # Where there is no friend in common, the platform writes nothing at all.
        "social_context": {"text": f"{mutual} mutual friend{'s' if mutual != 1 else ''}"} if mutual else None,
        "social_context_top_mutual_friends": [],
    }


def row(contact: Account, *, is_friend: bool) -> lightspeed.Step:
    return lightspeed.contact(id=contact.id, name=contact.name or "", username=contact.handle, is_friend=is_friend)


def call_rows(event: Call, caller: str) -> list[lightspeed.Step]:
    """A call as the conversation shows it: a message without words, and the card that hangs on it."""
    at_ms = milliseconds(event.at)
    address = (
        f"https://www.facebook.com/groupcall/ROOM:{event.contact.id}/?call_id={at_ms}"
        f"&users_to_ring={_callee(event)}&has_video={'true' if event.call == 'video' else 'false'}"
    )
    words = lightspeed.message(text=None, thread=event.contact.id, at_ms=at_ms, id=event.id, sender=caller)
    card = lightspeed.call_card(
        message=event.id,
        thread=event.contact.id,
        at_ms=at_ms,
        title="Video call ended" if event.call == "video" else "Audio call ended",
        kind=f"xma_rtc_ended_{event.call or 'audio'}",
        address=address,
    )
    return [words, *card]


def call_log(event: Call, caller: str) -> bytes:
    """The older form of the same."""
    told = {
        "event": "one_on_one_call_ended",
        "caller_id": caller,
        "callee_id": _callee(event),
        "call_duration": str(event.seconds or 0),
        "video": "1" if event.call == "video" else "",
    }
    metadata = {
        "actorFbId": caller,
        "messageId": event.id,
        "timestamp": str(milliseconds(event.at)),
        "threadKey": {"otherUserFbId": event.contact.id},
    }
    delta = {
        "class": "AdminTextMessage",
        "type": "messenger_call_log",
        "messageMetadata": metadata,
        "untypedData": told,
    }
    return json.dumps({"deltas": [delta], "firstDeltaSeqId": 1, "lastIssuedSeqId": 1}).encode()


def _callee(event: Call) -> str:
    return event.account.id if event.by == "contact" else event.contact.id


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)

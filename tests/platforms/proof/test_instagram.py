"""instagrapi, which others wrote, asks for the addresses that the decoder reads, and sees the same in the answers.

So proven: follow requests and their answers, the inbox of message requests, threads, profiles of two shapes, the page
about an account, and what a member sends. Of no independent proof are, because no library reads them: the gateway's
frames and the changes in them (only their Thrift and their protobuf are written by other code than the decoder's), the
web pages' own threads and messages ("slide"), and the activity feed, which the library passes on unread.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from screener.capture import Capture
from screener.events import Event, Message
from screener.platforms import Kept, Memory, decode
from tests.clients.environment import ROOT, client_python

OWN, MAYA, SAM = "5550001", "5550777", "5550888"
NOON = datetime(2026, 10, 2, 18, tzinfo=UTC)
LONG, SHORT = "340282366841710300949128000000000000001", "17850000000000555"
PICTURE = "https://scontent.example.com/v/t51/11_7788_22_n.jpg"


def person(pk: str, handle: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "pk": pk,
        "username": handle,
        "full_name": name,
        "is_private": False,
        "is_verified": False,
        "has_anonymous_profile_picture": False,
        "profile_pic_url": PICTURE,
        **more,
    }


def item(id: str, user: str, second: int, text: str) -> dict[str, Any]:
    return {
        "item_id": id,
        "user_id": int(user),
        "timestamp": (1_790_963_000 + second) * 1_000_000,
        "item_type": "text",
        "text": text,
        "client_context": f"7{id}",
        "is_sent_by_viewer": user == OWN,
    }


def thread(*items: dict[str, Any], pending: bool) -> dict[str, Any]:
    return {
        "thread_id": LONG,
        "thread_v2_id": SHORT,
        "users": [person(MAYA, "maya.example", "Maya R.")],
        "inviter": person(MAYA, "maya.example", "Maya R."),
        "items": list(items),
        "pending": pending,
        "viewer_id": int(OWN),
        "admin_user_ids": [],
        "last_activity_at": 1_790_963_990_000_000,
        "muted": False,
        "named": False,
        "canonical": True,
        "archived": False,
        "thread_type": "private",
        "thread_title": "maya.example",
        "folder": 0,
        "vc_muted": False,
        "is_group": False,
        "mentions_muted": False,
        "approval_required_for_new_members": False,
        "input_mode": 0,
        "last_seen_at": {},
    }


WORDS = [item("33", MAYA, 990, "how old are you?"), item("32", OWN, 980, "who?"), item("31", MAYA, 970, "hey you")]
COUNTS = {"follower_count": 12, "following_count": 900, "media_count": 0}
PAGE = {
    "id": SAM,
    "username": "sam.example",
    "full_name": "Sam S.",
    "biography": "hello there",
    "is_private": True,
    "is_verified": True,
    "profile_pic_url": PICTURE,
    "is_business_account": False,
    "business_email": None,
    "business_phone_number": None,
    "edge_followed_by": {"count": 40},
    "edge_follow": {"count": 41},
    "edge_owner_to_timeline_media": {"count": 7},
    "edge_mutual_followed_by": {"count": 3, "edges": []},
}
ABOUT = {
    "layout": {
        "bloks_payload": {
            "data": [{"data": {"key": "IG_ABOUT_THIS_ACCOUNT:about_this_account_country", "initial": "Poland"}}],
            "tree": [{")": "Date joined", "+": 1}, {")": "August 2026", "+": 1}],
        }
    },
    "status": "ok",
}
STANDING = {
    "user_id": MAYA,
    **dict.fromkeys(("following", "followed_by", "incoming_request", "outgoing_request", "blocking", "muting"), False),
    **dict.fromkeys(("is_bestie", "is_blocking_reel", "is_muting_reel", "is_private", "is_restricted"), False),
}


def acted(act: str, **status: bool) -> dict[str, Any]:
    """The answer to an act, and to the question that the library asks beside some of them."""
    return {
        f"/api/v1/friendships/{act}/{MAYA}/": {"friendship_status": {**STANDING, **status}, "status": "ok"},
        f"/api/v1/friendships/show/{MAYA}/": {**STANDING, "status": "ok"},
    }


TASKS: dict[str, dict[str, Any]] = {
    "user_follow_requests": {
        "/api/v1/friendships/pending/": {
            "users": [person(MAYA, "maya.example", "Maya R."), person(SAM, "sam.example", "Sam S.", is_verified=True)],
            "status": "ok",
        }
    },
    "direct_pending_inbox": {
        "/api/v1/direct_v2/pending_inbox/": {"inbox": {"threads": [thread(*WORDS, pending=True)]}, "status": "ok"}
    },
    "direct_thread": {f"/api/v1/direct_v2/threads/{LONG}/": {"thread": thread(*WORDS, pending=False), "status": "ok"}},
    "user_info_v1": {
        f"/api/v1/users/{MAYA}/info/": {
            "user": person(MAYA, "maya.example", "Maya R.", biography="new here", is_business=False, **COUNTS),
            "status": "ok",
        }
    },
    "user_info_by_username_gql": {"/api/v1/users/web_profile_info/": {"data": {"user": PAGE}, "status": "ok"}},
    "user_about_v1": {"/api/v1/bloks/apps/com.instagram.interactions.about_this_account/": ABOUT},
    "user_follow_request_approve": acted("approve", followed_by=True),
    "user_follow_request_decline": acted("ignore"),
    "user_remove_follower": acted("remove_follower"),
    "user_block": acted("block"),
    "user_follow": acted("create", outgoing_request=True),
    "user_unfollow": acted("destroy"),
    "direct_pending_approve": {f"/api/v1/direct_v2/threads/{LONG}/approve/": {"status": "ok"}},
    "direct_send": {
        "/api/v1/direct_v2/threads/broadcast/text/": {
            "payload": {"item_id": "40", "thread_id": LONG, "timestamp": "1790963999000000", "client_context": "740"},
            "status": "ok",
        }
    },
}
ARGUMENTS: dict[str, list[Any]] = {
    "user_follow_requests": [],
    "direct_pending_inbox": [],
    "direct_thread": [LONG],
    "user_info_by_username_gql": ["sam.example"],
    "direct_pending_approve": [LONG],
    "direct_send": ["i am thirteen", [], [LONG]],
}


@dataclass(frozen=True)
class Both:
    """What the library understood of an answer, and the events that the decoder found in the same exchange."""

    sees: Any
    events: list[Event]
    unreadable: list[str]
    kept: Kept


@cache
def talked() -> dict[str, dict[str, Any]]:
    tasks = [{"do": do, "with": ARGUMENTS.get(do, [MAYA]), "answers": answers} for do, answers in TASKS.items()]
    done = subprocess.run(
        [client_python("instagrapi"), ROOT / "tests" / "clients" / "instagrapi" / "talk.py"],
        input=json.dumps(tasks),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return dict(zip(TASKS, json.loads(done.stdout), strict=True))


def both(do: str, kept: Kept | None = None) -> Both:
    """One question of the library, decoded as it was sent, with the answer that the library got."""
    told, memory = talked()[do], Memory(kept=Kept() if kept is None else kept)
    events: list[Event] = []
    unreadable: list[str] = []
    for capture in captures(told["asked"], TASKS[do]):
        decoded = decode(capture, memory)
        assert decoded is not None, f"nobody reads {capture.host}{capture.path}"
        events += decoded.events
        unreadable += decoded.unreadable
    return Both(told["sees"], events, unreadable, memory.kept)


def captures(asked: list[dict[str, Any]], answers: dict[str, Any]) -> Iterator[Capture]:
    for number, request in enumerate(asked):
        address = urlsplit(request["url"])
        yield Capture(
            id=f"c{number}",
            at=NOON,
            device="d",
            host=address.netloc,
            path=address.path,
            query=address.query,
            method=request["method"],
            status=200,
            request_headers={"ig-u-ds-user-id": request["own"]} if request["own"] else {},
            response_headers={"content-type": "application/json"},
            request=request["body"].encode(),
            response=json.dumps(answers[address.path]).encode(),
            # The page's own address is asked with the cookie, which the library leaves to its session.
            account=None if request["own"] else OWN,
        )


def test_it_sees_the_same_follow_requests() -> None:
    found = both("user_follow_requests")

    assert [(u["pk"], u["username"], u["full_name"], u["is_verified"]) for u in found.sees] == [
        (e.contact.id, e.contact.handle, e.contact.name, e.contact.verified) for e in found.events
    ]
    assert [(e.kind, e.account.id, e.pending) for e in found.events] == [("friend_request", OWN, True)] * 2
    assert [u["has_anonymous_profile_picture"] for u in found.sees] == [not e.contact.picture for e in found.events]


def messages(found: Both) -> list[tuple[str, str, str | None, float]]:
    """The messages that the decoder found, as the library tells them."""
    assert not found.unreadable
    return [
        (e.id, OWN if e.by == "member" else e.contact.id, e.text, e.at.timestamp())
        for e in found.events
        if isinstance(e, Message)
    ]


def test_it_sees_the_same_messages_in_the_same_pending_thread() -> None:
    found = both("direct_pending_inbox")

    (seen,) = found.sees
    assert messages(found) == [(m["id"], m["user_id"], m["text"], m["timestamp"]) for m in seen["messages"]][::-1]
    assert {e.conversation for e in found.events} == {seen["pk"]}
    assert {e.pending for e in found.events} == {seen["pending"]}
    assert {e.group for e in found.events} == {seen["is_group"]}
    assert {e.contact.id for e in found.events} == {seen["users"][0]["pk"], seen["inviter"]["pk"]}


def test_it_sees_the_same_messages_in_a_thread_that_was_let_in() -> None:
    found = both("direct_thread")

    assert messages(found) == [(m["id"], m["user_id"], m["text"], m["timestamp"]) for m in found.sees["messages"]][::-1]
    assert {e.pending for e in found.events} == {found.sees["pending"]} == {False}


def test_it_sees_the_same_profile_in_the_shape_of_the_app_and_in_that_of_the_page() -> None:
    for found in (both("user_info_v1"), both("user_info_by_username_gql")):
        (event,) = found.events
        seen, contact = found.sees, event.contact
        assert (seen["pk"], seen["username"], seen["full_name"]) == (contact.id, contact.handle, contact.name)
        assert (seen["follower_count"], seen["following_count"]) == (contact.friends, contact.following)
        assert (seen["media_count"], seen["is_verified"]) == (contact.posts, contact.verified)
        assert seen["biography"] == contact.bio


def test_it_sees_the_same_country_and_month_on_the_page_about_an_account() -> None:
    found = both("user_about_v1")

    (event,) = found.events
    assert event.contact.joined is not None
    assert (found.sees["date"], found.sees["country"]) == (f"{event.contact.joined:%B %Y}", "Poland")
    assert (event.contact.id, event.contact.country) == (MAYA, "PL")


def test_what_it_does_with_requests_and_people_is_read_as_what_the_member_did() -> None:
    acts = {
        "user_follow_request_approve": "accepted",
        "user_follow_request_decline": "declined",
        "user_remove_follower": "removed",
        "user_block": "blocked",
        "user_follow": "friend_request",
        "user_unfollow": "removed",
    }

    # Beside some acts the library asks for more, which the decoder may read, too.
    found = {do: [e for e in both(do).events if e.kind != "profile"] for do in acts}

    assert {do: [(e.kind, e.by, e.contact.id) for e in events] for do, events in found.items()} == {
        do: [(kind, "member", MAYA)] for do, kind in acts.items()
    }


def test_what_it_sends_to_a_request_it_has_let_in_is_the_members_own_message() -> None:
    kept = both("direct_pending_inbox").kept
    both("direct_pending_approve", kept)

    found = both("direct_send", kept)

    (event,) = found.events
    assert isinstance(event, Message)
    assert (event.by, event.contact.id, event.text, event.pending) == ("member", MAYA, "i am thirteen", False)
    assert event.at.timestamp() == found.sees["timestamp"]
    assert event.conversation == SHORT

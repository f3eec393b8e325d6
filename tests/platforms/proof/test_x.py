"""twikit and twscrape, which others wrote and keep up, ask X and understand its answers just as the decoder does.

Proven with twikit: how the account holder is found, a conversation of two and of a group, what a member sends, follows,
no longer follows and blocks, the older notices, and the older layout of a person. With twscrape: the layout of 2026, in
a list of followers and on the page about an account. How Thrift is written is Apache's own (tests/platforms/wire). Of
no independent proof are, because no library in Python reads them: the list of requests and its flag, calls, edits and
what is taken out of view, who asks to follow, the newer notices, and what the fields of an encrypted chat mean; for
these the cases follow the public description of a bridge in another language. That an account's number holds the time
it was opened is proven by vectors.
"""

import json
import subprocess
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from screener.capture import Capture
from screener.events import Event, FriendRequest, Message
from screener.platforms import Kept, Memory, decode
from screener.platforms.wire.x.objects import account_of, born
from tests.clients.environment import ROOT, client_python

OWN, MAYA, ADA, PARTY = "2101", "1975000000000000001", "3303", "1976000000000000001"
AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
JOINED = "Mon Oct 06 00:50:00 +0000 2025"


def older(id: str, handle: str, name: str, **more: Any) -> dict[str, Any]:
    """A person in the layout of the older web API."""
    return {
        "id": int(id),
        "id_str": id,
        "name": name,
        "screen_name": handle,
        "created_at": JOINED,
        "description": f"{name} says hello",
        "location": "",
        "profile_image_url_https": "https://pbs.example.com/profile_images/1975/me_normal.jpg",
        "default_profile_image": False,
        "entities": {"description": {"urls": []}},
        "pinned_tweet_ids_str": [],
        "followers_count": 3,
        "friends_count": 812,
        "statuses_count": 2,
        "protected": False,
        "verified": False,
        "following": False,
        "followed_by": False,
        **more,
    }


def wrapped(id: str, handle: str, name: str) -> dict[str, Any]:
    """The same as GraphQL gave it for years."""
    legacy = {key: value for key, value in older(id, handle, name).items() if key not in ("id", "id_str")}
    return {"__typename": "User", "rest_id": id, "is_blue_verified": True, "legacy": legacy}


def newer(id: str, handle: str, name: str, followers: int) -> dict[str, Any]:
    """The same in the layout of 2026."""
    return {
        "__typename": "User",
        "id": "VXNlcjox",
        "rest_id": id,
        "core": {"created_at": JOINED, "name": name, "screen_name": handle},
        "avatar": {"image_url": "https://pbs.example.com/profile_images/1975/me_normal.jpg"},
        "is_blue_verified": False,
        "verification": {"verified": True},
        "privacy": {"protected": True},
        "location": {"location": "everywhere"},
        "profile_bio": {"description": f"{name} says hello"},
        "relationship_counts": {"followers": followers, "following": 812},
        "relationship_perspectives": {"following": False, "followed_by": True},
        "tweet_counts": {"tweets": 2, "media_tweets": 0},
        "action_counts": {"favorites_count": 1},
        "about_profile": {"account_based_in": "Poland", "username_changes": {"count": "2"}, "source": "Web"},
    }


def said(id: str, sender: str, recipient: str | None, second: int, text: str, **more: Any) -> dict[str, Any]:
    time = str(1_790_963_900_000 + second * 1_000)
    inner = {"id": id, "time": time, "sender_id": sender, "recipient_id": recipient, "text": text, **more}
    pair = f"{OWN}-{MAYA}" if recipient else PARTY
    return {"message": {"id": id, "time": time, "conversation_id": pair, "message_data": inner}}


PHOTO = {"photo": {"id_str": "7", "media_url_https": "https://ton.example.com/7.jpg", "url": "https://t.co/Pic123"}}
TALK = [
    said("53", OWN, MAYA, 2, "who is this"),
    said("52", MAYA, OWN, 1, "look https://t.co/Pic123", attachment=PHOTO),
    said("51", MAYA, OWN, 0, "hello"),
]
NOTICE = {
    "id": "N1",
    "timestampMs": "1790963980000",
    "icon": {"id": "person_icon"},
    "message": {"text": "Maya R. followed you"},
    "template": {"aggregateUserActionsV1": {"targetObjects": [], "fromUsers": [{"user": {"id": MAYA}}]}},
}
NOTICES = {
    "globalObjects": {"users": {MAYA: older(MAYA, "maya_r", "Maya R.")}, "notifications": {"N1": NOTICE}},
    "timeline": {"id": "ALL", "instructions": [{"addEntries": {"entries": []}}]},
}
SAM_PAGE = {"data": {"user": {"result": wrapped(OWN, "sam_example", "Sam")}}}
FOLLOWERS = [newer(MAYA, "maya_r", "Maya R.", 3), newer(ADA, "ada_example", "Ada", 120)]
ROWS = [{"content": {"itemContent": {"user_results": {"result": each}}}} for each in FOLLOWERS]
LIST = {"timeline": {"timeline": {"instructions": [{"type": "TimelineAddEntries", "entries": ROWS}]}}}

TASKS: dict[str, tuple[str, list[Any], dict[str, Any]]] = {
    "holder": ("user_id", [], {"settings.json": {"screen_name": "sam_example"}, "UserByScreenName": SAM_PAGE}),
    "talk": ("get_dm_history", [MAYA], {f"{MAYA}-{OWN}.json": {"conversation_timeline": {"entries": TALK}}}),
    "group": (
        "get_group_dm_history",
        [PARTY],
        {f"{PARTY}.json": {"conversation_timeline": {"entries": [said("61", ADA, None, 5, "welcome")]}}},
    ),
    "send": (
        "send_dm",
        [MAYA, "please stop"],
        {
            "new2.json": {
                "entries": [said("54", OWN, MAYA, 50, "please stop")],
                "users": {OWN: older(OWN, "sam_example", "Sam"), MAYA: older(MAYA, "maya_r", "Maya R.")},
            }
        },
    ),
    "notices": ("get_notifications", ["All"], {"all.json": NOTICES}),
    "follow": ("follow_user", [ADA], {"create.json": older(ADA, "ada_example", "Ada", following=True)}),
    "unfollow": ("unfollow_user", [ADA], {"destroy.json": older(ADA, "ada_example", "Ada")}),
    "block": ("block_user", [MAYA], {"create.json": older(MAYA, "maya_r", "Maya R.")}),
    "page": (
        "get_user_by_screen_name",
        ["ada_example"],
        {"UserByScreenName": {"data": {"user": {"result": wrapped(ADA, "ada_example", "Ada")}}}},
    ),
    "followers": ("parse", [], {"Followers": {"data": {"user": {"result": LIST}}}}),
    "about": ("parse", [], {"AboutAccountQuery": {"data": {"user_result_by_screen_name": {"result": FOLLOWERS[0]}}}}),
}


@cache
def understood() -> dict[str, Any]:
    """What the libraries made of every task, and what they asked for it."""
    tasks = [{"do": do, "with": given, "answers": answers} for do, given, answers in TASKS.values()]
    talk = ROOT / "tests" / "clients" / "x" / "talk.py"
    done = subprocess.run(
        [client_python("x"), talk], input=json.dumps(tasks), capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return dict(zip(TASKS, json.loads(done.stdout), strict=True))


def decoded(*names: str) -> tuple[list[Event], Kept]:
    """What the decoder makes of the exchanges of these tasks, in order, once it has seen those that name the holder."""
    kept, found = Kept(), []
    for name in dict.fromkeys(("holder", *names)):
        _, _, answers = TASKS[name]
        for asked in understood()[name]["asked"]:
            address = urlsplit(asked["url"])
            capture = Capture(
                id=name,
                at=AT,
                device="device",
                host=address.netloc,
                path=address.path,
                query=address.query,
                method=asked["method"],
                status=200,
                request=asked["body"].encode(),
                response=json.dumps(answers[address.path.rpartition("/")[2]]).encode(),
            )
            given = decode(capture, Memory(kept=kept))
            assert given is not None, asked["url"]
            assert not given.unreadable, given.unreadable
            found += given.events
    return found, kept


def test_both_find_the_account_holder_in_the_same_answers() -> None:
    _, kept = decoded("holder")

    assert understood()["holder"]["sees"] == OWN
    assert kept["accounts"]["ids"] == [OWN]


def test_both_read_the_same_conversation() -> None:
    events, _ = decoded("talk")

    theirs = understood()["talk"]["sees"]
    ours = [event for event in events if isinstance(event, Message)]
    assert len(ours) == len(theirs) == 3
    for event, message in zip(ours, reversed(theirs), strict=True):
        assert event.id == message["id"]
        assert int(event.at.timestamp() * 1000) == int(message["time"])
        sender, recipient = message["sender_id"], message["recipient_id"]
        assert (event.account.id, event.contact.id) == (OWN, MAYA)
        assert (sender, recipient) == ((MAYA, OWN) if event.by == "contact" else (OWN, MAYA))
        assert event.text in message["text"]
        assert event.media == (("image",) if "photo" in (message["attachment"] or {}) else ())


def test_both_read_what_is_said_in_a_group() -> None:
    events, _ = decoded("group")

    (message,) = understood()["group"]["sees"]
    assert [(event.id, event.contact.id, event.group) for event in events] == [(message["id"], ADA, True)]
    assert message["sender_id"] == ADA
    assert [event.text for event in events if isinstance(event, Message)] == [message["text"]]


def test_what_the_library_sends_is_read_as_the_members_own() -> None:
    events, _ = decoded("send")

    message = understood()["send"]["sees"]
    (sent,) = (event for event in events if isinstance(event, Message))
    assert (sent.id, sent.text, sent.by, sent.contact.id) == (message["id"], message["text"], "member", MAYA)
    assert int(sent.at.timestamp() * 1000) == int(message["time"])


def test_both_see_the_same_new_follower() -> None:
    events, _ = decoded("notices")

    (notice,) = understood()["notices"]["sees"]
    (follower,) = (event for event in events if isinstance(event, FriendRequest))
    assert int(follower.at.timestamp() * 1000) == notice["timestamp_ms"]
    assert follower.contact.id == str(notice["from_user"]["id"])
    assert follower.contact.name == notice["from_user"]["name"]


def test_what_the_library_does_to_others_is_seen() -> None:
    events, _ = decoded("follow", "unfollow", "block")

    acts = [(event.kind, event.by, event.contact.id) for event in events]
    assert acts == [("friend_request", "member", ADA), ("removed", "member", ADA), ("blocked", "member", MAYA)]


def test_both_read_the_older_layout_of_a_person() -> None:
    theirs = understood()["page"]["sees"]

    ours = account_of(TASKS["page"][2]["UserByScreenName"]["data"]["user"]["result"])
    assert (ours.id, ours.name, ours.handle, ours.bio) == tuple(
        theirs[key] for key in ("id", "name", "screen_name", "description")
    )
    assert (ours.friends, ours.following, ours.posts) == tuple(
        theirs[key] for key in ("followers_count", "following_count", "statuses_count")
    )
    assert ours.joined == datetime.fromisoformat(theirs["created"])
    assert ours.verified == theirs["is_blue_verified"]
    assert ours.picture is not theirs["default_profile_image"]


def test_both_read_the_newer_layout_of_a_person() -> None:
    theirs = understood()["followers"]["sees"]

    for user, other in zip(FOLLOWERS, theirs, strict=True):
        ours = account_of(user)
        assert (ours.id, ours.name, ours.handle, ours.bio) == tuple(
            other[key] for key in ("id_str", "displayname", "username", "rawDescription")
        )
        assert (ours.friends, ours.following, ours.posts) == tuple(
            other[key] for key in ("followersCount", "friendsCount", "statusesCount")
        )
        assert ours.joined == datetime.fromisoformat(other["created"])
        assert ours.verified is (other["verified"] or other["blue"])


def test_both_find_the_person_on_the_page_about_an_account() -> None:
    _, _, answers = TASKS["about"]

    theirs = understood()["about"]["sees"][0]
    ours = account_of(answers["AboutAccountQuery"]["data"]["user_result_by_screen_name"]["result"])
    assert (ours.id, ours.name, ours.handle) == (theirs["id_str"], theirs["displayname"], theirs["username"])


# Numbers of posts, and the times that X and an encyclopedia give for them to explain how such a number is made.
@pytest.mark.parametrize(
    ("number", "at"),
    [
        ("1541815603606036480", "2022-06-28T16:07:40.105Z"),
        ("1212092628029698048", "2019-12-31T19:26:16.771Z"),
    ],
)
def test_a_number_holds_the_time_it_was_given_out(number: str, at: str) -> None:
    assert born(number) == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "number", ["2101", "4294967296", "99999999999999999", "", "x", "-1975000000000000001", "9" * 40]
)
def test_a_number_from_before_holds_no_time(number: str) -> None:
    assert born(number) is None

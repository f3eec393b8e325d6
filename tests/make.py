"""Any event in one call, with sensible defaults; every person is invented."""

from datetime import UTC, datetime
from typing import Any

from screener import rulebook
from screener.events import Accepted, Account, Call, FriendRequest, Message, Profile
from screener.family import Member
from screener.folding import fold
from screener.heuristics import Moment
from screener.relationships import Relationship
from screener.resources import shipped

NOON = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)
RULES = rulebook.load(shipped("rules"))
WINDOWS = RULES.levels.windows


def a_member(**changes: Any) -> Member:
    return Member(**({"id": "member:Kim", "name": "Kim", "age": 13, "timezone": "Europe/London"} | changes))


def an_account(**changes: Any) -> Account:
    return Account(**({"platform": "facebook", "id": "100000000000001"} | changes))


def a_contact(**changes: Any) -> Account:
    return Account(**({"platform": "facebook", "id": "100000000000002", "name": "Maya R."} | changes))


def _event(kind: type[Any], id: str, changes: dict[str, Any]) -> Any:
    defaults = {"id": id, "at": NOON, "account": an_account(), "contact": a_contact()}
    return kind(**(defaults | changes))


def a_request(**changes: Any) -> FriendRequest:
    return _event(FriendRequest, "request:1", changes)


def an_acceptance(**changes: Any) -> Accepted:
    return _event(Accepted, "accepted:1", changes)


def a_message(**changes: Any) -> Message:
    return _event(Message, "mid.$1", {"text": "hello"} | changes)


def a_call(**changes: Any) -> Call:
    return _event(Call, "call:1", {"call": "video"} | changes)


def a_profile(**changes: Any) -> Profile:
    return _event(Profile, "profile:1", changes)


def a_moment(event: Any, relationship: Relationship | None = None, **changes: Any) -> Moment:
    """The moment of an event: by itself the first of its relationship."""
    before = Relationship.first(member=a_member(), event=event)
    text = getattr(event, "text", None)
    defaults = {
        "event": event,
        "relationship": relationship or before.after(event, changes.get("heard", frozenset())),
        "windows": WINDOWS,
        "folded": fold(text) if text else None,
    }
    return Moment(**(defaults | changes))

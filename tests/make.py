"""Any event in one call, with sensible defaults; every person is invented."""

from datetime import UTC, datetime
from typing import Any

from screener.events import Accepted, Account, Call, FriendRequest, Message, Profile
from screener.family import Member

NOON = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)


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

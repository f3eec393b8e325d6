"""One member's dealings with one contact: what has happened so far, small enough to be kept for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from screener.events import (
    Accepted,
    Account,
    Blocked,
    Call,
    Declined,
    Edited,
    Event,
    FriendRequest,
    Message,
    Removed,
    Side,
)
from screener.family import Member

WANTS = "wants-"
"""A list whose name begins so holds words that ask for something: a picture, a number, a meeting."""
REFUSES = "member-refuses"
"""The list of words with which one says no."""

MOST_NAMES = 20
MOST_LISTS = 48
MOST_STATE = 2_000
MOST_RECENT = 24
LONGEST_WORD = 40
LONGEST_TEXT = 300
REFUSAL_REACHES = 10
"""A no answers whatever was asked within the contact's last ten messages."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6


@dataclass(frozen=True, kw_only=True)
class Heard:
    """When a list was heard from one side: `first` and `last` count that side's messages, `day` is the last day."""

    first: int = 0
    last: int = 0
    day: int = 0


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """What has happened between `member` and `contact`. Every event makes a new one."""

    member: Member
    account: Account
    contact: Account
    known: bool = False
    """A parent said so, or they were friends long before the device was enrolled."""
    names: tuple[str, ...] = ()

    first_at: datetime | None = None
    last_at: datetime | None = None
    requested_by: Side | None = None
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    first_message_at: datetime | None = None
    first_message_by: Side | None = None
    received: int = 0
    sent: int = 0
    received_at_night: int = 0
    unanswered: int = 0
    """Messages of the contact since the member last wrote."""
    calls: int = 0
    refused_at: datetime | None = None
    refused: tuple[str, ...] = ()
    """What the contact had asked for when the member last said no."""
    contact_said: Mapping[str, Heard] = field(default_factory=dict)
    member_said: Mapping[str, Heard] = field(default_factory=dict)
    recent: tuple[datetime, ...] = ()
    """When the contact's last messages came."""

    @classmethod
    def first(cls, *, member: Member, event: Event, known: bool = False) -> Self:
        """A relationship in which nothing has been counted yet, between the two accounts of `event`."""
        return cls(member=member, account=event.account, contact=event.contact, known=known)

    def after(self, event: Event, heard: frozenset[str] = frozenset()) -> Self:
        """This relationship once `event` has happened; `heard` names the lists heard in its text."""
        contact = self.contact.merged(event.contact)
        if isinstance(event, FriendRequest) and event.mutual_friends is not None:
            contact = replace(contact, mutual_friends=event.mutual_friends)
        now = replace(
            self,
            account=self.account.merged(event.account),
            contact=contact,
            names=_with_name(self.names, event.contact.name),
            first_at=min(self.first_at or event.at, event.at),
            last_at=max(self.last_at or event.at, event.at),
        )
        match event:
            case FriendRequest():
                return now._requested(event, heard)
            case Accepted():
                asked: Side = "contact" if event.by == "member" else "member"
                requested_by = now.requested_by or asked
                return replace(now, requested_by=requested_by, accepted_at=now.accepted_at or event.at)
            case Declined() | Blocked() | Removed() if event.by == "member":
                return now._refused(event.at)
            case Call() if event.by == "contact":
                return replace(now, calls=now.calls + 1)
            case Message() if event.by == "contact":
                return now._received(event, heard)
            case Message():
                return now._sent(event, heard)
            case Edited() if event.by == "contact":
                # Words put in later are said all the same; only the message was counted when it came.
                return replace(now, contact_said=_with_heard(now.contact_said, heard, now.received, event.at))
            case _:
                return now

    def _requested(self, event: FriendRequest, heard: frozenset[str]) -> Self:
        if self.requested_at is not None:
            return self  # a list fetched again brings the same request again
        said = (
            _with_heard(self.contact_said, heard, self.received, event.at)
            if event.by == "contact"
            else self.contact_said
        )
        return replace(self, requested_by=event.by, requested_at=event.at, contact_said=said)

    def _received(self, event: Message, heard: frozenset[str]) -> Self:
        hour = event.at.astimezone(self.member.zone).hour
        at_night = hour >= NIGHT_BEGINS or hour < NIGHT_ENDS
        return replace(
            self._spoken(event),
            received=self.received + 1,
            received_at_night=self.received_at_night + at_night,
            unanswered=self.unanswered + 1,
            contact_said=_with_heard(self.contact_said, heard, self.received + 1, event.at),
            recent=(*self.recent, event.at)[-MOST_RECENT:],
        )

    def _sent(self, event: Message, heard: frozenset[str]) -> Self:
        said = _with_heard(self.member_said, heard, self.sent + 1, event.at)
        now = replace(self._spoken(event), sent=self.sent + 1, unanswered=0, member_said=said)
        # A no that follows no question is about homework or the weather.
        return now._refused(event.at) if REFUSES in heard and now._lately_asked() else now

    def _spoken(self, event: Message) -> Self:
        if self.first_message_at is not None and self.first_message_at <= event.at:
            return self
        return replace(self, first_message_at=event.at, first_message_by=event.by)

    def _refused(self, at: datetime) -> Self:
        """What was asked for lately is now refused; earlier refusals still stand."""
        refused = tuple(sorted({*self.refused, *self._lately_asked()}))[:MOST_LISTS]
        return replace(self, refused_at=max(self.refused_at or at, at), refused=refused)

    def _lately_asked(self) -> frozenset[str]:
        return frozenset(
            name
            for name, heard in self.contact_said.items()
            if name.startswith(WANTS) and self.received - heard.last < REFUSAL_REACHES
        )

    def said(self, side: Side, *, since: datetime) -> frozenset[str]:
        """The lists heard from one side since then."""
        heard = self.contact_said if side == "contact" else self.member_said
        return frozenset(name for name, entry in heard.items() if entry.day >= _day(since))

    def received_since(self, since: datetime) -> int:
        """How many messages of the contact came since then, as far as the last few are remembered."""
        return sum(1 for at in self.recent if at >= since)

    def to_json(self) -> dict[str, Any]:
        """Everything but the member, who is kept elsewhere."""
        return {
            "account": _account_to_json(self.account),
            "contact": _account_to_json(self.contact),
            "known": self.known,
            "names": list(self.names),
            "state": self.state(),
        }

    def state(self) -> dict[str, Any]:
        """What is judged by, apart from names: at most 2 KB."""
        state: dict[str, Any] = {
            "requested_by": self.requested_by,
            "first_message_by": self.first_message_by,
            "refused": list(self.refused),
            "contact_said": _heard_to_json(self.contact_said),
            "member_said": _heard_to_json(self.member_said),
            # Seconds before the last event: shorter than whole times, and no more is ever asked.
            "recent": [int((self._end - at).total_seconds()) for at in self.recent],
        }
        state |= {name: _seconds(getattr(self, name)) for name in _TIMES}
        state |= {name: getattr(self, name) for name in _COUNTS}
        state = {name: value for name, value in state.items() if value}
        for said in ("member_said", "contact_said"):
            # With very many lists, those not heard for longest are forgotten first.
            while state.get(said) and len(json.dumps(state, separators=(",", ":"))) > MOST_STATE:
                del state[said][next(iter(state[said]))]
        return state

    @property
    def _end(self) -> datetime:
        return self.last_at or datetime.fromtimestamp(0, UTC)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], *, member: Member) -> Self:
        """The relationship that `to_json` described."""
        state: Mapping[str, Any] = kept["state"]
        times: dict[str, Any] = {name: _time(state.get(name)) for name in _TIMES}
        counts: dict[str, Any] = {name: int(state.get(name, 0)) for name in _COUNTS}
        end = times["last_at"] or datetime.fromtimestamp(0, UTC)
        return cls(
            member=member,
            account=_account_from_json(kept["account"]),
            contact=_account_from_json(kept["contact"]),
            known=bool(kept.get("known")),
            names=tuple(kept.get("names", ())),
            requested_by=state.get("requested_by"),
            first_message_by=state.get("first_message_by"),
            refused=tuple(state.get("refused", ())),
            contact_said=_heard_from_json(state.get("contact_said", {})),
            member_said=_heard_from_json(state.get("member_said", {})),
            recent=tuple(end - timedelta(seconds=ago) for ago in state.get("recent", ())),
            **times,
            **counts,
        )


_TIMES = ("first_at", "last_at", "requested_at", "accepted_at", "first_message_at", "refused_at")
_COUNTS = ("received", "sent", "received_at_night", "unanswered", "calls")
_ACCOUNT_TIMES = ("joined", "friend_since")


def _with_name(names: tuple[str, ...], name: str | None) -> tuple[str, ...]:
    if not name or name[:LONGEST_WORD] in names:
        return names
    return (*names, name[:LONGEST_WORD])[-MOST_NAMES:]


def _with_heard(said: Mapping[str, Heard], heard: frozenset[str], number: int, at: datetime) -> Mapping[str, Heard]:
    if not heard:
        return said
    now = dict(said)
    for name in sorted(heard):
        before = now.pop(name, Heard(first=number))
        now[name] = Heard(first=before.first, last=number, day=max(before.day, _day(at)))
    # The lists heard last stand last, so that the ones dropped are the ones not heard for longest.
    return dict(list(now.items())[-MOST_LISTS:])


def _day(at: datetime) -> int:
    return int(at.timestamp() // 86_400)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _heard_to_json(said: Mapping[str, Heard]) -> dict[str, list[int]]:
    return {name: [entry.first, entry.last, entry.day] for name, entry in said.items()}


def _heard_from_json(kept: Mapping[str, list[int]]) -> Mapping[str, Heard]:
    return {name: Heard(first=first, last=last, day=day) for name, (first, last, day) in kept.items()}


def _account_to_json(account: Account) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for each in fields(account):
        value = getattr(account, each.name)
        if isinstance(value, datetime):
            value = _seconds(value)
        elif isinstance(value, str) and each.name not in ("id", "platform"):
            value = value[:LONGEST_TEXT]
        if value is not None:
            kept[each.name] = value
    return kept


def _account_from_json(kept: Mapping[str, Any]) -> Account:
    named: dict[str, Any] = {each.name: kept[each.name] for each in fields(Account) if each.name in kept}
    named |= {name: _time(named[name]) for name in _ACCOUNT_TIMES if name in named}
    return Account(**named)

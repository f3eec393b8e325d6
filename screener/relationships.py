"""One member's dealings with one contact: what has happened so far, small enough to be kept for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from screener.events import (
    Accepted,
    Account,
    Blocked,
    Call,
    Declined,
    Deleted,
    Edited,
    Event,
    FriendRequest,
    Message,
    Removed,
    Side,
)
from screener.family import Member
from screener.meaning.base import Meant
from screener.remembered import MOST_LISTS, Called, Heard, Refused, Twin, with_called, with_heard, with_name, with_point
from screener.tally import Hours, Tally, day_of

WANTS = "wants-"
"""A list whose name begins so holds words that ask for something: a picture, a number, a meeting."""
REFUSES = "member-refuses"
"""The list of words with which one says no."""

MOST_GAVE = 12
MOST_TWINS = 4
MOST_STATE = 2_000
MOST_RECENT = 24


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """What has happened between `member` and `contact`. Every event makes a new one."""

    member: Member
    account: Account
    contact: Account
    known: bool = False
    """A parent said so, or they were friends long before the device was enrolled."""
    trusted: bool = False
    """Known only because a parent said so: that lies apart, as it may end or be taken back."""
    names: tuple[str, ...] = ()
    called: tuple[Called, ...] = ()
    """Every name and handle, with when it was first and last seen."""
    gave: tuple[str, ...] = ()
    """Handles and ids that the contact wrote to the member: where else they may be met."""
    twins: tuple[Twin, ...] = ()
    """The same person's accounts elsewhere, joined by evidence."""

    first_at: datetime | None = None
    last_at: datetime | None = None
    requested_by: Side | None = None
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    first_message_at: datetime | None = None
    first_message_by: Side | None = None
    received: int = 0
    sent: int = 0
    tally: Tally = field(default_factory=Tally)
    hours: Hours = field(default_factory=Hours)
    """At which hours of the member's clock the contact writes."""
    unanswered: int = 0
    """Messages of the contact since the member last wrote."""
    calls: int = 0
    video_calls: int = 0
    video_at: datetime | None = None
    """The last call with pictures, whoever rang."""
    sent_media: int = 0
    """The member's messages with a picture, a video or another file."""
    sent_media_at: datetime | None = None
    deleted_by_contact: int = 0
    deleted_by_member: int = 0
    turned_away_at: datetime | None = None
    """When the member last refused, removed or blocked the contact."""
    refused: Mapping[str, Refused] = field(default_factory=dict)
    """What the contact had asked for when the member said no in words."""
    mutuals: tuple[tuple[int, int], ...] = ()
    """Days on which the number of friends in common was another one, and that number."""
    contact_said: Mapping[str, Heard] = field(default_factory=dict)
    member_said: Mapping[str, Heard] = field(default_factory=dict)
    bio_said: tuple[str, ...] = ()
    meant: Meant = field(default_factory=Meant)
    """What the contact's messages mean, where that is listened for."""
    recent: tuple[datetime, ...] = ()
    """When the contact's last messages came."""

    @classmethod
    def first(cls, *, member: Member, event: Event, known: bool = False) -> Self:
        """A relationship in which nothing has been counted yet, between the two accounts of `event`."""
        return cls(member=member, account=event.account, contact=event.contact, known=known)

    def after(self, event: Event, heard: frozenset[str] = frozenset(), *, gave: tuple[str, ...] = ()) -> Self:
        """This relationship once `event` has happened.

        `heard` names the lists heard in its text, `gave` the handles that the text may hold.
        """
        contact = self.contact.merged(event.contact)
        if isinstance(event, FriendRequest) and event.mutual_friends is not None:
            contact = replace(contact, mutual_friends=event.mutual_friends)
        changes: dict[str, Any] = {
            "account": self.account.merged(event.account),
            "contact": contact,
            "names": with_name(self.names, event.contact.name),
            "called": with_called(self.called, event.contact.name, event.contact.handle, event.at),
            "mutuals": with_point(self.mutuals, contact.mutual_friends, event.at),
            "first_at": min(self.first_at or event.at, event.at),
            "last_at": max(self.last_at or event.at, event.at),
        }
        match event:
            case Message() if event.by == "contact":
                changes |= self._received(event, heard, gave)
            case Message():
                changes |= self._sent(event, heard)
            case FriendRequest():
                changes |= self._requested(event, heard)
            case Accepted():
                asked: Side = "contact" if event.by == "member" else "member"
                # An acceptance that nobody is known to have asked for makes nobody the one who asked.
                changes["requested_by"] = self.requested_by or (asked if event.asked else None)
                changes["accepted_at"] = self.accepted_at or event.at
            case Declined() | Blocked() | Removed() if event.by == "member":
                changes["turned_away_at"] = max(self.turned_away_at or event.at, event.at)
                changes["refused"] = self._refusing(event.at)
            case Call():
                changes |= self._called(event)
            case Edited() if event.by == "contact":
                # Words put in later are said all the same; only the message was counted when it came.
                changes["contact_said"] = with_heard(self.contact_said, heard, self.received, event.at)
            case Deleted() if event.by == "contact":
                changes["deleted_by_contact"] = self.deleted_by_contact + 1
            case Deleted():
                changes["deleted_by_member"] = self.deleted_by_member + 1
        return self._with(changes)

    def _with(self, changes: Mapping[str, Any]) -> Self:
        # What replace() does, without asking all thirty fields: every message comes through here.
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, **changes)
        return made

    def with_contact(self, contact: Account) -> Self:
        """This relationship with more known of the contact."""
        return self._with({"contact": contact})

    def with_twins(self, twins: tuple[Twin, ...]) -> Self:
        """This relationship with other accounts of the same person; what joined one stays."""
        joined = {twin[:2]: twin for twin in (*twins, *self.twins)}
        return self._with({"twins": tuple(joined.values())[:MOST_TWINS]}) if joined else self

    def _requested(self, event: FriendRequest, heard: frozenset[str]) -> dict[str, Any]:
        if self.requested_at is not None:
            return {}  # a list fetched again brings the same request again
        changes: dict[str, Any] = {"requested_by": event.by, "requested_at": event.at}
        if event.by == "contact":
            changes["contact_said"] = with_heard(self.contact_said, heard, self.received, event.at)
        return changes

    def _received(self, event: Message, heard: frozenset[str], gave: tuple[str, ...]) -> dict[str, Any]:
        return self._spoken(event) | {
            "received": self.received + 1,
            "hours": self.hours.counted(event.at.astimezone(self.member.zone).hour),
            "unanswered": self.unanswered + 1,
            "contact_said": with_heard(self.contact_said, heard, self.received + 1, event.at),
            "recent": (*self.recent, event.at)[-MOST_RECENT:],
            "gave": tuple(dict.fromkeys((*self.gave, *gave)))[-MOST_GAVE:] if gave else self.gave,
        }

    def _called(self, event: Call) -> dict[str, Any]:
        rang, video = event.by == "contact", event.call == "video"
        return {
            "calls": self.calls + rang,
            "video_calls": self.video_calls + (rang and video),
            "video_at": event.at if video else self.video_at,
        }

    def _sent(self, event: Message, heard: frozenset[str]) -> dict[str, Any]:
        changes = self._spoken(event) | {
            "sent": self.sent + 1,
            "unanswered": 0,
            "member_said": with_heard(self.member_said, heard, self.sent + 1, event.at),
        }
        if event.media:
            changes |= {"sent_media": self.sent_media + 1, "sent_media_at": event.at}
        if REFUSES in heard:
            changes["refused"] = self._refusing(event.at)
        return changes

    def _spoken(self, event: Message) -> dict[str, Any]:
        changes: dict[str, Any] = {"tally": self.tally.counted(event.at, by_contact=event.by == "contact")}
        if self.first_message_at is None or self.first_message_at > event.at:
            changes |= {"first_message_at": event.at, "first_message_by": event.by}
        return changes

    def _refusing(self, at: datetime) -> Mapping[str, Refused]:
        """What was asked for lately is refused now; earlier refusals still stand."""
        refused = dict(self.refused)
        for name, heard in self.contact_said.items():
            after = self.received - heard.last
            if name.startswith(WANTS) and after < MOST_RECENT:
                before = refused.pop(name, None)
                refused[name] = Refused(min(after, before.after) if before else after, int(at.timestamp()))
        return dict(list(refused.items())[-MOST_LISTS:])

    def refusals(self, within: float) -> Mapping[str, datetime]:
        """What the contact asked for and was refused within that many of its messages, and when."""
        return {name: datetime.fromtimestamp(no.at, UTC) for name, no in self.refused.items() if no.after < within}

    def refused_at(self, within: float) -> datetime | None:
        """When the member last said no, in words or by a deed."""
        times = [*self.refusals(within).values(), *([self.turned_away_at] if self.turned_away_at else [])]
        return max(times, default=None)

    def said(self, side: Side, *, since: datetime) -> frozenset[str]:
        """The lists heard from one side since then."""
        heard = self.contact_said if side == "contact" else self.member_said
        day = day_of(since)
        return frozenset(name for name, entry in heard.items() if entry.day >= day)

    def received_since(self, since: datetime) -> int:
        """How many messages of the contact came since then, as far as the last few are remembered."""
        return sum(1 for at in self.recent if at >= since)

    def approached_at(self) -> datetime | None:
        """When the contact first turned to the member."""
        asked = self.requested_at if self.requested_by == "contact" else None
        wrote = self.first_message_at if self.first_message_by == "contact" else None
        return min(filter(None, (asked, wrote)), default=None)

    def to_json(self) -> dict[str, Any]:
        """Everything but the member, who is kept elsewhere."""
        return {
            "account": self.account.to_json(),
            "contact": self.contact.to_json(),
            "known": self.known and not self.trusted,
            "names": list(self.names),
            "called": [list(each) for each in self.called],
            "gave": list(self.gave),
            "twins": [list(twin) for twin in self.twins],
            "state": self.state(),
        }

    def state(self) -> dict[str, Any]:
        """What is judged by, apart from names and evidence: at most 2 KB."""
        end = self.last_at or datetime.fromtimestamp(0, UTC)
        state: dict[str, Any] = {
            "requested_by": self.requested_by,
            "first_message_by": self.first_message_by,
            "refused": {name: list(no) for name, no in self.refused.items()},
            "mutuals": [list(point) for point in self.mutuals],
            "tally": [self.tally.last, self.tally.counts] if self.tally.counts else None,
            "hours": self.hours.counts.hex() if self.hours.total else None,
            "bio_said": list(self.bio_said),
            "meant": self.meant.to_json(),
            "contact_said": {name: list(heard) for name, heard in self.contact_said.items()},
            "member_said": {name: list(heard) for name, heard in self.member_said.items()},
            # Seconds before the last event: shorter than whole times, and no more is ever asked.
            "recent": [int((end - at).total_seconds()) for at in self.recent],
        }
        state |= {name: int(at.timestamp()) for name in _TIMES if (at := getattr(self, name)) is not None}
        state |= {name: getattr(self, name) for name in _COUNTS}
        state = {name: value for name, value in state.items() if value}
        for said in ("bio_said", "member_said", "refused", "contact_said"):
            # With very many lists, those not heard for longest are forgotten first.
            while state.get(said) and len(json.dumps(state, separators=(",", ":"))) > MOST_STATE:
                del state[said][next(iter(state[said])) if isinstance(state[said], dict) else 0]
        return state

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], *, member: Member) -> Self:
        """The relationship that `to_json` described."""
        state: Mapping[str, Any] = kept["state"]
        times = {name: datetime.fromtimestamp(state[name], UTC) for name in _TIMES if name in state}
        counts: dict[str, Any] = {name: int(state.get(name, 0)) for name in _COUNTS}
        end = times.get("last_at") or datetime.fromtimestamp(0, UTC)
        last, tallied = state.get("tally", (0, ""))
        return cls(
            member=member,
            account=Account.from_json(kept["account"]),
            contact=Account.from_json(kept["contact"]),
            known=bool(kept.get("known")),
            names=tuple(kept.get("names", ())),
            called=tuple(Called(*each) for each in kept.get("called", ())),
            gave=tuple(kept.get("gave", ())),
            twins=tuple(Twin(*twin) for twin in kept.get("twins", ())),
            requested_by=state.get("requested_by"),
            first_message_by=state.get("first_message_by"),
            refused={name: Refused(*no) for name, no in state.get("refused", {}).items()},
            mutuals=tuple((day, count) for day, count in state.get("mutuals", ())),
            tally=Tally(last=last, counts=tallied),
            hours=Hours(counts=bytes.fromhex(state["hours"])) if "hours" in state else Hours(),
            bio_said=tuple(state.get("bio_said", ())),
            meant=Meant.from_json(state.get("meant")),
            contact_said={name: Heard(*heard) for name, heard in state.get("contact_said", {}).items()},
            member_said={name: Heard(*heard) for name, heard in state.get("member_said", {}).items()},
            recent=tuple(end - timedelta(seconds=ago) for ago in state.get("recent", ())),
            **times,  # type: ignore[arg-type]  # the names of _TIMES are those of the times
            **counts,
        )


_TIMES = ("first_at", "last_at", "requested_at", "accepted_at", "first_message_at", "turned_away_at", "video_at",
          "sent_media_at")  # fmt: skip
_COUNTS = (
    "received", "sent", "sent_media", "unanswered", "calls", "video_calls", "deleted_by_contact", "deleted_by_member",
)  # fmt: skip

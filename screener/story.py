"""A story: days of events written by hand, as docs/replay.md describes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from screener import yamlfile
from screener.errors import Mistake
from screener.events import KINDS, Account, Call, CallKind, Deleted, Edited, Event, FriendRequest, Media, Message, Side
from screener.family import Member, Role, timezone_named

MAX_BYTES = 8 * 1024 * 1024
# Contacts that a story calls known were friends for long.
KNOWN_SINCE = timedelta(days=365)

_AFTER = re.compile(r"\+((?:\d+(?:\.\d+)?[smhdw])+)")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


class _Lenient(BaseModel):
    # A story may carry labels for tools of its author's; what is written for us is checked.
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class MemberPart(_Lenient):
    name: str
    age: int | None = None
    timezone: Annotated[str, AfterValidator(timezone_named)] = "UTC"
    country: str | None = None
    role: Role | None = None

    def member(self) -> Member:
        return Member.named(self.name, age=self.age, role=self.role, timezone=self.timezone, country=self.country)


class Says(_Lenient):
    age: int | None = None
    bio: str | None = None


class ContactPart(_Lenient):
    platform: str
    id: str
    name: str | None = None
    handle: str | None = None
    url: str | None = None
    joined: date | None = None
    mutual_friends: int | None = None
    friends: int | None = None
    following: int | None = None
    posts: int | None = None
    picture: bool | None = None
    avatar: str | None = None
    verified: bool | None = None
    country: str | None = None
    says: Says = Says()

    def account(self) -> Account:
        return Account(
            platform=self.platform,
            id=self.id,
            name=self.name,
            handle=self.handle,
            url=self.url,
            joined=datetime(self.joined.year, self.joined.month, self.joined.day, tzinfo=UTC) if self.joined else None,
            joined_basis="stated" if self.joined else None,
            mutual_friends=self.mutual_friends,
            friends=self.friends,
            following=self.following,
            posts=self.posts,
            picture=self.picture,
            avatar=self.avatar,
            verified=self.verified,
            country=self.country,
            age=self.says.age,
            bio=self.says.bio,
        )


def _kind_named(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f'"{name[:60]}" is not a kind of event. Write one of: {", ".join(KINDS)}.')
    return name


class EventPart(_Lenient):
    at: str
    kind: Annotated[str, AfterValidator(_kind_named)]
    contact: str
    by: Side | None = Field(default=None, alias="from")
    text: str | None = None
    note: str | None = None
    call: CallKind | None = None
    seconds: int | None = None
    media: tuple[Media, ...] = ()
    pending: bool | None = None
    platform: str | None = None
    id: str | None = None
    of: str | None = None
    stages: tuple[str, ...] = ()

    @field_validator("at", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value


class Expect(_Lenient):
    verdict: Literal["harmful", "innocent"] | None = None
    threat: int | None = None
    ask: int | None = None
    warn_by: int | None = None
    level: Literal["none", "look", "talk", "act"] | None = None


class Document(_Lenient):
    title: str = ""
    member: MemberPart
    others: tuple[MemberPart, ...] = ()
    known: tuple[ContactPart, ...] = ()
    contacts: dict[str, ContactPart] = {}
    events: tuple[EventPart, ...]
    expect: Expect = Expect()


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event of a story, and the member it belongs to."""

    event: Event
    member: Member
    stages: tuple[str, ...] = ()
    person: str = ""
    """The story's own name for the contact: one person may have several accounts."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """A loaded story. `known` are events from before it begins, which make old friends known; they aren't counted."""

    title: str
    member: Member
    known: tuple[Told, ...]
    events: tuple[Told, ...]
    expect: Expect


def load(path: Path) -> Story:
    """The story in a file. Raises Mistake naming every mistake that can be seen at once."""
    return _Teller(path, yamlfile.read(path, Document, most=MAX_BYTES, see="docs/replay.md")).story()


class _Teller:
    """Turns what was written into events; keeps the names of members and contacts while it does."""

    def __init__(self, path: Path, document: Document) -> None:
        self._path = path
        self._document = document
        self._members = {part.name: part.member() for part in (document.member, *document.others)}
        self._contacts = {name: part.account() for name, part in document.contacts.items()}

    def story(self) -> Story:
        main = self._members[self._document.member.name]
        events = tuple(self._events())
        begins = events[0].event.at if events else datetime(2000, 1, 1, tzinfo=UTC)
        return Story(
            title=self._document.title,
            member=main,
            known=tuple(self._known(main, begins)),
            events=events,
            expect=self._document.expect,
        )

    def _known(self, member: Member, begins: datetime) -> Iterator[Told]:
        for n, part in enumerate(self._document.known):
            since = begins - KNOWN_SINCE
            yield Told(
                member=member,
                event=KINDS["profile"](
                    id=f"known:{n}",
                    at=begins,
                    account=_ours(member, part.platform),
                    contact=part.account().merged(
                        Account(platform=part.platform, id=part.id, is_friend=True, friend_since=since)
                    ),
                ),
            )

    def _events(self) -> Iterator[Told]:
        previous: datetime | None = None
        for n, part in enumerate(self._document.events):
            previous = self._at(n, part, previous)
            member = self._members.get(part.of) if part.of else self._members[self._document.member.name]
            if member is None:
                raise self._mistake(n, f'"{part.of}" is not a member. Name one of: {", ".join(self._members)}.')
            event = self._event(n, part, previous, member)
            yield Told(event=event, member=member, stages=part.stages, person=part.contact)

    def _event(self, n: int, part: EventPart, at: datetime, member: Member) -> Event:
        contact = self._contact(n, part)
        common: dict[str, Any] = {
            "id": part.id if part.id and not part.platform and part.kind == "message" else f"story:{n}",
            "at": at,
            "account": _ours(member, contact.platform),
            "contact": contact,
            "by": part.by or ("contact" if part.kind in ("friend_request", "call", "profile") else "member"),
            "pending": part.pending,
        }
        kind = KINDS[part.kind]
        if kind is Message:
            if part.by is None:
                raise self._mistake(n, "a message needs from. Write from: contact or from: member.")
            return Message(**common, text=part.text, media=part.media)
        if kind is FriendRequest:
            return FriendRequest(**common, note=part.note or part.text)
        if kind is Call:
            return Call(**common, call=part.call, seconds=part.seconds)
        if kind in (Edited, Deleted):
            if part.id is None:
                raise self._mistake(n, f"{part.kind} needs id. Write the id of the message it is about.")
            common["by"] = part.by or "contact"
            more: dict[str, Any] = {"text": part.text} if kind is Edited else {}
            return kind(**common, message=part.id, **more)
        return kind(**common)

    def _contact(self, n: int, part: EventPart) -> Account:
        contact = self._contacts.get(part.contact)
        if contact is None:
            raise self._mistake(n, f'"{part.contact}" is not a contact. Name one of: {", ".join(self._contacts)}.')
        if part.platform is None:
            return contact
        # Another account of the same person: its facts are not those of the first one.
        id = part.id if part.id and part.kind not in ("edited", "deleted") else contact.id
        same = (part.platform, id) == (contact.platform, contact.id)
        return contact if same else Account(platform=part.platform, id=id, name=contact.name)

    def _at(self, n: int, part: EventPart, previous: datetime | None) -> datetime:
        text = part.at.strip()
        try:
            if (after := _AFTER.fullmatch(text)) is not None:
                if previous is None:
                    raise self._mistake(n, "the first event needs a date. Write one such as 2026-10-02T18:03:00+01:00.")
                seconds = sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(after[1]))
                return previous + timedelta(seconds=seconds)
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except Mistake:
            raise
        except (ValueError, OverflowError):
            raise self._mistake(n, "at is not a time. Write 2026-10-02T18:03:00+01:00, or +4m, +2h, +3d.") from None

    def _mistake(self, n: int, what: str) -> Mistake:
        return Mistake(f"{self._path}: event {n}: {what}")


def _ours(member: Member, platform: str) -> Account:
    return Account(platform=platform, id=member.id, name=member.name)

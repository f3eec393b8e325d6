"""What is known around one event: contacts that resemble this one, who else turned to the family, and habits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from screener.disguises import LOOKALIKES
from screener.events import Account, Event, FriendRequest, Message
from screener.family import Member
from screener.folding import Folded, fold
from screener.habits import Habits, Written, habits_of
from screener.relationships import Relationship
from screener.remembered import Twin
from screener.tally import day_of
from screener.windows import Windows

GIVEN_HERE = "that account was given here"
"""Anybody can name somebody else's account as their own."""
GIVEN_THERE = "this account was given there"
MOST_NEAR = 24
MOST_APPROACHES = 200
MOST_WORDS = 120
LONGEST_KEY = 60
SHORTEST_NAME, SHORTEST_HANDLE, SHORTEST_WORD = 3, 5, 3
DISTINCT_LETTERS = 8
# A picture that so many others carry is the platform's own, for those who have none.
COMMON_PICTURE = 4
MOVES = frozenset({"wants-other-app", "gives-account"})
"""The lists with which somebody asks to go on elsewhere."""

# Look-alikes as they are drawn, whatever the script; 1, l and i are one letter to the eye.
_SAME_SHAPE = str.maketrans("01i", "oll")


class Keys(NamedTuple):
    """What a contact is found again by; kept beside the relationship so that a look-up need not read it."""

    name: str | None = None
    given: str | None = None
    handle: str | None = None
    avatar: str | None = None


@dataclass(frozen=True, kw_only=True)
class Approach:
    """A contact that turned to one of us for the first time, by a request or a message."""

    member: str
    platform: str
    contact: str
    at: datetime
    keys: Keys
    joined: datetime | None = None

    @property
    def who(self) -> tuple[str, str]:
        return self.platform, self.contact


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be found out around an event; a store answers it with few, bounded look-ups."""

    member: Member
    platform: str
    contact: str
    at: datetime
    keys: Keys
    windows: Windows
    called: tuple[str, ...] = ()
    """The contact's own id and handle, as somebody would write them."""
    gave: tuple[str, ...] = ()
    """Handles and ids that the contact wrote."""
    words: tuple[str, ...] = ()
    """Words of the contact that may be names of the member's friends."""
    named_at_home: frozenset[str] = frozenset()
    """Those of them that are names in the family."""
    approaches_since: datetime | None = None
    habits_since: datetime | None = None
    alarmed_since: datetime | None = None

    @property
    def handles(self) -> tuple[str, ...]:
        """The keys of handles that would be this contact's, here or elsewhere."""
        return tuple(dict.fromkeys(key for key in (self.keys.handle, *map(handle_key, self.gave)) if key))


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The answer. What was not asked is None, and stays unknown."""

    near: tuple[Relationship, ...] | None = None
    """Other relationships of the family whose contact has a key of this one's."""
    approaches: tuple[Approach, ...] | None = None
    named: frozenset[str] | None = None
    """Which of the words are names of friends."""
    habits: Habits | None = None
    alarmed: datetime | None = None
    """When the member's dealings with another stranger last called for an alert that somebody is told of."""
    others: tuple[Relationship, ...] = ()
    """The member's dealings with the same person's other accounts."""


def asking(
    event: Event,
    member: Member,
    relationship: Relationship | None,
    *,
    windows: Windows,
    household: Iterable[Member] = (),
    folded: Folded | None = None,
    gave: tuple[str, ...] = (),
) -> Question:
    """What must be known around this event."""
    before = relationship or Relationship.first(member=member, event=event)
    contact = before.contact.merged(event.contact)
    from_contact = event.by == "contact"
    fresh = before.approached_at()
    is_approach = from_contact and isinstance(event, FriendRequest | Message) and not before.known
    in_reach = (fresh is None and not before.sent) or (
        fresh is not None and windows.holds(fresh, event.at, hours=windows.sweep_hours)
    )
    speaks = isinstance(event, Message) and from_contact and not before.known and folded is not None
    words = _words(folded) if speaks and folded else ()
    at_home = {given_key(each.name) for each in household if each.id != member.id} if words else set()
    new_day = isinstance(event, Message) and not before.known and before.tally.last < day_of(event.at)
    return Question(
        member=member,
        platform=contact.platform,
        contact=contact.id,
        at=event.at,
        # Who is known resembles nobody but themselves: only for others is looked for.
        keys=Keys() if before.known else keys_of(contact),
        windows=windows,
        called=() if before.known else called(contact),
        gave=() if before.known else tuple(dict.fromkeys((*before.gave, *gave))),
        words=words,
        named_at_home=frozenset(word for word in words if word in at_home),
        approaches_since=event.at - timedelta(hours=windows.sweep_hours) if is_approach and in_reach else None,
        habits_since=event.at - timedelta(days=windows.habit_recent_days + windows.habit_usual_days)
        if new_day and before.tally.within(windows.habit_recent_days, event.at)[1] >= windows.share_messages
        else None,
        alarmed_since=event.at - timedelta(days=windows.alarmed_days)
        if from_contact and not before.known and _is_new(before, event, windows)
        else None,
    )


def _is_new(relationship: Relationship, event: Event, windows: Windows) -> bool:
    """Whether the contact may have come because of another one who came before."""
    return relationship.first_at is None or windows.holds(relationship.first_at, event.at, days=windows.alarmed_days)


def answered(
    question: Question,
    *,
    near: tuple[Relationship, ...],
    approaches: tuple[Approach, ...] = (),
    named: Iterable[str] = (),
    written: Iterable[Written] = (),
    alarmed: datetime | None = None,
) -> Surroundings:
    """What a store found, as it is judged by; what was not asked stays unknown."""
    return Surroundings(
        near=near,
        approaches=approaches if question.approaches_since else None,
        named=question.named_at_home | frozenset(named) if question.words else None,
        habits=_habits(question, written) if question.habits_since else None,
        alarmed=alarmed,
    )


def _habits(question: Question, written: Iterable[Written]) -> Habits | None:
    return habits_of(
        written,
        member=question.member,
        contact=(question.platform, question.contact),
        at=question.at,
        windows=question.windows,
    )


def keys_of(contact: Account) -> Keys:
    """What this contact is found again by."""
    return _keys(contact.platform, contact.name, contact.handle, contact.avatar)


@lru_cache(maxsize=4096)
def _keys(platform: str, name: str | None, handle: str | None, avatar: str | None) -> Keys:
    return Keys(
        name=name_key(name),
        given=given_key(name),
        handle=handle_key(handle),
        avatar=f"{platform}:{avatar}"[:LONGEST_KEY] if avatar else None,
    )


@lru_cache(maxsize=4096)
def name_key(name: str | None) -> str | None:
    """The letters of a name as they look: Máya R., Mауa R and MAYA-R are one."""
    folded = fold(name).full.replace(" ", "") if name else ""
    return _drawn(folded) if len(folded) >= SHORTEST_NAME else None


@lru_cache(maxsize=4096)
def given_key(name: str | None) -> str | None:
    """The first part of a name, by which friends speak of each other."""
    words = fold(name).full.split() if name else []
    return words[0][:LONGEST_KEY] if words and len(words[0]) >= SHORTEST_WORD else None


@lru_cache(maxsize=4096)
def handle_key(handle: str | None) -> str | None:
    """The letters of a handle: maya.r_08 and maya_r.99 are one."""
    folded = fold(handle).light.replace(" ", "") if handle else ""
    letters = "".join(c for c in folded if c.isalpha())
    return _drawn(letters) if len(letters) >= SHORTEST_HANDLE else None


def _drawn(folded: str) -> str:
    drawn = folded.translate(LOOKALIKES).translate(_SAME_SHAPE)
    return drawn.replace("rn", "m").replace("vv", "w")[:LONGEST_KEY]


def called(contact: Account) -> tuple[str, ...]:
    """The id and the handle as somebody would write them."""
    # Half a character is no letter of any handle, and no database takes it.
    whole = (contact.handle or "").encode("utf-8", "replace").decode()
    handle = whole.lower().removeprefix("@").partition("#")[0]
    return tuple(dict.fromkeys(each for each in (contact.id.lower(), handle) if len(each) >= SHORTEST_HANDLE))


@lru_cache(maxsize=4096)
def is_distinct(name: str | None) -> bool:
    """Whether a name tells a person apart: there are many called Alex, and few called Alex Rivers."""
    words = fold(name).full.split() if name else []
    return len(words) > 1 or len("".join(words)) >= DISTINCT_LETTERS


def _words(folded: Folded) -> tuple[str, ...]:
    words = dict.fromkeys(word for word in folded.full.split() if len(word) >= SHORTEST_WORD)
    return tuple(words)[:MOST_WORDS]


def same_picture(contact: Account, near: Iterable[Relationship]) -> tuple[Relationship, ...]:
    """The others that show the very same picture, unless it is one that everybody has."""
    key = keys_of(contact).avatar
    found = tuple(each for each in near if key and keys_of(each.contact).avatar == key)
    return found if len({each.contact.id for each in found}) < COMMON_PICTURE else ()


def twins(question: Question, contact: Account, near: tuple[Relationship, ...]) -> tuple[Twin, ...]:
    """Which of the others are the same person, with the evidence. A name alone is none."""
    pictures = same_picture(contact, near)
    found = []
    for each in near:
        if each.member.id != question.member.id:
            continue
        if set(called(each.contact)) & set(question.gave):
            why = GIVEN_HERE
        elif set(question.called) & set(each.gave):
            why = GIVEN_THERE
        elif each in pictures and keys_of(each.contact).name == question.keys.name and not each.known:
            why = "same name and same picture"
        elif moved := _moved_here(question, contact, each):
            why = f"same {moved}, after asking to go on elsewhere"
        else:
            continue
        found.append(Twin(each.contact.platform, each.contact.id, why))
    return tuple(found)


def _moved_here(question: Question, contact: Account, other: Relationship) -> str | None:
    """What the two have in common, where the other asked to go on elsewhere: a handle, or lately a name."""
    if other.contact.platform == question.platform or other.known:
        return None
    handle = set(called(contact)) - {contact.id.lower()}
    same = handle & (set(called(other.contact)) - {other.contact.id.lower()})
    since = question.at - timedelta(days=question.windows.refusal_days)
    if same and MOVES & other.said("contact", since=since):
        return "handle"
    name = question.keys.name
    lately = MOVES & other.said("contact", since=question.at - timedelta(days=question.windows.moved_days))
    return "name" if lately and name and name == keys_of(other.contact).name else None


def with_strangeness(relationship: Relationship, others: Iterable[Relationship]) -> Relationship:
    """The relationship as it is judged: who is a stranger on one platform is one where nothing is said of it.

    Only that is carried over. What makes somebody less strange could be borrowed by naming another's account.
    """
    contact = relationship.contact
    if contact.is_stranger is not None or contact.mutual_friends is not None:
        return relationship
    if not any(other.contact.is_stranger or other.contact.mutual_friends == 0 for other in others if not other.known):
        return relationship
    return relationship.with_contact(replace(contact, is_stranger=True))

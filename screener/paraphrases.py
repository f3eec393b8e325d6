"""Where meaning meets the stream: what a scorer is told of each turn, and whether the rulebook asks for one."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from screener import meaning
from screener.events import Call, Edited, Event, FriendRequest, Message, Profile
from screener.heuristics.meaning import FACTS_OF_MEANING
from screener.meaning import Scorer
from screener.meaning.base import Turn
from screener.relationships import Relationship
from screener.remembered import Twin
from screener.rulebook import Rulebook

A_SECOND = 6
"""Turns judged by meaning in a second of live traffic; further ones are heard by their words alone."""
TURNS_BEFORE = 5
LONGEST_WINDOW = 360
LONGEST_TEXT = 500
MOST_TALKS = 1_000
ADULT = 18
HOUR = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Talks:
    """The last few turns of the conversations that go on now, in memory only; a restart begins them anew."""

    lately: OrderedDict[tuple[str, str, str], deque[str]] = field(default_factory=OrderedDict)

    def turn(
        self,
        event: Event,
        relationship: Relationship,
        text: str,
        *,
        lists: frozenset[str] = frozenset(),
        others: Iterable[Twin] = (),
    ) -> Turn | None:
        """This event as a turn of its conversation, where it is one, with the turns just before it.

        Where it only begins, it begins with what was said last on the same person's `others` accounts.
        """
        if isinstance(event, Profile):
            return None  # a list of a thousand friends is no talk
        key = (relationship.member.id, event.contact.platform, event.contact.id)
        lines = self.lately.setdefault(key, deque(maxlen=TURNS_BEFORE + 1))
        for other in others:
            elsewhere = self.lately.get((relationship.member.id, other.platform, other.id), lines)
            if not lines and elsewhere:
                lines.extend(elsewhere)
        self.lately.move_to_end(key)
        if len(self.lately) > MOST_TALKS:
            self.lately.popitem(last=False)
        media = event.media if isinstance(event, Message) else ()
        lines.append(_line(event, text, media))
        if not isinstance(event, Message | Edited | Call | FriendRequest):
            return None
        return Turn(
            text=text[:LONGEST_TEXT],
            window=_window(lines),
            by_contact=event.by == "contact",
            has_media=bool(media),
            around=around(event, relationship),
            lists=lists,
        )


def _line(event: Event, text: str, media: tuple[str, ...]) -> str:
    who = "A: " if event.by == "contact" else "B: "
    match event:
        case Message() | Edited():
            said = "".join(f"[{kind}] " for kind in media) + text
        case Call():
            said = f"[{event.call or 'audio'} call]"
        case FriendRequest():
            said = f"[request] {text}"
        case _:
            said = f"[{event.kind}]"
    return (who + said)[:LONGEST_WINDOW]


def _window(lines: deque[str]) -> str:
    """As many of the last lines as fit."""
    parts: list[str] = []
    for line in reversed(lines):
        if parts and sum(map(len, parts)) + len(line) > LONGEST_WINDOW:
            break
        parts.append(line)
    return "\n".join(reversed(parts))


def around(event: Event, relationship: Relationship) -> tuple[float, ...]:
    """What is known beside the words: how long and how densely the two have been in touch, and the contact's facts.

    Each fact takes two numbers: whether it is known, and its value brought to about one; unknown is never a value.
    """
    hours = max((event.at - (relationship.first_at or event.at)).total_seconds(), 0.0) / HOUR
    turns = relationship.received + relationship.sent
    contact, member = relationship.contact, relationship.member
    days = (event.at - contact.joined).days if contact.joined else None
    ratio = None
    if contact.friends and contact.following is not None:
        ratio = max(min(math.log((contact.following + 1) / (contact.friends + 1)), 3.0), -3.0) / 3
    elsewhere = contact.country != member.country if contact.country and member.country else None
    measured = (
        math.log1p(hours),
        turns / (hours + 1) / 30,
        float(min(relationship.calls, 2)),
        float(min(relationship.sent_media, 3)),
        (relationship.received + 1) / (relationship.sent + 1),
        float(relationship.requested_by == "member"),
        float((member.age or 0) >= ADULT),
    )
    return (
        *measured,
        *_fact(days, lambda days: math.log1p(max(days, 0)) / 8),
        *_fact(contact.mutual_friends, lambda mutual: math.log1p(max(mutual, 0)) / 3),
        *_fact(contact.posts, lambda posts: math.log1p(max(posts, 0)) / 5),
        *_fact(ratio, float),
        *_fact(elsewhere, float),
        *_fact(contact.picture, float),
    )


MEASURED = 7
"""So many of those numbers, the first ones, are measured and always known."""


def without_facts(around: tuple[float, ...]) -> tuple[float, ...]:
    """The same with every fact on the contact unknown."""
    return (*around[:MEASURED], *(0.0 for _ in around[MEASURED:]))


def _fact[T: float](value: T | None, scaled: Callable[[T], float]) -> tuple[float, float]:
    return (0.0, 0.0) if value is None else (1.0, scaled(value))


def wanted(rulebook: Rulebook) -> bool:
    """Whether a running rule asks for it."""
    return any(part.fact in FACTS_OF_MEANING for rule in rulebook.rules if rule.runs for part in rule.conditions)


def scorer(rulebook: Rulebook, *, a_second: float | None = None) -> Scorer | None:
    """The scorer, if a rule wants one. Raises Mistake where it is wanted and the encoder is missing."""
    return meaning.load(a_second) if wanted(rulebook) else None

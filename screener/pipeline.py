"""Capture to alert, on one page: the whole program, in order. Read this first."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from screener import health, heuristics, platforms, score
from screener.alerts import Alert, height
from screener.canaries import Counting, outcome
from screener.capture import Capture
from screener.clocks import Clocks
from screener.entities import given
from screener.events import Edited, Event, FriendRequest, Message, Profile
from screener.family import Family, Member
from screener.folding import Folded, fold_whole
from screener.meaning import ENOUGH, Meant, Scorer
from screener.paraphrases import Talks
from screener.relationships import MOST_TWINS, Relationship
from screener.remembered import Twin
from screener.rulebook import Rulebook
from screener.rules import Signal
from screener.store.base import Recalled, Store, Transaction
from screener.surroundings import GIVEN_HERE, Question, Surroundings, asking, twins, with_strangeness

# A contact counts as known who was a friend this long before the device was looked after.
KNOWN_BEFORE = timedelta(days=30)
NOWHERE = Surroundings()


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What one event led to.

    `is_news` where its alert opened or its level rose, `grew` where there was one before; `again` for a profile sent
    once more.
    """

    event: Event
    member: Member
    relationship: Relationship
    alert: Alert | None
    is_news: bool
    grew: bool = False
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What every capture meets on its way.

    `since` is when this home began to be looked after; `member` is whom everything belongs to, where a replay says so.
    `meaning` hears paraphrases, where an encoder is installed.
    """

    family: Family
    rulebook: Rulebook
    store: Store
    since: datetime
    member: Member | None = None
    meaning: Scorer | None = None
    talks: Talks = field(default_factory=Talks)
    counting: Counting = field(default_factory=Counting)
    clocks: Clocks = field(default_factory=Clocks)

    async def screen(self, capture: Capture, decoded: platforms.Decoded, memory: platforms.Memory) -> list[Followed]:
        """Follow what was decoded from one capture all the way; everything it leads to is kept in one transaction."""
        async with self.store.transaction() as tx:
            await tx.passed(capture.at, self.clocks.ahead_ms(decoded.platform, capture))
            followed = [
                step
                for event in decoded.events
                if (step := await self.follow(event, self._member(event, capture.device), tx)) is not None
            ]
            for why, times in Counter(decoded.unreadable).items():
                await tx.note(replace(health.of_unreadable(decoded.platform, why, capture.at), count=times))
            for step in followed[-1:]:
                await tx.read(capture.device, decoded.platform, step.member.name, capture.at)
            await tx.remember(decoded.platform, capture.device, memory.kept.changes())
            if self.counting.due(capture.at):
                await tx.count(self.counting.taken())
        memory.kept.changed.clear()
        # Only now: on a full disk all of this is tried again, and one answer must not count as many.
        if capture.status is None or capture.status < 300:
            # An answer that refuses tells nothing of how a platform speaks.
            came = outcome(decoded.events, decoded.unreadable)
            self.counting.count(decoded.platform, decoded.endpoint, came, capture.at)
        return followed

    async def follow(self, event: Event, member: Member, tx: Transaction) -> Followed | None:
        """Follow one event to its alert. An inbox is sent again with every page: what is known leads to nothing."""
        again = await tx.knows(event)
        if again and not isinstance(event, Profile):
            return None
        before = await tx.recall(member, event)
        if again and before.relationship is not None and _tells_nothing(event, before.relationship):
            # A list of a thousand friends comes with every page: judging it again would hold up what is new.
            return Followed(
                event=event,
                member=member,
                relationship=before.relationship,
                alert=before.alert,
                is_news=False,
                grew=before.alert is not None,
                again=True,
            )
        heard = self._hear(event)
        question = self._question(event, member, before, heard)
        around = await tx.surroundings(question)
        others = [
            (twin, await tx.recall_account(member, twin.platform, twin.id, event.at))
            for twin in _twins(event, before, question, around)
        ]
        meant = await self._mean(event, member, before, heard, others)
        after = self.judge(event, member, before, heard=heard, around=around, others=others, meant=meant)
        await tx.keep(member, event, after)
        assert after.relationship is not None
        return Followed(
            event=event,
            member=member,
            relationship=after.relationship,
            alert=after.alert,
            is_news=_height(after) > _height(before),
            grew=before.alert is not None,
            again=again,
        )

    def judge(
        self,
        event: Event,
        member: Member,
        before: Recalled,
        *,
        heard: "_Heard | None" = None,
        around: Surroundings = NOWHERE,
        others: Sequence[tuple[Twin, Recalled]] = (),
        meant: Meant | None = None,
    ) -> Recalled:
        """The heart, and pure: no clock, no network, no disk."""
        heard = heard or self._hear(event)
        book = self.rulebook.of(member.name, event.contact.platform)
        relationship = before.relationship or Relationship.first(member=member, event=event)
        bio = relationship.contact.bio if before.relationship else None
        relationship = relationship.after(event, heard.lists, gave=heard.gave)
        relationship = relationship.with_twins(tuple(twin for twin, _ in others))
        if meant is not None:
            relationship = replace(relationship, meant=meant)
        if relationship.contact.bio != bio:
            relationship = replace(
                relationship, bio_said=tuple(sorted(self.rulebook.listen(relationship.contact.bio or "")))
            )
        if not relationship.known and self._was_friend_before(event) and not _was_seen_to_begin(relationship):
            relationship = replace(relationship, known=True)
        elsewhere = [other.relationship for _, other in others if other.relationship]
        judged = with_strangeness(relationship, elsewhere) if elsewhere else relationship
        moment = heuristics.Moment(
            event=_as_told(event),
            relationship=judged,
            windows=book.levels.windows,
            heard=heard.lists,
            folded=heard.folded,
            around=replace(around, others=tuple(elsewhere)) if elsewhere else around,
        )
        signals = score.kept(before.signals, book.signals(moment))
        # What was seen on the same person's other accounts counts here too, once anything was seen here.
        weighed = (*signals, *carried(others, besides=signals)) if signals and others else signals
        levels, feedback = book.levels, before.feedback
        total = score.weigh(book.weighed(weighed), levels=levels, relationship=judged, at=event.at, feedback=feedback)
        if before.alert is not None:
            alert: Alert | None = before.alert.grown(total, at=event.at)
        else:
            alert = Alert.opening(id=_alert_id(member, event), score=total, at=event.at)
        return Recalled(relationship=relationship, signals=signals, alert=alert, feedback=feedback)

    def _hear(self, event: Event) -> "_Heard":
        text = _words(event)
        if not text:
            return _Heard()
        folded = fold_whole(text)
        gave = given(text) if event.by == "contact" and isinstance(event, Message | Edited) else ()
        return _Heard(folded=folded, lists=self.rulebook.hear(folded), gave=gave)

    async def _mean(
        self,
        event: Event,
        member: Member,
        before: Recalled,
        heard: "_Heard",
        others: Sequence[tuple[Twin, Recalled]],
    ) -> Meant | None:
        """What a talk with a contact whom the family doesn't know means; off the loop: an encoder takes its time."""
        relationship = before.relationship or Relationship.first(member=member, event=event)
        if self.meaning is None or relationship.known:
            return None
        folded = heard.folded
        text = "" if folded is None else folded.full.strip() if folded.obfuscated else folded.text
        meant, twins = relationship.meant, []
        if meant.turns < ENOUGH:
            # Whoever begins under another name goes on with the conversation. Naming another's account is not enough.
            same = [
                (twin, other.relationship) for twin, other in others if twin.why != GIVEN_HERE and other.relationship
            ]
            twins = [twin for twin, other in same if not other.known]
            so_far = (other.meant for _, other in same if not other.known)
            meant = max((meant, *so_far), key=lambda each: each.turns)
        turn = self.talks.turn(event, relationship.after(event, heard.lists), text, lists=heard.lists, others=twins)
        return await asyncio.to_thread(self.meaning.heard, meant, turn) if turn else None

    def _question(self, event: Event, member: Member, before: Recalled, heard: "_Heard") -> Question:
        return asking(
            event,
            member,
            before.relationship,
            windows=self.rulebook.of(member.name, event.contact.platform).levels.windows,
            household=self.family.members,
            folded=heard.folded,
            gave=heard.gave,
        )

    def _member(self, event: Event, device: str) -> Member:
        return (self.member or self.family.owner(event.account, device)).on(event.at)

    def _was_friend_before(self, event: Event) -> bool:
        since = event.contact.friend_since
        return bool(event.contact.is_friend) and since is not None and since < self.since - KNOWN_BEFORE


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What an event's text says: in its folded forms, as word lists, and as handles it may give."""

    folded: Folded | None = None
    lists: frozenset[str] = frozenset()
    gave: tuple[str, ...] = ()


def _twins(event: Event, before: Recalled, question: Question, around: Surroundings) -> tuple[Twin, ...]:
    """The same person's other accounts: those that were joined before, and those for which there is evidence now."""
    joined = before.relationship.twins if before.relationship else ()
    contact = before.relationship.contact.merged(event.contact) if before.relationship else event.contact
    found = twins(question, contact, around.near) if around.near else ()
    return tuple({twin[:2]: twin for twin in (*found, *joined)}.values())[:MOST_TWINS]


def carried(others: Iterable[tuple[Twin, Recalled]], *, besides: Iterable[Signal]) -> tuple[Signal, ...]:
    """The signals of the same person's other accounts, saying where they come from. None alerts by itself here."""
    seen_here = {signal.rule for signal in besides}
    found: dict[str, Signal] = {}
    for twin, other in others:
        for signal in other.signals:
            if signal.rule not in seen_here:
                said = (
                    f"On {platforms.title(twin.platform)}, where the same person writes ({twin.why}): {signal.because}"
                )
                found[signal.rule] = replace(signal, alone=False, words=None, because=said)
    return tuple(found.values())


def _was_seen_to_begin(relationship: Relationship) -> bool:
    """Whether it was no friendship yet when we first saw it.

    Some platforms give the day of the request as that of the friendship, so a stranger who asked long ago and was only
    now accepted would pass for an old friend, whose threats count as jokes.
    """
    return relationship.requested_at is not None or relationship.accepted_at is not None


def _tells_nothing(event: Event, before: Relationship) -> bool:
    """Whether what is kept of the contact stays the same."""
    now, then = before.after(event).to_json(), before.to_json()
    return all(now[part] == then[part] for part in ("account", "contact", "names"))


def _alert_id(member: Member, event: Event) -> str:
    """One alert a relationship: its id follows from whose it is, so that judging draws no lots."""
    key = "\0".join((member.id, event.contact.platform, event.contact.id))
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]


def _as_told(event: Event) -> Event:
    """What is judged: words put into an old message are words like any other."""
    if not isinstance(event, Edited):
        return event
    return Message(id=event.id, at=event.at, account=event.account, contact=event.contact, by=event.by, text=event.text)


def _words(event: Event) -> str:
    """The words that came with an event."""
    match event:
        case Message() | Edited():
            return event.text or ""
        case FriendRequest():
            return event.note or ""
        case _:
            return ""


def _height(recalled: Recalled) -> int:
    return height(recalled.alert.level if recalled.alert else None)

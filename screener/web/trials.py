"""Changes of the rules that are being tried out: each runs beside everything else, and waits for a parent's yes."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from screener.family import Member
from screener.feedback import Feedback
from screener.rulebook import Rulebook
from screener.store.sql import SqlStore
from screener.tuning.base import Books, Difference, Effect, Side
from screener.tuning.effect import dry_run
from screener.tuning.past import Whose
from screener.tuning.quiet import hides_a_threat
from screener.tuning.tuner import Draft, What
from screener.web.base import User
from screener.web.roles import Eyes
from screener.web.workbench import Workbench, may_tune_for

log = logging.getLogger(__name__)

MOST = 24
SOON_SECONDS = 1.5
"""What is found so quickly is shown at once, without a page that says to wait."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One change that is offered: lines of files, or an answer of a parent's in one relationship."""

    what: What
    draft: Draft | None = None
    answer: Feedback | None = None
    relationship: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """An option with what it would have done, as far as one may see that."""

    place: int
    option: Option
    effect: Effect
    added: Sequence[Difference]
    removed: Sequence[Difference]
    changed: Sequence[Difference]
    hides: bool
    """It would have taken away what needed somebody, or what held a threat, of what one may see."""

    @property
    def weight(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)


@dataclass(kw_only=True)
class Trial:
    """What one user is trying out. `back` is where it came from, `then` where it leads to once it is saved.

    With `alert`, what that one gave the occasion for; `answers` where it is tried what an answer to it would do, which
    is given on the alert's own page and needs no right to tune.
    """

    id: str
    user: str
    options: Sequence[Option]
    back: str
    at: datetime
    then: str = ""
    alert: str | None = None
    answers: bool = False
    whose: Whose = field(default=lambda member: True, repr=False)
    done: float = 0.0
    effects: Sequence[Effect] | None = None
    failed: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    def found(self, eyes: Eyes) -> Sequence[Found]:
        """The options with their effects; what this user may not see is neither shown nor counted."""

        def seen(differences: Sequence[Difference]) -> Sequence[Difference]:
            return [each for each in differences if eyes.sight(each) == "whole"]

        made = [
            Found(
                place=place,
                option=option,
                effect=effect,
                added=seen(effect.added),
                removed=seen(effect.removed),
                changed=seen(effect.changed),
                # Of the others not even this: whoever may write a draft could ask for one alert after the other.
                hides=hides_a_threat(replace(effect, differences=tuple(seen(effect.differences)))),
            )
            for place, (option, effect) in enumerate(zip(self.options, self.effects or (), strict=False))
        ]
        if self.alert is None or self.answers:
            return made
        # Of what is proposed, that which changes least stands first; what would hide a threat is not offered at all.
        return sorted((each for each in made if not each.hides), key=lambda each: each.weight)


@dataclass(frozen=True, kw_only=True)
class Trials:
    """Those of the last hours, in memory only. One is judged at a time: it must not crowd out the screening."""

    store: SqlStore
    bench: Workbench
    kept: dict[str, Trial] = field(default_factory=dict)
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def begin(
        self,
        options: Sequence[Option],
        *,
        user: User,
        back: str,
        then: str = "",
        alert: str | None = None,
        answers_of: str | None = None,
    ) -> Trial:
        """Begins it, and comes back when it is found out or after a moment. `answers_of` is the member with whose alert
        it is tried what an answer would do. Looked at and counted are only those for whom the user may tune.
        """

        def whose(member: Member) -> bool:
            return member.id == answers_of if answers_of is not None else may_tune_for(user, member)

        trial = Trial(
            id=secrets.token_hex(16),
            user=user.id,
            options=options,
            back=back,
            at=self.bench.door.clock(),
            then=then or back,
            alert=alert,
            answers=answers_of is not None,
            whose=whose,
        )
        while len(self.kept) >= MOST:
            oldest = self.kept.pop(next(iter(self.kept)))
            if oldest.task is not None:
                oldest.task.cancel()
        self.kept[trial.id] = trial
        trial.task = asyncio.create_task(self._run(trial))
        await asyncio.wait([trial.task], timeout=SOON_SECONDS)
        return trial

    def find(self, id: str, user: str) -> Trial | None:
        """A trial is seen only by whoever began it."""
        trial = self.kept.get(id)
        return trial if trial is not None and trial.user == user else None

    def done(self, trial: Trial) -> None:
        """It was taken: a second press must not do it twice."""
        self.kept.pop(trial.id, None)

    async def _run(self, trial: Trial) -> None:
        def progress(done: float) -> None:
            trial.done = done

        try:
            async with self.turn:
                now = self.bench.rulebook()
                sides = [await self._side(option, now) for option in trial.options]
                trial.effects = await dry_run(
                    self.store,
                    self.bench.family,
                    Side(books=_books(now)),
                    sides,
                    trial.at,
                    whose=trial.whose,
                    progress=progress,
                )
        except asyncio.CancelledError:
            raise
        except Exception as bug:
            # The edge of a task that nobody waits for: the page says so, and nothing was changed.
            log.error("a dry run failed: %s", type(bug).__name__)
            trial.failed = True

    async def _side(self, option: Option, now: Rulebook) -> Side:
        if option.draft is not None:
            return Side(books=_books(await self.bench.tuner.tried(option.draft)))
        assert option.answer is not None
        return Side(books=_books(now), answers={option.relationship: (option.answer,)})


def _books(book: Rulebook) -> Books:
    def of(member: Member, platform: str) -> Rulebook:
        return book.of(member.name, platform)

    return of

"""Changes the family's own rules: tried first, written whole or not at all, kept with who and when, and taken back."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.errors import Mistake
from screener.home.folder import write_private
from screener.rulebook import Library, Rulebook
from screener.rulebook.reading import MOST_BYTES, shown
from screener.store.rule_changes import rule_changes
from screener.store.times import micros, moment
from screener.tuning.lines import carried_over
from screener.tuning.parts import members_changed
from screener.tuning.yamlwrite import written

OVERRIDES = "overrides.yaml"
PLACE = re.compile(r"(?:[a-z]{1,12}/){0,2}[a-z0-9][a-z0-9-]{0,79}\.yaml")
"""Where a file of the family's rules may stand, below their folder."""
MOST_CHANGES = 1_000
OUTSIDE = ""
"""Who changed a file that was not changed through Screener."""
BESIDE = "beside"
"""What is said of a file that was changed together with another: that one says what it was about."""

type What = Mapping[str, Any]
type Way = tuple[str, ...]


class Stale(Exception):
    """Somebody else changed the file meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A change that was not made yet: the file as it is, and as it would be. `what` says it in parts. Those `beside` it
    are made and taken back together with it.
    """

    file: str
    before: str
    after: str
    what: What = field(default_factory=dict)
    alert: str | None = None
    beside: tuple["Draft", ...] = ()

    @property
    def all(self) -> tuple["Draft", ...]:
        """Every file that is changed, its own last."""
        return (*self.beside, self)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A change that was made."""

    id: int
    at: datetime
    by: str
    what: What
    file: str
    before: str
    after: str
    alert: str | None = None
    undone: datetime | None = None
    beside: tuple["Made", ...] = ()
    """What was changed together with it in other files."""

    @property
    def all(self) -> tuple["Made", ...]:
        return (*self.beside, self)


@dataclass(frozen=True, kw_only=True)
class Tuner:
    """`apply` has the files in force read anew at once; they are looked at anyway."""

    library: Library
    engine: AsyncEngine
    apply: Callable[[], Awaitable[None]]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # However many drafts are tried, the threads that everything else needs stay free.
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "rules"))

    async def text(self, file: str) -> str:
        """What a file of the family's says now; nothing where there is none. Raises Mistake."""
        return await asyncio.to_thread(self._text, file)

    async def files(self) -> Sequence[str]:
        """The family's files that there are, and the overrides first whether or not there are any."""
        found = await asyncio.to_thread(self.library.own_files)
        return [OVERRIDES, *sorted(place for place in found.texts if place != OVERRIDES and PLACE.fullmatch(place))]

    async def overriding(self, changes: Mapping[Way, Any], *, what: What, alert: str | None = None) -> Draft:
        """The draft of some values in the overrides. Raises Mistake."""
        before = await self.text(OVERRIDES)
        after = written(before, changes, file=self._named(OVERRIDES))
        return Draft(file=OVERRIDES, before=before, after=after, what=what, alert=alert)

    async def tried(self, draft: Draft) -> Rulebook:
        """The rulebook with the draft in force; what is wrong with it stands in its mistakes."""
        loop = asyncio.get_running_loop()
        texts = {each.file: _bytes(each.after) for each in draft.all}
        return await loop.run_in_executor(self.thread, self.library.tried, texts)

    def wrong(self, book: Rulebook, draft: Draft) -> list[str]:
        """The mistakes that stand in its files, and those of other files only where the whole can't be read."""
        names = tuple(f"{self._named(each.file)}:" for each in draft.all)
        return [mistake for mistake in book.mistakes if mistake.startswith(names)]

    def meddling(self, draft: Draft, others: Collection[str]) -> list[str]:
        """The mistakes of a draft that changes what is said for one of these, whose alerts are theirs alone."""
        if draft.file != OVERRIDES:
            return []
        return [
            f"{self._named(OVERRIDES)}:{line}: only {shown(name)} changes what is said here for {shown(name)}. Leave "
            "that part as it was"
            for name, line in members_changed(draft.before, draft.after).items()
            if name in others
        ]

    async def save(self, draft: Draft, *, by: str, at: datetime) -> int:
        """Writes it. Raises Stale where the file is another one by now, Mistake where something is wrong with it."""
        async with self.lock:
            return await self._save(draft, by=by, at=at)

    async def undo(self, id: int, *, by: str, at: datetime) -> None:
        """Takes a change back, line by line. Raises Stale where its lines were changed since, Mistake where what would
        be left is wrong.
        """
        async with self.lock:
            made = await self.find(id)
            if made is None or made.undone is not None:
                raise Stale
            what = {"did": "undone", "of": made.id, "was": dict(made.what)}
            beside = tuple([await self._back(each, {"did": BESIDE}) for each in made.beside])
            draft = replace(await self._back(made, what), alert=made.alert, beside=beside)
            await self._save(draft, by=by, at=at)
            async with self.engine.begin() as connection:
                ids = [each.id for each in made.all]
                await connection.execute(
                    update(rule_changes).where(rule_changes.c.id.in_(ids)).values(undone=micros(at))
                )

    async def _back(self, made: Made, what: What) -> Draft:
        now = await self.text(made.file)
        back = carried_over(made.after, made.before, now)
        if back is None:
            raise Stale
        return Draft(file=made.file, before=now, after=back, what=what)

    async def find(self, id: int) -> Made | None:
        """A change; what was changed beside another is found with that one alone."""
        found = await self._changes(select(rule_changes).where(rule_changes.c.id == id, _BY_ITSELF))
        return found[0] if found else None

    async def history(self, most: int = 50) -> Sequence[Made]:
        """What was changed, newest first."""
        return await self._changes(
            select(rule_changes).where(_BY_ITSELF).order_by(rule_changes.c.id.desc()).limit(most)
        )

    async def of_alert(self, alert: str) -> Made | None:
        """The newest change that an alert gave the occasion for and that still stands."""
        query = select(rule_changes).where(rule_changes.c.alert == alert).order_by(rule_changes.c.id.desc()).limit(1)
        made = next(iter(await self._changes(query)), None)
        return made if made and made.undone is None and made.what.get("did") != "undone" else None

    async def _changes(self, query: Select[Any]) -> list[Made]:
        async with self.engine.connect() as connection:
            found = [_made(row) for row in await connection.execute(query)]
            ids = [id for made in found for id in made.what.get(BESIDE, ())]
            rows = await connection.execute(select(rule_changes).where(rule_changes.c.id.in_(ids)))
            others = {row.id: _made(row) for row in rows}
        return [
            replace(made, beside=tuple(others[id] for id in made.what.get(BESIDE, ()) if id in others))
            for made in found
        ]

    async def _save(self, draft: Draft, *, by: str, at: datetime) -> int:
        for each in draft.all:
            if await self.text(each.file) != each.before:
                raise Stale
        if mistakes := self.wrong(await self.tried(draft), draft):
            raise Mistake("\n".join(mistakes))
        async with self.engine.begin() as connection:
            ids = [await _noted(connection, each, each.what, by=by, at=at) for each in draft.beside]
            what = {**draft.what, BESIDE: ids} if ids else draft.what
            id = await _noted(connection, draft, what, by=by, at=at)
            c = rule_changes.c
            oldest = select(c.id).order_by(c.id.desc()).offset(MOST_CHANGES).limit(1).scalar_subquery()
            await connection.execute(delete(rule_changes).where(c.id <= oldest))
            # Before the rows are kept: a change that could not be written was not made.
            await asyncio.to_thread(self._write_all, draft)
        await self.apply()
        return id

    def _named(self, file: str) -> str:
        return f"{self._folder.parent.name}/{self._folder.name}/{file}"

    @property
    def _folder(self) -> Path:
        if self.library.own is None:
            raise Mistake("rules: there is no folder for rules of your own here. Start Screener with a home folder.")
        return self.library.own

    def _text(self, file: str) -> str:
        if not PLACE.fullmatch(file):
            raise Mistake(f"{file[:80]}: this is no place for a rule. Name a file such as approach/my-rule.yaml.")
        path = self._folder / file
        try:
            if path.is_symlink() or not path.is_file():
                return ""
            with path.open("rb") as opened:
                found = opened.read(MOST_BYTES + 1)
        except OSError as why:
            raise Mistake(f"{self._named(file)}: it can't be read ({why.strerror}). Check whose file it is.") from None
        if len(found) > MOST_BYTES:
            raise Mistake(f"{self._named(file)}: it is larger than {MOST_BYTES // 1024} KB. Split it.")
        return str(found, "utf-8", "replace")

    def _write_all(self, draft: Draft) -> None:
        # What stands over the others comes last: it may name a rule that is only now being written.
        done: list[Draft] = []
        try:
            for each in sorted(draft.all, key=lambda each: each.file == OVERRIDES):
                self._write(each.file, each.after)
                done.append(each)
        except Mistake:
            for each in reversed(done):
                with suppress(Mistake):
                    self._write(each.file, each.before)
            raise

    def _write(self, file: str, text: str) -> None:
        path = self._folder / file
        try:
            if not text.strip():
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.parent.resolve().is_relative_to(self._folder.resolve()):
                raise Mistake(f"{self._named(file)}: its folder leads elsewhere. Make it a plain folder.")
            write_private(path, text.encode("utf-8", "replace"))
        except OSError as why:
            mend = "Check the disk, and whose folder it is."
            raise Mistake(f"{self._named(file)}: it can't be written ({why.strerror}). {mend}") from None


def _bytes(text: str) -> bytes | None:
    """A file without anything in it is no file."""
    return text.encode("utf-8", "replace") if text.strip() else None


_BY_ITSELF = func.json_extract(rule_changes.c.what, "$.did") != BESIDE


async def _noted(connection: AsyncConnection, draft: Draft, what: What, *, by: str, at: datetime) -> int:
    """Keeps a change of one file, and before it what somebody changed there by hand since the last one."""
    c = rule_changes.c
    last = select(c.after).where(c.file == draft.file).order_by(c.id.desc()).limit(1)
    known = (await connection.execute(last)).scalar()
    if known is not None and known != draft.before:
        outside = {"at": micros(at), "by": OUTSIDE, "what": json.dumps({"did": "outside"}), "file": draft.file}
        await connection.execute(insert(rule_changes).values(**outside, before=known, after=draft.before))
    row = {
        "at": micros(at),
        "by": by,
        "what": json.dumps(dict(what)),
        "file": draft.file,
        "before": draft.before,
        "after": draft.after,
        "alert": draft.alert,
    }
    key = (await connection.execute(insert(rule_changes).values(**row))).inserted_primary_key
    return int(key[0]) if key else 0


def _made(row: Any) -> Made:
    return Made(
        id=row.id,
        at=moment(row.at),
        by=row.by,
        what=json.loads(row.what),
        file=row.file,
        before=row.before,
        after=row.after,
        alert=row.alert,
        undone=moment(row.undone) if row.undone is not None else None,
    )

"""The replay command: its arguments made into replays, and its lines made readable."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screener import config, paraphrases, rulebook
from screener.errors import Mistake
from screener.family import Family, Member
from screener.replay import Line, Replay, Show, check
from screener.resources import shipped
from screener.store.memory import MemoryStore

if TYPE_CHECKING:
    from screener.store.sql import SqlStore


async def lines(
    files: list[Path],
    *,
    show: Show,
    together: bool = False,
    rules: Path | None = None,
    as_member: str | None = None,
    settings: Path | None = None,
    store: Path | None = None,
) -> AsyncIterator[Line]:
    """Every line that the command prints. Raises Mistake, before the first one, if arguments or files can't be used."""
    check(files, rules)
    family = config.load(settings).household() if settings else Family()
    book = rulebook.load(rules or shipped("rules"))
    for mistake in book.mistakes:
        # A broken rule is set aside and named; the others run.
        print(mistake, file=sys.stderr)
    if not book.rules:
        raise Mistake(f"{rules or 'rules'}: there is no rule in this folder. Name one that holds rules.")
    meaning = paraphrases.scorer(book)
    database = await _database(store) if store else None
    member = _named(as_member, family) if as_member else None

    def replay() -> Replay:
        kept = database or MemoryStore()
        return Replay(rulebook=book, store=kept, show=show, family=family, member=member, meaning=meaning)

    try:
        shared = replay()
        for path in files:
            async for line in (shared if together else replay()).file(path):
                yield {**line, "file": str(path)} if len(files) > 1 else line
    finally:
        if database is not None:
            await database.close()


async def _database(path: Path) -> "SqlStore":
    # A second's worth of imports, which only this option needs.
    from screener.store.sql import SqlStore

    return await SqlStore.opened(path)


def _named(name: str, family: Family) -> Member:
    return next((member for member in family.members if member.name == name), Member.named(name))


def table(line: Line) -> str:
    """One line for people. What a stranger wrote is shown so that it can't move the cursor or hide."""
    at = str(line.get("at", ""))[:19].replace("T", " ")
    if line.get("summary"):
        counts = ", ".join(f"{line[name]} {name}" for name in ("captures", "events", "unreadable", "alerts", "gaps"))
        where = f"{plain(line['file'])}: " if "file" in line else ""
        return f"{where}{counts} in {line['seconds']} s"
    if line.get("kind") == "unreadable":
        return f"{'':19}  unreadable      {line['platform']}: {plain(line['why'])}"
    if "level" in line:
        head = f"{at}  {line['level'].upper():5} {line['points']:>4}  {line['platform']} {plain(line['contact_id'])}"
        reasons = (f"{'':21}- {plain(signal['because'])} [{signal['rule']}]" for signal in line["signals"])
        return "\n".join([f"{head} with {plain(line['member'])}", *reasons])
    who = line["contact_name"] or line["contact_handle"] or ""
    arrow = "->" if line["from"] == "member" else "<-"
    words = line["text"] or line["note"] or line["call"] or ""
    return (
        f"{at}  {line['kind']:14} {arrow} {line['platform']} {plain(line['contact_id'])} {plain(who)}  {plain(words)}"
    )


def plain(text: Any, most: int = 200) -> str:
    """The text with everything that is not printable written out as its number."""
    shown = "".join(c if c.isprintable() else f"<{ord(c):x}>" for c in str(text)[:most])
    return shown + ("…" if len(str(text)) > most else "")

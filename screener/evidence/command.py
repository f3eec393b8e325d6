"""The commands about evidence: which cases there are, the bag of one, and whether a bag is whole."""

import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from screener import config
from screener.errors import Mistake
from screener.evidence import keys
from screener.evidence.export import Wish, exported, in_short, written
from screener.evidence.telling import utc
from screener.evidence.verify import SIGNED, read, wrongs
from screener.family import Family
from screener.home.folder import Home
from screener.kept import Case
from screener.seal import Seal
from screener.store.casebook import SqlCases
from screener.store.household import Devices
from screener.store.sql import SqlStore
from screener.store.tables import chains

MOST_WRONGS = 100


async def rows(home: Home) -> list[dict[str, Any]]:
    """Every case, newest first, without a word of what was written."""
    async with _opened(home) as (cases, _family):
        found = [await cases.case(id) for id in await _ids(cases)]
    return [
        {
            "case": case.id,
            "opened": utc(case.opened),
            "closed": utc(case.closed) if case.closed else None,
            "level": case.level,
            "platform": case.contact.platform,
            "contact": case.contact.id,
            "member": case.member.name,
            "entries": case.count,
            "head": case.head.hex(),
        }
        for case in found
        if case is not None
    ]


async def export(home: Home, name: str, *, to: Path | None, wish: Wish, quiet: bool) -> dict[str, Any]:
    """Writes the bag of the case of that name. Raises Mistake where there is none, or it can't be written."""
    async with _opened(home) as (cases, family):
        case = await _named(cases, family, name)
        bag = await exported(cases, case, keys.signing_key(home.evidence_key), wish=wish, now=datetime.now(UTC))
        place = to or Path(bag.name)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
            task = progress.add_task(f"{bag.found.count:,} entries", total=None)
            await written(bag, place, progress=lambda count: progress.advance(task, count))
    return {
        "case": case.id,
        "file": str(place),
        "entries": bag.found.count,
        "head": bag.found.head.hex(),
        "faults": bag.found.faults,
        "time_stamp": in_short(bag.stamp) if bag.stamp is not None else None,
    }


def time_stamp(home: Home, asked: str | None) -> str:
    """Who is asked for a time-stamp: as was said, else as the settings say. Raises Mistake."""
    if asked is None:
        return (config.load(home.settings).evidence.time_stamp or "") if home.settings.exists() else ""
    try:
        return config.service(asked) if asked else ""
    except ValueError as why:
        raise Mistake(f"--time-stamp: {why}") from None


def checked(file: Path, *, head: str = "") -> dict[str, Any]:
    """What is wrong with a bag, and what it says of itself. Raises Mistake where it is none."""
    try:
        files = read(file)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as why:
        if type(why) is ValueError:
            raise Mistake(f"{file}: {why}. Name a bag that Screener made.") from None
        mend = "Name a bag that Screener made; one that is sealed must be opened first: age -d FILE > bag.zip"
        raise Mistake(f"{file}: this is no bag that can be read ({type(why).__name__}). {mend}") from None
    found = wrongs(files)[:MOST_WRONGS]
    seal = SIGNED.fullmatch(files.get("signature.txt", b""))
    if head and head not in _links(files.get("data/chain.jsonl", b"")):
        found.append("the chain does not go through the end that was noted: something before it was changed")
    return {
        "file": str(file),
        "wrong": found,
        "case": ascii(seal[4].decode("utf-8", "backslashreplace"))[1:-1] if seal else None,
        "entries": int(seal[5]) if seal else None,
        "head": seal[6].decode() if seal else None,
        "key": keys.fingerprint(bytes.fromhex(seal[7].decode())) if seal else None,
    }


def _links(lines: bytes) -> set[str]:
    found = set[str]()
    for line in lines.splitlines():
        try:
            found.add(str(json.loads(line)["link"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # it is named already
    return found


@asynccontextmanager
async def _opened(home: Home) -> AsyncIterator[tuple[SqlCases, Family]]:
    if not home.database.exists():
        raise Mistake(f"{home.database}: there is no database yet. Start Screener first, or name its folder: --home.")
    seal = Seal(key=home.seal_key())
    family = config.load(home.settings).household() if home.settings.exists() else Family()
    store = await SqlStore.opened(home.database, seal)
    try:
        yield SqlCases(engine=store.engine, seal=seal), await Devices(engine=store.engine).family(family)
    finally:
        await store.close()


async def _ids(cases: SqlCases) -> list[str]:
    async with cases.engine.connect() as connection:
        return list((await connection.scalars(select(chains.c.case).order_by(chains.c.opened.desc()))).all())


async def _named(cases: SqlCases, family: Family, name: str) -> Case:
    """The one case whose id begins so."""
    meant = [id for id in await _ids(cases) if id.startswith(name)] if name else []
    if len(meant) != 1:
        many = "more than one case begins so" if meant else "there is no such case"
        raise Mistake(f"{name[:60]}: {many}. See: screener evidence list")
    case = await cases.case(meant[0])
    assert case is not None, "it was listed a moment ago"
    member = family.named(case.member.id)
    return replace(case, member=member.on(datetime.now(UTC))) if member is not None else case

"""`screener rules dry-run`: what a change would have done to the last weeks; nothing is changed by it."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told
from screener.errors import Mistake

if TYPE_CHECKING:
    from screener.rulebook import Library, Rulebook
    from screener.store.sql import SqlStore
    from screener.tuning.base import Difference, Effect, Side


def dry_run(
    file: Annotated[Path | None, typer.Argument(help="A file of rules as you want it to be.")] = None,
    place: Annotated[
        str, typer.Option("--as", metavar="PLACE", help="Where the file would stand below the family's rules.")
    ] = "overrides.yaml",
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A line of overrides.yaml, as members.Kim.rules.secrecy.points=3."
        ),
    ] = None,
    trust: Annotated[str | None, typer.Option("--trust", metavar="ALERT", help="As if you knew this person.")] = None,
    mute: Annotated[
        tuple[str, str] | None,
        typer.Option("--mute", metavar="ALERT RULE", help="As if this reason did not count here."),
    ] = None,
    days: Annotated[int, typer.Option(help="How far back to look.", min=1, max=365)] = 30,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge what is kept of the last weeks again, as now and with a change, and say what would have been told."""
    with mistakes_told():
        if sum(each is not None for each in (file, values or None, trust, mute)) != 1:
            raise Mistake("dry-run: name one change: a file, --set, --trust or --mute. See --help.")
        effect = asyncio.run(_run(home, file, place, values or [], trust, mute, days, quiet=as_json))
    if as_json:
        print(json.dumps(effect.to_json(), ensure_ascii=False))
    else:
        _tell(effect)


async def _run(
    home: Path | None,
    file: Path | None,
    place: str,
    values: list[str],
    trust: str | None,
    mute: tuple[str, str] | None,
    days: int,
    *,
    quiet: bool,
) -> "Effect":
    from datetime import UTC, datetime

    from screener import config
    from screener.feedback import Mute, Trust
    from screener.home.folder import Home
    from screener.packs.libraries import library_of
    from screener.seal import Seal
    from screener.store.household import Devices, names_in
    from screener.store.sql import SqlStore
    from screener.tuning.effect import dry_run as tried

    where = Home.chosen(home)
    if not where.database.exists():
        raise Mistake(f"{where.database}: nothing has been seen yet. Run `screener up` first, or name another --home.")
    settings = config.load(where.settings)
    library = library_of(where, settings, also=names_in(where.database))
    book = library.read()
    store = await SqlStore.opened(where.database, Seal(key=where.seal_key()))
    try:
        side = _side(book)
        if trust is not None:
            side = await _answered(store, book, trust, Trust())
        elif mute is not None:
            if any(rule.id == mute[1] and rule.alone for rule in book.rules):
                raise Mistake(f"--mute: {mute[1]} sees a threat or a demand, and always counts. Name another rule.")
            side = await _answered(store, book, mute[0], Mute(rule=mute[1]))
        else:
            side = _side(_changed(library, file, place, values))
        with _progress(quiet) as progress:
            family = await Devices(engine=store.engine).family(settings.household())
            found = await tried(store, family, _side(book), [side], datetime.now(UTC), days=days, progress=progress)
        return found[0]
    finally:
        await store.close()


def _side(book: "Rulebook") -> "Side":
    from screener.tuning.base import Side

    return Side(books=lambda member, platform: book.of(member.name, platform))


async def _answered(store: "SqlStore", book: "Rulebook", alert: str, said: Any) -> "Side":
    from dataclasses import replace

    from sqlalchemy import select

    from screener.store.tables import alerts

    async with store.engine.connect() as connection:
        row = (await connection.execute(select(alerts.c.relationship).where(alerts.c.id == alert))).first()
    if row is None:
        raise Mistake(f"{alert[:40]}: there is no such alert. Take its id from the address of its page.")
    return replace(_side(book), answers={row.relationship: (said,)})


def _changed(library: "Library", file: Path | None, place: str, values: list[str]) -> "Rulebook":
    """The rulebook with the change in force. Raises Mistake where something is wrong with it."""
    import yaml

    from screener.tuning.tuner import OVERRIDES, PLACE
    from screener.tuning.yamlwrite import written

    if not PLACE.fullmatch(place):
        raise Mistake(f"--as: {place[:80]} is no place for a rule. Name one such as approach/my-rule.yaml.")
    if file is not None:
        try:
            text = file.read_bytes()
        except OSError as why:
            raise Mistake(f"{file}: it can't be read ({why.strerror}). Check the name.") from None
    else:
        place = OVERRIDES
        now = library.own_files().at(OVERRIDES)
        changes = {}
        for each in values:
            key, equals, value = each.partition("=")
            if not equals or not key:
                raise Mistake(f"--set: {each[:80]} sets nothing. Write a key, =, and a value.")
            changes[tuple(key.split("."))] = yaml.safe_load(value)
        text = written(
            now.decode("utf-8", "replace") if isinstance(now, bytes) else "", changes, file=OVERRIDES
        ).encode()
    book = library.tried({place: text})
    named = library.own_files().name
    if wrong := [mistake for mistake in book.mistakes if mistake.startswith(f"{named}/{place}:")]:
        raise Mistake("\n".join(wrong))
    return book


def _progress(quiet: bool) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def shown() -> Any:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), disable=quiet, transient=True) as bar:
            task = bar.add_task("judging again", total=1.0)
            yield lambda done: bar.update(task, completed=done)

    return shown()


def _tell(effect: "Effect") -> None:
    seen = effect.seen
    print(f"+{len(effect.added)} / -{len(effect.removed)} alerts in the last {seen.days} days")
    parts: tuple[tuple[str, tuple[Difference, ...]], ...] = (
        ("would not have been told", effect.removed),
        ("would have been told as well", effect.added),
        ("would have been told at another level", effect.changed),
    )
    for words, differences in parts:
        if differences:
            print(f"\n{words}:")
        for each in differences:
            levels = " -> ".join(level for level in (each.before.level, each.after.level) if level)
            why = _plain(each.after.because or each.before.because)
            print(f"  {_plain(each.name)} on {each.platform}, with {_plain(each.member_name)}: {levels}. {why}")
    print(
        f"\n{seen.events} events of {seen.relationships} contacts were looked at; of {seen.messages} messages, "
        f"the words of {seen.with_words} are still kept. What people whom you know wrote is never kept, what strangers "
        "wrote for 30 days; profiles are taken as they are today."
    )
    if seen.as_it_was:
        print(f"{seen.as_it_was} signs can't be measured again and count as they were seen then.")
    if seen.in_doubt:
        print(f"What the change does to {seen.in_doubt} of them can't be told.")
    if seen.is_cut:
        print("There was more than is looked at: what is older was left out.")


def _plain(text: str) -> str:
    """A stranger's words must not steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)[:300]

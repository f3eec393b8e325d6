"""The report for the police, as one HTML file that needs nothing else: harmless, whatever a stranger wrote."""

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from screener import platforms
from screener.evidence.gathered import Gathered
from screener.evidence.held import PIECE
from screener.evidence.labels import ACCOUNT, JOINED, KINDS, PAYMENT, Say, listed
from screener.evidence.machine import until
from screener.evidence.meter import whole_form
from screener.evidence.method import lacking, method
from screener.evidence.telling import Line, here, told, utc
from screener.evidence.timestamp import Stamp
from screener.kept import Cases
from screener.languages import later

HERE = Path(__file__).parent / "templates"
MARK = "<!-- the timeline -->"
MOST_SHOWN = 200
"""So many names and traces are shown at most; the machine part holds more."""

REASONS = later("The reasons, as the program saw them")
CONTACT, SEEN = later("The contact"), later("seen here")
FOLDED = later("{name} wrote this: press to read")


@dataclass(frozen=True, kw_only=True)
class Cover:
    """What a report says of itself. `by` is who asked for it, `say` the language that it speaks."""

    made: datetime
    by: str
    fingerprint: str
    say: Say
    language: str = "en"
    stamp: Stamp | None = None


async def report(cases: Cases, found: Gathered, cover: Cover) -> AsyncIterator[bytes]:
    """The report, piece by piece: a case may be long."""
    zone, name = found.case.member.zone, found.case.member.name
    before, _, after = page(found, cover).partition(MARK)
    yield before.encode("utf-8", "replace")
    piece, size = list[str](), 0
    async for entry in until(cases, found):
        line = told(entry, cover.say, afterwards=found.afterwards.get(entry.number))
        row = _row(line, here(entry.at, zone), name, cover.say)
        piece.append(row)
        size += len(row)
        if size > PIECE:
            yield "".join(piece).encode("utf-8", "replace")
            piece, size = [], 0
    yield "".join((*piece, after)).encode("utf-8", "replace")


def page(found: Gathered, cover: Cover) -> str:
    """Everything but the timeline, with a mark where that belongs."""
    case, zone = found.case, found.case.member.zone
    return (
        _environment()
        .get_template("report.html")
        .render(
            _=cover.say,
            language=cover.language,
            case=case,
            found=found,
            platform=platforms.title(case.contact.platform),
            names=[each for each in case.names if each.kind == "name"][:MOST_SHOWN],
            handles=[each for each in case.names if each.kind == "handle"][:MOST_SHOWN],
            urls=[each for each in case.names if each.kind == "url"][:MOST_SHOWN],
            profile=listed(found.profile, ACCOUNT, cover.say)[:60],
            payments=[(each.entry, listed(each.body, PAYMENT, cover.say)) for each in found.payments],
            linked=case.linked,
            joined=lambda why: cover.say(JOINED.get(why, why)),
            title=platforms.title,
            traces=list(found.traces.values())[:MOST_SHOWN],
            kinds=KINDS,
            sides={"contact": cover.say(CONTACT), "member": case.member.name},
            form=whole_form(found),
            method=method(found, cover.say, cover.stamp),
            lacking=lacking(found, cover.say),
            made=cover.made,
            by=cover.by,
            fingerprint=cover.fingerprint,
            here=lambda at: here(at, zone),
            style=Markup((HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
            mark=Markup(MARK),  # noqa: S704 - ours
        )
    )


def exact(text: object) -> Markup:
    """A text letter by letter: what can't be seen is shown by its number, so that nothing hides and nothing is lost."""
    raw = str(text)
    if raw.isprintable() or not any(map(is_hidden, raw)):
        return escape(raw)
    shown = (
        Markup('<span class="hidden">U+{:04X}</span>').format(ord(letter)) if is_hidden(letter) else escape(letter)
        for letter in raw
    )
    return Markup("").join(shown)


def is_hidden(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _row(line: Line, at: str, name: str, say: Say) -> str:
    """One entry as HTML."""
    entry = line.entry
    who = {"contact": say(CONTACT), "member": name}.get(line.by or "", "")
    notes = "".join(f'<p class="note">{exact(note)}</p>' for note in line.notes)
    if line.reasons:
        reasons = "".join(f'<p class="note" lang="en">{exact(reason)}</p>' for reason in line.reasons)
        notes += f"<details><summary>{escape(say(REASONS))}</summary>{reasons}</details>"
    text = f'<div class="theirs"><bdi>{exact(line.text)}</bdi></div>' if line.text is not None else ""
    if text and line.by == "member":
        text = f"<details><summary>{escape(say(FOLDED).replace('{name}', name))}</summary>{text}</details>"
    return (
        f'<li id="e{entry.number}" class="{line.by or "noted"}"><p class="when">{entry.number} · {at} · '
        f"{escape(say(SEEN))} {utc(entry.captured)}</p><p><strong>{escape(line.what)}</strong> <bdi>{exact(who)}</bdi>"
        f"</p>{text}{notes}</li>\n"
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["exact"] = exact
    return made

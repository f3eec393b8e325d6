"""The report as PDF, set by typst where that is installed: everything in it is handed over as text, never as markup."""

import asyncio
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from screener import __version__, platforms
from screener.errors import Mistake
from screener.evidence.gathered import Gathered
from screener.evidence.labels import JOINED, KINDS, NAMES, PAYMENT, Say, listed
from screener.evidence.machine import until
from screener.evidence.meter import whole_form
from screener.evidence.method import lacking, method
from screener.evidence.report import CONTACT, Cover, is_hidden
from screener.evidence.telling import Line, here, told, utc
from screener.kept import Cases
from screener.languages import later

HERE = Path(__file__).parent / "templates"
MOST_ENTRIES = 3_000
"""So much of a timeline is set: some hundred pages. The HTML holds all of it."""
MOST_LETTERS = 2_000_000
"""So many letters of a timeline are set, counted as they are shown: one that can't be seen is shown as eight."""
MOST_SHOWN = 100
LONGEST = 8_000

OWN = later("What {name} wrote: by itself, so that it need not be handed on")
OWN_ENTRY = later("wrote this: see the end of this file")
MORE = later("This file holds the first {most} entries. All {count} of them are in report.html.")
SHAPES = later("Letters for which this file has no shape stand exactly in report.html.")


def is_here() -> bool:
    """Whether PDFs can be made."""
    return importlib.util.find_spec("typst") is not None


async def pdf(cases: Cases, found: Gathered, cover: Cover) -> bytes:
    """The whole report. Raises Mistake where typst is missing."""
    if not is_here():
        raise Mistake("PDF: what makes it is not installed. Run: .venv/bin/pip install typst. Or leave --pdf out.")
    timeline, own, letters = list[dict[str, Any]](), list[dict[str, Any]](), 0
    async for entry in until(cases, found):
        line = told(entry, cover.say, afterwards=found.afterwards.get(entry.number))
        made = _entry(line, found, cover)
        letters += _letters(made)
        if len(timeline) >= MOST_ENTRIES or letters > MOST_LETTERS:
            break
        if line.by == "member" and line.text is not None:
            own.append(made)
            timeline.append(made | {"text": None, "notes": [cover.say(OWN_ENTRY)]})
        else:
            timeline.append(made)
    report = _report(found, cover, shown=len(timeline))
    return await asyncio.to_thread(set_, report | {"timeline": timeline, "own": own})


def set_(report: Mapping[str, Any]) -> bytes:
    """A report as PDF; takes a second or two for a long one."""
    # 80 MB, and only few export a PDF.
    import typst

    source = (HERE / "report.typ").read_bytes()
    made = typst.compile(source, format="pdf", sys_inputs={"report": json.dumps(report)})
    assert isinstance(made, bytes), "one document is one file"
    return made


def _entry(line: Line, found: Gathered, cover: Cover) -> dict[str, Any]:
    entry = line.entry
    who = {"contact": cover.say(CONTACT), "member": found.case.member.name}.get(line.by or "", "")
    return {
        "when": f"{entry.number} · {here(entry.at, found.case.member.zone)} · {utc(entry.captured)}",
        "what": line.what,
        "who": clear(who),
        "text": clear(line.text) if line.text is not None else None,
        # The reasons of an alert come again and again; the HTML has them all.
        "notes": [clear(note) for note in line.notes],
    }


def _letters(made: Mapping[str, Any]) -> int:
    return sum(len(each or "") for each in (made["what"], made["who"], made["text"], *made["notes"]))


def _report(found: Gathered, cover: Cover, *, shown: int) -> dict[str, Any]:
    case, say = found.case, cover.say
    zone, form = case.member.zone, whole_form(found)
    names = [
        cell
        for each in case.names[:MOST_SHOWN]
        for cell in (say(NAMES[each.kind]), clear(each.value), here(each.first, zone), here(each.last, zone))
    ]
    traces = [
        cell
        for each in list(found.traces.values())[:MOST_SHOWN]
        for cell in (say(KINDS.get(each.kind, each.kind)), clear(each.value), here(each.at, zone), str(each.entry))
    ]
    paid = [
        cell
        for each in found.payments
        for name, value in listed(each.body, PAYMENT, say)
        for cell in (clear(name), clear(value))
    ]
    others = [
        cell
        for each in case.linked[:MOST_SHOWN]
        for cell in (
            platforms.title(each.account.platform),
            clear(each.account.id),
            say(JOINED.get(each.why, each.why)),
            each.case or "–",
        )
    ]
    meter = [cell for field in form.fields for cell in ("✓" if field.has else "–", say(field.words))]
    cut = [MORE, str(shown), str(found.count)] if found.count > shown else []
    return {
        "language": cover.language,
        "title": f"{say(later('Evidence'))} {case.id}",
        "head_short": found.head.hex()[:16],
        "made": here(cover.made, zone),
        "label": f"{say(later('Permanent id of the account'))} · {platforms.title(case.contact.platform)}",
        "id": clear(case.contact.id),
        "id_note": say(
            later("Names and pictures can be changed; this id can’t. The platform finds the account by it.")
        ),
        "facts": [
            [say(later("Turned to")), f"{clear(case.member.name)}, {clear(case.account.id)}"],
            [say(later("First and last event")), _span(found)],
            [say(later("Time zone of this report")), case.member.timezone],
            [say(later("End of the chain")), f"{found.head.hex()} ({found.count})"],
            [say(later("Signed with the key")), cover.fingerprint],
            ["Screener", found.version or __version__],
        ],
        "claim": say(
            later(
                "This report says what was seen. It does not say who is behind the account, nor that anybody has done "
                "anything. There are no pictures in it, and none were kept."
            )
        ),
        "sections": [
            {"title": say(later("Who it is")), "tables": [{"columns": 4, "cells": [*heads(say), *names]}]},
            *([_linked(others, say)] if others else []),
            {
                "title": say(later("What can be followed up")),
                "tables": [
                    {"columns": 4, "cells": [*heads(say, last=later("Entry")), *traces]},
                    *([{"columns": 2, "cells": paid}] if paid else []),
                ],
            },
            {"title": say(later("How complete it is")), "tables": [{"columns": 2, "cells": meter}]},
            {
                "title": say(later("How this was made")),
                "words": [
                    *method(found, say, cover.stamp),
                    say(SHAPES),
                    *([say(cut[0]).replace("{most}", cut[1]).replace("{count}", cut[2])] if cut else []),
                ],
            },
        ],
        "after": [{"title": say(later("What is not here, and why")), "words": lacking(found, say)}],
        "timeline_title": say(later("What happened, in order")),
        "own_title": say(OWN).replace("{name}", clear(case.member.name)),
    }


def _linked(cells: list[str], say: Say) -> dict[str, Any]:
    first = [later("Platform"), later("Permanent id of the account"), later("Why"), later("Case")]
    return {
        "title": say(later("Other accounts that seem to be the same person’s")),
        "words": [
            say(
                later(
                    "This is what the program takes them for, for the reason that stands beside each; it can be wrong. "
                    "Each has evidence of its own, under the case that is named."
                )
            )
        ],
        "tables": [{"columns": 4, "cells": [*map(say, first), *cells]}],
    }


def heads(say: Say, *, last: str = later("Last seen")) -> list[str]:
    """The first row of a table."""
    return [say(later("Kind")), say(later("As it was written")), say(later("First seen")), say(last)]


def _span(found: Gathered) -> str:
    zone = found.case.member.zone
    return f"{here(found.first, zone)} – {here(found.last, zone)}" if found.first and found.last else "–"


def clear(text: object) -> str:
    """A text with what can't be seen written out as its number."""
    raw = str(text)[:LONGEST]
    return "".join(f"⟨U+{ord(each):04X}⟩" if is_hidden(each) else each for each in raw)

"""The part of a bag that programs read: the case as JSON with a schema, its chain line by line, its timeline as CSV."""

import csv
import io
import json
import unicodedata
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from screener.chain import ERASED
from screener.errors import Mistake
from screener.evidence.gathered import EVENTS, Gathered
from screener.evidence.held import PIECE, line
from screener.evidence.meter import whole_form
from screener.evidence.telling import here, told, utc
from screener.kept import Cases, Entry

HERE = Path(__file__).parent
FORMAT = "screener evidence 1"
SCHEMA = "case.schema.json"
MOST_NAMES = 200
NEVER = (
    "media: pictures, videos and sounds are never copied or stored",
    "messages that are encrypted from end to end, and what only an app shows",
    "the internet address of the contact: only the platform has it",
    "the words of contacts whom the family knows",
)


async def chain_lines(cases: Cases, found: Gathered) -> AsyncIterator[bytes]:
    """Every entry with its link, its salt and what it says: what the verifier follows. Raises Mistake where something
    was deleted since the walk, as the rest of the bag would still say it.
    """
    if found.held is not None:
        for held in found.held.pieces():
            yield held
    else:
        piece = io.BytesIO()
        async for entry in until(cases, found):
            piece.write(line(entry.as_link()))
            if piece.tell() >= PIECE:
                yield piece.getvalue()
                piece = io.BytesIO()
        yield piece.getvalue()
    now = await cases.case(found.case.id)
    if now is None or (now.count > found.count and await _was_erased(cases, found)):
        raise Mistake("evidence: something was deleted from this case meanwhile. Export it again.")


async def _was_erased(cases: Cases, found: Gathered) -> bool:
    """Whether a deletion was entered since the walk."""
    async for entry in cases.entries(found.case.id):
        if entry.number > found.count and entry.kind == ERASED:
            return True
    return False


async def case_json(cases: Cases, found: Gathered, *, made: datetime) -> AsyncIterator[bytes]:
    """The whole case in one document, in the shape that the schema says; its events come one after the other."""
    head = json.dumps(_case(found, made=made), ensure_ascii=True, indent=1)
    yield head.rpartition("}")[0].rstrip().encode() + b',\n "events": ['
    piece, between = io.BytesIO(), b"\n  "
    async for entry in until(cases, found):
        if entry.kind in EVENTS:
            piece.write(between + json.dumps(_event(entry, found), ensure_ascii=True).encode())
            between = b",\n  "
        if piece.tell() >= PIECE:
            yield piece.getvalue()
            piece = io.BytesIO()
    yield piece.getvalue() + b"\n ]\n}\n"


async def timeline(cases: Cases, found: Gathered) -> AsyncIterator[bytes]:
    """A row an entry; safe to be opened with a spreadsheet, as no cell of it can be taken for a formula."""
    zone = found.case.member.zone
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    # The mark at the beginning tells a spreadsheet that these are letters of every language.
    yield b"\xef\xbb\xbf"
    async for entry in until(cases, found):
        row = told(entry, _plain, afterwards=found.afterwards.get(entry.number))
        who = {"contact": found.case.contact.id, "member": entry.account or ""}.get(entry.by or "", "")
        rows.writerow(
            cell(each)
            for each in (
                entry.number, here(entry.at, zone), utc(entry.at), utc(entry.captured), entry.offset_ms, entry.platform,
                entry.by, who, row.what, row.text, "; ".join((*row.notes, *row.reasons)), entry.event,
                entry.digest.hex(),
            )
        )  # fmt: skip
        if text.tell() >= PIECE:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


COLUMNS = (
    "entry", "time at the member's home", "time (UTC)", "seen here (UTC)", "platform clock ahead of ours (ms)",
    "platform", "by", "account id", "what", "words", "to be known", "platform's id", "sha256",
)  # fmt: skip


def cell(value: object) -> str:
    """A value that no spreadsheet calculates with: a sign that begins a formula gets an apostrophe before it."""
    text = "" if value is None else str(value).replace("\0", "\ufffd")
    if text[:1].isalnum():
        return text
    # Blanks and what can't be seen are skipped by some programs, and some letters are read as the sign itself.
    first = next((letter for letter in text if not letter.isspace() and unicodedata.category(letter)[0] != "C"), "")
    return f"'{text}" if (first and first in FORMULA) or text.startswith(("\t", "\r", "\n")) else text


FORMULA = "=+-@|%\uff1d\uff0b\uff0d\uff20\u2212"


async def until(cases: Cases, found: Gathered) -> AsyncIterator[Entry]:
    """The entries of the walk again; what was added since is for the next bag."""
    if found.held is not None:
        for entry in found.held.entries():
            yield entry
        return
    async for entry in cases.entries(found.case.id):
        if entry.number > found.count:
            break
        yield entry


async def schema() -> AsyncIterator[bytes]:
    yield (HERE / SCHEMA).read_bytes()


def _plain(text: str) -> str:
    return text


def _case(found: Gathered, *, made: datetime) -> dict[str, Any]:
    case, form = found.case, whole_form(found)
    contact = case.contact
    return {
        "$schema": SCHEMA,
        "format": FORMAT,
        "case": case.id,
        "made": utc(made),
        "opened": utc(case.opened),
        "closed": utc(case.closed) if case.closed else None,
        "level": case.level,
        "service": contact.platform,
        "member_account": case.account.id,
        "contact": {
            "id": contact.id,
            "names": [_named(each) for each in case.names if each.kind == "name"][:MOST_NAMES],
            "handles": [_named(each) for each in case.names if each.kind == "handle"][:MOST_NAMES],
            "urls": [_named(each) for each in case.names if each.kind == "url"][:MOST_NAMES],
            "said_by_platform": found.profile,
        },
        "linked_accounts": [
            {"service": each.account.platform, "id": each.account.id, "why": each.why, "case": each.case}
            for each in case.linked
        ],
        "traces": [
            {"kind": t.kind, "value": t.value, "entry": t.entry, "at": utc(t.at), "by": t.by, "times": t.times}
            for t in found.traces.values()
        ],
        "payments": [{"entry": each.entry, "noted": utc(each.noted), **each.body} for each in found.payments],
        "completeness": {
            "have": form.have,
            "of": form.of,
            "missing": [field.key for field in form.missing],
        },
        "counts": dict(found.kinds),
        "never_here": list(NEVER),
        "not_readable": {"encrypted": found.encrypted, "without_words": found.without, "with_media": found.media},
        "chain": {"file": "chain.jsonl", "entries": found.count, "head": found.head.hex(), "faults": found.faults},
        "cybertipline": cybertipline(found),
    }


def cybertipline(found: Gathered) -> dict[str, Any]:
    """The same under the field names of the CyberTipline, for whoever copies it into that form. What kind of incident
    it is, who is the victim, and any internet address are left to who reports: this program knows none of them.
    """
    case, contact = found.case, found.case.contact

    def named(kind: str) -> list[str]:
        return list(dict.fromkeys(each.value for each in case.names if each.kind == kind))[:MOST_NAMES]

    elsewhere = [t.value for t in found.traces.values() if t.kind in ("skype-id", "handle") and t.by != "member"]
    return {
        "incidentDateTime": utc(found.first or case.opened),
        "incidentDateTimeDescription": "First event that was seen between the two accounts",
        "chatImIncident": {"chatClient": contact.platform, "chatRoomName": [*found.places][:20]},
        "personOrUserReported": {
            "espIdentifier": contact.id,
            "espService": contact.platform,
            "screenName": contact.handle,
            "displayName": named("name") or ([contact.name] if contact.name else []),
            "profileUrl": named("url") or ([contact.url] if contact.url else []),
            "profileBio": contact.bio,
            "associatedAccount": [*(f"{each.account.platform}: {each.account.id}" for each in case.linked), *elsewhere][
                :50
            ],
        },
        "victim": {},
    }


def _named(each: Any) -> dict[str, Any]:
    return {"value": each.value, "first_seen": utc(each.first), "last_seen": utc(each.last)}


def _event(entry: Entry, found: Gathered) -> Mapping[str, Any]:
    body = entry.body or {}
    event: dict[str, Any] = {
        "entry": entry.number,
        "kind": entry.kind,
        "by": entry.by,
        "sent": utc(entry.at),
        "sent_here": here(entry.at, found.case.member.zone),
        "captured": utc(entry.captured),
        "clock_offset_ms": entry.offset_ms,
        "platform": entry.platform,
        "platform_id": entry.event,
        "text": body.get("text"),
        "deleted_from_evidence": entry.body is None,
        "changed_by_entry": found.afterwards.get(entry.number),
        "sha256": entry.digest.hex(),
    }
    return event | {"more": {name: value for name, value in body.items() if name != "text"}}

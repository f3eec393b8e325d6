"""What an entry of a case says to people: what happened, whose act it was, the exact words, and what is to be known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from screener.events import Side
from screener.evidence.labels import ACCOUNT, KINDS, MEDIA, PAYMENT, Say, listed
from screener.kept import Entry
from screener.languages import later

WHAT: Mapping[str, str] = {
    "opened": later("The case was opened"),
    "message": later("Message"),
    "friend_request": later("Friend request"),
    "accepted": later("Friend request accepted"),
    "declined": later("Friend request refused"),
    "removed": later("Friendship or request withdrawn"),
    "blocked": later("Blocked"),
    "edited": later("Message changed"),
    "deleted": later("Message taken back"),
    "call": later("Call"),
    "name": later("Name seen"),
    "profile": later("Profile seen"),
    "found": later("Found in a message"),
    "alert": later("Alert of Screener"),
    "payment": later("Payment, as the family noted it"),
    "erased": later("Deleted from this evidence"),
}
CALLS: Mapping[str, str] = {"video": later("Video call"), "audio": later("Call without pictures")}
NAMED: Mapping[str, str] = {
    "name": later("Name seen"),
    "handle": later("Handle seen"),
    "url": later("Profile address seen"),
}
LEVELS: Mapping[str, str] = {"look": later("Have a look"), "talk": later("Talk"), "act": later("Act now")}
WHY: Mapping[str, str] = {
    "asked": later("somebody of the family asked for it"),
    "known": later("the family knows the contact"),
    "retention": later("its time had come"),
}
ENCRYPTED = later("encrypted from end to end: it could not be read")
KNOWN = later("the words were not kept: the family knew the contact")
GONE = later("what it said was deleted from this evidence; when and why stands in a later entry")
BEFORE = later("kept from before the case was opened")
HISTORY = later("the platform sent this again, later than it happened")
PENDING = later("the platform kept it apart, as coming from a stranger")
CUT = later("the message was longer; this is its beginning")
EARLIER = later("Seen then, gone now: it is about entry {number}")
AFTERWARDS = later("Changed or taken back later: see entry {number}")
PLACE = later("in conversation {place}")
SENT = later("sent: {kinds} (never copied, never stored)")
SECONDS = later("length: {seconds} s")
LONGEST_NOTE, MOST_MEDIA = 300, 20
NOTED = frozenset({"opened", "alert", "payment", "erased", "profile", "name"})
"""What was noted here, and is nobody's act."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as people read it. `text` is exactly what was written, and a stranger's; None where there is none.
    `reasons` are those of an alert, in the words in which they were kept, whatever language is spoken.
    """

    entry: Entry
    what: str
    text: str | None = None
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def by(self) -> Side | None:
        """Whose act it was."""
        return None if self.entry.kind in NOTED else self.entry.by


def told(entry: Entry, say: Say, *, afterwards: int | None = None) -> Line:
    """The line of an entry; `afterwards` is the entry with which it was changed or taken back."""
    body = entry.body
    what, notes = say(WHAT.get(entry.kind, entry.kind[:40])), list[str]()
    if afterwards is not None:
        notes.append(say(AFTERWARDS).replace("{number}", str(afterwards)))
    if body is None:
        return Line(entry=entry, what=what, notes=(*notes, say(GONE)))
    if entry.kind == "call":
        what = say(CALLS.get(str(body.get("call")), WHAT["call"]))
    elif entry.kind == "name":
        what = say(NAMED.get(str(body.get("kind")), WHAT["name"]))
    if isinstance(number := body.get("entry"), int):
        notes.append(say(EARLIER).replace("{number}", str(number)))
    notes += [say(words) for key, words in _FLAGS if body.get(key)]
    if media := body.get("media"):
        kinds = ", ".join(say(MEDIA.get(str(each), str(each))) for each in media[:MOST_MEDIA])
        notes.append(say(SENT).replace("{kinds}", kinds[:LONGEST_NOTE]))
    if body.get("seconds") is not None:
        notes.append(say(SECONDS).replace("{seconds}", str(body["seconds"])[:12]))
    if body.get("conversation"):
        notes.append(say(PLACE).replace("{place}", str(body["conversation"])[:LONGEST_NOTE]))
    reasons: tuple[str, ...] = ()
    if entry.kind == "alert":
        what = f"{what}: {say(LEVELS.get(str(body.get('level')), str(body.get('level'))))}"
        reasons = tuple(str(signal.get("because"))[:LONGEST_NOTE] for signal in body.get("signals", ()))
    text = _written(entry.kind, body, say) if entry.kind in NOTED | {"found"} else body.get("text") or body.get("note")
    words = str(text) if text is not None else None
    return Line(entry=entry, what=what, text=words, notes=tuple(notes), reasons=reasons)


_FLAGS = (
    ("encrypted", ENCRYPTED), ("known", KNOWN), ("cut", CUT), ("before", BEFORE), ("history", HISTORY),
    ("pending", PENDING),
)  # fmt: skip


def _written(kind: str, body: Mapping[str, Any], say: Say) -> str | None:
    """What an entry holds that is no message, as words."""
    match kind:
        case "name":
            return str(body.get("value", ""))
        case "found":
            return ", ".join(_found(each, say) for each in body.get("entities", ()))
        case "profile":
            return _pairs(listed(body.get("now") or {}, ACCOUNT, say))
        case "payment":
            return _pairs(listed({name: value for name, value in body.items() if name != "who"}, PAYMENT, say))
        case "erased":
            spans = ", ".join(f"{first}-{last}" for first, last in body.get("entries", ()))
            return f"{spans}: {say(WHY.get(str(body.get('why')), str(body.get('why'))))}"
    return None


def _found(each: Mapping[str, Any], say: Say) -> str:
    kind = str(each.get("kind"))
    return f"{say(KINDS.get(kind, kind))}: {each.get('value')}"


def _pairs(known: list[tuple[str, str]]) -> str:
    """Names and values, one a line."""
    return "\n".join(f"{name}: {value}" for name, value in known)


def here(at: datetime, zone: ZoneInfo) -> str:
    """A time where the member lives, with how far that is from UTC: 2026-10-02 17:40:03.120 +01:00."""
    local = at.astimezone(zone)
    return f"{local.replace(tzinfo=None).isoformat(sep=' ', timespec='milliseconds')} {_east(local.utcoffset())}"


@cache
def _east(offset: timedelta | None) -> str:
    return datetime(2000, 1, 1, tzinfo=timezone(offset or timedelta())).isoformat()[19:]


def utc(at: datetime) -> str:
    """A time in UTC, as machines write it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

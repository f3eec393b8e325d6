"""Calls: what is written into a conversation, the log of calls, and what rings; one call counts once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from screener.capture import parsed
from screener.events import CallKind, Side
from screener.platforms.base import Call, Found, Unreadable, dig, moment, need
from screener.platforms.wire.skype import threads
from screener.platforms.wire.skype.markup import call_note
from screener.platforms.wire.skype.objects import identity, is_a_person, rows, words
from screener.platforms.wire.skype.session import WHOSE, Session

# The end of a call that began longer ago than this belongs to another call.
LONGEST_CALL = timedelta(hours=24)
# So far apart are the times that a ring, the log and the conversation give to the beginning of one call.
ONE_CALL = timedelta(minutes=2)
MOST_RINGS = 8
VIDEO = "video"


def noted(session: Session, own: str, id: str, said: dict[str, Any], markup: str) -> Iterator[Found]:
    """A call is announced when it starts and again when it has ended; it counts once, by the first of the two seen."""
    note = call_note(markup)
    if note.state == "changed":
        return
    at: datetime = said["at"]
    kept, key = session.memory.kept, f"call/{own}/{said['conversation']}"
    begun: dict[str, Any] = kept.get(key) or {}
    ends = f"call-end/{own}/{id}"
    started = moment(begun.get("at"), "iso")
    if note.state == "started":
        if started is None or started <= at:
            kept[key] = {"id": id, "at": at.isoformat()}
    elif kept.get(ends):
        return
    elif started and started <= at <= started + LONGEST_CALL and not begun.get("end"):
        kept[key] = {**begun, "end": id}
        kept[ends] = begun["id"]
        return
    first = at - timedelta(seconds=note.seconds or 0)
    agreed, _ = _agreed(session, own, said["contact"].id, first, "line", id)
    yield Call(id=agreed, **said, seconds=note.seconds)


def logged(session: Session, row: Any) -> Iterator[Found]:
    """One entry of the log of calls, which the platform keeps as if it were a conversation."""
    log = dig(row, "properties", "call-log")
    log = parsed(log) if isinstance(log, str) else log
    direction = (words(log, "callDirection") or "").lower()
    if direction not in ("incoming", "outgoing"):
        raise Unreadable("callDirection is missing")
    theirs, ours = ("originator", "target") if direction == "incoming" else ("target", "originator")
    if (words(log, f"{theirs}Participant", "type") or "").lower() == "voicemail":
        return
    holder = dig(log, f"{ours}Participant", "id") or dig(log, ours)
    own = session.named() or (session.mine(identity(holder, ours)) if holder else session.known())
    many = (words(log, "callType") or "").lower() == "multiparty"
    there = dig(log, f"{theirs}Participant", "id") or dig(log, theirs)
    if there is None and many:
        # A member who calls a group calls no one contact.
        return
    contact = identity(there, theirs)
    if contact == own or not is_a_person(contact):
        return
    at = moment(dig(log, "startTime"), "iso") or moment(dig(row, "originalarrivaltime"), "iso") or session.capture.at
    connected, ended = moment(dig(log, "connectTime"), "iso"), moment(dig(log, "endTime"), "iso")
    lasted = int((ended - connected).total_seconds()) if connected and ended else None
    id = need(log, "callId") if dig(log, "callId") else f"log:{need(row, 'id')}"
    name = words(log, f"{theirs}Participant", "displayName")
    yield _call(
        session,
        own,
        contact,
        _agreed(session, own, contact, at, "log", id)[0],
        by="contact" if direction == "incoming" else "member",
        at=at,
        name=name,
        conversation=words(log, "threadId"),
        group=many if words(log, "callType") else None,
        seconds=lasted if lasted is not None and 0 <= lasted < 10**7 else None,
        listed=True,
    )


def rang(session: Session, told: Any) -> Iterator[Found]:
    """Somebody calls: it is pushed to every page of the account, before anybody answers."""
    ring = dig(told, "callNotification")
    caller, called = identity(dig(ring, "from"), "from"), identity(dig(ring, "to"), "to")
    own = session.one_of(caller, called)
    contact = called if caller == own else caller
    if contact == own or not is_a_person(contact):
        return
    id = words(told, "debugContent", "callId") or words(told, "callId") or f"ring:{session.capture.at.isoformat()}"
    many = dig(told, "conversationInvitation", "isMultiParty")
    yield _call(
        session,
        own,
        contact,
        _agreed(session, own, contact, session.capture.at, "ring", id)[0],
        by="member" if caller == own else "contact",
        at=session.capture.at,
        name=words(ring, "to" if caller == own else "from", "displayName"),
        conversation=words(told, "groupContext", "threadId"),
        group=many if isinstance(many, bool) else None,
    )


def attached(session: Session, answer: Any) -> Iterator[Found]:
    """The page joins a call that rings, and is told whether the caller offers pictures."""
    offered = _modalities(answer)
    if offered is None:
        return
    caller, called = identity(dig(answer, "participants", "from"), "from"), _first(dig(answer, "participants", "to"))
    own = session.one_of(caller, called)
    contact = called if caller == own else caller
    if contact == own or not is_a_person(contact):
        return
    steps = session.rest("v1")
    id = steps[1] if len(steps) > 1 else f"ring:{session.capture.at.isoformat()}"
    agreed, is_new = _agreed(session, own, contact, session.capture.at, "attach", id)
    if is_new or offered == VIDEO:
        yield _call(
            session,
            own,
            contact,
            agreed if is_new else f"{agreed}:video",
            by="member" if caller == own else "contact",
            at=session.capture.at,
            name=words(answer, "participants", "from", "displayName") if caller != own else None,
            kind=offered,
        )


def dialled(session: Session, asked: Any) -> Iterator[Found]:
    """The member calls somebody. Who enters a meeting calls nobody."""
    people = [identity(one, "participants.to") for one in rows(asked, "participants", "to")]
    kind = _modalities(asked)
    if not people or kind is None:
        return
    caller = identity(dig(asked, "participants", "from"), "participants.from")
    own = session.claimed(caller) or session.whose()
    if caller != own:
        raise Unreadable(WHOSE)
    contacts = [one for one in people if one != own and is_a_person(one)]
    if len(contacts) != 1:
        return
    at = session.capture.at
    id = session.capture.request_headers.get("x-microsoft-skype-chain-id") or f"dial:{at.isoformat()}"
    agreed, _ = _agreed(session, own, contacts[0], at, "dial", id)
    yield _call(session, own, contacts[0], agreed, by="member", at=at, group=False, kind=kind)


def _call(
    session: Session,
    own: str,
    contact: str,
    id: str,
    *,
    by: Side,
    at: datetime,
    name: str | None = None,
    conversation: str | None = None,
    group: bool | None = None,
    kind: CallKind | None = None,
    seconds: int | None = None,
    listed: bool = False,
) -> Call:
    known = session.memory.kept.get(f"pair/{own}/{contact}") if group is not True else None
    where = conversation or known
    return Call(
        id=id,
        at=at,
        account=session.account(own),
        contact=session.person(own, contact, name),
        by=by,
        conversation=where,
        group=group,
        pending=threads.is_pending(session, own, where) if where else None,
        history=listed and session.was_before(at),
        call=kind,
        seconds=seconds,
        capture=session.capture.id,
    )


def _agreed(session: Session, own: str, contact: str, at: datetime, source: str, id: str) -> tuple[str, bool]:
    """The one id of a call that several sources tell of under ids of their own, and whether it was new.

    A source tells of a call once: what it tells again under another id is another call.
    """
    kept, key, alias = session.memory.kept, f"rings/{own}/{contact}", f"call-id/{own}/{id}"
    if alias in kept:
        return str(kept[alias]), False
    rings: list[dict[str, Any]] = list(kept.get(key) or [])
    for place, ring in enumerate(rings):
        began = moment(ring["at"], "iso")
        if id in ring["ids"].values():
            return str(ring["id"]), False
        if began and abs(began - at) <= ONE_CALL and source not in ring["ids"]:
            rings[place] = {**ring, "ids": {**ring["ids"], source: id}}
            kept[key] = rings
            kept[alias] = ring["id"]
            return str(ring["id"]), False
    rings.append({"id": id, "at": at.isoformat(), "ids": {source: id}})
    kept[key] = rings[-MOST_RINGS:]
    return id, True


def _modalities(document: Any) -> CallKind | None:
    """Whether a call is offered with pictures, None where no call is."""
    offered = {one.lower() for one in rows(document, "callInvitation", "callModalities") if isinstance(one, str)}
    if VIDEO in offered:
        return "video"
    return "audio" if "audio" in offered else None


def _first(people: Any) -> str:
    return identity(dig(people, 0) if isinstance(people, list) else people, "to")

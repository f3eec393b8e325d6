"""The bodies of the Teams cases, understood by SkPy, a client that others wrote for Skype, just as by the decoder.

Proven: that Teams Free's messages (who wrote, in which conversation, when, which words, and that one was taken back),
its notes about calls (who took part, how it ended) and contact requests (who asks, with which words, when) are those of
Skype, whose meaning SkPy knows. Not proven, because no library that can be installed reads them: Trouter's frames and
their packing, ringing calls, the log of calls, who waits to be let in, contacts and profiles of Teams Free, and edits,
which Teams tells otherwise than Skype did; for these the cases follow what independent clients' sources describe.
"""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from screener.events import Call, Deleted, Edited, Event, FriendRequest, Message
from tests.clients.environment import ROOT, client_python
from tests.platforms.cases import built, cases, play

# What SkPy can't take as Teams writes it: it wants the address of a sender, and no more than six digits of a second.
SENDER = "/users/ME/contacts/8:"


def inside(raw: dict[str, Any], *path: str) -> Any:
    found: Any = raw
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def bodies(platform: str, *path: str) -> Iterator[Any]:
    for case in cases(platform):
        for raw in case.captures:
            found = inside(raw, *path)
            yield from ((raw, one) for one in (found if isinstance(found, list) else [found] if found else []))


@cache
def understood() -> dict[str, Any]:
    """What SkPy understands of the messages, pushes and invitations in the cases."""
    messages = []
    for raw, row in bodies("teams", "response", "json", "messages"):
        if isinstance(row, dict) and SENDER in str(row.get("from")):
            messages.append({"conversationLink": unquote(raw["url"].partition("/messages")[0]), **row})
    given = {
        "messages": [row | {"originalarrivaltime": in_six_digits(row)} for row in messages],
        "pushes": [
            push | {"resource": push["resource"] | {"originalarrivaltime": in_six_digits(push["resource"])}}
            for _, push in bodies("teams", "body", "trouter", "push")
            if SENDER in str(inside(push, "resource", "from"))
        ],
        "invites": [
            row
            for _, row in bodies("skype", "response", "json", "invite_list")
            if isinstance(row, dict)
            and row.get("invites")
            and not row["mri"].startswith("28:")
            and all("." not in invite.get("time", ".") for invite in row["invites"])
        ],
    }
    python = client_python("skpy")
    done = subprocess.run(
        [python, ROOT / "tests" / "clients" / "skpy" / "read.py"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def in_six_digits(row: dict[str, Any]) -> str:
    return datetime.fromisoformat(row["originalarrivaltime"]).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@cache
def decoded(platform: str) -> tuple[Event, ...]:
    return tuple(event for case in cases(platform) for event in play(list(built(case))).events)


def said(event: Event) -> dict[str, Any]:
    sender = event.contact if event.by == "contact" else event.account
    return {"sender": sender.id, "conversation": event.conversation}


def test_messages_are_understood_alike():
    ours = [event for event in decoded("teams") if isinstance(event, Message | Edited)]
    theirs = [one for one in understood()["messages"] if "call" not in one and not one["deleted"]]

    told = [{**said(event), "text": " ".join((event.text or "").split())} for event in ours]

    assert len(theirs) >= 5
    for one in theirs:
        assert {name: one[name] for name in ("sender", "conversation", "text")} in told


def test_the_times_of_messages_are_understood_alike():
    ours = {(event.id, event.at.isoformat()) for event in decoded("teams") if isinstance(event, Message)}

    theirs = {
        (f"{one['conversation']}/{one['id']}", one["at"])
        for one in understood()["messages"]
        if "call" not in one and not one["deleted"] and one["sender"] != "live:sam.example"
    }

    assert len(theirs) >= 3
    assert theirs <= ours


def test_what_was_taken_back_is_understood_alike():
    deleted = {event.message for event in decoded("teams") if isinstance(event, Deleted) and event.by == "contact"}

    theirs = {f"{one['conversation']}/{one['id']}" for one in understood()["messages"] if one["deleted"]}

    assert deleted
    assert deleted == theirs


def test_calls_are_understood_alike():
    calls = {event.id: event for event in decoded("teams") if isinstance(event, Call)}
    theirs = [one for one in understood()["messages"] if "call" in one]

    missed = [one for one in theirs if one["call"].endswith("Missed")]

    assert len(theirs) >= 4
    assert [said(calls[f"{one['conversation']}/{one['id']}"]) for one in missed] == [
        {"sender": one["sender"], "conversation": one["conversation"]} for one in missed
    ]
    assert [one["people"] for one in missed] == [[calls[f"{o['conversation']}/{o['id']}"].contact.id] for o in missed]


def test_contact_requests_are_understood_alike():
    requests = {(event.contact.id, event.at.isoformat()) for event in decoded("skype") if received(event)}
    notes = {(event.contact.id, event.note or "") for event in decoded("skype") if received(event)}

    theirs = understood()["requests"]

    assert len(theirs) >= 2
    assert {(one["sender"], one["at"]) for one in theirs} <= requests
    assert {(one["sender"], one["note"]) for one in theirs} <= notes


def received(event: Event) -> bool:
    return isinstance(event, FriendRequest) and event.by == "contact"

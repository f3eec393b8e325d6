"""Outcomes and stories in one call; everything in them is invented."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from screener.quality.outcome import Beat, Outcome
from screener.story import Expect
from tests.make import NOON

THREAT = "pay me 200 pounds or i post the pictures so your whole school sees them"

HEAD = """
title: A tiny story
member: {name: Kim, age: 13, timezone: Europe/London, country: GB}
contacts:
  maya: {platform: facebook, id: "100000000000011", name: Maya R., mutual_friends: 0}
  ben: {platform: facebook, id: "100000000000012", name: Ben H., mutual_friends: 9}
"""

EVENTS = f"""
events:
  - {{at: "2026-10-02T18:00:00Z", kind: friend_request, contact: maya, note: "hello there", stages: [approach]}}
  - {{at: "+1m", kind: accepted, contact: maya}}
  - {{at: "+1m", kind: message, contact: maya, from: contact, text: "hey, how was football?"}}
  - {{at: "+1m", kind: message, contact: maya, from: member, text: "football was great"}}
  - {{at: "+1m", kind: message, contact: maya, from: contact, text: "{THREAT}", stages: [pressure]}}
"""

HARMFUL = HEAD + EVENTS + "expect: {verdict: harmful, threat: 4, ask: 4, warn_by: 4, level: act}\n"
INNOCENT = HEAD + EVENTS.replace(THREAT, "see you at practice") + "expect: {verdict: innocent}\n"
INNOCENT_TWIN = HEAD + EVENTS + "expect: {verdict: innocent}\n"


def a_beat(number: int = 0, **changes: Any) -> Beat:
    defaults = {"at": NOON + timedelta(minutes=number), "person": "maya", "by": "contact", "is_message": True}
    return Beat(**(defaults | changes))


def an_outcome(*rises: str | None, verdict: str = "harmful", **changes: Any) -> Outcome:
    """A message of the contact a minute, each with the level to which the alert rose at it; `expect` is in changes."""
    expect = Expect(
        verdict=verdict, **{key: changes.pop(key) for key in ("warn_by", "threat", "ask") if key in changes}
    )
    beats = tuple(a_beat(number, rises=level) for number, level in enumerate(rises))
    defaults = {"name": "tiny", "group": "stories", "people": frozenset({"maya"}), "beats": beats}
    return Outcome(**(defaults | {"expect": expect} | changes))


def written(folder: Path, **stories: str) -> Path:
    """A folder with these stories in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in stories.items():
        (folder / f"{name}.story.yaml").write_text(text, encoding="utf-8")
    return folder

"""What to do next: by how far things have gone, by age and by country, spoken to whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from screener.family import Member
from screener.levels import LevelName
from screener.presets import preset
from screener.routes import Country, Row, shipped_routes
from screener.rules import STAGES, Stage
from screener.web.base import AlertView
from screener.web.reporting import menu
from screener.web.saying import TO_A_CHILD, TO_A_PARENT, TO_OTHERS, Band
from screener.web.tongue import later

Voice = Literal["parent", "young", "adult"]
"""Who reads: somebody who looks after a child, the young person, or an adult about themselves."""

Key = Literal[
    "reasons", "ask", "leave", "talk", "agree", "pause", "stay",
    "save", "stop", "report", "block", "deactivate", "pay", "images", "police", "open",
]  # fmt: skip

ORDER: tuple[Key, ...] = ("save", "stop", "report", "block", "deactivate", "pay", "images", "police")
"""The order that fits what all forces advise: the evidence is safe before anything makes the other side delete it."""

AGE_UNSAID: Mapping[Voice, int] = {"parent": 12, "young": 12, "adult": 40}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do. `how` is one line more; `rows` are where to turn for it."""

    key: Key
    what: str
    how: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Steps:
    """All of it, in the order in which it is shown. `first` and `urgent` are the crisis card, filled on `act` alone.

    The sentences are translated when they are shown. `lacks_country` says that nobody has said where the person lives;
    `lacks_list`, that there is no list for that country yet.
    """

    voice: Voice
    band: Band
    stage: Stage
    level: LevelName
    today: date
    country: Country
    first: tuple[str, ...]
    urgent: tuple[Row, ...]
    rules: tuple[str, ...]
    say: tuple[str, ...]
    steps: tuple[Step, ...]
    mind: tuple[str, ...]
    help: tuple[Row, ...]
    lacks_country: bool = False
    lacks_list: str = ""


RULES = (later("Don’t pay."), later("Stop replying."), later("Keep everything."), later("Tell the police."))

FIRST: Mapping[Voice, tuple[str, ...]] = {
    "parent": (
        later("Go to your child now, before anything else here. Stay with them; tonight too."),
        later("Young people who are being threatened can feel there is no way out. There is one, and you are it."),
        later("If you fear they may hurt themselves, don’t leave them alone, and call for help."),
    ),
    "young": (
        later("You are not in trouble, and this is not your fault. It happens to very many people, and it ends."),
        later("Tell somebody you trust, now. Nobody has to carry this alone."),
        later("If you feel you can’t go on, go to somebody in the house, or call one of these now."),
    ),
    "adult": (
        later("You have done nothing wrong. People who do this make a living of it, and it happens to very many."),
        later("Tell one person you trust, today. This is hard to carry alone, and easier at once with two."),
        later("If you feel you can’t go on, call one of these now. This does end."),
    ),
}

SENTENCES: Mapping[Key, str] = {
    "save": later(
        "Save first: the contact’s permanent id, the profile’s address, every name it used, the messages, and any "
        "account or transfer number it gave. Photograph the threats, never an intimate picture."
    ),
    "stop": later("Then stop replying. No answer, no excuse, no bargaining."),
    "report": later("Then report the account on the platform."),
    "block": later("Then block it."),
    "deactivate": later(
        "Take your child’s profile offline by deactivating it. Don’t delete it: deleting takes the evidence with it."
    ),
    "pay": later(
        "Don’t pay. Paying does not end it; those who pay are asked for more. If money has gone already, stop now and "
        "call the bank today."
    ),
    "images": later(
        "Is an intimate picture out there, or may it get out? It can be stopped and taken down. Don’t pass it on to "
        "anybody, not even as proof."
    ),
    "police": later("Tell the police, and bring what you saved."),
    "reasons": later("Read the reasons. Often it is a classmate, a cousin, somebody from the club."),
    "ask": later("Ask your child whether they know this contact in real life before they answer."),
    "leave": later("If not, a request or a message can simply be left unanswered."),
    "talk": later("Talk today, at a quiet moment: side by side, on a walk or in the car. Ask, and listen."),
    "agree": later(
        "Agree together: no video call, no pictures and no change to another app with this contact for now."
    ),
    "stay": later("A wish for secrecy, for another app or for the camera is a reason to stop, not to hurry."),
    "open": later("Change nothing behind your child’s back. A child who is found out stops telling."),
}

IN_ANOTHER_VOICE: Mapping[tuple[Voice, Key], str] = {
    ("young", "reasons"): later("Read the reasons. Do you know this contact from real life?"),
    ("adult", "reasons"): later("Read the reasons. Do you know this contact from somewhere outside the net?"),
    ("young", "talk"): later("Tell somebody you trust about this contact, and hear what it sounds like said aloud."),
    ("adult", "talk"): later("Tell a friend about this contact, and hear what it sounds like said aloud."),
    ("young", "pause"): later("Take a day before you answer. Somebody honest can wait."),
    ("adult", "pause"): later("Take a step back before you answer. Somebody honest can wait a day."),
    ("young", "agree"): later(
        "Stay on this platform and keep the camera off. Send no pictures, and nothing about where you live or learn."
    ),
    ("adult", "agree"): later("Stay on this platform, keep the camera off, and send neither money nor pictures."),
    ("young", "deactivate"): later(
        "Take your profile offline by deactivating it. Don’t delete it: deleting takes the evidence with it."
    ),
    ("adult", "deactivate"): later(
        "Take your profile offline by deactivating it. Don’t delete it: deleting takes the evidence with it."
    ),
    ("young", "police"): later("Tell the police, together with an adult you trust, and bring what you saved."),
}

PLAN: Mapping[Voice, Mapping[Stage, tuple[Key, ...]]] = {
    "parent": {
        "approach": ("reasons", "ask", "leave"),
        "befriend": ("talk", "agree", "report", "block", "open"),
        "isolate": ("talk", "agree", "stay", "save", "stop", "report", "block", "open"),
        "pressure": ORDER,
    },
    "young": {
        "approach": ("reasons", "leave"),
        "befriend": ("pause", "talk", "agree", "report", "block"),
        "isolate": ("talk", "agree", "stay", "save", "stop", "report", "block"),
        "pressure": ORDER,
    },
    "adult": {
        "approach": ("reasons", "leave"),
        "befriend": ("pause", "talk", "agree", "report", "block"),
        "isolate": ("pause", "talk", "stay", "agree", "save", "stop", "report", "block"),
        "pressure": ORDER,
    },
}

WISHED: Mapping[Key, str] = {
    "report": later("If it does not feel right, report the account on the platform."),
    "block": later("Then block it. Nobody needs a reason to do so."),
}
"""While trust is all that was asked for, these are a choice."""

NO_HURRY = later("There is no hurry. If more happens, this alert grows and you will see it.")
INNOCENT = later("It may be innocent. The reasons say what was seen, not who this person is.")
LEAVE_THE_PHONE = later(
    "Leave your child their phone unless they hand it to you: taking it away feels like punishment, and cuts them off "
    "from their friends."
)
NOT_ALL_TODAY = later("You don’t have to do all of this today, nor alone. The first step is enough for now.")


def steps_for(alert: AlertView, member: Member | None, today: date, *, own: bool = False) -> Steps:
    """The next steps of an alert for whoever looks after `member`; with `own`, for the person whom it is about."""
    voice: Voice = "adult" if alert.member_is_adult else "young" if own else "parent"
    stage, routes = furthest(alert), shipped_routes()
    band, age = _band(alert), alert.member_age if alert.member_age is not None else AGE_UNSAID[voice]
    if alert.member_is_adult:
        age = max(age, 18)
    said = member.country if member else None
    country = routes.of(said)
    act, alone = alert.level == "act", voice != "parent"
    return Steps(
        voice=voice,
        band=band,
        stage=stage,
        level=alert.level,
        today=today,
        country=country,
        first=FIRST[voice] if act else (),
        urgent=country.of("emergency", "help", age=age, own=alone) if act else (),
        rules=RULES if act else (),
        say=_say(voice, stage, band),
        steps=tuple(_step(key, voice, stage, alert.contact.platform, country, age) for key in PLAN[voice][stage]),
        mind=(_mind(voice, stage),),
        help=() if act or stage == "approach" else country.of("help", age=age, own=alone),
        lacks_country=said is None,
        lacks_list=said if said is not None and not routes.has(said) else "",
    )


def furthest(alert: AlertView) -> Stage:
    """How far things have gone; whatever makes an `act` is dealt with as a threat is."""
    if alert.level == "act":
        return "pressure"
    reached = {*alert.stages, *(signal.stage for signal in alert.signals)}
    return max(reached, key=STAGES.index, default="approach")


def _band(alert: AlertView) -> Band:
    return preset(alert.member_age, is_adult=alert.member_is_adult).name  # type: ignore[return-value]


def _say(voice: Voice, stage: Stage, band: Band) -> tuple[str, ...]:
    if voice == "adult":
        return TO_OTHERS[stage]
    return TO_A_PARENT[stage] if voice == "young" else TO_A_CHILD[stage][band]


def _mind(voice: Voice, stage: Stage) -> str:
    if stage == "pressure":
        return LEAVE_THE_PHONE if voice == "parent" else NOT_ALL_TODAY
    return NO_HURRY if stage == "approach" else INNOCENT


def _step(key: Key, voice: Voice, stage: Stage, platform: str, country: Country, age: int) -> Step:
    sentence = IN_ANOTHER_VOICE.get((voice, key)) or SENTENCES[key]
    step = Step(key=key, what=WISHED.get(key, sentence) if stage == "befriend" else sentence)
    if key in ("report", "block"):
        ways = menu(platform)
        return replace(step, how=ways.report if key == "report" else ways.block)
    if key == "pay":
        return replace(step, rows=country.of("money", age=age))
    if key == "images":
        return replace(step, rows=country.of("images", age=age))
    if key == "police":
        return replace(step, rows=country.of("police", "report", age=age))
    return step

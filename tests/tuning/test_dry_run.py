"""A change is tried on what is kept: what was told is told again, and what a change does is found."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from screener import story
from screener.feedback import Feedback, Mute, Trust
from screener.heuristics import FACTS
from screener.resources import checkout
from screener.rulebook import Rulebook
from screener.rulebook.lists import Listener
from screener.store.tables import texts
from screener.tuning.base import Effect, Lived, Side
from screener.tuning.effect import dry_run
from screener.tuning.measured_again import NOT_AGAIN, OF_WORDS
from screener.tuning.past import lived, read
from screener.tuning.rerun import Rerun
from screener.tuning.sieve import may_differ
from screener.tuning.ways import Ways
from tests.make import NOON, RULES, a_message
from tests.web.house import EVERYBODY, KIM, ROBIN, Home, a_bad_story, a_home, a_strange_start

LATER = NOON + timedelta(days=1)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


def side(book: Rulebook = RULES, answers: Mapping[str, tuple[Feedback, ...]] | None = None) -> Side:
    return Side(books=lambda member, platform: book, answers=answers or {})


def weighing(points: float, *rules: str) -> Rulebook:
    """The shipped rules, some of them with other points."""
    return replace(RULES, rules=tuple(replace(r, points=points) if r.id in rules else r for r in RULES.rules))


def telling_from(points: float) -> Rulebook:
    return replace(RULES, levels=replace(RULES.levels, look=replace(RULES.levels.look, points=points)))


async def tried(home: Home, changed: Side, now: Side | None = None) -> Effect:
    (effect,) = await dry_run(home.store, EVERYBODY, now or side(), [changed], LATER)
    return effect


async def relationship_of(home: Home, level: str) -> str:
    return next(alert.relationship for alert in await home.desk.alerts() if alert.level == level)


async def test_the_same_rules_change_nothing(home: Home):
    await home.happens(*a_bad_story(), *a_strange_start())

    effect = await tried(home, side(replace(RULES)))

    assert effect.differences == ()
    assert (effect.seen.relationships, effect.seen.events, effect.seen.with_words) == (2, 11, 8)


async def test_fewer_points_would_not_have_been_told_and_no_other_alert_is_touched(home: Home):
    await home.happens(*a_bad_story(), *a_strange_start())

    effect = await tried(home, side(weighing(1, "asks-if-alone", "asks-family")))

    assert [(each.name, each.before.level, each.after.level) for each in effect.removed] == [("Sky W.", "look", None)]
    assert not effect.added and not effect.changed
    assert effect.removed[0].alert in {alert.id for alert in await home.desk.alerts()}


async def test_a_lower_threshold_tells_of_more_and_a_higher_one_of_less(home: Home):
    await home.happens(*a_strange_start(), a_message(id="mid.$ordinary", text="are your parents home?"))

    assert [each.name for each in (await tried(home, side(telling_from(2)))).added] == ["Maya R."]
    assert [each.name for each in (await tried(home, side(telling_from(44)))).removed] == ["Sky W."]


async def test_a_word_less_in_a_list_is_heard_in_what_is_kept(home: Home):
    await home.happens(*a_strange_start())
    lists = tuple(replace(each, phrases=()) if each.name == "home-alone" else each for each in RULES.lists)
    book = replace(RULES, lists=lists, listener=Listener([phrase for each in lists for phrase in each.phrases]))

    effect = await tried(home, side(book))

    assert [each.name for each in effect.removed] == ["Sky W."]


async def test_a_rule_more_is_tried_on_every_message(home: Home):
    await home.happens(a_message(id="mid.$1", text="hello there"), a_message(id="mid.$2", text="how are you"))
    loud = replace(
        next(rule for rule in RULES.rules if rule.id == "writes-without-answer"),
        id="my-rule",
        conditions=(),
        points=90.0,
        stage="isolate",
    )

    effect = await tried(home, side(replace(RULES, rules=(*RULES.rules, loud))))

    assert [(each.after.level, each.alert) for each in effect.added] == [("look", None)]


async def test_trust_and_mute_touch_one_relationship_alone(home: Home):
    await home.happens(*a_strange_start(), *a_strange_start(ROBIN, contact="100000000000778"))
    one = (await home.desk.alerts())[0].relationship

    for said in (Trust(), Mute(rule="asks-if-alone")):
        effect = await tried(home, side(answers={one: (said,)}))
        assert [each.relationship for each in effect.removed] == [one]


async def test_a_threat_is_told_whatever_is_trusted_or_raised(home: Home):
    await home.happens(*a_bad_story())
    one = await relationship_of(home, "act")

    muted = await tried(home, side(answers={one: tuple(Mute(rule=rule.id) for rule in RULES.rules)}))
    raised = await tried(home, side(telling_from(44)))

    assert not muted.removed and not raised.removed


async def test_where_the_words_are_gone_what_was_seen_counts_as_it_did_and_that_is_said(home: Home):
    await home.happens(*a_bad_story())
    async with home.store.engine.begin() as connection:
        await connection.execute(delete(texts))

    lighter = await tried(home, side(weighing(12, "secrecy")))
    silent = await tried(
        home,
        side(replace(RULES, rules=tuple(rule for rule in RULES.rules if not rule.alone and rule.stage != "pressure"))),
    )

    assert lighter.seen.with_words == 0 and lighter.seen.as_it_was > 0
    assert not lighter.removed
    assert [(each.before.level, each.after.level) for each in silent.changed] == [("act", "talk")]


async def test_what_a_changed_rule_does_to_words_that_are_gone_is_in_doubt(home: Home):
    await home.happens(*a_bad_story())
    async with home.store.engine.begin() as connection:
        await connection.execute(delete(texts))
    otherwise = tuple(replace(r, when=r.when | {"call"}) if r.id == "secrecy" else r for r in RULES.rules)

    effect = await tried(home, side(replace(RULES, rules=otherwise)))

    assert effect.seen.in_doubt >= 1


async def test_what_lies_before_the_days_that_are_asked_for_is_remembered_and_not_told(home: Home):
    await home.happens(*a_strange_start(at=NOON - timedelta(days=60)))

    effect = await tried(home, side(telling_from(44)))

    assert effect.differences == () and effect.seen.relationships == 0


async def test_what_was_told_of_a_story_is_told_again_from_what_is_kept(tmp_path: Path):
    """The first side is the present: where it did not tell what was told, no difference to it would mean anything."""
    here = checkout()
    assert here is not None
    found = {}
    for path in sorted((here / "tests/stories").glob("*.story.yaml")):
        told = story.load(path)
        (tmp_path / path.stem).mkdir()
        home = await a_home(tmp_path / path.stem)
        async with home.store.transaction() as tx:
            for each in told.events:
                await home.pipeline.follow(each.event, each.member, tx)
        kept = await read(home.store, EVERYBODY, told.events[-1].event.at, days=3_650)
        really = {past.id: past.level for past in kept.pasts}
        again = played(await lived(home.store, kept.pasts))
        found[path.stem] = (really, again)
        await home.close()

    assert any(really != {} and None not in really.values() for really, _ in found.values())
    assert {name: again for name, (_, again) in found.items()} == {name: really for name, (really, _) in found.items()}


def played(group: tuple[Lived, ...]) -> dict[str, str | None]:
    rerun = Rerun([side()], Ways(), since=NOON - timedelta(days=3_650))
    return {id: told[0].level for id, told in rerun.played(group).items()}


async def test_nothing_that_would_differ_is_left_out_by_the_sieve(home: Home):
    await home.happens(*a_bad_story(), *a_strange_start(), a_message(id="mid.$ordinary", text="see you at training"))
    kept = await read(home.store, EVERYBODY, LATER)
    everything = await lived(home.store, kept.pasts)
    books = [weighing(1, rule.id) for rule in RULES.rules[::9]] + [telling_from(points) for points in (5, 20, 30, 44)]

    for book in books:
        sides, ways = [side(), side(book)], Ways()
        differ = {id for id, told in Rerun(sides, ways, since=kept.since).played(everything).items()
                  if told[0].level != told[1].level}  # fmt: skip
        passed = {past.id for past in kept.pasts if may_differ([past], sides, ways)}
        assert differ <= passed


def test_every_fact_that_is_said_to_be_out_of_reach_is_one():
    assert set(FACTS) >= NOT_AGAIN | OF_WORDS


async def test_progress_rises_to_the_end(home: Home):
    await home.happens(*a_bad_story(), *a_strange_start())
    steps: list[float] = []

    await dry_run(home.store, EVERYBODY, side(), [side(telling_from(30))], LATER, progress=steps.append)

    assert steps == sorted(steps) and steps[-1] == 1.0


async def test_of_what_is_not_kept_nothing_is_asked(home: Home):
    await home.happens(*a_bad_story(KIM))

    (effect,) = await dry_run(home.store, EVERYBODY, side(), [side(telling_from(30))], NOON + timedelta(days=90))

    assert effect.seen.events == 0

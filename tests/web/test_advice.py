"""Next steps, for every stage, age and country: nothing empty, the safe order, no blame, and adults are adults."""

import re
from datetime import date
from itertools import product

import pytest

from screener.family import Member
from screener.platforms import decoders
from screener.presets import PRESETS
from screener.routes import shipped_routes
from screener.rules import STAGES, Stage
from screener.web import reporting
from screener.web.advice import advice
from screener.web.base import AlertView
from screener.web.page import HERE, Pages
from screener.web.steps import ORDER, Steps, furthest, steps_for
from screener.web.steps_page import TITLES
from tests.web.memory import NOON, a_contact, an_alert

TODAY = date(2026, 11, 30)
AGES = {"6-9": 8, "10-12": 11, "13-15": 14, "16-17": 17, "18+": 41}
COUNTRIES = sorted(shipped_routes().countries)
BLAME = re.compile(
    r"should(n’t)? have|you let|careless|stupid|silly|foolish|naive|ashamed|shame on|disappointed|why did(n’t)? you"
    r"|how could you|(?<!not )your fault|(?<!not )to blame|your own doing|punish(?!ment)|I told you",
    re.IGNORECASE,
)
CHILDISH = re.compile(r"\bchild\b|\bchildren\b|\bparents?\b|\bkids?\b", re.IGNORECASE)


def alert_at(stage: Stage, band: str, *, platform: str = "facebook") -> AlertView:
    return an_alert(
        level="act" if stage == "pressure" else "talk",
        stages=STAGES[: STAGES.index(stage) + 1],
        signals=(),
        member_age=AGES[band],
        member_is_adult=band == "18+",
        contact=a_contact(platform=platform),
    )


def steps_at(stage: Stage, band: str, country: str = "GB", *, own: bool = False) -> Steps:
    member = Member.named("Mia", age=AGES[band], country=country)
    return steps_for(alert_at(stage, band), member, TODAY, own=own)


def said(steps: Steps) -> list[str]:
    """Every sentence of ours, without the names of the places to turn to."""
    lines = [*steps.first, *steps.rules, *steps.say, *steps.mind]
    return lines + [text for step in steps.steps for text in (step.what, step.how) if text]


EVERY = [*product(STAGES, AGES, (False, True))]


@pytest.mark.parametrize(("stage", "band", "own"), EVERY)
def test_nobody_is_left_without_words_steps_and_places_to_turn_to(stage: Stage, band: str, own: bool):
    for country in COUNTRIES:
        steps = steps_at(stage, band, country, own=own)

        assert steps.say and steps.steps and steps.mind and all(line.strip() for line in said(steps))
        assert (steps.band, steps.stage, steps.country.country) == (band, stage, country)
        if stage == "pressure":
            by_key = {step.key: step for step in steps.steps}
            assert steps.first and {row.kind for row in steps.urgent} == {"emergency", "help"}
            assert steps.urgent[0].kind == "emergency"
            assert all(by_key[key].rows for key in ("pay", "images", "police"))
            assert all(row.is_for(AGES[band]) for row in (*steps.urgent, *by_key["images"].rows))
        else:
            assert not steps.first and (steps.help or stage == "approach")


@pytest.mark.parametrize(("stage", "band", "own"), EVERY)
def test_the_evidence_comes_first_and_the_order_is_kept(stage: Stage, band: str, own: bool):
    keys = [step.key for step in steps_at(stage, band, own=own).steps]

    ordered = [key for key in keys if key in ORDER]
    assert ordered == sorted(ordered, key=ORDER.index)
    if stage == "pressure":
        assert keys == ["save", "stop", "report", "block", "deactivate", "pay", "images", "police"]


@pytest.mark.parametrize(("stage", "band", "own"), EVERY)
def test_no_sentence_blames_anybody(stage: Stage, band: str, own: bool):
    assert not [line for line in said(steps_at(stage, band, own=own)) if BLAME.search(line)]


@pytest.mark.parametrize(("stage", "own"), [*product(STAGES, (False, True))])
def test_an_adult_is_never_spoken_of_as_a_child(stage: Stage, own: bool):
    steps = steps_at(stage, "18+", own=own)

    assert not [line for line in said(steps) if CHILDISH.search(line)]
    assert not [row for step in steps.steps for row in step.rows if row.kind == "report"]


@pytest.mark.parametrize(("stage", "band"), [*product(STAGES, [band for band in AGES if band != "18+"])])
def test_the_first_thing_a_child_hears_is_that_it_is_not_in_trouble(stage: Stage, band: str):
    assert steps_at(stage, band).say[0].startswith("“You are not in trouble")


def test_every_age_hears_words_of_its_own():
    for stage in STAGES:
        assert len({steps_at(stage, band).say for band in AGES}) == len(AGES) == len(PRESETS)


def test_a_young_person_who_reads_about_themselves_is_spoken_to():
    steps = steps_at("pressure", "13-15", own=True)

    assert steps.voice == "young"
    assert steps.first[0].startswith("You are not in trouble")
    assert not [line for line in said(steps) if "your child" in line.lower()]


def test_whatever_makes_an_act_is_dealt_with_as_a_threat_is():
    assert furthest(an_alert(level="act", stages=("approach",), signals=())) == "pressure"
    assert furthest(an_alert(level="look", stages=(), signals=())) == "approach"


def test_pictures_of_somebody_under_eighteen_and_of_an_adult_go_to_different_services():
    young = {row.name for step in steps_at("pressure", "16-17").steps if step.key == "images" for row in step.rows}
    grown = {row.name for step in steps_at("pressure", "18+").steps if step.key == "images" for row in step.rows}

    assert young and grown and not young & grown


def test_each_platform_has_a_line_for_reporting_and_one_for_blocking_and_others_a_generic_one():
    names = {decoder.name for decoder in decoders()}

    assert set(reporting.MENUS) == names and len(names) == 8
    for platform in names:
        steps = steps_for(alert_at("pressure", "13-15", platform=platform), None, TODAY)
        assert [step.how for step in steps.steps if step.how] == [
            reporting.menu(platform).report,
            reporting.menu(platform).block,
        ]
    assert reporting.menu("another") == reporting.ANYWHERE


def test_without_a_country_everywhere_is_shown_and_where_to_set_it():
    page = rendered(steps_for(alert_at("pressure", "13-15"), Member.named("Mia", age=14), TODAY))

    assert "INHOPE" in page and "It is set in config.yaml" in page


def test_a_country_without_a_list_says_so():
    page = rendered(steps_for(alert_at("pressure", "13-15"), Member.named("Mia", age=14, country="SE"), TODAY))

    assert "There is no list for SE yet" in page and "INHOPE" in page


def test_the_crisis_card_comes_before_everything_else_and_holds_the_numbers():
    page = rendered(steps_at("pressure", "13-15", "US"))

    assert page.index("Your child first") < page.index("911") < page.index("What to do next") < page.index("Save first")
    assert "988" in page[: page.index("What to do next")]


@pytest.mark.parametrize(("country", "today"), [*product(COUNTRIES, (TODAY, date(2028, 3, 1)))])
def test_no_row_that_is_doubtful_is_shown_without_its_mark(country: str, today: date):
    member = Member.named("Mia", age=14, country=country)
    page = rendered(steps_for(alert_at("pressure", "13-15"), member, today))

    rows = {row.name: row for row in shipped_routes().of(country).rows}
    shown = re.findall(r'<li class="route[^>]*data-row="([^"]*)">(.*?)</li>', page, re.DOTALL)
    assert len(shown) > len(rows)
    for name, text in shown:
        doubtful = {row.is_doubtful(today) for row in rows.values() if row.name == name.replace("&#39;", "'")}
        assert doubtful == {"Not checked lately: look it up first." in text}


def test_rows_are_shown_by_the_one_part_that_marks_them():
    showing = [
        path.name
        for path in (HERE / "templates").glob("*.html")
        if re.search(r"row\.(phone|address)", path.read_text())
    ]

    assert showing == ["routes.html"]


def test_the_short_advice_says_the_same():
    short, steps = advice(alert_at("pressure", "13-15")), steps_at("pressure", "13-15")

    assert (short.first, short.say) == (steps.first, steps.say)
    assert short.steps == tuple(step.what for step in steps.steps)


def rendered(steps: Steps) -> str:
    """The page that is printed."""
    values = {
        "user": NOBODY,
        "alert": an_alert(),
        "path": "/alerts/a1",
        "steps": steps,
        "kinds": tuple(TITLES.items()),
    }
    return bytes(Pages(clock=lambda: NOON).show("steps.html", values).body).decode()


class Nobody:
    role, member, name, language = "owner", None, "anna", ""


NOBODY = Nobody()

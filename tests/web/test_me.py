"""The watched member's own page: what is looked at, who sees what, what was noticed, opened and answered."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from screener.family import Family, Member
from screener.presets import PRESETS
from screener.store.people import openings
from screener.store.times import micros
from screener.web.answers import Answer, Answers
from screener.web.page import Pages
from screener.web.sharing import SHARING
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, KIM, ROBIN, SASHA, Home, a_bad_story, a_home, a_strange_start
from tests.web.memory import an_alert
from tests.web.strings import HOSTILE

LEE = Member.named("Lee", age=8, country="GB", accounts={"facebook": ("100000000000008",)})
"""A child of an age at which their page speaks of watching and of help, and lists nothing."""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    members = (LEE, KIM, replace(ROBIN, country="US"), SASHA, ALEX)
    made = await a_home(tmp_path, family=Family(members=members))
    for member in members:
        await made.person(member.name.lower(), role="adult" if member is ALEX else "child", member=member.id)
    yield made
    await made.close()


async def alert_of(home: Home, member: Member) -> str:
    return next(alert.id for alert in await home.desk.alerts() if alert.member == member.id)


async def told(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = token_of(await browser.get("/me"))
    return await browser.post(path, data={"token": token, **fields})


async def test_a_childs_front_page_is_their_own(home: Home):
    robin = await home.browser("robin")

    answer = await robin.get("/")
    page = (await robin.get("/me")).text

    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert 'href="/me" aria-current="page"' in page
    assert ">Overview<" not in page


async def test_whoever_is_a_member_finds_their_page_and_others_are_told_that_nobody_said_who_they_are(home: Home):
    alex, anna = await home.browser("alex"), await home.browser("anna")

    assert 'href="/me"' in (await alex.get("/")).text
    assert 'href="/me"' not in (await anna.get("/")).text
    assert "Nobody has said yet which member" in (await anna.get("/me")).text


async def test_a_young_child_sees_a_picture_two_sentences_and_the_button(home: Home):
    await home.happens(*a_bad_story(LEE))
    lee = await home.browser("lee")

    page = (await lee.get("/me")).text

    assert "<svg" in page and page.count('<p class="lead">') == 2
    assert "You are never in trouble" in page and "Tell <bdi>anna</bdi>" in page
    assert "Maya R." not in page and "What was noticed" not in page


async def test_an_older_child_sees_what_is_looked_at_and_what_is_not(home: Home):
    await home.happens(*a_strange_start(KIM))
    page = (await (await home.browser("kim")).get("/me")).text

    assert "What is looked at" in page and "What is not looked at" in page
    assert "Pictures, videos and voice. They are never copied." in page
    assert "Nobody can switch that off." in page


async def test_sixteen_sees_of_what_is_read_the_same_as_a_parent(home: Home):
    page = (await (await home.browser("sasha")).get("/me")).text

    assert "What is watched" in page and "Nothing is read of <bdi>Sasha</bdi> yet" in page


@pytest.mark.parametrize(
    ("name", "now", "later"),
    [
        ("kim", "Each time they do so, you see it here.", ["When you turn 13", "When you turn 16", "When you turn 18"]),
        ("robin", "For the first 30 minutes a smaller thing is yours alone.", ["When you turn 16", "When you turn 18"]),
        ("sasha", "Your parents see only what says “Act now”.", ["When you turn 18"]),
        ("alex", "Nobody but you sees what Screener notices about you.", []),
    ],
)
async def test_who_sees_what_today_and_after_each_birthday(home: Home, name: str, now: str, later: list[str]):
    page = (await (await home.browser(name)).get("/me")).text

    today, _, rest = page[page.index("Who sees what") :].partition("It gets less by itself")
    assert now in today
    assert [turn for turn in ("When you turn 13", "When you turn 16", "When you turn 18") if turn in rest] == later


def test_every_preset_is_put_into_words():
    assert set(SHARING) == {preset.name for preset in PRESETS}


async def test_every_alert_about_oneself_is_there_with_the_same_reasons(home: Home):
    await home.happens(*a_bad_story(KIM), *a_strange_start(ROBIN))
    kim = await home.browser("kim")

    page = (await kim.get("/me")).text

    alert = await home.desk.alert(await alert_of(home, KIM))
    assert alert is not None and len(alert.signals) > 2
    assert all(signal.because.split("Maya")[0] in page for signal in alert.signals)
    assert "Maya R." in page and "Sky W." not in page


async def test_every_opening_by_somebody_else_is_shown_with_who_and_when(home: Home):
    await home.happens(*a_bad_story(KIM), *a_bad_story(ROBIN, contact="100000000000667"))
    kims, robins = await alert_of(home, KIM), await alert_of(home, ROBIN)
    async with home.store.engine.begin() as connection:
        for alert, by in ((kims, "anna"), (kims, "kim"), (robins, "ben")):
            await connection.execute(insert(openings).values(alert=alert, by=by, at=micros(NOON)))

    page = (await (await home.browser("kim")).get("/me")).text
    opened = page[page.index("Who opened what was written") : page.index("What is looked at")]

    assert opened.count("<li>") == 1
    assert "anna" in opened and "2026" in opened and "ben" not in opened


async def test_an_answer_is_kept_and_shown_to_the_one_who_gave_it(home: Home):
    await home.happens(*a_bad_story(KIM))
    id, kim = await alert_of(home, KIM), await home.browser("kim")

    answer = await told(kim, f"/me/alerts/{id}/answer", said="know", words="from my chess club")

    assert answer.headers["location"] == f"/me#alert-{id}"
    kept = await Answers(engine=home.store.engine).of(id)
    assert [(each.by, each.said, each.words) for each in kept] == [("kim", "know", "from my chess club")]
    assert "from my chess club" in (await kim.get("/me")).text


async def test_an_answer_without_a_choice_or_a_word_is_refused_and_a_long_one_is_cut(home: Home):
    await home.happens(*a_bad_story(KIM))
    id, kim = await alert_of(home, KIM), await home.browser("kim")

    empty = await told(kim, f"/me/alerts/{id}/answer", said="perhaps", words=" ")
    await told(kim, f"/me/alerts/{id}/answer", words="w" * 900)

    assert empty.status_code == 400
    (kept,) = await Answers(engine=home.store.engine).of(id)
    assert (kept.said, len(kept.words)) == ("words", 500)


async def test_nobody_answers_for_somebody_else(home: Home):
    await home.happens(*a_bad_story(KIM), *a_bad_story(LEE, contact="100000000000667"))
    kims, lees = await alert_of(home, KIM), await alert_of(home, LEE)
    robin, lee = await home.browser("robin"), await home.browser("lee")

    assert (await told(robin, f"/me/alerts/{kims}/answer", said="know")).status_code == 404
    assert (await told(lee, f"/me/alerts/{lees}/answer", said="know")).status_code == 404
    assert (await told(robin, "/me/alerts/none/answer", said="know")).status_code == 404
    assert await Answers(engine=home.store.engine).of(kims) == ()


@pytest.mark.parametrize("member", [ROBIN, SASHA], ids=["14", "17"])
async def test_a_young_person_agrees_that_a_parent_reads_and_takes_it_back(home: Home, member: Member):
    await home.happens(*a_bad_story(member))
    id, answers = await alert_of(home, member), Answers(engine=home.store.engine)
    young = await home.browser(member.name.lower())

    before = await answers.agreed(id)
    await told(young, f"/me/alerts/{id}/agree")
    agreed, page = await answers.agreed(id), (await young.get("/me")).text
    home.clock.later(minutes=1)
    await told(young, f"/me/alerts/{id}/disagree")
    after = await answers.agreed(id)

    assert (before, agreed, after) == (False, True, False)
    assert "Take it back" in page


async def test_a_young_person_sees_who_asked_to_read_until_they_have_answered(home: Home):
    await home.happens(*a_bad_story(ROBIN))
    id, robin, anna = await alert_of(home, ROBIN), await home.browser("robin"), await home.browser("anna")
    asks = "<strong><bdi>anna</bdi></strong> asked whether they may read"

    before = (await robin.get("/me")).text
    await told(anna, f"/alerts/{id}/ask")
    asked = (await robin.get("/me")).text
    home.clock.later(minutes=1)
    await told(robin, f"/me/alerts/{id}/disagree")
    answered = (await robin.get("/me")).text

    assert [asks in page for page in (before, asked, answered)] == [False, True, False]


@pytest.mark.parametrize("member", [KIM, ALEX], ids=["11", "41"])
async def test_who_is_not_asked_to_agree_can_not(home: Home, member: Member):
    await home.happens(*a_bad_story(member))
    id, browser = await alert_of(home, member), await home.browser(member.name.lower())

    assert "May a parent read" not in (await browser.get("/me")).text
    assert (await told(browser, f"/me/alerts/{id}/agree")).status_code == 404


async def test_nothing_is_answered_without_the_token_of_the_page(home: Home):
    await home.happens(*a_bad_story(KIM))
    id, kim = await alert_of(home, KIM), await home.browser("kim")

    assert (await kim.post(f"/me/alerts/{id}/answer", data={"said": "know"})).status_code == 403
    assert (await kim.post("/me/help", data={"to": "anna"})).status_code == 403


async def test_an_adult_is_never_called_a_child_on_their_page(home: Home):
    await home.happens(*a_bad_story(ALEX))

    page = (await (await home.browser("alex")).get("/me")).text
    own = re.sub(r'<ul class="why">.*?</ul>', "", page[page.index('id="me"') : page.index("</main>")], flags=re.DOTALL)

    assert "Maya R." in own
    assert "parent" not in own and "child" not in own


async def test_the_page_of_next_steps_is_there_for_whoever_may_see_the_alert(home: Home):
    await home.happens(*a_bad_story(ROBIN))
    id = await alert_of(home, ROBIN)
    anna, robin, kim = await home.browser("anna"), await home.browser("robin"), await home.browser("kim")

    to_parent, to_robin = (await anna.get(f"/alerts/{id}/steps")).text, (await robin.get(f"/alerts/{id}/steps")).text

    assert "Your child first" in to_parent and "1-800-CALL-FBI" in to_parent
    assert "You first" in to_robin and "your child" not in to_robin.lower()
    assert (await kim.get(f"/alerts/{id}/steps")).status_code == 404
    assert f'href="/alerts/{id}/steps"' in (await anna.get(f"/alerts/{id}")).text


def test_what_a_member_says_is_shown_to_parents_as_a_strangers_text_is():
    for text in HOSTILE:
        answers = (Answer(by="kim", at=NOON, said="untrue", words=text),)
        made = Pages(clock=lambda: NOON).show("answers.html", {"answers": answers, "alert": an_alert()})

        page = bytes(made.body).decode()
        assert "What <bdi>Mia</bdi> says" in page and "It is not true" in page
        assert "<script" not in page and "<img" not in page and "\u202e" not in page


async def test_hostile_names_and_answers_stay_text_on_ones_own_page(home: Home):
    await home.happens(*a_bad_story(KIM))
    id, kim = await alert_of(home, KIM), await home.browser("kim")
    for text in HOSTILE[:20]:
        await Answers(engine=home.store.engine).add(id, Answer(by="kim", at=NOON, said="words", words=text))

    page = (await kim.get("/me")).text

    assert "<script>" not in page and "<img" not in page and "\u202e" not in page

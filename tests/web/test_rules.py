"""The pages about rules: who may use them, what they refuse, and what they must not show."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from screener.tuning.base import Difference, Effect, Seen, Told
from screener.tuning.tuner import Draft
from screener.web.base import User
from screener.web.roles import Eyes
from screener.web.trials import Option, Trial
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, KIM, SASHA, Home, a_bad_story, a_home, a_strange_start

HOSTILE = "<script>alert(1)</script>{{7*1111}}"
MINE = """\
title: {title}
id: mine
status: stable
when: message
if:
  message.by: contact
  message.says: {{any: [secrecy]}}
points: 40
because: "{{contact.name}} said it."
advice: Ask.
also_innocent: Friends plan surprises.
examples:
  alerts:
    - {{message.by: contact, message.says: [secrecy]}}
  stays_quiet:
    - {{message.by: member, message.says: [secrecy]}}
"""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


def said(page: httpx.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text.split("<main", 1)[-1])))


async def token(browser: httpx.AsyncClient) -> str:
    return token_of(await browser.get("/help"))


async def tried(browser: httpx.AsyncClient, begun: httpx.Response) -> httpx.Response:
    """The page of a trial, once it is found out."""
    while True:
        page = await browser.get(begun.headers["location"])
        if "<progress" not in page.text:
            return page
        await asyncio.sleep(0.1)


async def edited(browser: httpx.AsyncClient, file: str, text: str) -> httpx.Response:
    page = await browser.get("/rules/edit", params={"file": file})
    was = page.text.split('name="was" value="', 1)[1].split('"', 1)[0]
    return await browser.post("/rules/edit", data={"token": token_of(page), "file": file, "was": was, "text": text})


async def test_only_who_may_see_to_alerts_may_tune(home: Home):
    await home.happens(*a_strange_start())
    alert = (await home.desk.alerts())[0].id
    await home.person("vera", role="viewer")
    await home.person("kim", role="child", member=KIM.id)
    await home.person("lee", role="adult")
    for name in ("vera", "kim", "lee"):
        browser = await home.browser(name)
        mine = await token(browser)
        for path in ("/rules", "/rules/of/secrecy", "/rules/edit", "/rules/changes", "/rules/schema.json"):
            assert (await browser.get(path)).status_code == 403, (name, path)
        for path in ("/rules/of/secrecy", "/rules/levels", "/rules/edit", "/rules/check", "/rules/changes/1/undo",
                     "/rules/trials/x", f"/alerts/{alert}/quiet", f"/alerts/{alert}/unhelpful"):  # fmt: skip
            assert (await browser.post(path, data={"token": mine})).status_code == 403, (name, path)
        assert 'href="/rules"' not in (await browser.get("/help")).text


async def test_nothing_is_changed_without_the_sessions_own_token(home: Home):
    browser = await home.browser("anna")

    for path in ("/rules/of/secrecy", "/rules/levels", "/rules/edit", "/rules/check", "/rules/changes/1/undo"):
        assert (await browser.post(path, data={"points": "1", "status": "stable"})).status_code == 403


async def test_a_trial_is_of_whoever_began_it_and_is_taken_once(home: Home):
    await home.person("bo", role="parent")
    anna, bo = await home.browser("anna"), await home.browser("bo")
    begun = await anna.post("/rules/of/secrecy", data={"token": await token(anna), "points": "1", "status": "stable"})
    place = begun.headers["location"]
    await tried(anna, begun)

    assert (await bo.get(place)).status_code == 404
    assert (await bo.post(place, data={"token": await token(bo)})).status_code == 404
    assert (await anna.post(place, data={"token": await token(anna)})).status_code == 303
    assert (await anna.post(place, data={"token": await token(anna)})).status_code == 404
    assert [made.what["points"] for made in await home.tuner.history()] == [[11.0, 1]]


async def test_a_rule_is_switched_off_for_one_member_and_the_history_says_so(home: Home):
    browser = await home.browser("anna")
    off = {"token": await token(browser), "points": "11", "status": "retired", "whose": "Kim"}
    begun = await browser.post("/rules/of/secrecy", data=off)

    assert "“Asks to keep it secret” switched off – for Kim" in said(await tried(browser, begun))
    await browser.post(begun.headers["location"], data={"token": off["token"]})
    assert "switched off – for Kim" in said(await browser.get("/rules/changes"))
    assert (home.folder / "rules/overrides.yaml").read_text().endswith("secrecy:\n        status: retired\n")


async def test_a_threat_can_be_made_neither_lighter_nor_quiet_by_a_press(home: Home):
    await home.happens(*a_bad_story())
    alert = (await home.desk.alerts())[0].id
    browser = await home.browser("anna")
    mine = await token(browser)
    alone = next(rule.id for rule in home.live().rules if rule.alone)

    assert "can’t be switched off" in said(await browser.get(f"/rules/of/{alone}"))
    lighter = await browser.post(f"/rules/of/{alone}", data={"token": mine, "points": "1", "status": "retired"})
    assert lighter.status_code == 400
    assert "This was not helpful" not in said(await browser.get(f"/alerts/{alert}"))
    assert (await browser.post(f"/alerts/{alert}/quiet", data={"token": mine})).status_code == 400


async def test_who_may_not_see_an_alert_does_not_see_it_in_a_dry_run(home: Home):
    await home.person("sasha", role="child", member=SASHA.id)
    await home.happens(*a_strange_start(KIM), *a_strange_start(SASHA, contact="100000000000778"))
    browser = await home.browser("anna")

    begun = await browser.post("/rules/levels", data={"token": await token(browser), "level": "look", "points": "44"})
    page = said(await tried(browser, begun))

    assert "+0 / −1" in page and "with Kim" in page and "Sasha" not in page
    assert "told 1, not helpful 0" in said(await browser.get("/rules/of/asks-if-alone"))


async def test_an_alert_that_did_not_help_is_counted_where_its_reasons_stand(home: Home):
    await home.happens(*a_strange_start())
    alert = (await home.desk.alerts())[0].id
    browser = await home.browser("anna")

    await browser.post(f"/alerts/{alert}/unhelpful", data={"token": await token(browser)})

    assert "told 1, not helpful 1" in said(await browser.get("/rules/of/asks-if-alone"))
    assert "said that it did not help" in said(await browser.get(f"/alerts/{alert}"))


async def test_a_hostile_title_and_name_are_only_text(home: Home):
    browser = await home.browser("anna")
    begun = await edited(browser, "isolate/mine.yaml", MINE.format(title=HOSTILE))
    trial = await tried(browser, begun)
    await browser.post(begun.headers["location"], data={"token": await token(browser)})

    paths = ("/rules", "/rules/of/mine", "/rules/changes", "/rules/edit?file=isolate/mine.yaml")
    pages = [trial, *[await browser.get(path) for path in paths]]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text and "7777" not in page.text
    assert HOSTILE in said(pages[1])


async def test_a_text_that_is_wrong_is_not_saved_and_comes_back_as_it_was_typed(home: Home):
    browser = await home.browser("anna")

    answer = await edited(browser, "overrides.yaml", "rules:\n  secrecyy: {points: 3}\n")

    assert answer.status_code == 400
    assert 'rules/overrides.yaml:2: "secrecyy" is not a rule. Did you mean "secrecy"?' in said(answer)
    assert "secrecyy: {points: 3}" in answer.text
    assert not (home.folder / "rules").exists()


async def test_who_saves_over_a_newer_text_keeps_their_own_to_look_at(home: Home):
    browser = await home.browser("anna")
    page = await browser.get("/rules/edit")
    was = page.text.split('name="was" value="', 1)[1].split('"', 1)[0]
    (home.folder / "rules").mkdir()
    (home.folder / "rules" / "overrides.yaml").write_text("rules:\n  flatters: {points: 2}\n")
    typed = {"token": token_of(page), "file": "overrides.yaml", "was": was, "text": "rules:\n  secrecy: {points: 3}\n"}

    answer = await browser.post("/rules/edit", data=typed)

    assert answer.status_code == 409 and "Somebody else changed this file" in said(answer)
    assert "secrecy: {points: 3}" in answer.text


async def test_what_blinds_is_said_before_it_is_saved(home: Home):
    browser = await home.browser("anna")
    alone = next(rule.id for rule in home.live().rules if rule.alone)

    begun = await edited(browser, "overrides.yaml", f"rules:\n  {alone}: {{status: retired}}\n")

    assert "What is no longer seen" in said(await tried(browser, begun))


async def test_the_styles_of_the_editor_are_let_in_on_its_page_alone(home: Home):
    browser = await home.browser("anna")

    assert "'nonce-" in (await browser.get("/rules/edit")).headers["content-security-policy"]
    assert "'nonce-" not in (await browser.get("/rules")).headers["content-security-policy"]


def a_draft_for(name: str, points: int = 3) -> str:
    kim = "members:\n  Kim:\n    rules: {flatters: {points: 2}}\n"
    return f"{kim}  {name}:\n    rules: {{secrecy: {{points: {points}}}}}\n"


async def test_nobody_writes_or_checks_what_is_said_for_another_adult(home: Home):
    browser = await home.browser("anna")

    answer = await edited(browser, "overrides.yaml", a_draft_for("Alex"))
    checked = await browser.post(
        "/rules/check", data={"token": await token(browser), "file": "overrides.yaml", "text": a_draft_for("Alex")}
    )
    child = await edited(browser, "overrides.yaml", a_draft_for("Robin"))

    assert answer.status_code == 400
    assert "rules/overrides.yaml:4: only Alex changes what is said here for Alex" in said(answer)
    assert [each["line"] for each in checked.json()["mistakes"]] == [4]
    assert child.status_code == 303


async def test_an_adult_changes_their_own_part_and_others_neither_take_it_away_nor_see_it(home: Home):
    await home.person("alex", role="parent", member=ALEX.id)
    alex, anna = await home.browser("alex"), await home.browser("anna")
    begun = await edited(alex, "overrides.yaml", a_draft_for("Alex"))
    await tried(alex, begun)
    await alex.post(begun.headers["location"], data={"token": await token(alex)})
    (made,) = await home.tuner.history()

    taken = await edited(anna, "overrides.yaml", "members:\n  Kim:\n    rules: {flatters: {points: 2}}\n")
    beside = await edited(anna, "overrides.yaml", a_draft_for("Alex") + "rules:\n  flatters: {points: 2}\n")
    undone = await anna.post(f"/rules/changes/{made.id}/undo", data={"token": await token(anna)})

    assert begun.status_code == 303 and beside.status_code == 303
    assert taken.status_code == 400 and "only Alex changes" in said(taken)
    assert undone.status_code == 404
    assert "secrecy" in said(await alex.get("/rules/changes"))
    assert "secrecy" not in said(await anna.get("/rules/changes"))


async def test_what_an_adults_own_alert_was_about_is_not_in_the_history_of_others(home: Home):
    await home.person("alex", role="parent", member=ALEX.id)
    await home.happens(*a_strange_start(ALEX), *a_strange_start(KIM, contact="100000000000778"))
    alex, anna = await home.browser("alex"), await home.browser("anna")
    for alert in await home.desk.alerts():
        browser = alex if alert.member == ALEX.id else anna
        begun = await browser.post(f"/alerts/{alert.id}/quiet", data={"token": await token(browser)})
        page = await tried(browser, begun)
        places = re.findall(r'name="option" value="(\d+)"', page.text)
        await browser.post(begun.headers["location"], data={"token": await token(browser), "option": places[-1]})
    alerts = {made.what["whose"]: made.id for made in await home.tuner.history()}

    hers, his = said(await anna.get("/rules/changes")), said(await alex.get("/rules/changes"))

    assert len(alerts) == 2
    assert "for Kim" in hers and "Alex" not in hers
    assert "for Alex" in his
    answer = await anna.post(f"/rules/changes/{alerts['Alex']}/undo", data={"token": await token(anna)})
    assert answer.status_code == 404


def test_a_trial_does_not_tell_that_it_would_hide_what_one_may_not_see():
    lost = Difference(
        relationship="r", alert="a", member=ALEX.id, member_name="Alex", member_is_adult=True, member_age=41,
        platform="facebook", contact="1", name="", before=Told(level="act", stages=("pressure",)), after=Told(),
        opened=NOON,
    )  # fmt: skip
    trial = Trial(id="t", user="u", options=[Option(what={})], back="", at=NOON)
    trial.effects = [Effect(seen=Seen(), differences=(lost,))]

    def hides(member: str | None) -> bool:
        user = User(id="u", name="anna", password_hash="", role="parent", member=member)
        return trial.found(Eyes(user=user, now=NOON))[0].hides

    assert not hides(None)
    assert hides(ALEX.id)


async def test_of_drafts_that_are_only_checked_nothing_is_remembered(home: Home):
    memo = home.tuner.library._memo
    await home.live.read()
    before = len(memo._now), len(memo._then)

    for number in range(50):
        text = MINE.format(title=f"Number {number}").replace("points: 40", f"points: {number + 1}")
        draft = Draft(file="isolate/mine.yaml", before="", after=text)
        assert home.tuner.wrong(await home.tuner.tried(draft), draft) == []

    assert (len(memo._now), len(memo._then)) == before


async def test_of_many_checks_at_once_only_the_newest_text_is_looked_at(home: Home):
    browser = await home.browser("anna")
    mine = await token(browser)

    answers = await asyncio.gather(
        *(
            browser.post("/rules/check", data={"token": mine, "file": "isolate/mine.yaml", "text": f"title: {number}"})
            for number in range(12)
        )
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(200) < 12 and set(codes) == {200, 409}

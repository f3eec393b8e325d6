"""The case page: who, how it went, why, what can be done, and how all of it is taken back."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from screener.store.people import acts, feedback
from screener.store.tables import alerts, relationships, texts
from tests.make import NOON, a_contact, a_message
from tests.web.house import ROBIN, Home, a_bad_story, a_home

STORY = a_bad_story()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    await made.happens(*STORY)
    yield made
    await made.close()


@pytest.fixture
async def anna(home: Home) -> httpx.AsyncClient:
    return await home.browser("anna")


@pytest.fixture
async def path(home: Home) -> str:
    return f"/alerts/{(await home.desk.alerts())[0].id}"


async def token(browser: httpx.AsyncClient, path: str) -> str:
    return (await browser.get(path)).text.split('name="token" value="', 1)[1].split('"', 1)[0]


async def press(browser: httpx.AsyncClient, path: str, what: str, **fields: str) -> httpx.Response:
    return await browser.post(f"{path}/{what}", data={"token": await token(browser, path), **fields})


async def undo(browser: httpx.AsyncClient, page: str) -> httpx.Response:
    """Presses the first way back that the page offers."""
    text = (await browser.get(page)).text
    deed = re.search(r'action="(/undo/\w+)"', text)
    assert deed, "the page offers no way back"
    return await browser.post(deed[1], data={"token": text.split('name="token" value="', 1)[1].split('"', 1)[0]})


async def state(home: Home) -> str:
    return (await home.desk.alerts())[0].state


async def known(home: Home) -> bool:
    async with home.store.engine.connect() as connection:
        return bool((await connection.execute(select(relationships.c.known))).scalar_one())


async def test_who_it_is_begins_with_the_id_and_gives_every_name_with_its_time(
    home: Home, anna: httpx.AsyncClient, path: str
):
    renamed = a_contact(id="100000000000666", name="Lena B.", handle="lena.example")
    await home.happens(a_message(id="new", at=NOON + timedelta(days=3), contact=renamed, text="hello"))

    who = (await anna.get(path)).text.split('id="who"', 1)[1].split("</section>")[0]

    order = [who.index(part) for part in ("100000000000666", "Lena B.", "Maya R.", "lena.example", "Account opened")]
    assert order == sorted(order)
    assert "seen on 5 October 2026" in who and "seen on 2 October 2026" in who


async def test_an_address_that_the_stranger_gives_is_text_and_never_a_link(
    home: Home, anna: httpx.AsyncClient, path: str
):
    contact = a_contact(id="100000000000666", name="Maya R.", url="javascript:alert(1)")
    await home.happens(a_message(id="new", at=NOON + timedelta(days=1), contact=contact, text="hello"))

    page = (await anna.get(path)).text

    assert "javascript:alert(1)" in page
    assert not re.search(r'(href|src|action)="[^"/#?]', page)


async def test_the_picture_has_messages_of_both_sides_marks_and_stages_and_the_same_as_a_table(
    home: Home, anna: httpx.AsyncClient, path: str
):
    answer = a_message(id="own", at=NOON + timedelta(days=2), by="member", text="hi", contact=STORY[0].contact)
    await home.happens(answer)

    plot = (await anna.get(path)).text.split('class="plot"', 1)[1].split("</section>")[0]

    assert (plot.count('class="theirs" x'), plot.count('class="ours" x')) == (1, 1)
    assert plot.count('class="asked" d') == 1 and plot.count('class="accepted" d') == 1
    assert re.findall(r'class="stage (\w+)"', plot) == ["approach", "befriend", "isolate", "pressure"]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">([^<]+)</th><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>", plot)
    assert rows == [("2 October 2026", "6", "0", "0"), ("4 October 2026", "0", "1", "0")]
    assert "Pressure began" in plot
    assert "style=" not in plot


async def test_each_reason_has_its_weight_rule_innocent_case_and_what_would_have_kept_it_quiet(
    home: Home, anna: httpx.AsyncClient, path: str
):
    home.clock.later(days=30)
    anna = await home.browser("anna")

    page = (await anna.get(path)).text
    reasons = page.split('class="reasons"', 1)[1].split('class="sum"')[0]

    alert = (await home.desk.alerts())[0]
    assert reasons.count('<p class="because">') == len(alert.signals)
    assert reasons.count("It can be innocent") == len(alert.signals)
    assert re.search(r"<code><bdi>rules/pressure/threatens-to-publish\.yaml:\d+</bdi></code>", reasons)
    assert re.search(r"\d+ points · \d+ left today", reasons)
    assert "the level would be the same." in reasons
    assert "Had you said before that you know this person" in page


async def test_without_the_one_sign_that_made_it_there_would_be_no_alert(tmp_path: Path):
    home = await a_home(tmp_path)
    threat = "pay me 200 pounds or i post the pictures so your whole school sees them"
    known_for_long = a_contact(id="9", mutual_friends=12, name="Ada")
    await home.happens(a_message(id="t", text=threat, contact=known_for_long))
    anna = await home.browser("anna")
    alert = (await home.desk.alerts())[0]

    reason = next(
        part
        for part in (await anna.get(f"/alerts/{alert.id}")).text.split('<p class="because">')
        if "threatens-to-publish.yaml" in part
    )

    assert "the level would be “" in reason or "there would be no alert." in reason
    await home.close()


async def test_i_know_this_person_closes_the_alert_deletes_what_was_written_and_holds(
    home: Home, anna: httpx.AsyncClient, path: str
):
    answer = await press(anna, path, "trust", **{"for": "good"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await state(home), await known(home)) == ("closed", True)
    async with home.store.engine.connect() as connection:
        assert (await connection.execute(select(texts))).all() == []
        (row,) = (await connection.execute(select(feedback))).all()
    assert (row.kind, row.by, row.until, row.undone) == ("trust", "anna", None, None)
    assert "anna</bdi> said that you know this person" in (await anna.get(path)).text


async def test_knowing_somebody_can_be_taken_back_at_any_time_and_restores_the_state(
    home: Home, anna: httpx.AsyncClient, path: str
):
    await press(anna, path, "seen")
    await press(anna, path, "trust", **{"for": "good"})
    home.clock.later(days=2)
    anna = await home.browser("anna")

    await undo(anna, path)

    assert (await state(home), await known(home)) == ("seen", False)
    assert "I know this person" in (await anna.get(path)).text


async def test_trust_for_thirty_days_says_until_when_and_ends_by_itself(home: Home, anna: httpx.AsyncClient, path: str):
    await press(anna, path, "trust", **{"for": "30"})
    during = (await anna.get(path)).text
    home.clock.later(days=31)
    anna = await home.browser("anna")

    after = (await anna.get(path)).text

    assert "until 1 November 2026" in during
    assert "said that you know this person" not in after.split('class="log"')[0]


async def test_a_sign_can_be_muted_there_and_let_count_again_but_never_a_threat(
    home: Home, anna: httpx.AsyncClient, path: str
):
    muted = await press(anna, path, "mute", rule="secrecy", **{"for": "30"})
    threat = await press(anna, path, "mute", rule="threatens-to-publish")
    page = (await anna.get(path)).text

    assert (muted.status_code, threat.status_code) == (303, 400)
    assert "You said that this does not count here, until 1 November 2026." in page
    assert "A threat or a demand always counts" in page
    await undo(anna, path)
    assert "this does not count here" not in (await anna.get(path)).text


@pytest.mark.parametrize(("long", "days"), [("day", 1), ("week", 7)])
async def test_what_is_put_off_leaves_the_overview_and_comes_back_by_itself(
    home: Home, anna: httpx.AsyncClient, path: str, long: str, days: int
):
    await press(anna, path, "later", **{"for": long})

    away = (await anna.get("/")).text
    home.clock.later(days=days - 0.9)
    anna = await home.browser("anna")
    still_away = (await anna.get("/")).text
    home.clock.later(days=1)
    anna = await home.browser("anna")
    back = (await anna.get("/")).text

    assert "Maya R." not in away.split('id="desk"')[1] and "One is put off until later" in away
    assert "Maya R." not in still_away.split('id="desk"')[1]
    assert "Maya R." in back
    assert "You wanted to look at this again." in (await anna.get(path)).text


async def test_another_threat_brings_back_what_was_put_off_and_what_was_closed(
    home: Home, anna: httpx.AsyncClient, path: str
):
    threat = replace(STORY[-1], id="again", at=NOON + timedelta(hours=1))
    await press(anna, path, "later", **{"for": "week"})
    await home.happens(threat)
    after_later = (await anna.get("/")).text
    await press(anna, path, "close")

    await home.happens(replace(threat, id="once more", at=NOON + timedelta(hours=2)))

    assert "Maya R." in after_later
    assert await state(home) == "new"


@pytest.mark.parametrize(
    ("what", "before", "after"), [("close", "new", "closed"), ("seen", "new", "seen"), ("talked", "new", "seen")]
)
async def test_what_was_done_can_be_undone_from_the_bar_without_any_script(
    home: Home, anna: httpx.AsyncClient, path: str, what: str, before: str, after: str
):
    answer = await press(anna, path, what)
    then = await state(home)
    bar = (await anna.get(answer.headers["location"])).text

    await undo(anna, answer.headers["location"])

    assert (then, await state(home)) == (after, before)
    assert 'class="undo"' in bar


async def test_a_deed_is_undone_once_and_what_changed_since_stays(home: Home, anna: httpx.AsyncClient, path: str):
    await press(anna, path, "close")
    page = (await anna.get("/")).text
    deed = re.search(r'action="(/undo/\w+)"', page)
    assert deed
    await home.happens(replace(STORY[-1], id="again", at=NOON + timedelta(hours=1)))
    await press(anna, path, "seen")

    answer = await anna.post(deed[1], data={"token": await token(anna, path)})

    assert answer.status_code == 303
    assert await state(home) == "seen"


async def test_evidence_is_kept_until_it_is_let_go(home: Home, anna: httpx.AsyncClient, path: str):
    await press(anna, path, "keep")
    kept = (await anna.get(path)).text
    await press(anna, path, "let-go")

    assert "What was written stays" in kept
    assert "What was written stays" not in (await anna.get(path)).text


async def test_the_log_says_who_did_what(home: Home, anna: httpx.AsyncClient, path: str):
    await press(anna, path, "seen")
    await press(anna, path, "talked")
    await press(anna, path, "close")

    log = (await anna.get(path)).text.split('class="log"', 1)[1].split("</section>")[0]

    assert log.count("<strong><bdi>anna</bdi></strong>") == 3
    assert log.index("closed it") < log.index("noted that you talked about it") < log.index("looked at it")
    async with home.store.engine.connect() as connection:
        assert {row.by for row in (await connection.execute(select(acts))).all()} == {"anna"}


async def test_who_only_looks_sees_the_page_and_its_log_but_no_way_to_change_it(home: Home, path: str):
    await home.person("gran", role="viewer")
    gran = await home.browser("gran")

    page = (await gran.get(path)).text
    answers = [
        await press(gran, path, what, rule="secrecy")
        for what in ("seen", "close", "trust", "mute", "later", "talked", "keep", "let-go", "ask")
    ]

    assert "Who did what" in page and "What you can do here" not in page
    assert {answer.status_code for answer in answers} == {403}
    assert await state(home) == "new"


async def test_what_may_not_be_seen_can_be_neither_changed_nor_undone(home: Home, anna: httpx.AsyncClient, path: str):
    await home.person("robin", role="child", member=ROBIN.id)
    robin = await home.browser("robin")
    await press(anna, path, "close")
    deed = re.search(r'action="(/undo/\w+)"', (await anna.get("/")).text)
    assert deed
    own = (await robin.get("/me")).text.split('name="token" value="', 1)[1].split('"', 1)[0]

    answers = [
        await robin.post(f"{path}/{what}", data={"token": own}) for what in ("seen", "reopen", "trust", "words", "keep")
    ] + [await robin.post(deed[1], data={"token": own})]

    assert {answer.status_code for answer in answers} == {404}
    assert await state(home) == "closed"


async def test_several_are_closed_at_once_and_back_with_one_press(home: Home, anna: httpx.AsyncClient):
    quieter = [a_bad_story(contact=f"10000000000080{n}")[:4] for n in range(3)]
    for story in quieter:
        await home.happens(*story)
    ids = [alert.id for alert in await home.desk.alerts() if alert.level != "act"]

    picked = {f"pick-{id}": "1" for id in ids[:2]}
    await anna.post("/several/close", data={"token": await token(anna, "/"), **picked})
    after = {alert.id: alert.state for alert in await home.desk.alerts()}
    bar = (await anna.get("/")).text
    await undo(anna, "/")

    assert [after[id] for id in ids] == ["closed", "closed", "new"]
    assert "2 closed." in bar
    assert {alert.state for alert in await home.desk.alerts()} == {"new"}


@pytest.mark.parametrize("what", ["see", "close", "close-seen"])
async def test_what_needs_somebody_now_is_never_swept_away_unseen(home: Home, anna: httpx.AsyncClient, what: str):
    await home.happens(*a_bad_story(contact="100000000000801")[:4])
    picked = {f"pick-{alert.id}": "1" for alert in await home.desk.alerts()}

    answer = await anna.post(f"/several/{what}", data={"token": await token(anna, "/"), **picked})

    act = next(alert for alert in await home.desk.alerts() if alert.level == "act")
    assert act.state == "new"
    page = (await anna.get(answer.headers["location"])).text
    assert ("was left open: look at it first" in page) == (what != "close-seen")


async def test_only_what_was_seen_is_closed_with_all_that_was_seen(home: Home, anna: httpx.AsyncClient, path: str):
    await home.happens(*a_bad_story(contact="100000000000801")[:4])
    await press(anna, path, "seen")

    await anna.post("/several/close-seen", data={"token": await token(anna, "/")})

    assert {alert.level: alert.state for alert in await home.desk.alerts()} == {"act": "closed", "talk": "new"}


async def test_nobody_closes_several_whose_alerts_are_not_theirs_to_change(home: Home):
    await home.person("gran", role="viewer")
    gran = await home.browser("gran")
    page = (await gran.get("/")).text
    own = page.split('name="token" value="', 1)[1].split('"', 1)[0]
    picked = {f"pick-{alert.id}": "1" for alert in await home.desk.alerts()}

    await gran.post("/several/see", data={"token": own, **picked})

    assert 'type="checkbox"' not in page
    assert await state(home) == "new"


async def test_a_page_of_old_alerts_without_kept_beginnings_still_has_its_stages(
    home: Home, anna: httpx.AsyncClient, path: str
):
    async with home.store.engine.begin() as connection:
        body = (await connection.execute(select(alerts.c.body))).scalar_one()
        old = re.sub(r', "began": \{[^}]*\}', "", body)
        await connection.execute(alerts.update().values(body=old))

    plot = (await anna.get(path)).text.split('class="plot"', 1)[1].split("</section>")[0]

    assert old != body
    assert plot.count('class="stage ') == 4

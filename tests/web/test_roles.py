"""Who sees what: less of a child the older it is, nothing of an adult, and never a word of what may not be seen."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from screener.family import Family
from tests.web.house import ALEX, KIM, ROBIN, SASHA, Home, a_bad_story, a_home, a_strange_start


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def alert_ids(home: Home) -> dict[str, str]:
    return {alert.member_name: alert.id for alert in await home.desk.alerts()}


async def test_parents_see_a_young_childs_alert_from_the_first_level_on(home: Home):
    await home.happens(*a_strange_start(KIM))
    anna = await home.browser("anna")

    page = (await anna.get("/")).text

    assert "Sky W." in page


async def test_of_a_fourteen_year_old_parents_are_told_below_talk_only_that_there_is_something(home: Home):
    await home.happens(*a_strange_start(ROBIN))
    anna = await home.browser("anna")

    page = (await anna.get("/")).text

    assert "Something about" in page and "Robin" in page
    assert "Sky W." not in page and "Nothing needs you" not in page
    assert (await anna.get(f"/alerts/{(await alert_ids(home))['Robin']}")).status_code == 404


async def test_of_a_seventeen_year_old_parents_see_only_what_needs_them_now(home: Home):
    await home.happens(*a_bad_story(SASHA)[:-1])
    anna = await home.browser("anna")
    before = (await anna.get("/")).text

    await home.happens(a_bad_story(SASHA)[-1])
    after = (await anna.get("/")).text

    assert (await home.desk.alerts())[0].level == "act"
    assert "Maya R." not in before and "Something about" not in before
    assert "Maya R." in after


async def test_an_adults_alert_is_seen_by_that_adult_alone(home: Home):
    await home.person("alex", role="adult", member=ALEX.id)
    await home.happens(*a_bad_story(ALEX))
    id = (await alert_ids(home))["Alex"]
    anna, alex = await home.browser("anna"), await home.browser("alex")

    assert "Maya R." not in (await anna.get("/")).text
    assert (await anna.get(f"/alerts/{id}")).status_code == 404
    assert "Maya R." in (await alex.get("/")).text
    assert "You first" in (await alex.get(f"/alerts/{id}")).text


async def test_an_owner_is_told_of_an_adult_whose_alerts_nobody_can_see(home: Home):
    await home.happens(*a_bad_story(ALEX))
    anna = await home.browser("anna")

    page = (await anna.get("/")).text

    assert "nobody can look at it" in page and "Alex" in page
    assert "Maya R." not in page


async def test_a_low_alert_is_the_young_persons_own_for_half_an_hour(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    await home.happens(*a_strange_start(ROBIN))
    anna, robin = await home.browser("anna"), await home.browser("robin")

    early = (await anna.get("/")).text
    own = (await robin.get(f"/alerts/{(await alert_ids(home))['Robin']}")).status_code
    home.clock.later(minutes=40)
    late = (await anna.get("/")).text

    assert "Sky W." not in early and "Something about" not in early
    assert own == 200
    assert "Something about" in late


async def test_a_threat_never_waits(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    await home.happens(*a_bad_story(ROBIN))
    anna = await home.browser("anna")

    assert "Maya R." in (await anna.get("/")).text


async def test_who_only_looks_changes_nothing(home: Home):
    await home.person("gran", role="viewer")
    await home.happens(*a_bad_story(KIM))
    id = (await alert_ids(home))["Kim"]
    gran = await home.browser("gran")

    page = (await gran.get(f"/alerts/{id}")).text
    token = page.split('name="token" value="')[1].split('"')[0]
    answer = await gran.post(f"/alerts/{id}/close", data={"token": token})

    assert "Close this alert" not in page
    assert answer.status_code == 403
    assert (await home.desk.alerts())[0].state == "new"


@pytest.mark.parametrize("role", ["child", "adult"])
async def test_other_peoples_alerts_are_not_there_for_those_who_see_only_their_own(home: Home, role: str):
    await home.person("robin", role=role, member=ROBIN.id)
    await home.happens(*a_bad_story(KIM))
    robin = await home.browser("robin")

    assert "Maya R." not in (await robin.get("/")).text
    assert (await robin.get(f"/alerts/{(await alert_ids(home))['Kim']}")).status_code == 404


async def test_a_child_who_turned_eighteen_is_seen_by_nobody_else_any_more(tmp_path: Path):
    # Born so that Robin was a child when it happened; today's date makes an adult of them.
    today = datetime.now(UTC).date()
    grown = replace(ROBIN, born=date(today.year - 19, 1, 1), age=None)
    home = await a_home(tmp_path, family=Family(members=(grown,)))
    await home.happens(*a_bad_story(ROBIN))
    anna = await home.browser("anna")

    assert "Maya R." not in (await anna.get("/")).text
    await home.close()

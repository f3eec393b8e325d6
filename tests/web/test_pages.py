"""What a parent reads: what needs them, one alert, and what can't be seen."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from screener.rules import STAGES
from screener.web.base import Coverage, IssueView
from screener.web.overview import MOST_SHOWN
from tests.web.conftest import token_of
from tests.web.memory import NOON, MemoryDesk, a_contact, a_signal, an_alert, coverage_that_is_good


async def test_nothing_needs_you_only_when_everything_can_be_seen(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.rows = coverage_that_is_good()

    page = (await anna.get("/")).text

    assert "Nothing needs you" in page


@pytest.mark.parametrize("state", ["blind", "waiting", "stale", "issue"])
async def test_silence_never_looks_like_safety(anna: httpx.AsyncClient, desk: MemoryDesk, state: str):
    good = coverage_that_is_good()
    desk.rows = {
        "blind": [*good, Coverage(device="tablet", member="Ben", platform="discord", state="blind")],
        "waiting": [*good, Coverage(device="tablet", member="Ben", platform="discord", state="waiting")],
        "stale": [replace(good[0], last_read=NOON - timedelta(days=8))],
        "issue": good,
    }[state]
    if state == "issue":
        desk.troubles = [IssueView(key="k", severity="warning", what="Spool full.", mend="Restart.", since=NOON)]

    page = (await anna.get("/")).text

    assert "Nothing needs you" not in page
    assert "No alert, but we can’t see everything" in page
    assert 'class="mend"' in page


async def test_with_no_device_it_says_that_nothing_can_be_seen(anna: httpx.AsyncClient):
    page = (await anna.get("/")).text

    assert "Nothing can be seen yet" in page and "Nothing needs you" not in page


async def test_a_device_on_which_nothing_was_read_is_shown_with_what_is_missing(
    anna: httpx.AsyncClient, desk: MemoryDesk
):
    desk.rows = [
        Coverage(device="127.0.0.1", member="", platform="", state="waiting"),
        Coverage(device="192.0.2.7", member="", platform="discord", state="unenrolled"),
    ]

    page = (await anna.get("/")).text

    assert "Nothing has been read yet" in page and "Nothing needs you" not in page
    assert "this computer" in page and "is looked after" in page and "(empty)" not in page
    assert "http://screener.home.arpa/" in page and "The app keeps us out" not in page


async def test_the_worst_comes_first_and_the_title_counts(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1", level="look"))
    desk.put(an_alert("a2", level="act"))
    desk.put(an_alert("a3", level="talk"))
    desk.put(an_alert("a4", level="act", state="closed"))

    page = (await anna.get("/")).text

    assert page.index("card-a2") < page.index("card-a3") < page.index("card-a1")
    assert "card-a4" not in page
    assert "<title>(3) Screener</title>" in page
    assert "3 things need you" in page


async def test_an_alert_gives_its_reasons_as_sentences_with_time_points_and_rule(
    anna: httpx.AsyncClient, desk: MemoryDesk
):
    signal = a_signal("isolate", "Sky Walden asked to keep this a secret.", 45, advice="Ask Mia about secrets.")
    desk.put(an_alert("a1", signals=(signal,), stages=("isolate",)))

    page = (await anna.get("/alerts/a1")).text

    assert "Sky Walden asked to keep this a secret." in page
    assert "Ask Mia about secrets." in page
    assert "45 points" in page and "rules/isolate/isolate-45.yaml" in page
    assert signal.at.isoformat() in page
    assert page.count('class="reached"') == 1


async def test_who_it_is_begins_with_the_id_that_cannot_change(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1", contact=a_contact(names=("New Name", "Old Name"))))

    who = (await anna.get("/alerts/a1")).text.split('id="who"', 1)[1]

    order = [
        who.index(part) for part in ("100000000000042", "New Name", "Old Name", "Account opened", "read from the id")
    ]
    assert order == sorted(order)


async def test_where_there_is_a_threat_the_child_comes_before_everything_else(
    anna: httpx.AsyncClient, desk: MemoryDesk
):
    desk.put(an_alert("a1", level="act", stages=STAGES))

    page = (await anna.get("/alerts/a1")).text

    order = [
        page.index(part)
        for part in ("Go to your child now", "Don’t pay.", "You are not in trouble", "Save first", "What was seen")
    ]
    assert order == sorted(order)
    steps = page.split('class="steps"', 1)[1]
    found = [
        steps.index(part) for part in ("Save first", "stop replying", "report the account", "block it", "deactivating")
    ]
    assert found == sorted(found)
    assert "Don’t delete it" in steps


@pytest.mark.parametrize("level", ["look", "talk"])
async def test_below_a_threat_there_is_no_crisis_and_no_police(anna: httpx.AsyncClient, desk: MemoryDesk, level: str):
    desk.put(an_alert("a1", level=level))

    page = (await anna.get("/alerts/a1")).text

    assert "Your child first" not in page and "police" not in page.split('class="steps"', 1)[1].split("</ol>")[0]
    assert "innocent" in page or "no hurry" in page


@pytest.mark.parametrize("level", ["look", "talk", "act"])
async def test_an_adult_is_spoken_to_and_never_called_a_child(anna: httpx.AsyncClient, desk: MemoryDesk, level: str):
    desk.people["anna"] = replace(desk.people["anna"], member="member:Tom")
    tom = {"member": "member:Tom", "member_name": "Tom", "member_is_adult": True}
    desk.put(an_alert("a1", level=level, stages=STAGES, **tom))

    page = (await anna.get("/alerts/a1")).text
    home = (await anna.get("/")).text

    assert "is in touch with you, <bdi>Tom</bdi>" in page
    assert "child" not in page and "child" not in home


async def test_seen_closed_and_open_again(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1"))
    token = token_of(await anna.get("/alerts/a1"))

    states = []
    for change in ("seen", "close", "reopen"):
        answer = await anna.post(f"/alerts/a1/{change}", data={"token": token})
        states.append((answer.status_code, desk.all["a1"].state))

    assert states == [(303, "seen"), (303, "closed"), (303, "seen")]
    assert {by for _, _, by in desk.did} == {"anna"}


async def test_what_is_closed_stays_readable(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1", state="closed"))

    assert "card-a1" in (await anna.get("/closed")).text
    assert "Open it again" in (await anna.get("/alerts/a1")).text


async def test_a_flood_of_alerts_is_cut_and_said_to_be(anna: httpx.AsyncClient, desk: MemoryDesk):
    for n in range(130):
        desk.put(an_alert(f"a{n}", level="look"))

    page = (await anna.get("/")).text

    assert page.count('id="card-') == MOST_SHOWN
    assert "And 100 more" in page and "130 things need you" in page


async def test_what_can_not_be_seen_on_the_platform_is_said(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1", unseen="Secret chats can’t be read."))

    assert "Secret chats can’t be read." in (await anna.get("/alerts/a1")).text


async def test_help_says_what_stays_invisible_and_where_a_password_is_reset(anna: httpx.AsyncClient):
    page = (await anna.get("/help")).text

    assert "What stays invisible" in page and "screener reset-password" in page


async def test_an_alert_with_almost_nothing_known_is_still_a_page(anna: httpx.AsyncClient, desk: MemoryDesk):
    bare = a_contact(names=(), handle="", url="", facts=())
    desk.put(an_alert("a1", contact=bare, signals=(), stages=(), unseen=""))

    pages = [await anna.get("/"), await anna.get("/alerts/a1")]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("100000000000042" in page.text for page in pages)

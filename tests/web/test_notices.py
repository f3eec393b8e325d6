"""Each user says where and when they want to hear, and sees in plain words whether it works; nobody sees another's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from screener.notify.bell import Bell
from screener.notify.dispatch import Dispatch
from screener.notify.mail import PASSWORD
from screener.notify.outbox import Outbox
from screener.notify.people import People
from screener.notify.standing import Household
from screener.notify.worker import Worker
from tests.notify.servers import MailServer, NtfyServer, free_port
from tests.web.house import KIM, ROBIN, Home, a_bad_story, a_home, a_strange_start


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def ntfy() -> Iterator[NtfyServer]:
    with NtfyServer().up() as server:
        yield server


async def page_of(browser: httpx.AsyncClient) -> str:
    answer = await browser.get("/notices")
    assert answer.status_code == 200, answer.text
    return answer.text


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = (await page_of(browser)).split('name="token" value="')[1].split('"')[0]
    return await browser.post(path, data={"token": token, **fields})


async def added(home: Home, browser: httpx.AsyncClient, url: str, **fields: str) -> str:
    answer = await post(
        browser, "/notices/channels", **{"name": "my phone", "address": url, "from_level": "look"} | fields
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/notices#channel-")


def people(home: Home) -> People:
    return People(engine=home.store.engine, seal=home.seal)


def a_worker(home: Home) -> Worker:
    async def looks() -> bool:
        return True

    house = Household(engine=home.store.engine, members=home.desk.members)
    dispatch = Dispatch(home=house, seal=home.seal, link="http://localhost:8745/", looks=looks)
    return Worker(outbox=Outbox(home=house), dispatch=dispatch, bell=Bell(), clock=home.clock)


async def test_a_way_that_was_added_is_shown_without_its_secrets(home: Home):
    anna = await home.browser("anna")

    await added(home, anna, "ntfy://anna:topsecret@192.168.1.5:8080/covert-topic")
    page = await page_of(anna)

    assert "my phone" in page and "ntfy: 192.168.1.5" in page
    assert "topsecret" not in page and "covert-topic" not in page


async def test_what_is_written_wrongly_is_explained_and_not_repeated(home: Home):
    anna = await home.browser("anna")

    answer = await post(anna, "/notices/channels", name="mail", address="mailto://anna:topsecret@example.org")

    assert answer.status_code == 400
    assert "mailtos://" in answer.text
    assert "topsecret" not in answer.text


async def test_a_test_says_in_plain_words_what_came_of_it(home: Home, ntfy: NtfyServer):
    anna = await home.browser("anna")
    works = await added(home, anna, ntfy.url)
    with MailServer(password="right").up() as mail:
        fails = await added(home, anna, mail.url.replace("right", "wrong"), name="mail")

        await post(anna, f"/notices/channels/{works}/test")
        await post(anna, f"/notices/channels/{fails}/test")
        page = await page_of(anna)

    assert "The last notice got through just now." in page
    assert PASSWORD.words in page
    assert ntfy.notes[0]["title"] == "This is a test from Screener."
    assert ntfy.notes[0]["click"] == "http://localhost:8745/"


async def test_a_test_can_t_be_used_to_flood_somebody(home: Home, ntfy: NtfyServer):
    anna = await home.browser("anna")
    id = await added(home, anna, ntfy.url)

    for _ in range(5):
        await post(anna, f"/notices/channels/{id}/test")

    assert len(ntfy.notes) == 1


async def test_what_was_removed_is_gone(home: Home):
    anna = await home.browser("anna")
    id = await added(home, anna, f"ntfy://127.0.0.1:{free_port()}/a-topic")

    await post(anna, f"/notices/channels/{id}/remove")

    assert "my phone" not in await page_of(anna)
    assert await people(home).channels((await home.desk.user("anna")).id) == []  # type: ignore[union-attr]


async def test_quiet_hours_digest_and_reminders_are_kept(home: Home):
    anna = await home.browser("anna")

    await post(
        anna,
        "/notices/wishes",
        quiet_from="22:30",
        quiet_to="06:45",
        digest_at="18:00",
        remind_minutes="15",
        escalate_minutes="0",
    )
    page = await page_of(anna)

    assert all(f'value="{time}"' in page for time in ("22:30", "06:45", "18:00", "15", "0"))


@pytest.mark.parametrize(
    "wrong", [{"quiet_from": "22:30"}, {"digest_at": "25:00"}, {"remind_minutes": "-5"}, {"remind_minutes": "x"}]
)
async def test_a_time_that_is_none_is_refused(home: Home, wrong: dict[str, str]):
    anna = await home.browser("anna")

    answer = await post(anna, "/notices/wishes", **wrong)

    assert answer.status_code == 400
    assert "a time is not usable" in answer.text


async def test_a_pause_shows_when_it_ends_and_can_be_ended(home: Home):
    anna = await home.browser("anna")

    await post(anna, "/notices/pause", **{"for": "hour"})
    paused = await page_of(anna)
    await post(anna, "/notices/pause")
    ended = await page_of(anna)

    assert "It ends by itself." in paused and "For an hour" not in paused
    assert "It ends by itself." not in ended and "For an hour" in ended


async def test_a_pause_that_is_ended_early_lets_out_what_waited(home: Home, ntfy: NtfyServer):
    anna, worker = await home.browser("anna"), a_worker(home)
    await added(home, anna, ntfy.url)
    await post(anna, "/notices/pause", **{"for": "tomorrow"})
    await home.happens(*a_strange_start(KIM))
    (alert,) = await home.desk.alerts()
    await worker.step([alert.id])
    await worker.idle()
    before = len(ntfy.notes)

    home.clock.later(minutes=1)
    await post(anna, "/notices/pause")
    await worker.step()
    await worker.idle()

    assert (before, len(ntfy.notes)) == (0, 1)


async def test_a_real_story_is_told_and_nothing_of_it_is_in_the_notice(home: Home):
    with MailServer().up() as mail:
        anna, worker = await home.browser("anna"), a_worker(home)
        await added(home, anna, mail.url)
        await home.happens(*a_bad_story(KIM))
        (alert,) = await home.desk.alerts()

        await worker.step([alert.id])
        await worker.idle()

    whole = mail.raw[0].decode().lower()
    assert "act now." in whole
    told = ("kim", "maya", "facebook", "gift", "record", "snap", "100000000000666", alert.id)
    assert not [word for word in told if word.lower() in whole]


@pytest.mark.parametrize("path", ["test", "change", "remove"])
async def test_somebody_elses_way_is_not_there(home: Home, ntfy: NtfyServer, path: str):
    await home.person("ben")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    id = await added(home, anna, ntfy.url)

    answer = await post(ben, f"/notices/channels/{id}/{path}")

    assert answer.status_code == 404
    assert "my phone" not in await page_of(ben)
    assert "my phone" in await page_of(anna)
    assert ntfy.raw == []


async def test_a_child_has_no_such_page(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    robin = await home.browser("robin")

    assert (await robin.get("/notices")).status_code == 404
    assert "/notices" not in (await robin.get("/me")).text


async def test_nothing_changes_without_the_sessions_own_token(home: Home):
    anna = await home.browser("anna")

    answer = await anna.post("/notices/channels", data={"name": "x", "address": "ntfy://127.0.0.1/a", "token": "no"})

    assert answer.status_code == 403
    assert "my phone" not in await page_of(anna)


async def test_a_sign_of_life_is_answered_by_its_link_without_a_log_in_once(home: Home, ntfy: NtfyServer):
    anna, worker, stranger = await home.browser("anna"), a_worker(home), home.stranger()
    id = await added(home, anna, ntfy.url)
    await post(anna, f"/notices/channels/{id}/change", from_level="act", weekly="on")
    home.clock.later(minutes=1)
    await worker.step()
    await worker.idle()
    home.clock.later(minutes=1)

    link = httpx.URL(ntfy.notes[0]["click"]).path
    wrong = await stranger.get(link[:-4] + "0000")
    first = await stranger.get(link)
    again = await stranger.get(link)

    assert (wrong.status_code, first.status_code, again.status_code) == (404, 200, 404)
    assert "Thank you" in first.text
    assert "anna" not in first.text and "my phone" not in first.text


async def test_a_hostile_name_of_a_way_is_shown_as_text(home: Home):
    anna = await home.browser("anna")

    await added(home, anna, "ntfy://192.168.1.5/a-topic", name="<img src=x onerror=alert(1)>")

    page = await page_of(anna)
    assert "<img src=x" not in page and "&lt;img src=x" in page

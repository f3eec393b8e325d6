"""Logging in and out, and how often it may be tried."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from screener.web.app import create_app
from screener.web.auth import Passwords, TooBusy, user_name
from screener.web.claim import Claim
from screener.web.sessions import COOKIE, Sessions
from screener.web.tries import FREE_FOR_ONE_NAME, FREE_FROM_ONE_PLACE, place, still_to_wait
from tests.web.conftest import PASSWORD, SECRET, Clock, Visitors, token_of
from tests.web.memory import NOON, MemoryDesk


@pytest.mark.parametrize("path", ["/", "/alerts/a1", "/closed", "/help", "/live"])
async def test_without_a_session_nothing_is_shown(anna: httpx.AsyncClient, visitor: Visitors, path: str):
    answer = await visitor().get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ["/alerts/a1/seen", "/alerts/a1/close", "/alerts/a1/reopen", "/logout"])
async def test_without_a_session_nothing_is_changed(
    anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk, path: str
):
    answer = await visitor().post(path, data={"token": "x"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert not desk.did


async def test_a_part_that_refreshes_itself_sends_the_whole_page_to_the_log_in(
    anna: httpx.AsyncClient, visitor: Visitors
):
    answer = await visitor().get("/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


async def test_the_cookie_is_kept_from_scripts_and_other_sites(anna: httpx.AsyncClient, visitor: Visitors):
    answer = await visitor().post("/login", data={"name": "Anna ", "password": PASSWORD})

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "max-age=43200" in cookie


async def test_a_session_ends_after_twelve_hours(anna: httpx.AsyncClient, clock: Clock):
    clock.later(hours=11.9)
    before = await anna.get("/")
    clock.later(hours=0.2)
    after = await anna.get("/")

    assert (before.status_code, after.status_code) == (200, 303)


async def test_a_session_is_void_after_log_out_even_if_its_cookie_was_kept(anna: httpx.AsyncClient, visitor: Visitors):
    kept = anna.cookies[COOKIE]
    thief = visitor()
    thief.cookies.set(COOKIE, kept)

    await anna.post("/logout", data={"token": token_of(await anna.get("/"))})

    assert (await anna.get("/")).status_code == 303
    assert (await thief.get("/")).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "e30.e30", "x" * 5000])
async def test_a_made_up_cookie_opens_nothing(anna: httpx.AsyncClient, visitor: Visitors, cookie: str):
    client = visitor()
    client.cookies.set(COOKIE, cookie)

    assert (await client.get("/")).status_code == 303


async def test_a_cookie_signed_with_another_key_opens_nothing(
    anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk
):
    client = visitor()
    client.cookies.set(COOKIE, Sessions(secret=b"y" * 32).cookie(desk.people["anna"], NOON))

    assert (await client.get("/")).status_code == 303


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(anna: httpx.AsyncClient, visitor: Visitors):
    client = visitor()

    wrong = await client.post("/login", data={"name": "anna", "password": "not this one"})
    unknown = await client.post("/login", data={"name": "nora", "password": "not this one"})

    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("anna", "nora") == unknown.text


async def test_guessing_is_slowed_down_and_a_restart_does_not_help(
    anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk, clock: Clock
):
    guesser = visitor(peer="192.0.2.50", host="192.0.2.7")
    right = {"name": "anna", "password": PASSWORD}
    for _ in range(FREE_FROM_ONE_PLACE):
        await guesser.post("/login", data={"name": "anna", "password": "a guess"})
    restarted = create_app(desk, claim=None, secret=SECRET, logins=desk.logins, hosts=("192.0.2.7",), clock=clock)
    transport = httpx.ASGITransport(restarted, client=("192.0.2.50", 50_001))

    slowed = await guesser.post("/login", data=right)
    async with httpx.AsyncClient(transport=transport, base_url="http://192.0.2.7") as again:
        still = await again.post("/login", data=right, headers={"Origin": "http://192.0.2.7"})
    elsewhere = await visitor(peer="192.0.2.51", host="192.0.2.7").post("/login", data=right)
    clock.later(minutes=16)
    later = await guesser.post("/login", data=right)

    assert (slowed.status_code, still.status_code) == (429, 429)
    assert "Wait 30 seconds" in slowed.text
    assert (elsewhere.status_code, later.status_code) == (303, 303)


async def test_a_hundred_guesses_at_once_are_counted_one_by_one(anna: httpx.AsyncClient, visitor: Visitors):
    guesser = visitor(peer="192.0.2.50", host="192.0.2.7")

    answers = await asyncio.gather(
        *(guesser.post("/login", data={"name": "anna", "password": f"guess {n}"}) for n in range(100))
    )

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(403) == FREE_FROM_ONE_PLACE
    assert statuses.count(429) == 100 - FREE_FROM_ONE_PLACE


async def test_whoever_sits_at_the_machine_is_never_locked_out_from_elsewhere(
    anna: httpx.AsyncClient, visitor: Visitors
):
    for n in range(FREE_FOR_ONE_NAME):
        await visitor(peer=f"192.0.2.{n + 100}", host="192.0.2.7").post(
            "/login", data={"name": "anna", "password": "x"}
        )

    elsewhere = await visitor(peer="192.0.2.99", host="192.0.2.7").post(
        "/login", data={"name": "anna", "password": PASSWORD}
    )
    here = await visitor().post("/login", data={"name": "anna", "password": PASSWORD})

    assert (elsewhere.status_code, here.status_code) == (429, 303)


async def test_what_was_typed_into_the_name_field_is_not_kept(
    anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk
):
    await visitor(peer="192.0.2.50", host="192.0.2.7").post("/login", data={"name": PASSWORD, "password": "anna"})

    assert desk.strikes
    assert not any(PASSWORD in key for key in desk.strikes)


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/alerts/a1", "/alerts/a1"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\nx", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 400, "/"),
    ],
)
async def test_a_log_in_leads_only_to_our_own_pages(anna: httpx.AsyncClient, visitor: Visitors, to: str, leads: str):
    answer = await visitor().post("/login", data={"name": "anna", "password": PASSWORD, "next": to})

    assert answer.headers["location"] == leads


async def test_a_flood_of_passwords_is_refused_instead_of_queued(desk: MemoryDesk, password_hash: str):
    await desk.add_user("anna", password_hash)
    passwords = Passwords(desk=desk)

    answers = await asyncio.gather(*(passwords.user("anna", f"guess {n}") for n in range(20)), return_exceptions=True)

    assert sum(isinstance(answer, TooBusy) for answer in answers) == 12
    assert (await passwords.user("anna", PASSWORD)) is not None


def test_waits_double_up_to_a_quarter_of_an_hour_and_are_forgotten_by_the_next_day():
    now = NOON
    tried = [(now - timedelta(seconds=1),) * n for n in range(60)]

    waits = [still_to_wait(times, 5, now) for times in tried]

    assert waits[4] == timedelta(0)
    assert waits[5] == timedelta(seconds=29)
    assert waits[6] == timedelta(seconds=59)
    assert max(waits) < timedelta(minutes=15)
    assert still_to_wait(tried[50], 5, now + timedelta(hours=13)) == timedelta(0)
    assert still_to_wait((now + timedelta(days=300),) * 50, 5, now) == timedelta(minutes=15)


def test_one_ipv6_network_counts_as_one_place():
    assert place("2001:db8::1") == place("2001:db8::ffff:2%eth0")
    assert place("2001:db8:0:1::1") != place("2001:db8::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1")


def test_a_name_is_the_same_however_a_phone_writes_it():
    assert user_name(" Anna ") == user_name("anna") == user_name("ＡＮＮＡ")


async def test_a_user_who_is_gone_is_logged_out(anna: httpx.AsyncClient, desk: MemoryDesk, claim: Claim):
    desk.people["bea"] = replace(desk.people.pop("anna"), name="bea")

    assert (await anna.get("/")).status_code == 303

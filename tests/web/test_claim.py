"""The first account: only with the code, only in time, only on the machine itself."""

import math

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from screener.web.app import create_app
from screener.web.claim import ALPHABET, MOST_TRIES, Claim
from tests.web.conftest import PASSWORD, SECRET, Clock, Visitors
from tests.web.memory import NOON, MemoryDesk

FORM = {"name": "Anna", "password": PASSWORD}


async def test_before_the_claim_every_page_leads_to_the_claim_page(visitor: Visitors):
    client = visitor()

    answers = [await client.get(path) for path in ("/", "/login", "/help", "/alerts/a1", "/live", "/closed")]

    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/claim")}
    assert (await client.get("/claim")).status_code == 200


async def test_the_right_code_makes_the_account_and_logs_in(visitor: Visitors, desk: MemoryDesk, claim: Claim):
    client = visitor()

    answer = await client.post("/claim", data=FORM | {"code": claim.code.lower().replace("-", " ")})

    assert answer.status_code == 303
    assert list(desk.people) == ["anna"]
    assert PASSWORD not in desk.people["anna"].password_hash
    assert "Nothing can be seen yet" in (await client.get("/")).text


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("192.0.2.50", "localhost"),
        ("192.0.2.50", "192.0.2.7:8745"),
        ("127.0.0.1", "192.0.2.7:8745"),
        ("127.0.0.1", "screener.example"),
        ("::ffff:192.0.2.50", "localhost"),
        ("", "localhost"),
    ],
)
async def test_nobody_on_the_network_can_claim(visitor: Visitors, desk: MemoryDesk, claim: Claim, peer: str, host: str):
    client = visitor(peer=peer, host=host)
    pretending = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"}

    page = await client.get("/claim", headers=pretending)
    answer = await client.post("/claim", data=FORM | {"code": claim.code}, headers=pretending)

    assert (page.status_code, answer.status_code) == (403, 403)
    assert "on the machine it runs on" in page.text
    assert not desk.people


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:8745", "127.0.0.1:8745", "[::1]:8745", "LOCALHOST"])
async def test_the_machine_itself_can_claim_by_each_of_its_names(visitor: Visitors, peer: str, host: str):
    page = await visitor(peer=peer, host=host).get("/claim")

    assert page.status_code == 200
    assert "Claim code" in page.text


async def test_a_code_runs_out_after_fifteen_minutes(visitor: Visitors, desk: MemoryDesk, claim: Claim, clock: Clock):
    client = visitor()
    clock.later(minutes=15)

    page = await client.get("/claim")
    answer = await client.post("/claim", data=FORM | {"code": claim.code})

    assert "make up" in page.text and "Claim code" not in page.text
    assert answer.status_code == 403
    assert not desk.people


async def test_a_code_that_was_guessed_at_too_often_is_void(visitor: Visitors, desk: MemoryDesk, claim: Claim):
    client = visitor()

    for _ in range(MOST_TRIES):
        await client.post("/claim", data=FORM | {"code": "2222-2222-2222-2222"})
    answer = await client.post("/claim", data=FORM | {"code": claim.code})

    assert answer.status_code == 403
    assert not desk.people


@pytest.mark.parametrize(
    "form", [{"password": "too short"}, {"password": "x" * 1001}, {"name": " "}, {"name": "a\x07b"}]
)
async def test_a_mistake_that_can_be_mended_costs_no_try(visitor: Visitors, claim: Claim, form: dict[str, str]):
    client = visitor()

    answer = await client.post("/claim", data=FORM | {"code": claim.code} | form)

    assert answer.status_code == 400
    assert claim.tries_left == MOST_TRIES
    assert (await client.post("/claim", data=FORM | {"code": claim.code})).status_code == 303


async def test_a_home_is_claimed_only_once(visitor: Visitors, desk: MemoryDesk, claim: Claim):
    await visitor().post("/claim", data=FORM | {"code": claim.code})

    answer = await visitor().post("/claim", data=FORM | {"code": claim.code, "name": "Somebody else"})

    assert answer.headers["location"] == "/login"
    assert list(desk.people) == ["anna"]


async def test_the_health_sign_says_nothing_but_ok(visitor: Visitors):
    answer = await visitor(peer="192.0.2.50", host="192.0.2.7").get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok")


async def test_a_device_gets_its_proxy_settings_before_the_claim(app: FastAPI, visitor: Visitors):
    async def settings() -> Response:
        return PlainTextResponse("function FindProxyForURL() {}")

    app.add_api_route("/proxy.pac", settings, methods=["GET"])

    answer = await visitor(peer="192.0.2.50", host="192.0.2.7").get("/proxy.pac")

    assert answer.text == "function FindProxyForURL() {}"


def test_a_code_has_sixty_bits_and_no_letters_that_look_alike():
    codes = {Claim.new(NOON).code for _ in range(200)}

    assert len(codes) == 200
    assert all(len(code.replace("-", "")) * math.log2(len(ALPHABET)) >= 60 for code in codes)
    assert not set("01OILU") & set("".join(codes))


def test_a_code_never_shows_in_a_log(claim: Claim):
    assert claim.code not in repr(claim)


def test_a_dashboard_with_a_short_key_does_not_start(desk: MemoryDesk):
    with pytest.raises(ValueError, match="32 random bytes"):
        create_app(desk, claim=None, secret=b"short", logins=desk.logins)


async def test_without_a_code_the_page_says_how_to_get_one(desk: MemoryDesk):
    app = create_app(desk, claim=None, secret=SECRET, logins=desk.logins)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        page = await client.get("/claim")

    assert "make up" in page.text and "Printed where you started" not in page.text

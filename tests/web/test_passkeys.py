"""Passkeys: made, used and removed, by an authenticator of our own and by that of a real Chromium."""

import asyncio
import hashlib
import json
import secrets
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import async_playwright, expect
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from tests.browser import chromium_path
from tests.web.conftest import FLAGS, PHONE, served, token_of
from tests.web.house import PASSWORD, Home, a_home
from tests.web.test_account import with_codes
from tests.web.test_browser import FAINT
from tests.web.test_people import invite

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8745"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


@dataclass
class Authenticator:
    """A key of somebody's, as a browser would use it."""

    origin: str = ORIGIN
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def made(self, options: dict[str, Any]) -> str:
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        told = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._told(ATTESTED) + attested})
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(self._client("create", options)),
                "attestationObject": bytes_to_base64url(told),
            }
        )

    def used(self, options: dict[str, Any]) -> str:
        client, told = self._client("get", options), self._told()
        signature = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(told),
                "signature": bytes_to_base64url(signature),
                "userHandle": self.handle,
            }
        )

    def _client(self, what: str, options: dict[str, Any]) -> bytes:
        said = {"type": f"webauthn.{what}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _told(self, flags: int = 0) -> bytes:
        self.count += 1
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", self.flags | flags, self.count)

    def _answer(self, response: dict[str, str]) -> str:
        id = bytes_to_base64url(self.id)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response})


async def begin(client: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    token = token_of(await client.get("/account/passkeys"))
    return await client.post("/account/passkeys/begin", data={"token": token, "password": password})


async def send(client: httpx.AsyncClient, credential: str, name: str = "Phone") -> httpx.Response:
    token = token_of(await client.get("/account/passkeys"))
    return await client.post("/account/passkeys/make", data={"token": token, "name": name, "credential": credential})


async def make(client: httpx.AsyncClient, key: Authenticator | None = None, name: str = "Phone") -> Authenticator:
    """Gives the log-in of this browser a passkey."""
    key = key or Authenticator()
    answer = await send(client, key.made((await begin(client)).json()), name)
    assert (answer.status_code, answer.json()) == (200, {"to": "/account/passkeys"})
    return key


async def asked(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.post("/login/passkey/begin", data={})).json())


async def enter(client: httpx.AsyncClient, credential: str, **more: str) -> httpx.Response:
    return await client.post("/login/passkey", data={"credential": credential} | more)


async def test_a_passkey_is_made_named_and_opens_the_dashboard(home: Home):
    anna = await home.browser("anna")
    key = await make(anna, name="  My <b>phone</b> ")
    stranger = home.stranger()

    page = (await anna.get("/account/passkeys")).text
    answer = await enter(stranger, key.used(await asked(stranger)), next="/closed")

    assert "My &lt;b&gt;phone&lt;/b&gt;" in page
    assert (answer.status_code, answer.json()) == (200, {"to": "/closed"})
    assert "anna" in (await stranger.get("/account")).text


async def test_a_passkey_stands_for_the_code_as_well(home: Home):
    anna = await home.browser("anna")
    await with_codes(home, anna)
    key = await make(anna)
    stranger = home.stranger()

    answer = await enter(stranger, key.used(await asked(stranger)))

    assert answer.json() == {"to": "/"}
    assert (await stranger.get("/account")).status_code == 200


async def test_making_one_needs_the_password(home: Home):
    anna = await home.browser("anna")

    refused = await begin(anna, "not this one")
    without = await send(anna, Authenticator().made({"challenge": "x" * 43, "user": {"id": "x"}}))

    assert refused.status_code == 403 and "not right" in refused.json()["wrong"]
    assert without.status_code == 400
    assert "Phone" not in (await anna.get("/account/passkeys")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:9999"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
async def test_what_was_not_shown_here_by_the_person_is_refused(home: Home, wrong: dict[str, Any]):
    anna = await home.browser("anna")
    made_wrongly = await send(anna, Authenticator(**wrong).made((await begin(anna)).json()))
    key = await make(anna)
    stranger = home.stranger()
    for name, value in wrong.items():
        setattr(key, name, value)

    used_wrongly = await enter(stranger, key.used(await asked(stranger)))

    assert (made_wrongly.status_code, used_wrongly.status_code) == (400, 403)
    assert (await stranger.get("/")).status_code == 303


async def test_each_question_is_answered_once_in_time_and_for_what_it_was_asked(home: Home):
    anna = await home.browser("anna")
    options = (await begin(anna)).json()
    key = Authenticator()
    credential = key.made(options)
    first, again = await send(anna, credential), await send(anna, credential)
    stranger = home.stranger()
    question = await asked(stranger)
    used = key.used(question)
    entered, replayed = await enter(stranger, used), await enter(home.stranger(), used)
    for_making = await enter(home.stranger(), key.used((await begin(anna)).json()))
    late_question = await asked(stranger)
    home.clock.later(minutes=5)
    late = await enter(home.stranger(), key.used(late_question))
    never_asked = await enter(home.stranger(), key.used({"challenge": bytes_to_base64url(b"x" * 32)}))

    assert (first.status_code, again.status_code) == (200, 400)
    assert (entered.status_code, replayed.status_code) == (200, 403)
    assert [one.status_code for one in (for_making, late, never_asked)] == [403, 403, 403]


async def test_a_passkey_that_was_copied_is_noticed_by_its_count(home: Home):
    anna = await home.browser("anna")
    key = await make(anna)
    await enter(home.stranger(), key.used(await asked(home.stranger())))
    key.count = 0
    stranger = home.stranger()

    answer = await enter(stranger, key.used(await asked(stranger)))

    assert answer.status_code == 403


async def test_another_key_does_not_open_and_nobody_makes_one_for_somebody_else(home: Home):
    await home.person("ben")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    key = await make(anna)
    copy = Authenticator(id=key.id)
    copy.handle = key.handle
    twice = await send(ben, Authenticator(id=key.id).made((await begin(ben)).json()))
    for_anna = await send(ben, Authenticator().made((await begin(anna)).json()))
    renamed = await make(ben)
    renamed.handle = key.handle
    stranger = home.stranger()

    forged = await enter(stranger, copy.used(await asked(stranger)))
    borrowed = await enter(stranger, renamed.used(await asked(stranger)))

    assert (twice.status_code, for_anna.status_code) == (400, 400)
    assert (forged.status_code, borrowed.status_code) == (403, 403)


async def test_a_removed_passkey_opens_nothing_and_only_its_owner_removes_it(home: Home):
    await home.person("ben")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    key = await make(anna)
    id, stranger = bytes_to_base64url(key.id), home.stranger()
    await ben.post("/account/passkeys/remove", data={"token": token_of(await ben.get("/account/passkeys")), "id": id})
    still = await enter(stranger, key.used(await asked(stranger)))

    await anna.post("/account/passkeys/remove", data={"token": token_of(await anna.get("/account/passkeys")), "id": id})
    gone = await enter(home.stranger(), key.used(await asked(stranger)))

    assert (still.status_code, gone.status_code) == (200, 403)


async def test_a_passkey_leads_only_to_our_own_pages(home: Home):
    key = await make(await home.browser("anna"))

    for to in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        stranger = home.stranger()
        answer = await enter(stranger, key.used(await asked(stranger)), next=to)

        assert answer.json() == {"to": "/"}


@pytest.mark.parametrize("at", ["http://127.0.0.1:8745", "http://192.0.2.7", "https://192.0.2.7", "http://[::1]:8745"])
async def test_where_browsers_allow_none_the_page_says_why_and_the_log_in_offers_none(home: Home, at: str):
    home.app.user_middleware[0].kwargs["hosts"] |= {"192.0.2.7"}
    await make(await home.browser("anna"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(home.app), base_url=at, headers={"Origin": at}
    ) as client:
        door = (await client.get("/login")).text
        begun = await client.post("/login/passkey/begin", data={})
        await client.post("/login", data={"name": "anna", "password": PASSWORD})
        page = (await client.get("/account/passkeys")).text

    assert "passkeys.js" not in door and "passkeys.js" not in page
    assert "Passkeys can’t be made here" in page
    assert ("http://localhost:8745/account/passkeys" in page) == ("127.0.0.1" in at or "::1" in at)
    assert begun.status_code == 403


async def test_the_log_in_offers_passkeys_once_somebody_has_one(home: Home):
    before = (await home.stranger().get("/login")).text
    await make(await home.browser("anna"))

    after = (await home.stranger().get("/login")).text

    assert "passkeys.js" not in before
    assert "/static/passkeys.js" in after and "Use a passkey instead" in after


async def test_whatever_is_sent_in_place_of_an_answer_is_refused_and_breaks_nothing(home: Home):
    anna, stranger = await home.browser("anna"), home.stranger()
    key = await make(anna)
    good = key.used(await asked(stranger))
    broken = ["", "x", "[]", "null", "{}", "[" * 5000, '{"response": 3}', '{"response": {"clientDataJSON": "AA"}}']
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for value in ("", "AA", "%%%", "é", "A" * 8000, 3, None, ["x"], {"a": 1}):
            told = json.loads(key.used(await asked(stranger)))
            told["response"][part] = value
            broken.append(json.dumps(told))
    for value in ("", 3, None, "x" * 5000):
        broken.append(json.dumps(json.loads(key.used(await asked(stranger))) | {"id": value}))

    statuses = {(await enter(stranger, one)).status_code for one in broken}
    made = {(await send(anna, one)).status_code for one in broken[:8]}
    for value in ("", "AA", "%%%", 3, bytes_to_base64url(b"\xa3cfmtdnone"), bytes_to_base64url(b"\x9f" * 500)):
        told = json.loads(Authenticator().made((await begin(anna)).json()))
        told["response"]["attestationObject"] = value
        made.add((await send(anna, json.dumps(told))).status_code)

    assert len(broken) > 40 and good
    assert statuses <= {403, 413, 200} and made == {400}
    assert base64url_to_bytes(json.loads(good)["id"]) == key.id


async def test_a_real_browser_makes_a_passkey_and_logs_in_with_it(home: Home):
    complaints: list[str] = []
    path = await asyncio.to_thread(chromium_path)
    async with async_playwright() as playwright, served(home.app) as address:
        at = address.replace("127.0.0.1", "localhost")
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=FLAGS)
        page = await browser.new_page(viewport=PHONE)
        # The browser itself says there that what it kept was cleared.
        page.on("console", lambda said: said.type == "info" or complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        tools = await page.context.new_cdp_session(page)
        await tools.send("WebAuthn.enable")
        await tools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        await page.goto(f"{at}/login")
        await page.fill("#name", "anna")
        await page.fill("#password", PASSWORD)
        await page.click("button")
        await page.goto(f"{at}/account/passkeys")
        await page.fill("#passkey-name", "My phone")
        await page.fill("#passkey-password", PASSWORD)
        await page.click("text=Make a passkey >> nth=-1")
        await expect(page.locator(".rows .what")).to_have_text("My phone")
        await page.click("text=Log out")

        await page.click("text=Use a passkey instead")

        await expect(page.locator(".who")).to_be_visible()
        assert page.url == f"{at}/"
        assert complaints == []
        await browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_of_log_ins_fit_a_phone_and_can_be_read(home: Home, scheme: Any):
    await home.person("ben", role="viewer")
    await invite(await home.browser("anna"), "a name that is as long as names may be, sixty letters or so")
    complaints: list[str] = []
    path = await asyncio.to_thread(chromium_path)
    async with async_playwright() as playwright, served(home.app) as address:
        at = address.replace("127.0.0.1", "localhost")
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=FLAGS)
        page = await browser.new_page(viewport=PHONE, color_scheme=scheme)
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))

        async def looks_right(what: str) -> None:
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], what
            assert await page.evaluate(FAINT) == [], what
            unnamed = "input:not([type=hidden]):not([hidden])"
            for one in await page.locator(unnamed).all():
                assert await page.locator(f"label[for={await one.get_attribute('id')}]").count() == 1, what

        for path in ("/join", "/login"):
            await page.goto(f"{at}{path}")
            await looks_right(path)
        await page.fill("#name", "anna")
        await page.fill("#password", PASSWORD)
        await page.click("button")
        for path in ("/account", "/account/passkeys", "/people", "/account/codes"):
            await page.goto(f"{at}{path}")
            if path == "/people":
                await page.click("summary >> nth=1")
            await looks_right(path)
        await page.fill("#begin-password", PASSWORD)
        await page.click("text=Begin")
        await expect(page.locator("svg.qr")).to_be_visible()
        await looks_right("the picture for the phone")

        assert complaints == []
        await browser.close()

"""Nothing on any page stays English: in a language that marks what is looked up, only data stands outside the marks."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from screener import troubles
from screener.store.sql import SqlTransaction
from screener.store.tables import issues
from screener.web import tongue
from tests.web import pseudo
from tests.web.conftest import token_of
from tests.web.house import KIM, PASSWORD
from tests.web.tour import STOPS, Tour, tour

NAMES = frozenset({
    "Screener", "anna", "ben", "vi", "half", "kim", "sasha", "lee", "grandma", "Kim", "Robin", "Sasha", "Alex", "Lee",
    "Maya R.", "Sky W.", "Maya Rojas", "Sam T.", "Kim’s tablet", "Sashas-Phone", "Television", "About Kim", "My phone",
    "Mail", "Facebook", "Discord", "Instagram", "Roblox", "Skype", "Teams Free", "TikTok", "X", "Xx", "Firefox",
    "Windows", "macOS", "Linux", "iPhone, iPad", "Android", "StopNCII.org", "Take It Down", "Childline", "Samaritans",
    "NatWest", "EUR", "Europe/London", "overrides.yaml", "XXXX-XXXX-XXXX-XXXX",
    "ntfy: ntfy.example.com", "mailtos: mail.example.com", "Maya R", "Sky W", "Qq", "opa",
    "AU", "BR", "CA", "DE", "ES", "FR", "GB", "IE", "NL", "NZ", "PH", "PL", "PT", "US",
    "{time}", "{count}",
})  # fmt: skip
"""What is the same in every language: people, devices, brands, places of help and codes; what a script fills in."""
WRITTEN = frozenset({
    "dont tell anyone about us, delete our messages", "lets go on snapchat, add me there",
    "send me a pic, just for me", "I recorded everything.", "pay 300 euros in gift cards or everyone sees it",
    "I recorded everything. pay 300 euros in gift cards or everyone sees it",
    "hey, saw you on my feed, you look cool", "are your parents home? who checks your phone?", "are your parents home?",
    "I only know them from the swimming group.",
})  # fmt: skip
"""What people wrote."""
VALUES: Mapping[str, object] = {
    "why": "Qq", "platform": "Facebook", "where": "Facebook", "count": 7, "day": "2026-09-30", "mistake": "Qq",
    "megabytes": 12, "folder": "Qq", "what": "Qq", "device": "Television", "user": "ben", "was": "Kim", "by": "anna",
    "address": "Qq", "addresses": "Qq",
}  # fmt: skip
ADDRESS = re.compile(r"https?://[^\s<\"]+")
PHRASE = re.compile(f'(?<={pseudo.OPEN}Don’t hear: {pseudo.CLOSE})[^"]*')
"""What a word list listens for, read aloud with the button that takes it away."""
TOLD = "threatens-to-publish"


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = tongue.catalogue
    monkeypatch.setitem(tongue.LANGUAGES, pseudo.CODE, "Xx")
    monkeypatch.setattr(tongue, "catalogue", lambda code: pseudo.Pseudo() if code == pseudo.CODE else real(code))


@pytest.mark.usefixtures("marks")
async def test_only_data_stands_outside_the_sentences_on_every_page(tmp_path: Path):
    found: dict[str, list[str]] = {}
    async with tour(tmp_path) as there:
        await everything_is_wrong(there)
        async for path, page in pages(there):
            assert pseudo.OPEN in page, path
            shown = PHRASE.sub(" ", ADDRESS.sub(" ", page))
            if left := set(pseudo.unmarked(shown, NAMES | WRITTEN)):
                found[path] = sorted(left)

    assert found == {}


async def everything_is_wrong(there: Tour) -> None:
    """Every trouble there is a sentence for, and none that the tour made up."""
    async with there.home.store.engine.begin() as connection:
        await connection.execute(delete(issues))
        for said in troubles.SAID:
            issue = troubles.issue(said, severity="note", at=there.home.clock(), values=VALUES)
            await SqlTransaction(connection).note(issue)


PRESSED: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("anna", "/alerts/{act}/evidence", {}),
    ("anna", "/alerts/{act}/words", {"rule": TOLD}),
    ("anna", "/alerts/{act}/evidence/sheets", {"": ""}),
    ("anna", "/alerts/{act}/evidence/payment", {"rail": "gift", "at": "yesterday"}),
    ("anna", "/alerts/{act}/evidence/payment", {"rail": "card", "number": "1", "amount": "20", "currency": "EUR"}),
    ("anna", "/alerts/{act}/evidence/export", {"passphrase": "a", "again": "b"}),
    ("anna", "/alerts/{act}/evidence/export", {"passphrase": "a", "again": "a"}),
    ("anna", "/alerts/{act}/evidence/erase", {"sure": "no"}),
    ("anna", "/alerts/{look}/tried", {"": ""}),
    ("anna", "/alerts/{look}/tried", {"rule": "new-account-no-mutual-friends"}),
    ("anna", "/alerts/{look}/mute", {"rule": "new-account-no-mutual-friends", "for": "30"}),
    ("anna", "/alerts/{look}/quiet", {"": ""}),
    ("anna", "/alerts/{more}/later", {"for": "week"}),
    ("anna", "/search?state=later", {}),
    ("anna", "/alerts/{more}/trust", {"": ""}),
    ("anna", "/alerts/{more}", {}),
    ("anna", "/alerts/{look}/close", {"": ""}),
    ("anna", "/several/see", {"": ""}),
    ("anna", "/search/keep", {"name": "", "query": "text=kim"}),
    ("anna", "/rules/of/secrecy", {"points": "1", "status": "trial", "whose": ""}),
    ("anna", "/rules/of/secrecy", {"points": "many", "status": "trial", "whose": ""}),
    ("anna", "/rules/lists/secrecy/add", {"words": "", "language": "any", "kind": "words"}),
    ("anna", "/rules/lists/secrecy/add", {"words": "opa", "language": "any", "kind": "words"}),
    ("anna", "/rules/new", {"title": "", "by": "contact", "stage": "befriend", "points": "5"}),
    ("anna", "/rules/new", {"title": "Qq", "by": "contact", "stage": "befriend", "points": "5", "words": "opa"}),
    ("anna", "/rules/levels", {"level": "look", "points": "0", "whose": ""}),
    ("anna", "/rules/levels", {"level": "look", "points": "40", "whose": ""}),
    ("anna", "/account/password", {"old": "no", "new": "short", "again": "other"}),
    ("anna", "/account/language", {"language": ""}),
    ("anna", "/account/codes/begin", {"password": "no"}),
    ("anna", "/account/codes/begin", {"password": PASSWORD}),
    ("anna", "/account/codes/on", {"code": "000000"}),
    ("anna", "/notices/channels", {"address": "nothing", "name": "Mail"}),
    ("anna", "/notices/wishes", {"quiet_from": "25:00"}),
    ("anna", "/notices/pause", {"for": "day"}),
    ("anna", "/people/invite", {"name": "ben", "role": "parent", "password": PASSWORD}),
    ("anna", "/people/invite", {"name": "opa", "role": "viewer", "password": PASSWORD}),
    ("anna", "/setup/member", {"name": "", "born": "never"}),
    ("anna", "/devices/certificate/renew", {"password": PASSWORD}),
    ("anna", "/devices", {}),
    ("anna", "/devices/give", {"address": "nowhere"}),
    ("anna", "/devices/code", {"member": KIM.id, "name": "Television"}),
    ("anna", "/help", {"": ""}),
    ("vi", "/", {}),
    ("vi", "/rules", {}),
    ("vi", "/alerts/{act}/close", {"": ""}),
    ("ben", "/", {}),
    ("kim", "/me/help", {"to": "everybody"}),
    ("sasha", "/alerts/{teen}", {}),
    ("sasha", "/alerts/{teen}/steps", {}),
    ("sasha", "/me/alerts/{teen}/answer", {"said": "unsure"}),
    ("", "/login", {"name": "nobody", "password": "no"}),
    ("", "/join", {"code": "no"}),
    ("half", "/login/code", {"code": "000000"}),
)
"""What is pressed after the tour, by whom, and what is sent with it; without anything, the page is only opened."""


async def pages(there: Tour) -> AsyncIterator[tuple[str, str]]:
    """Every page of the tour, and what comes of pressing what there is to press."""
    pressed = [(stop.by, stop.path, {}) for stop in STOPS]
    browsers: dict[str, httpx.AsyncClient] = {}
    tokens: dict[str, str] = {}
    for by, path, fields in (*pressed, *PRESSED):
        if by not in browsers:
            browsers[by] = await browser(there, by)
            account = await browsers[by].get("/account")
            tokens[by] = token_of(account) if 'name="token"' in account.text else ""
        client, url = browsers[by], path.format(**there.ids)
        if not fields:
            answer = await client.get(url)
        else:
            answer = await client.post(url, data={"token": tokens[by], **fields})
        while 'hx-trigger="every 1s"' in answer.text:
            await asyncio.sleep(0.05)
            answer = await client.get(answer.url.path)
        yield f"{path} {dict(fields)} {by} {answer.status_code}", answer.text
    for client in browsers.values():
        await client.aclose()


async def browser(there: Tour, by: str) -> httpx.AsyncClient:
    client = await there.home.browser(by) if by and by not in there.empty else there.home.stranger()
    if by in there.empty:
        client = httpx.AsyncClient(base_url=there.empty[by])
    client.headers["Accept-Language"] = pseudo.CODE
    client.follow_redirects = True
    return client


def test_a_word_outside_the_marks_is_found_and_data_is_not():
    page = '<p title="Look">⟦on ⟧Facebook⟦, with ⟧Kim</p><p>3 days</p><code>id</code><p lang="en">A <b>page</b></p>'

    assert list(pseudo.unmarked(page, NAMES)) == ["Look", "3 days"]

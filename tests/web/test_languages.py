"""The dashboard speaks six languages: every sentence has its translation, and who reads chooses."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import update

from screener.store.people import users
from screener.web.tongue import LANGUAGES, chosen
from tests.web.house import KIM, Home, a_bad_story, a_home

ROOT = Path(__file__).resolve().parents[2]
OVERVIEW = {"en": "Overview", "es": "Resumen", "fr": "Vue d", "de": "Übersicht", "pt": "Vis", "pl": "Przegl"}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


def test_every_sentence_has_its_translation_and_what_is_compiled_is_current():
    checked = subprocess.run([sys.executable, "scripts/words.py", "--check"], cwd=ROOT, capture_output=True, text=True)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_language_answers_in_the_words_of_another():
    found: dict[tuple[str, str], list[str]] = {}
    for code in sorted(set(LANGUAGES) - {"en"}):
        path = ROOT / "screener" / "web" / "languages" / code / "LC_MESSAGES" / "screener.po"
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                said = message.string if isinstance(message.string, str) else message.string[0]
                # What is the same in two languages is short, or hardly more than names and places.
                words = re.findall(r"[^\W\d_]{2,}", re.sub(r"[%{<][^>}s]*[>}s]", " ", said))
                if message.id and len(words) > 3:
                    found.setdefault((str(message.id), said), []).append(code)

    assert {said: codes for said, codes in found.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("user", "accepted", "code"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "tlh,nl;q=0.9,fr;q=0.5", "fr"),
        ("pl", "de", "pl"),
        ("xx", "../../etc,es", "es"),
    ],
)
def test_a_users_own_choice_comes_before_what_the_browser_accepts(user: str, accepted: str, code: str):
    assert chosen(user, accepted) == code


@pytest.mark.parametrize("code", LANGUAGES)
async def test_pages_are_shown_in_the_language_that_was_chosen(home: Home, code: str):
    await home.happens(*a_bad_story(KIM))
    async with home.store.engine.begin() as connection:
        await connection.execute(update(users).values(language=code))
    anna = await home.browser("anna")
    (alert,) = await home.desk.alerts()

    overview = (await anna.get("/", headers={"Accept-Language": "en"})).text
    case = await anna.get(f"/alerts/{alert.id}")
    rest = [await anna.get(path) for path in ("/closed", "/help", "/search", "/account", "/people", "/notices")]

    assert f'<html lang="{code}">' in overview
    assert OVERVIEW[code] in overview
    assert (case.status_code, f'<html lang="{code}">' in case.text) == (200, True)
    assert [answer.status_code for answer in rest] == [200] * 6
    assert all("%(" not in answer.text for answer in (case, *rest))


async def test_a_language_is_chosen_on_ones_own_page(home: Home):
    anna = await home.browser("anna")
    page = (await anna.get("/account")).text
    token = page.split('name="token" value="')[1].split('"')[0]

    await anna.post("/account/language", data={"token": token, "language": "de"})
    german = (await anna.get("/account")).text
    await anna.post("/account/language", data={"token": token, "language": "../xx"})
    again = (await anna.get("/account", headers={"Accept-Language": "fr"})).text

    assert '<html lang="de">' in german and 'value="de" lang="de" selected' in german
    assert '<html lang="fr">' in again

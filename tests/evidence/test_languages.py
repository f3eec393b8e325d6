"""The report speaks the language that was asked for: no sentence of it stays English, and no place in one is lost."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from typer.testing import CliRunner

from screener.cli import app
from screener.errors import Mistake
from screener.evidence import pdf
from screener.evidence.export import Wish, exported
from screener.evidence.gathered import Gathered, gathered
from screener.evidence.labels import ACCOUNT, PAYMENT, VALUES, listed
from screener.evidence.report import Cover, report
from screener.evidence.telling import WHAT, told
from screener.evidence.verify import read
from screener.kept import Entry
from screener.languages import LANGUAGES, speaker
from screener.store.casebook import SqlCases
from tests.evidence.rig import KEY, MADE, after

OPENING, CLOSING = "⟦", "⟧"
OTHERS = sorted(set(LANGUAGES) - {"en"})
NOT_OURS = {"skype", "screener", "verify", "python"}
"""What is called the same in every language."""


def marked(text: str) -> str:
    """In place of a language: whatever goes through a catalogue stands in brackets."""
    return f"{OPENING}{text}{CLOSING}"


class Words(HTMLParser):
    """What stands in a page for people, but what somebody wrote, what machines read, and what is said to be English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found, self.apart = "", list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        begins = tag in ("bdi", "code", "style", "title") or (("lang", "en") in attrs and tag != "html")
        if (self.apart or begins) and tag not in ("meta", "link", "br"):
            self.apart.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.apart and self.apart[-1] == tag:
            self.apart.pop()

    def handle_data(self, data: str) -> None:
        if not self.apart:
            self.found += data


@asynccontextmanager
async def a_case(folder: Path) -> AsyncIterator[tuple[SqlCases, Gathered]]:
    """The second story's case on Skype, with a payment."""
    async with after("police-2", folder) as home:
        case = await home.case("skype")
        paid = {"rail": "gift-card", "number": "0123", "amount": "50", "currency": "EUR", "note": "to a Clara"}
        await home.cases.add(case.id, "payment", paid, who="anna", at=MADE)
        yield home.cases, await gathered(home.cases, await home.case("skype"), hold=True)


async def pages(folder: Path, languages: Iterable[str]) -> dict[str, str]:
    async with a_case(folder) as (cases, found):
        made = {}
        for code in languages:
            cover = a_cover(code)
            made[code] = b"".join([piece async for piece in report(cases, found, cover)]).decode()
        return made


def a_cover(code: str) -> Cover:
    say = marked if code == "marked" else speaker(code)
    return Cover(made=MADE, by="anna", fingerprint="aa bb", say=say, language=code)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report in each language, and once with everything marked that goes through a catalogue."""
    return asyncio.run(pages(tmp_path_factory.mktemp("told"), ("marked", *LANGUAGES)))


def test_every_sentence_of_the_report_goes_through_the_catalogues(made: dict[str, str]):
    text = re.sub(f"{OPENING}[^{CLOSING}]*{CLOSING}", " ", Words(made["marked"]).found)

    left = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)} - NOT_OURS

    assert left == set()


@pytest.mark.parametrize("code", OTHERS)
def test_the_report_is_in_that_language_and_every_place_in_a_sentence_is_filled(made: dict[str, str], code: str):
    sentences = set(re.findall(f"{OPENING}([^{CLOSING}]*){CLOSING}", Words(made["marked"]).found))
    say, page = speaker(code), made[code]

    kept = [each for each in sentences if len(each.split()) > 3 and each in Words(page).found]

    assert f'<html lang="{code}">' in page
    assert say("What happened, in order") in page and say("Gift card") in page
    assert len(sentences) > 60 and kept == []
    assert not re.search(r"\{\w+\}", Words(page).found)


async def test_every_sentence_of_the_pdf_goes_through_the_catalogues(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(pdf, "set_", lambda report: given.append(dict(report)) or b"%PDF")

    async with a_case(tmp_path) as (cases, found):
        await pdf.pdf(cases, found, a_cover("marked"))

    (it,) = given
    sections = [*it["sections"], *it["after"]]
    ours = [it["id_note"], it["claim"], it["timeline_title"], it["own_title"], *(pair[0] for pair in it["facts"])]
    ours += [each["title"] for each in sections] + [words for each in sections for words in each.get("words", ())]
    ours += [each["what"] for each in it["timeline"]] + [note for each in it["timeline"] for note in each["notes"]]
    ours += [table["cells"][0] for each in sections for table in each.get("tables", ())]
    assert [each for each in ours if OPENING not in each] == ["Screener", "✓"]


@pytest.mark.parametrize("code", OTHERS)
async def test_the_pdf_is_set_in_that_language(tmp_path: Path, code: str):
    async with a_case(tmp_path) as (cases, found):
        raw = await pdf.pdf(cases, found, a_cover(code))

    document = pypdfium2.PdfDocument(raw)
    text = " ".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    plain = " ".join(text.split())
    assert speaker(code)("What happened, in order") in plain
    assert speaker(code)("Signed with the key") in plain
    assert "What is not here" not in plain


FULL = {
    "call": "video", "seconds": 3, "media": ["image"], "conversation": "77", "entry": 1, "encrypted": True,
    "known": True, "cut": True, "before": True, "history": True, "pending": True, "kind": "handle", "value": "x",
    "now": dict.fromkeys(ACCOUNT, True), "level": "act", "why": "asked", "entries": [[1, 2]],
    "entities": [{"kind": "iban", "value": "x"}],
}  # fmt: skip


@pytest.mark.parametrize("kind", WHAT)
@pytest.mark.parametrize("full", [True, False], ids=["full", "deleted"])
def test_every_kind_of_entry_is_told_in_the_language_of_the_report(kind: str, full: bool):
    at = datetime(2026, 5, 1, tzinfo=UTC)
    body = (dict.fromkeys(PAYMENT, "9") if kind == "payment" else FULL) if full else None
    entry = Entry(number=2, kind=kind, at=at, captured=at, platform="facebook", body=body)

    line = told(entry, marked, afterwards=4)

    ours = [line.what, *line.notes]
    if kind in ("profile", "payment", "found"):
        ours += (line.text or "").splitlines()
    assert [each for each in ours if OPENING not in each] == []


def test_what_a_platform_said_is_told_in_words_and_times_as_times():
    told_ = dict(listed({"joined": 1_767_225_600, "verified": False, "origin": "game", "age": 17}, ACCOUNT, str))

    assert told_ == {
        "Account opened": "2026-01-01",
        "Checked by the platform": "no",
        "Where it came upon the other": "a game",
        "Age that it states": "17",
    }
    assert set(VALUES["rail"]) >= {"none", "gift-card"}


async def test_what_programs_read_stays_english_whatever_the_report_speaks(tmp_path: Path):
    async with after("police-2", tmp_path) as home:
        case = await home.case("skype")
        files = {}
        for code in ("en", "pl"):
            bag = await exported(home.cases, case, KEY, wish=Wish(language=code), now=MADE)
            place = tmp_path / f"{code}.zip"
            place.write_bytes(b"".join([piece async for piece in bag.pieces]))
            files[code] = read(place)

    differ = {name for name, content in files["en"].items() if files["pl"][name] != content}
    assert "data/report.html" in differ
    assert not differ & {"data/case.json", "data/timeline.csv", "data/chain.jsonl", "verify.py", "README.txt"}


async def test_a_language_that_is_none_of_ours_is_refused_with_those_that_are(tmp_path: Path):
    async with after("police-2", tmp_path) as home:
        with pytest.raises(Mistake, match="Write one of: en, es, fr, de, pt, pl"):
            await exported(home.cases, await home.case("skype"), KEY, wish=Wish(language="../de"), now=MADE)


def test_the_command_says_which_languages_there_are():
    said = CliRunner().invoke(app, ["evidence", "export", "--help"], env={"COLUMNS": "200"}).stdout

    assert all(code in said for code in LANGUAGES)

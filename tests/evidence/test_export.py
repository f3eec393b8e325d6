"""A bag is written whole or not at all; what a stranger wrote is harmless in it; the commands say what they did."""

import asyncio
import json
import re
import signal
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from screener.cli import app
from screener.errors import Mistake
from screener.evidence import export, held, pdf
from screener.evidence import gathered as gathering
from screener.evidence.bag import Contents, packed, whole
from screener.evidence.export import Bag, Wish, exported, written
from screener.evidence.gathered import gathered
from screener.evidence.keys import signing_key
from screener.evidence.report import exact
from screener.evidence.verify import read, wrongs
from screener.home.folder import Home as Folder
from screener.seal import Seal
from screener.store.casebook import SqlCases
from tests.evidence.rig import KEY, MADE
from tests.make import a_message, an_account
from tests.web.house import KIM, Home, a_bad_story, a_home

NASTY = "</style><script>alert(1)</script> =cmd|'/C calc'!A0 \u202eevil\u202c \u200b#panic(\"x\") $x$ *b* \x07\x1b[31m"
KILLS = 8
"""So many points are tried here; `python -m bench.tampering` tries two hundred."""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def a_bag(home: Home, **wish: object) -> Bag:
    cases = SqlCases(engine=home.store.engine, seal=home.seal)
    alert = (await home.desk.alerts())[0].id
    case = await cases.case(alert)
    assert case is not None
    return await exported(cases, replace(case, member=KIM), KEY, wish=Wish(**wish), now=MADE)  # type: ignore[arg-type]


async def test_what_a_stranger_wrote_is_harmless_in_the_report_the_pdf_and_the_timeline(home: Home, tmp_path: Path):
    events = a_bad_story()
    contact = replace(events[-1].contact, name=NASTY, handle=NASTY, bio=NASTY)
    await home.happens(*events)
    account = an_account(id=KIM.accounts["facebook"][0])
    said = a_message(id="mid.$x", account=account, contact=contact, text=NASTY, at=events[-1].at + timedelta(minutes=1))
    await home.happens(said)

    files = read(await written(await a_bag(home, with_pdf=True), tmp_path / "bag.zip"))

    report = files["data/report.html"].decode()
    assert "<script" not in report and report.count("</style>") == 1
    assert "U+202E" in report and "\u202e" not in report and "\x1b" not in report
    document = pypdfium2.PdfDocument(files["data/report.pdf"])
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    # Set as it was written, not read as a command of the typesetter.
    assert '#panic("x")' in text and "⟨U+202E⟩" in text
    assert json.loads(files["data/chain.jsonl"].splitlines()[-1])["number"] > 1
    events_told = json.loads(files["data/case.json"])["events"]
    assert events_told[-1]["text"] == NASTY
    assert wrongs(files) == []


def test_letters_that_can_not_be_seen_are_shown_by_their_numbers():
    assert exact("a\u200bb\n<i>") == 'a<span class="hidden">U+200B</span>b\n&lt;i&gt;'


async def test_a_bag_that_breaks_off_leaves_nothing_under_its_name(home: Home, tmp_path: Path):
    await home.happens(*a_bad_story())
    bag = await a_bag(home)
    place = tmp_path / "out" / "bag.zip"
    place.parent.mkdir()

    async def broken() -> AsyncIterator[bytes]:
        async for piece in bag.pieces:
            yield piece
            raise OSError(28, "No space left on device")

    with pytest.raises(Mistake, match="No space left on device"):
        await written(Bag(name=bag.name, found=bag.found, pieces=broken()), place)

    assert list(place.parent.iterdir()) == []


async def test_what_was_deleted_while_a_bag_is_made_ends_it(home: Home, tmp_path: Path):
    await home.happens(*a_bad_story())
    bag = await a_bag(home)
    cases = SqlCases(engine=home.store.engine, seal=home.seal)

    await cases.erase(bag.found.case.id, who="anna", at=MADE)

    with pytest.raises(Mistake, match="deleted from this case meanwhile"):
        await written(bag, tmp_path / "bag.zip")
    assert not (tmp_path / "bag.zip").exists()


async def test_what_comes_while_a_bag_is_made_is_for_the_next_one(home: Home, tmp_path: Path):
    events = a_bad_story()
    await home.happens(*events[:-1])
    bag = await a_bag(home)

    await home.happens(events[-1])

    files = read(await written(bag, tmp_path / "bag.zip"))
    assert wrongs(files) == []
    assert b"recorded everything" not in files["data/report.html"]


async def test_a_chain_that_was_tampered_with_in_the_database_is_said_in_the_report(home: Home):
    await home.happens(*a_bad_story())
    async with home.store.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE links SET at = at + 1000000 WHERE number = 5")
    cases = SqlCases(engine=home.store.engine, seal=home.seal)
    case = await cases.case((await home.desk.alerts())[0].id)
    assert case is not None

    found = await gathered(cases, case)

    assert any(fault.startswith("5: ") for fault in found.faults)


def test_the_key_is_made_once_for_our_eyes_only_and_a_damaged_one_is_named(tmp_path: Path):
    place = tmp_path / "evidence.key"

    first, again = signing_key(place), signing_key(place)

    assert first.private_bytes_raw() == again.private_bytes_raw()
    assert place.stat().st_mode & 0o777 == 0o600
    place.write_bytes(b"short")
    with pytest.raises(Mistake, match="this key is damaged"):
        signing_key(place)


def test_the_commands_list_export_and_verify(tmp_path: Path):
    folder = Folder(folder=tmp_path / "home")
    folder.made()

    async def lived() -> None:
        made = await a_home(folder.folder)
        seal = Seal(key=folder.seal_key())
        store = replace_seal(made, seal)
        await store.happens(*a_bad_story())
        await made.close()

    asyncio.run(lived())
    run, place = CliRunner(), tmp_path / "bag.zip"

    (row,) = map(
        json.loads, run.invoke(app, ["evidence", "list", "--json", "--home", str(folder.folder)]).stdout.splitlines()
    )
    made = run.invoke(app, ["evidence", "export", row["case"][:6], "--to", str(place), "--language", "pl",
                            "--home", str(folder.folder)])  # fmt: skip
    whole_ = run.invoke(app, ["evidence", "verify", str(place), "--head", row["head"]])
    other = run.invoke(app, ["evidence", "verify", str(place), "--head", "ab" * 32])

    assert made.exit_code == 0 and str(place) in made.stdout
    assert b'<html lang="pl">' in read(place)["data/report.html"]
    assert whole_.exit_code == 0 and whole_.stdout.startswith("Whole: ")
    assert other.exit_code == 1 and "does not go through the end that was noted" in other.stdout
    unknown = run.invoke(app, ["evidence", "export", "zzz", "--home", str(folder.folder)])
    assert unknown.exit_code == 2 and "there is no such case" in unknown.stderr
    no_bag = run.invoke(app, ["evidence", "verify", str(tmp_path / "home" / "config.yaml")])
    assert no_bag.exit_code == 2 and "no bag that can be read" in no_bag.stderr


def replace_seal(home: Home, seal: Seal) -> Home:
    """The same home, which seals with the key of its folder."""
    home.store.seal = seal
    return replace(home, seal=seal)


SLOW = """
import asyncio, sys
from pathlib import Path
from datetime import UTC, datetime
from screener.evidence.bag import Contents, File, packed
from screener.evidence.export import Bag, written

async def content():
    print("begun", flush=True)
    for number in range(400):
        yield bytes(str(number), "ascii") * 9000
        await asyncio.sleep(0.001)

contents = Contents(folder="x", at=datetime.now(UTC), payload=[File(name="a", content=content)], tags=[], info=[],
                    signed=lambda digests: b"signed")
asyncio.run(written(Bag(name="x", found=None, pieces=packed(contents)), Path(sys.argv[1])))
print("done", flush=True)
"""


async def test_killed_at_any_moment_there_is_no_half_bag_under_the_final_name(tmp_path: Path):
    place = tmp_path / "bag.zip"
    for number in range(KILLS):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SLOW, str(place), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        assert await child.stdout.readline() == b"begun\n"
        await asyncio.sleep(0.05 * number)
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
        await child.wait()

        if place.exists():
            assert zipfile.ZipFile(place).testzip() is None
            place.unlink()


async def test_a_folder_names_no_other_place_whatever_a_case_is_called():
    contents = Contents(
        folder="x", at=MADE, payload=[whole("a", b"1")], tags=[], info=[("A", "b\nEvil: c")], signed=lambda d: b""
    )

    raw = b"".join([piece async for piece in packed(contents)])

    assert re.search(rb"x/data/a", raw)
    assert b"Evil: c\n" not in raw.replace(b"A: b Evil: c\n", b"")


async def test_letters_that_can_not_be_seen_do_not_make_a_pdf_without_end(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(pdf, "MOST_LETTERS", 60_000)
    events, account = a_bad_story(), an_account(id=KIM.accounts["facebook"][0])
    await home.happens(*events)
    for number in range(5):
        at = events[-1].at + timedelta(minutes=1 + number)
        flood = a_message(id=f"m{number}", account=account, contact=events[-1].contact, text="\u200b" * 3_900, at=at)
        await home.happens(flood)
    set_to: list[dict[str, object]] = []
    monkeypatch.setattr(pdf, "set_", lambda report: set_to.append(dict(report)) or b"%PDF")

    bag = await a_bag(home, with_pdf=True)

    (report,) = set_to
    assert sum(map(len, re.findall("⟨", str(report["timeline"])))) <= 60_000 / 8
    timeline = report["timeline"]
    assert isinstance(timeline, list) and len(timeline) < bag.found.count
    assert f"This file holds the first {len(timeline)} entries. All {bag.found.count}" in str(report["sections"])


async def test_only_so_many_bytes_of_entries_are_held_and_the_bag_is_whole_without_them(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    await home.happens(*a_bad_story())
    few = await a_bag(home)
    monkeypatch.setattr(gathering, "MOST_HELD", 100)
    monkeypatch.setattr(held, "PIECE", 1_000)

    many = await a_bag(home)

    assert few.found.held is not None and many.found.held is None
    assert wrongs(read(await written(many, tmp_path / "bag.zip"))) == []


async def test_a_bag_too_large_to_be_sealed_says_so(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    await home.happens(*a_bad_story())
    monkeypatch.setattr(export, "MOST_SEALED", 1_000)

    with pytest.raises(Mistake, match="can't be sealed"):
        await written(await a_bag(home, passphrase="four words in a row"), tmp_path / "bag.zip.age")

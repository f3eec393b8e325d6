"""A bag says what happened, is checked by a bare Python, and gives away every change."""

import asyncio
import csv
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import jsonschema_rs
import pytest
from typer.testing import CliRunner

from screener import surroundings
from screener.cli import app
from screener.evidence import verify
from screener.evidence.export import written
from screener.evidence.labels import JOINED
from screener.evidence.machine import cell
from screener.evidence.verify import read, wrongs
from screener.surroundings import GIVEN_HERE, GIVEN_THERE
from tests.evidence.rig import after

VERIFIER = Path(__file__).resolve().parents[2] / "screener" / "evidence" / "verify.py"
SURROUNDINGS = Path(surroundings.__file__).read_text(encoding="utf-8")
RANDOM_BYTES = 40
"""So many are tried here; `python -m bench.tampering` tries a thousand."""

type Files = dict[str, bytes]


async def made(name: str, platform: str, folder: Path, **wish: object) -> Path:
    async with after(name, folder) as home:
        return await written(await home.bag(platform, **wish), folder / "bag.zip")


@pytest.fixture(scope="module")
def skype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bag of the second story's case on Skype, as a zip."""
    return asyncio.run(made("police-2", "skype", tmp_path_factory.mktemp("skype")))


@pytest.fixture(scope="module")
def facebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bag of the first story's case on Facebook, as a zip, with a PDF."""
    return asyncio.run(made("police-1", "facebook", tmp_path_factory.mktemp("facebook"), with_pdf=True))


def bare(place: Path) -> subprocess.CompletedProcess[str]:
    """The shipped verifier on a Python that knows nothing of ours."""
    unpacked = place.parent / "unpacked"
    zipfile.ZipFile(place).extractall(unpacked)
    verifier = next(unpacked.glob("*/verify.py"))
    return subprocess.run(
        [sys.executable, "-I", "-S", str(verifier), str(place)], capture_output=True, text=True, timeout=60
    )


def test_both_stories_are_whole_to_the_shipped_verifier_on_a_bare_python(skype: Path, facebook: Path):
    for place in (skype, facebook):
        done = bare(place)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Whole: ")


def test_the_verifier_is_short_and_needs_the_standard_library_alone():
    text = VERIFIER.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 100
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported <= sys.stdlib_module_names


# bagit 1.9 calls re.split as Python no longer likes it; nothing of ours.
@pytest.mark.filterwarnings("ignore:'count' is passed:DeprecationWarning")
def test_another_program_takes_it_for_a_valid_bag(skype: Path, tmp_path: Path):
    zipfile.ZipFile(skype).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()

    assert bagit.Bag(str(folder)).is_valid()


def test_the_skype_id_stands_apart_from_the_name_and_the_transfer_number_has_its_time(skype: Path):
    files = read(skype)

    case = json.loads(files["data/case.json"])

    assert case["contact"]["id"] == "live:.cid.0123456789abcdef"
    assert [each["value"] for each in case["contact"]["names"]] == ["Clara Benn"]
    transfer = next(each for each in case["traces"] if each["kind"] == "transfer-number")
    assert "0123456789" in transfer["value"]
    event = next(each for each in case["events"] if "MTCN" in (each["text"] or ""))
    assert transfer["at"] == event["sent"] and event["sent_here"].endswith("+00:00")
    report = files["data/report.html"].decode()
    assert report.index("live:.cid.0123456789abcdef") < report.index("Clara Benn")


async def test_one_person_on_two_platforms_is_named_in_both_cases_with_why(tmp_path: Path):
    async with after("police-2", tmp_path) as home:
        ids = {platform: (await home.case(platform)).contact.id for platform in ("facebook", "skype")}
        cases = {platform: (await home.case(platform)).id for platform in ids}
        files = {
            platform: read(await written(await home.bag(platform), tmp_path / f"{platform}.zip")) for platform in ids
        }

    for platform, other in (("skype", "facebook"), ("facebook", "skype")):
        (linked,) = json.loads(files[platform]["data/case.json"])["linked_accounts"]
        assert (linked["service"], linked["id"], linked["case"]) == (other, ids[other], cases[other])
        report = files[platform]["data/report.html"].decode()
        assert "Other accounts that seem to be the same person’s" in report
        assert ids[other] in report and cases[other] in report
        assert "named in a text of" in report or "one asked to go on elsewhere" in report


def test_the_reasons_why_accounts_are_joined_have_words():
    said = set(re.findall(r'why = f?"([^"]+)"', SURROUNDINGS)) | {GIVEN_HERE, GIVEN_THERE}
    every = {each.replace("{moved}", word) for each in said for word in ("handle", "name")}

    assert len(every) > 3 and every <= JOINED.keys()


def test_the_members_own_messages_are_kept_and_folded(facebook: Path):
    report = read(facebook)["data/report.html"].decode()

    folded = re.findall(r"<details>.*?</details>", report)

    assert any("please don&#39;t. i don&#39;t have any money" in each for each in folded)
    assert not any("i recorded our call" in each for each in folded)


def test_the_case_fits_its_schema(skype: Path, facebook: Path):
    for place in (skype, facebook):
        files = read(place)
        schema = json.loads(files["data/case.schema.json"])

        jsonschema_rs.Draft202012Validator(schema).validate(json.loads(files["data/case.json"]))


def test_a_byte_that_was_changed_in_any_file_is_found_and_the_file_named(skype: Path):
    files, dice = read(skype), random.Random(7)

    for name, content in files.items():
        for at in {0, len(content) - 1, dice.randrange(len(content))}:
            found = wrongs(files | {name: _flipped(content, at, dice)})

            assert any(name in each for each in found), (name, at, found)


def test_random_bytes_that_were_changed_are_found_and_the_file_named(facebook: Path):
    files, dice = read(facebook), random.Random(8)
    names, sizes = list(files), [len(content) for content in files.values()]

    for _ in range(RANDOM_BYTES):
        (name,) = dice.choices(names, sizes)
        changed = files | {name: _flipped(files[name], dice.randrange(len(files[name])), dice)}

        assert any(name in each for each in wrongs(changed)), name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:9], *lines[10:]], "entry 11 comes after entry 9"),
        (lambda lines: [*lines[:9], lines[10], lines[9], *lines[11:]], "entry 11 comes after entry 9"),
        (lambda lines: [*lines[:9], lines[3], *lines[9:]], "entry 4 comes after entry 9"),
        (lambda lines: lines[:-1], "and was signed with"),
        (lambda lines: [*lines, lines[-1]], "comes after entry"),
    ],
    ids=["removed", "moved", "added", "cut off", "said twice"],
)
def test_an_entry_that_was_taken_out_moved_or_put_in_is_named(
    skype: Path, change: Callable[[list[bytes]], list[bytes]], said: str
):
    files = read(skype)
    lines = files["data/chain.jsonl"].splitlines(keepends=True)

    found = wrongs(files | {"data/chain.jsonl": b"".join(change(lines))})

    assert any(said in each for each in found), found


def test_words_that_were_changed_are_named_by_their_entry(skype: Path):
    files = read(skype)
    lines = files["data/chain.jsonl"].replace(b"1500 euros", b"9500 euros")

    found = wrongs(files | {"data/chain.jsonl": lines})

    assert [each for each in found if "what it says was changed" in each]


def test_words_that_were_taken_out_without_a_tombstone_are_named(skype: Path):
    files = read(skype)
    lines = [json.loads(line) for line in files["data/chain.jsonl"].splitlines()]
    lines[9] |= {"body": None, "salt": None}
    packed = b"\n".join(json.dumps(line).encode() for line in lines)

    found = wrongs(files | {"data/chain.jsonl": packed})

    assert "data/chain.jsonl: entry 10 says no more, and none says why" in found


def test_a_file_that_is_missing_or_was_added_is_named(skype: Path):
    files = read(skype)

    without = wrongs({name: content for name, content in files.items() if name != "data/timeline.csv"})
    added = wrongs(files | {"data/extra.txt": b"x", "more.txt": b"y"})

    assert any("data/timeline.csv" in each for each in without)
    assert any("data/extra.txt" in each for each in added) and any("more.txt" in each for each in added)


def test_a_name_that_is_in_the_zip_twice_is_named(skype: Path, tmp_path: Path):
    place = tmp_path / "twice.zip"
    place.write_bytes(skype.read_bytes())
    with zipfile.ZipFile(place, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr(next(name for name in packed.namelist() if name.endswith("report.html")), "<p>another</p>")

    found = wrongs(read(place))

    assert "data/report.html: was changed" in found


def test_a_signature_of_another_key_is_not_taken_for_this_one(skype: Path):
    files = read(skype)
    key = re.search(rb"key ([0-9a-f]{64})", files["signature.txt"])
    assert key is not None

    found = wrongs(files | {"signature.txt": files["signature.txt"].replace(key[1], b"ab" * 32)})

    assert "signature.txt: was changed" in found


def test_no_cell_of_the_timeline_begins_like_a_formula(skype: Path, facebook: Path):
    for place in (skype, facebook):
        rows = list(csv.reader(io.StringIO(read(place)["data/timeline.csv"].decode("utf-8-sig"))))

        assert len(rows) > 10
        assert not [each for row in rows for each in row if each[:1] in tuple("=+-@\t\r")]


@pytest.mark.parametrize(
    "written",
    [
        "=1+1",
        "+44",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u200b=1",
        "\ufeff=cmd|' /C calc'!A0",
        "＝1",
    ],
)
def test_whatever_a_spreadsheet_could_calculate_with_is_made_text(written: str):
    assert cell(written).startswith("'")


def test_ordinary_words_stay_as_they_are():
    assert [cell(each) for each in ("hello", "3 = 3", "", None, 7)] == ["hello", "3 = 3", "", "", "7"]


def _flipped(content: bytes, at: int, dice: random.Random) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << dice.randrange(8))]) + content[at + 1 :]


def a_zip(place: Path, *files: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(place, "w", compression) as packed:
        for name, content in files:
            packed.writestr(f"bag/{name}", content)
    return place


def test_a_name_that_a_terminal_would_obey_is_shown_by_its_numbers(skype: Path, tmp_path: Path):
    files = read(skype) | {"data/\x1b[2J\u202eevil\x9b": b"1"}
    place = a_zip(tmp_path / "bag.zip", *files.items())

    told = [*bare_lines(place), CliRunner().invoke(app, ["evidence", "verify", str(place)]).stdout]

    assert all(r"data/\x1b[2J\u202eevil\x9b: is missing or was added" in each for each in told)
    assert all(each.replace("\n", "").isprintable() for each in told)


def bare_lines(place: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-I", "-S", str(VERIFIER), str(place)], capture_output=True, text=True)
    assert done.returncode == 1
    return [done.stdout]


def test_what_says_that_it_is_over_two_gigabytes_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verify, "MOST", 1_000)
    place = a_zip(tmp_path / "bag.zip", ("data/a", b"0" * 600), ("data/b", b"0" * 600))
    zipfile.ZipFile(place).extractall(tmp_path / "unpacked")

    for each in (place, tmp_path / "unpacked"):
        with pytest.raises(ValueError, match="over 2 GB"):
            read(each)
    assert "over 2 GB" in CliRunner().invoke(app, ["evidence", "verify", str(place)]).stderr


def test_what_unpacks_to_more_than_it_says_is_empty(tmp_path: Path):
    squeezed = a_zip(tmp_path / "a.zip", ("data/a", b"0" * 5_000_000), compression=zipfile.ZIP_BZIP2)
    lying = a_zip(tmp_path / "b.zip", ("data/a", b"0" * 5_000_000))
    raw = lying.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    lying.write_bytes(raw)

    assert read(squeezed) == {"data/a": b""}
    assert len(read(lying)["data/a"]) <= 10


def test_an_entry_that_is_no_entry_is_named_and_nothing_falls(skype: Path):
    files = read(skype)
    lines = b'"text"\n[]\n{"link": 1, "salt": 1, "body": 1, "number": "\\u001b[2J", "kind": 1, "digest": 1}\n'

    found = wrongs(files | {"data/chain.jsonl": lines})

    assert "data/chain.jsonl: line 3 is no entry" in found

"""Where to turn: every row has a source and a day, doubtful ones are known as such, and nobody is left alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from screener import routes
from screener.errors import Mistake
from screener.resources import HERE, shipped
from screener.routes import KINDS, shipped_routes

RESEARCHED = {"GB", "IE", "US", "CA", "AU", "NZ", "DE", "FR", "ES", "NL", "PH"}
ROWS = [(country.country, row) for country in shipped_routes().countries.values() for row in country.rows]

SEEN = "source: a page of its own, checked: 2026-11-21, status: seen"
GOOD = f"""country: XX
name: Nowhere
rows:
  - {{kind: emergency, name: Police, what: In danger., phone: "112", {SEEN}}}
  - {{kind: police, name: Police, what: Otherwise., place: any station, {SEEN}}}
  - {{kind: report, name: A line, what: To report., phone: "113", {SEEN}}}
  - {{kind: images, name: A service, what: To remove., address: "https://removal.example.com", {SEEN}}}
  - {{kind: help, name: A line, what: To talk., phone: "114", {SEEN}}}
  - {{kind: money, name: The bank, what: For money., place: the card, {SEEN}}}
"""


def written(folder: Path, text: str, name: str = "XX") -> Path:
    (folder / "elsewhere.yaml").write_bytes((shipped("routes") / "elsewhere.yaml").read_bytes())
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_countries_of_the_research_are_there_and_everywhere_else():
    found = set(shipped_routes().countries)

    assert found >= RESEARCHED | {"elsewhere"}
    assert any(row.where == "Scotland" for _, row in ROWS)


@pytest.mark.parametrize(("country", "row"), ROWS, ids=[f"{country}-{n}" for n, (country, _) in enumerate(ROWS)])
def test_every_row_says_where_it_was_seen_and_when(country: str, row: routes.Row):
    assert len(row.source) >= 10
    assert date(2008, 1, 1) <= row.checked <= date(2027, 12, 31)


@pytest.mark.parametrize("country", sorted(shipped_routes().countries))
def test_children_and_adults_find_every_kind_of_help(country: str):
    found = shipped_routes().of(country)

    for age in (6, 11, 14, 17):
        assert all(found.of(kind, age=age) for kind in KINDS)
    for age in (18, 40):
        assert all(found.of(kind, age=age) for kind in KINDS if kind != "report")


def test_pictures_are_taken_down_by_age():
    british = shipped_routes().of("GB")

    assert [row.name.split()[0] for row in british.of("images", age=15)] == ["Report"]
    assert [row.name.split()[0] for row in british.of("images", age=18)] == ["StopNCII.org"]


def test_a_line_for_parents_is_not_shown_to_the_child():
    british = shipped_routes().of("GB")

    assert "NSPCC Helpline" in {row.name for row in british.of("help", age=12)}
    assert "NSPCC Helpline" not in {row.name for row in british.of("help", age=12, own=True)}


def test_a_row_is_doubtful_when_nobody_saw_it_or_not_for_a_year():
    seen = next(row for _, row in ROWS if row.status == "seen")
    never = next(row for _, row in ROWS if row.status == "unverified")

    assert not seen.is_doubtful(seen.checked + timedelta(days=365))
    assert seen.is_doubtful(seen.checked + timedelta(days=366))
    assert never.is_doubtful(never.checked)


def test_who_has_no_country_or_one_without_a_list_gets_the_list_for_everywhere():
    found = shipped_routes()

    assert found.of(None).country == found.of("ZZ").country == "elsewhere"
    assert found.has("GB") and not found.has("ZZ") and not found.has(None)


def test_sentences_for_the_catalogues_hold_no_signs_that_pages_read_otherwise():
    found = shipped_routes().sentences()

    assert "When somebody is in danger now." in found and "Childline" not in found
    assert not [text for text in found if any(sign in text for sign in "<>&%{}")]


def test_a_folder_of_good_files_is_read(tmp_path: Path):
    found = routes.load(written(tmp_path, GOOD))

    assert found.of("XX").name == "Nowhere"


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('"113", source: a page of its own,', '"113",', "6: rows.2.source: this is missing"),
        (
            '"113", source: a page of its own, checked: 2026-11-21,',
            '"113", source: its page, ',
            "checked: this is missing",
        ),
        ("https://removal", "http://removal", "7: rows.3.address: "),
        ("https://removal", "https://user@removal", "is not a plain address"),
        ('phone: "113"', 'phone: "call us!"', "is not a phone number"),
        ('phone: "113", ', "", "this leads nowhere"),
        ("what: To report.", 'what: "<b>now</b>"', "has a sign that pages read otherwise"),
        ('phone: "113"', 'fone: "113"', 'Did you mean "phone"?'),
        ('phone: "113"', 'phone: "113", ages: [18, 0]', "Write the lower one first"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, wrong: str, right: str, said: str):
    with pytest.raises(Mistake) as caught:
        routes.load(written(tmp_path, GOOD.replace(wrong, right)))

    assert "XX.yaml:6: " in str(caught.value) or "XX.yaml:7: " in str(caught.value)
    assert said in str(caught.value)


def test_a_country_in_which_somebody_would_be_left_alone_is_a_mistake(tmp_path: Path):
    lines = [line for line in GOOD.splitlines() if "kind: images" not in line]

    with pytest.raises(Mistake, match='there is no row of "images" for a child, of "images" for an adult'):
        routes.load(written(tmp_path, "\n".join(lines)))


def test_every_mistake_in_every_file_is_told_at_once(tmp_path: Path):
    written(tmp_path, GOOD.replace("https://removal", "http://removal"))
    (tmp_path / "YY.yaml").write_text(GOOD, encoding="utf-8")

    with pytest.raises(Mistake) as caught:
        routes.load(tmp_path)

    assert "XX.yaml:7" in str(caught.value) and "Call the file XX.yaml" in str(caught.value)


def test_without_the_list_for_everywhere_nothing_starts(tmp_path: Path):
    with pytest.raises(Mistake, match=r"elsewhere\.yaml is missing"):
        routes.load(tmp_path)


def test_the_routes_are_shipped_with_the_program():
    assert '"routes" = "screener/_shipped/routes"' in (HERE.parent / "pyproject.toml").read_text(encoding="utf-8")

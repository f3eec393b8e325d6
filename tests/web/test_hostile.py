"""A stranger's text is shown, and can do nothing."""

import unicodedata

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.web.hostile import MARK, MOST_MARKS, clear, shown
from screener.web.page import environment
from tests.web.memory import MemoryDesk, a_contact, a_signal, an_alert
from tests.web.strings import HOSTILE, THOUSAND


def test_there_are_sixty_of_them_and_a_thousand_in_the_browser():
    assert len(set(HOSTILE)) >= 60
    assert len(set(THOUSAND)) >= 1_000


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_becomes_harmless_and_short(text: str):
    html = str(shown(text))

    inner = html.split(">", 1)[1].rsplit("<", 1)[0]
    assert "<" not in inner
    assert len(clear(text)) <= 81 * (MOST_MARKS + 4)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in clear(text))
    html.encode()


@given(st.text())
def test_whatever_the_text_its_marks_are_few_and_nothing_invisible_is_left(text: str):
    plain = clear(text)

    run = longest = 0
    for letter in plain:
        run = run + 1 if unicodedata.category(letter) in ("Mn", "Me", "Mc") else 0
        longest = max(longest, run)
    assert longest <= MOST_MARKS
    assert not any(
        unicodedata.bidirectional(letter) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI") for letter in plain
    )


def test_ordinary_names_stay_as_they_are():
    for name in ("Lena Berg", "Zoë Ångström", "Nguyễn Thị", "بنت الشمال", "द्रौपदी", "می‌خواهم", "👩‍👧", "O’Neill"):
        assert clear(name) == unicodedata.normalize("NFC", name) or clear(name) == name


def test_what_was_invisible_leaves_one_visible_mark_a_run():
    assert clear("L\u200b\u200b\u200bena\u202e") == f"L{MARK}ena{MARK}"
    assert "invisible characters" in shown("L\u200bena")


def test_an_empty_name_is_said_to_be_empty():
    assert "(empty)" in shown("") and "(empty)" in shown("  ")


async def test_a_profiles_address_is_text_and_never_a_link(anna: httpx.AsyncClient, desk: MemoryDesk):
    for id, url in (("a1", "https://facebook.example/x"), ("a2", "javascript:alert(1)"), ("a3", "data:text/html,x")):
        desk.put(an_alert(id, contact=a_contact(url=url)))
        page = (await anna.get(f"/alerts/{id}")).text

        assert url in page
        assert f'href="{url}' not in page


async def test_every_place_of_a_page_bears_every_hostile_text(anna: httpx.AsyncClient, desk: MemoryDesk):
    for n, text in enumerate(HOSTILE):
        contact = a_contact(platform=text, id=text, names=(text,) * 30, handle=text, url=text)
        desk.put(
            an_alert(f"a{n}", contact=contact, member_name=text, unseen=text, signals=(a_signal("approach", text),))
        )

        page = await anna.get(f"/alerts/a{n}")

        assert page.status_code == 200
        assert len(page.content) < 100_000
        assert "window.hit=1>" not in page.text and "<script>" not in page.text
    assert (await anna.get("/")).status_code == 200


def test_pictures_joined_without_end_are_cut_before_they_are_wider_than_the_page():
    family, endless = "👨‍👩‍👧‍👦", "👩‍" * 500

    assert clear(family) == family
    assert max(map(len, clear(endless).split(MARK))) <= 18


def test_a_sentence_from_a_variable_is_text_and_a_percent_sign_in_it_costs_nothing():
    page = environment().from_string("<p>{{ _(said) }}</p><p>{{ _(told, name=said) }}</p>")

    html = page.render(said="<b>100% sure", told="<i>%(name)s</i>")

    assert html == "<p>&lt;b&gt;100% sure</p><p>&lt;i&gt;&lt;b&gt;100% sure&lt;/i&gt;</p>"

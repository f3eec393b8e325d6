"""When somebody joined Facebook, in the words of many languages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.platforms.wire.facebook.dates import MONTHS, day_in, says_joined

NOW = datetime(2026, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Joined September 2026", (2026, 9, 1)),
        ("Joined Facebook on 21 September 2026", (2026, 9, 21)),
        ("Joined Facebook on September 21, 2026", (2026, 9, 21)),
        ("Se unió en agosto de 2024", (2024, 8, 1)),
        ("Entrou em setembro de 2024", (2024, 9, 1)),
        ("A rejoint Facebook en août 2023", (2023, 8, 1)),
        ("Inscrit depuis juin 2023", (2023, 6, 1)),
        ("Dabei seit März 2021", (2021, 3, 1)),
        ("Iscritto da gennaio 2020", (2020, 1, 1)),
        ("Lid sinds maart 2020", (2020, 3, 1)),
        ("Data dołączenia: październik 2022", (2022, 10, 1)),
        ("Gick med i Facebook i maj 2019", (2019, 5, 1)),
        ("Liittyi marraskuussa 2021", (2021, 11, 1)),
        ("Ekim 2020 tarihinde Facebook'a katıldı", (2020, 10, 1)),
        ("Tham gia vào Tháng 9 năm 2024", (2024, 9, 1)),
        ("Дата регистрации: май 2020", (2020, 5, 1)),
        ("в ноябре 2020", (2020, 11, 1)),
        ("травень 2021", (2021, 5, 1)),
        ("Μάιος 2020", (2020, 5, 1)),
        ("červenec 2020", (2020, 7, 1)),
        ("červen 2020", (2020, 6, 1)),
        ("2024年9月加入", (2024, 9, 1)),
        ("2020년 9월", (2020, 9, 1)),
        ("انضم في سبتمبر ٢٠٢٤", (2024, 9, 1)),
        ("เข้าร่วมเมื่อกันยายน 2010", (2010, 9, 1)),
        ("सितंबर 2020", (2020, 9, 1)),
    ],
)
def test_a_month_is_read_as_its_first_day(text: str, day: tuple[int, int, int]) -> None:
    assert day_in(text, NOW) == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Joined Facebook in 2026",
        "Joined May 2030",
        "Joined March 1999",
        "January or February 2020",
        "31 February 2020",
        "Joined 13月 2020",
        "March 2019 to May 2020",
        "September",
        "",
        "x" * 301,
        None,
        2020,
    ],
)
def test_what_names_no_one_month_in_the_past_is_no_day(text: object) -> None:
    assert day_in(text, NOW) is None


@pytest.mark.parametrize(
    "text", ["Joined Facebook in May 2020", "Se unió a Facebook en mayo", "在 2020年5月 加入 Facebook"]
)
def test_a_text_tells_that_somebody_joined(text: str) -> None:
    assert says_joined(text)


@pytest.mark.parametrize("text", ["Joined this group in May 2020", "Works at Facebook since May 2020", "", None, 3])
def test_joining_a_group_or_working_there_is_no_joining(text: object) -> None:
    assert not says_joined(text)


def test_every_language_has_twelve_months() -> None:
    assert [len(line.split()) for line in MONTHS] == [12] * len(MONTHS)


@given(st.text(max_size=320))
def test_any_text_gives_a_day_in_the_past_or_none(text: str) -> None:
    found = day_in(text, NOW)

    assert found is None or found <= NOW
    assert says_joined(text) in (True, False)

"""Friends in common, counted out of the words of many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.platforms.wire.mutual import MOST_FRIENDS, friends_in, mutual_friends


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3 mutual friends", 3),
        ("1 mutual friend", 1),
        ("0 mutual friends", 0),
        ("Ana Example and 4 other mutual friends", 4),
        ("1,234 mutual friends", 1234),
        ("1.234 gemeinsame Freunde", 1234),
        ("1 234 amis en commun", 1234),
        ("1K mutual friends", 1000),
        ("1.2K mutual friends", 1200),
        ("1,2 mil amigos en común", 1200),
        ("12 amigos em comum", 12),
        ("3 amici in comune", 3),
        ("٣ أصدقاء مشتركين", 3),
        ("३ म्यूचुअल फ़्रेंड", 3),
        ("5 общих друзей", 5),
        ("共通の友達3人", 3),
        ("３位共同好友", 3),
        ("7 bạn chung", 7),
        ("8 ortak arkadaş", 8),
    ],
)
def test_a_count_of_friends_is_read(text: str, count: int) -> None:
    assert friends_in(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "Followed by 120 people",
        "3 mutual groups",
        "Lives in Exampletown",
        "mutual friends",
        "9999999 mutual friends",
        "9" * 400 + " mutual friends",
        "",
        None,
        3,
        ["3 mutual friends"],
    ],
)
def test_what_counts_no_friends_stays_unknown(text: object) -> None:
    assert friends_in(text) is None


def test_the_friends_that_are_named_are_the_least_there_can_be() -> None:
    named = [{"id": "1"}, {"id": "2"}]

    assert (
        mutual_friends(
            {"social_context": {"text": "Ana and 1 other mutual friend"}, "social_context_top_mutual_friends": named}
        )
        == 2
    )
    assert mutual_friends({"social_context": None, "social_context_top_mutual_friends": named}) == 2


def test_saying_nothing_is_not_saying_none() -> None:
    assert mutual_friends({}) is None
    assert mutual_friends({"social_context": None, "social_context_top_mutual_friends": []}) is None


@given(st.text(), st.text())
def test_any_words_give_a_sane_number_or_none(before: str, after: str) -> None:
    count = friends_in(f"{before}12{after} mutual friends")

    assert count is None or 0 <= count <= MOST_FRIENDS

"""How something is said is told to the network, the contact's apart from the member's."""

import pytest

from screener.meaning.base import Turn
from screener.meaning.listening import told
from screener.meaning.manner import MANNERS, manner

NOTHING = dict.fromkeys(MANNERS, 0.0)


def a_turn(text: str, **changes) -> Turn:
    return Turn(**({"text": text, "window": "", "by_contact": True, "has_media": False, "around": (0.5,)} | changes))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("where are you", set()),
        ("where are you?", {"asks"}),
        ("Bring 3!", {"exclaims", "digit"}),
        ("01632 960961", {"digit", "long number"}),
        ("50 euros", {"digit", "money"}),
        ("£50", {"digit", "money"}),
        ("in Europe", set()),
        ("look at https://example.com", {"address"}),
        ("i am @maya.rivers there", {"address"}),
        ("well… ok", {"trails off"}),
        ("so happy 😀", {"pictures"}),
        ("как дела", set()),
        ("元気", set()),
    ],
)
def test_what_is_noticed_of_a_message(text: str, said: set[str]):
    found = dict(zip(MANNERS, manner(a_turn(text)), strict=True))

    assert {name for name, value in found.items() if value == 1} == said
    assert 0 < found["long"] < 1


def test_a_picture_without_words():
    found = dict(zip(MANNERS, manner(a_turn("", has_media=True)), strict=True))

    assert found == NOTHING | {"media": 1.0, "wordless": 1.0}


def test_no_message_is_long_beyond_bounds():
    assert max(manner(a_turn("?!9😀" * 10_000))) < 2.5


def test_the_network_is_told_of_both_sides_apart():
    lists = ("asks-age-school", "secrecy")
    theirs = told(a_turn("how old?", lists=frozenset({"asks-age-school", "unheard-of"})), lists)
    ours = told(a_turn("how old?", by_contact=False, lists=frozenset({"secrecy"})), lists)
    side = len(MANNERS) + len(lists)

    assert len(theirs) == len(ours) == 1 + 1 + 2 * side
    assert theirs[:2] == (1.0, 0.5) and ours[:2] == (0.0, 0.5)
    assert theirs[2 + len(MANNERS) : 2 + side] == (1.0, 0.0) and set(theirs[2 + side :]) == {0.0}
    assert ours[-2:] == (0.0, 1.0) and set(ours[2 : 2 + side]) == {0.0}

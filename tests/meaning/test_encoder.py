"""The encoder as it is installed for development: it hears a paraphrase, and survives hostile text."""

import pytest

from screener import meaning
from screener.errors import Mistake
from screener.meaning.base import Meant, Scorer


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    try:
        return meaning.load()
    except Mistake as why:
        pytest.fail(f"{why}. It is in requirements-dev.lock: run make test-setup.")


def test_a_paraphrase_is_heard_where_a_plain_line_is_not(scorer):
    close = scorer.heard(Meant(), "does anybody at home look into your phone?")
    plain = scorer.heard(Meant(), "the shop closes at six on saturdays")

    assert "probes-supervision" in close.now
    assert "probes-supervision" not in plain.now


@pytest.mark.parametrize("text", ["\0" * 40, "\ud800" * 40, "a" * 100_000, "🔥" * 3_000, "\u202e\u200b" * 300])
def test_hostile_text_is_survived(scorer, text: str):
    meant = scorer.heard(Meant(), text)

    assert all(0 <= value <= 1 for value in meant.strongest)

"""The page that says what can be seen is the one that the decoders give."""

from pathlib import Path

from screener.platforms import decoders
from screener.platforms_page import page

PAGE = Path(__file__).parents[2] / "docs" / "platforms.md"


def test_the_page_is_current():
    found = PAGE.read_text("utf-8")

    assert found == page(), "write it again: .venv/bin/python -m screener.platforms_page > docs/platforms.md"


def test_the_page_says_of_every_platform_what_can_not_be_read():
    found = page()

    assert all(decoder.unseen in found for decoder in decoders())
    assert "encrypted" in found

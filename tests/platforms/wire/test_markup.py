"""Skype's markup, as hostile as a stranger can write it."""

import pytest

from screener.platforms.wire.skype.markup import text_of


@pytest.mark.parametrize("sign", ["<a ", "</a ", "<!", "<?", "<!--", "<", "<a b='"])
def test_signs_that_begin_no_tag_are_words_however_many_there_are(sign: str) -> None:
    markup = sign * (60_000 // len(sign)) + " pay or everyone sees it"

    said = text_of(markup)

    assert said.startswith(sign.strip()) and said.endswith("pay or everyone sees it")


def test_a_tag_whose_quotes_do_not_fit_is_read_as_words() -> None:
    assert text_of("<x y='a'b='> pay now") == "<x y='a'b='> pay now"


def test_a_comment_can_not_split_a_word() -> None:
    assert text_of("p<!-- 1 > 0 -->ay n<!---->ow") == "pay now"


def test_links_and_breaks_are_still_read() -> None:
    assert text_of('look<br/>at <a href="https://example.com/it\'s?a=1&amp;b=2">this &lt;3</a>').startswith("look\nat ")

"""What isn't on the list is not copied, whoever asks for it."""

import re

import pytest

from screener.spool.allowed import LONGEST_VALUE, account, headers, opening, query

SENT = {
    "Content-Type": "text/plain",
    "X-Friendly-Name": "Inbox",
    "Authorization": "a secret",
    "Cookie": "session=a-secret; c_user=100000000000001",
    "Accept-Language": "en",
}


def test_only_what_says_how_to_read_a_body_and_what_a_decoder_asked_for_is_copied():
    assert headers(SENT) == {"content-type": "text/plain"}
    assert headers(SENT, ["x-friendly-name"]) == {"content-type": "text/plain", "x-friendly-name": "Inbox"}


def test_what_opens_an_account_is_not_copied_even_if_a_decoder_asks_for_it():
    assert headers(SENT, ["authorization", "cookie", "set-cookie"]) == {"content-type": "text/plain"}


def test_a_long_value_is_cut():
    assert headers({"content-type": "x" * 5000}) == {"content-type": "x" * LONGEST_VALUE}


@pytest.mark.parametrize(
    ("cookies", "found"),
    [
        ("a=1; c_user=100000000000001", "100000000000001"),
        ("c_user=u%3D100000000000001", "100000000000001"),
        ('c_user="u=100000000000001"', "100000000000001"),
        ("c_user=one two", None),
        ("c_user=", None),
        ("c_user=" + "1" * 65, None),
        ("xc_user=5", None),
        ("", None),
    ],
)
def test_of_the_cookies_only_the_one_that_names_the_account_is_read_and_only_if_it_is_an_id(
    cookies: str, found: str | None
):
    assert account({"Cookie": cookies}, "c_user") == found


def test_without_a_cookie_to_ask_for_none_is_read():
    assert account(SENT, None) is None


def test_of_the_address_nothing_is_copied_that_nobody_asks_for():
    assert query("page=2&token=secret", None) == ""
    assert query("page=2&token=secret", re.compile("")) == ""


def test_the_opening_of_a_stream_says_what_was_asked_for_and_nothing_secret():
    meta = opening(
        via="http",
        device="192.0.2.7",
        method="GET",
        host="WWW.Chat.Example",
        target="/inbox?page=2&msToken=secret&x%2Dy=a?b&xs=secret",
        found=SENT,
        wanted=["x-friendly-name", "authorization"],
        cookie="c_user",
        asked=re.compile("page|x-.*"),
    )

    assert (meta["host"], meta["path"], meta["query"]) == ("www.chat.example", "/inbox", "page=2&x%2Dy=a?b")
    assert meta["account"] == "100000000000001"
    assert "secret" not in repr(meta)

"""A capture gives its bodies unpacked and parsed, bounded, and its errors never quote what stood in them."""

import gzip
from typing import Any

import pytest

from screener.capture import MAX_DEPTH, MAX_FIELDS, Capture, parsed, shallow
from screener.errors import Unreadable
from tests.make import NOON


def a_capture(**changes: Any) -> Capture:
    defaults = {"id": "c1", "at": NOON, "device": "192.0.2.7", "host": "chat.example", "path": "/"}
    return Capture(**(defaults | changes))


def test_an_exchange_is_unpacked_on_both_sides_as_its_headers_say():
    packed = {"content-encoding": "gzip"}
    exchange = a_capture(
        request=gzip.compress(b"a=1"), request_headers=packed, response=gzip.compress(b"[1]"), response_headers=packed
    )

    assert (exchange.request_body, exchange.body, exchange.json) == (b"a=1", b"[1]", [1])


@pytest.mark.parametrize("side", ["client", "server"])
def test_a_websocket_message_is_the_one_of_its_side_and_no_header_unpacks_it(side: str):
    message = a_capture(
        via="websocket",
        side=side,
        request=b"asked" if side == "client" else b"",
        response=b"told" if side == "server" else b"",
        request_headers={"content-encoding": "gzip"},
        response_headers={"content-encoding": "gzip"},
    )

    assert message.body == {"client": b"asked", "server": b"told"}[side]


def test_bytes_that_are_not_utf_8_become_question_marks():
    assert a_capture(response=b"Ma\xffya").text == "Ma\ufffdya"


def test_of_a_form_and_an_address_the_first_value_of_each_name_counts():
    exchange = a_capture(request=b"a=1&a=2&b=", query="x=%C3%A9&x=2")

    assert exchange.form == {"a": "1", "b": ""}
    assert exchange.arguments == {"x": "é"}


def test_a_form_with_too_many_fields_is_unreadable():
    with pytest.raises(Unreadable, match="too many fields"):
        _ = a_capture(request=b"&".join(b"a=1" for _ in range(MAX_FIELDS + 1))).form


@pytest.mark.parametrize("body", [b"my secret words", b'{"words": "my secret words"', b"\xff\xfe", b"", b"[" * 100_000])
def test_what_is_not_json_is_unreadable_and_is_not_quoted(body: bytes):
    with pytest.raises(Unreadable) as found:
        parsed(body)

    assert str(found.value) == "the body is not JSON"


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_a_document_may_be_nested_as_deep_as_the_bound_and_no_deeper(opens: str, closes: str):
    def nested(deep: int) -> str:
        return opens * deep + "1" + closes * deep

    assert parsed(nested(MAX_DEPTH))
    with pytest.raises(Unreadable, match="nested more than 200 deep"):
        parsed(nested(MAX_DEPTH + 2))


def test_depth_is_found_by_the_deepest_part_alone():
    assert shallow({"a": [1] * 1000, "b": {"c": []}}, most=3)
    assert not shallow([[], [[[[]]]]], most=3)

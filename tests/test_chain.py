"""A chain shows every change: a link changed, taken out, put in or moved, and words that vanished."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener import chain
from screener.chain import Link

CASE = "c0ffee"


def a_chain(*bodies: dict, gone: Sequence[int] = ()) -> list[Link]:
    """A link for each body; of the numbers in `gone` the words are deleted."""
    head, links = chain.beginning(CASE), []
    for number, body in enumerate(bodies, 1):
        salt = bytes([number]) * chain.SALT_BYTES
        digest = chain.digest(salt, body)
        header = {"number": number, "kind": body.get("kind", "message"), "digest": digest.hex()}
        head = chain.link(head, header)
        whole = Link(header=header, digest=digest, link=head, salt=salt, body=body)
        links.append(replace(whole, salt=None, body=None) if number in gone else whole)
    return links


FOUR = a_chain({"text": "one"}, {"text": "two"}, {"text": "three"}, {"text": "four"})


def test_a_chain_that_nobody_touched_is_whole():
    assert chain.faults(CASE, FOUR, head=FOUR[-1].link, count=4) == []


def test_the_chain_of_another_case_does_not_pass_for_this_one():
    assert [fault.number for fault in chain.faults("another", FOUR)] == [1]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lambda links: [*links[:1], replace(links[1], body={"text": "twO"}), *links[2:]], 2),
        (lambda links: [*links[:1], replace(links[1], salt=b"x" * 16), *links[2:]], 2),
        (lambda links: [*links[:1], replace(links[1], header={**links[1].header, "at": "later"}), *links[2:]], 2),
        (lambda links: [links[0], *links[2:]], 2),
        (lambda links: [links[0], links[2], links[1], links[3]], 2),
        (lambda links: [*links[:2], links[1], *links[2:]], 3),
        (lambda links: links[:3], 0),
        (lambda links: [*links[:1], replace(links[1], body=None, salt=None), *links[2:]], 2),
    ],
    ids=["words", "salt", "time", "taken out", "moved", "put in", "end cut off", "words gone"],
)
def test_every_change_is_found_and_named(change: Callable[[list[Link]], list[Link]], at: int):
    found = chain.faults(CASE, change(FOUR), head=FOUR[-1].link, count=4)

    assert at in {fault.number for fault in found}


def test_words_that_a_tombstone_names_may_be_gone():
    tombstone = {"kind": "erased", "entries": [[1, 2], [4, 4]]}
    bodies = ({"text": "one"}, {"text": "two"}, {"text": "three"}, {"text": "four"}, tombstone)

    named = chain.faults(CASE, a_chain(*bodies, gone=(1, 2, 4)))
    unnamed = chain.faults(CASE, a_chain(*bodies, gone=(1, 3, 4)))

    assert named == []
    assert [(fault.number, "nothing says" in fault.why) for fault in unnamed] == [(3, True)]


def test_the_chain_can_be_followed_with_nothing_but_the_standard_library():
    head = hashlib.sha256(b"screener evidence 1\0" + CASE.encode()).digest()

    for one in FOUR:
        plain = json.dumps(one.header, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
        head = hashlib.sha256(head + plain).digest()

    assert head == FOUR[-1].link


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_whatever_a_stranger_writes_is_written_in_one_way_only(body: dict):
    first = chain.canonical(body)

    again = chain.canonical(json.loads(first))

    assert again == first
    assert first.isascii()


def test_half_a_letter_does_not_break_it():
    assert chain.canonical({"text": "\ud83d"}) == b'{"text":"\\ud83d"}'


def test_times_are_one_way_whatever_their_zone():
    assert chain.stamp(datetime(2026, 10, 2, 12, tzinfo=UTC)) == "2026-10-02T12:00:00.000000+00:00"


def test_numbers_are_named_from_and_to():
    assert chain.ranges([1, 2, 3, 7, 9, 10]) == [[1, 3], [7, 7], [9, 10]]

"""Every case of every platform, and the shape that every decoder must have."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from screener.capture import Capture
from screener.events import Call, Event, FriendRequest, Message, Origin, Profile
from screener.platforms import decoders, endpoints
from screener.platforms.base import SIGHTS, Decoder, Seen
from tests.platforms.bodies import STRUCTURED
from tests.platforms.cases import Case, Played, built, cases, differences, play, shown

ALL = cases()
DEEP: list[Any] = []
for _ in range(150):
    DEEP = [DEEP]
# What a hostile or changed platform might put in the place of any value.
STRANGE: tuple[Any, ...] = (
    None, [], {}, "", 0, -1, 2**70, 1.5, True, [None], {"id": None}, "\ud800", "9" * 5000, "x" * 50_000, DEEP,
)  # fmt: skip
MOST = 500


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_case_gives_its_events(case: Case) -> None:
    played = play(list(built(case)))

    found = [shown(event) for event in played.events]
    assert not played.unread, f"no decoder reads the captures {played.unread}"
    assert len(found) == len(case.events), (
        f"{len(case.events)} events expected, found: {json.dumps(found, indent=1, default=str)}"
    )
    wrong = [line for wanted, event in zip(case.events, found, strict=True) for line in differences(wanted, event)]
    assert not wrong, "\n".join(wrong)
    assert len(played.unreadable) == len(case.unreadable), played.unreadable
    assert all(words in why for words, why in zip(case.unreadable, played.unreadable, strict=True)), played.unreadable
    assert_well_formed(played)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_body_cut_anywhere_gives_only_events_or_unreadable(case: Case) -> None:
    captures = list(built(case))

    for number, (one, late) in enumerate(captures):
        for part in ("request", "response"):
            body: bytes = getattr(one, part)
            for length in places(len(body)):
                cut = replace(one, **{part: body[:length]}, cut=True)
                assert_well_formed(play([*captures[:number], (cut, late), *captures[number + 1 :]]))


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_body_with_wrong_bytes_gives_only_events_or_unreadable(case: Case) -> None:
    captures, dice = list(built(case)), random.Random(str(case))

    for number, (one, late) in enumerate(captures):
        for part in ("request", "response"):
            body: bytes = getattr(one, part)
            for place in places(len(body)):
                bad = body[:place] + bytes([dice.randrange(256)]) + body[place + 1 :]
                twisted: Capture = replace(one, **{part: bad})
                assert_well_formed(play([*captures[:number], (twisted, late), *captures[number + 1 :]]))


@pytest.mark.parametrize("case", ALL, ids=str)
def test_a_value_of_another_kind_gives_only_events_or_unreadable(case: Case) -> None:
    twists = list(twisted_cases(case))

    for twisted in random.Random(str(case)).sample(twists, min(MOST, len(twists))):
        try:
            captures = list(built(twisted))
        except (AttributeError, TypeError, ValueError, OverflowError):
            # The writer of the framing can't write it either.
            continue
        assert_well_formed(play(captures))


@pytest.mark.parametrize("decoder", decoders(), ids=lambda decoder: decoder.name)
def test_a_decoder_says_what_it_reads(decoder: Decoder) -> None:
    assert decoder.name == type(decoder).__module__.rpartition(".")[2]
    assert decoder.hosts
    assert set(decoder.sees) == set(SIGHTS)
    assert set(decoder.sees.values()) <= set(get_args(Seen))
    assert decoder.proof.endswith(".")
    assert decoder.unseen.endswith(".")


@pytest.mark.parametrize("decoder", decoders(), ids=lambda decoder: decoder.name)
def test_what_a_decoder_claims_to_see_is_seen_in_its_cases_and_nothing_else(decoder: Decoder) -> None:
    events = [event for case in cases(decoder.name) for event in play(list(built(case))).events]

    found = {
        "requests": any(isinstance(event, FriendRequest) for event in events),
        "messages": any(isinstance(event, Message) for event in events),
        "calls": any(isinstance(event, Call) for event in events),
        "profiles": any(isinstance(event, Profile) for event in events),
        "pending": any(getattr(event, "pending", None) for event in events),
        "account age": any(event.contact.joined for event in events),
        "mutual friends": any(event.contact.mutual_friends is not None for event in events),
    }

    assert {sight: answer in ("yes", "partly", "encrypted") for sight, answer in decoder.sees.items()} == found


@pytest.mark.parametrize("decoder", decoders(), ids=lambda decoder: decoder.name)
def test_every_reader_of_a_decoder_has_a_case(decoder: Decoder) -> None:
    readers = {endpoint.name for endpoint in decoder.endpoints()}

    used = {name for case in cases(decoder.name) for one, _ in built(case) if (name := reader(one))}

    assert used == readers


@pytest.mark.parametrize("decoder", decoders(), ids=lambda decoder: decoder.name)
def test_a_decoder_reads_no_other_host(decoder: Decoder) -> None:
    first = decoder.hosts[0].removeprefix("*.")

    assert not endpoints().watches(f"{first}.evil.example")
    assert not endpoints().watches(f"evil-{first}")


def reader(capture: Capture) -> str | None:
    content = capture.response_headers.get("content-type", "") if capture.via == "http" else None
    found = endpoints().find(
        host=capture.host, method=capture.method, path=capture.path, via=capture.via, content_type=content
    )
    return found.name if found else None


def assert_well_formed(played: Played) -> None:
    """What holds for every event, whatever the platform sent."""
    failed = [why for why in played.unreadable if why.startswith("the decoder failed")]
    assert not failed, failed
    for event in played.events:
        assert_well_formed_event(event)
    json.dumps(played.kept)


def assert_well_formed_event(event: Event) -> None:
    for account in (event.account, event.contact):
        assert isinstance(account.id, str)
        assert account.id
        for words in (account.name, account.handle, account.url, account.bio):
            assert words is None or isinstance(words, str)
        for count in (account.mutual_friends, account.friends, account.following, account.posts, account.age):
            assert count is None or (type(count) is int and 0 <= count < 10**12)
        for claim in (
            account.picture, account.verified, account.is_friend, account.is_stranger, account.joined_recently,
            account.spam, getattr(event, "asked", None),
        ):  # fmt: skip
            assert claim in (None, True, False)
        assert account.origin is None or account.origin in get_args(Origin)
    assert isinstance(event.id, str)
    assert event.id
    assert event.at.tzinfo is not None
    assert event.by in ("contact", "member")
    assert event.account.id != event.contact.id
    text = getattr(event, "text", None)
    assert text is None or isinstance(text, str)


def places(length: int, most: int = 40) -> Iterator[int]:
    """Places in a body, spread evenly, the first and the last always among them."""
    if length:
        yield from sorted({round(step * (length - 1) / most) for step in range(most + 1)})


def twisted_cases(case: Case) -> Iterator[Case]:
    """The case with one value of one body changed to something strange, for every value and every strange thing."""
    for number, raw in enumerate(case.captures):
        for part in ("request", "response", "body"):
            for path in paths(raw.get(part), (part,), inside=False):
                for strange in STRANGE:
                    changed = copy.deepcopy(raw)
                    holder: Any = changed
                    for step in path[:-1]:
                        holder = holder[step]
                    holder[path[-1]] = strange
                    yield replace(case, captures=(*case.captures[:number], changed, *case.captures[number + 1 :]))


def paths(value: Any, path: tuple[Any, ...], *, inside: bool) -> Iterator[tuple[Any, ...]]:
    """The way to every value that lies inside a structured body."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        if inside:
            yield (*path, step)
        yield from paths(below, (*path, step), inside=inside or step in STRUCTURED)

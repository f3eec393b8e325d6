"""A capture finds its decoder, and nothing that a platform sends can do more harm than cost that one capture."""

import json
from typing import Any

import tldextract

from screener import platforms
from screener.capture import Capture
from screener.platforms import MAX_EVENTS, Kept, Memory, decode, endpoints, platform_of, platform_of_host, unseen
from tests.make import NOON

KIM = "1301234567890123456"
MAYA = "1401234567890123456"


def a_list(*names: str, **changes: Any) -> Capture:
    """An answer with one friend request a name."""
    rows = [
        {"id": str(int(MAYA) + n), "type": 3, "user": {"id": str(int(MAYA) + n), "username": name}}
        for n, name in enumerate(names)
    ]
    defaults: dict[str, Any] = {
        "id": "c1",
        "at": NOON,
        "device": "192.0.2.7",
        "host": "discord.com",
        "path": "/api/v9/users/@me/relationships",
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "response": json.dumps(rows).encode(),
    }
    return Capture(**(defaults | changes))


def a_message(channel: str, id: str) -> dict[str, Any]:
    return {"id": id, "channel_id": channel, "content": "hello", "author": {"id": KIM, "username": "kim"}, "type": 0}


def a_memory(**kept: Any) -> Memory:
    return Memory(kept=Kept({"accounts": {"ids": [KIM], "day": "2026-10-02"}, **kept}))


def test_an_exchange_that_no_decoder_reads_gives_nothing_at_all():
    assert decode(a_list("maya", host="bank.example"), a_memory()) is None
    assert decode(a_list("maya", path="/api/v9/store"), a_memory()) is None
    assert platform_of(a_list("maya", host="bank.example")) is None


def test_an_answer_gives_its_events_and_says_which_platform_it_is():
    decoded = decode(a_list("maya", "ada"), a_memory())

    assert decoded is not None
    assert (decoded.platform, decoded.unreadable) == ("discord", ())
    assert [event.contact.handle for event in decoded.events] == ["maya", "ada"]


def test_a_row_that_can_not_be_read_is_named_and_the_others_count():
    rows = [{"id": MAYA, "type": 3, "user": {"id": MAYA, "username": "maya"}}, {"type": 3, "user": {}}]

    decoded = decode(a_list(response=json.dumps(rows).encode()), a_memory())

    assert decoded is not None
    assert [event.contact.id for event in decoded.events] == [MAYA]
    assert len(decoded.unreadable) == 1


def test_an_endless_list_is_read_as_far_as_the_bound_and_says_so():
    decoded = decode(a_list(*["maya"] * (MAX_EVENTS + 10)), a_memory())

    assert decoded is not None
    assert len(decoded.events) == MAX_EVENTS
    assert decoded.unreadable == ("too many events in one answer",)


def test_half_a_character_in_a_name_becomes_one_that_a_file_can_hold():
    decoded = decode(a_list("ma\ud800ya", "good \U0001f600"), a_memory())

    assert decoded is not None
    assert [event.contact.handle for event in decoded.events] == ["ma\ufffdya", "good \U0001f600"]


def test_when_a_decoder_stumbles_the_capture_is_unreadable_and_nothing_of_it_is_quoted():
    channel = "1501234567890123456"
    sent = a_list(
        method="GET",
        path=f"/api/v9/channels/{channel}/messages",
        response=json.dumps([a_message(channel, "1601234567890123456")]).encode(),
    )
    # What an older version, or a damaged file, may have left behind.
    memory = a_memory(**{f"channel/{KIM}/{channel}": 5})

    decoded = decode(sent, memory)

    assert decoded is not None
    assert decoded.events == ()
    assert decoded.unreadable == ("the decoder failed (TypeError)",)


def test_every_platform_is_found_by_its_hosts_and_says_what_it_can_not_see():
    for decoder in platforms.decoders():
        for host in decoder.hosts:
            name = host.replace("*", "x")
            assert endpoints().watches(name)
            assert platform_of_host(name) == decoder.name
        assert unseen(decoder.name)
    assert platform_of_host("bank.example") is None
    assert not endpoints().watches("notdiscord.com")


def test_pages_of_the_platforms_own_sites_are_told_from_everybody_elses():
    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)

    assert all(suffixes(site).top_domain_under_public_suffix == site for site in endpoints().sites)
    assert endpoints().is_own_page("https://www.roblox.com")
    assert not endpoints().is_own_page("https://roblox.com.page.example")
    assert not endpoints().is_own_page("null")
    assert unseen("pixelpals") == ""

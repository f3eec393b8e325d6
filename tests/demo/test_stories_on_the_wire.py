"""What is played on the simulated platforms is what the decoders read: two readings of the same facts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener import story
from screener.events import Event, FriendRequest, Message, Profile
from tests.demo.tape import read, taped

ROOT = Path(__file__).resolve().parents[2]
STORIES = sorted((ROOT / "screener" / "demo" / "stories").glob("*.story.yaml"))
DISCORD = Path(__file__).with_name("request-on-discord.story.yaml")
END = datetime(2026, 11, 21, 12, tzinfo=UTC)
# The platforms tell of a call without saying in the same breath whether it had pictures.
NOT_SAID = {("discord", "call"), ("skype", "call")}

every_story = pytest.mark.parametrize("path", [*STORIES, DISCORD], ids=lambda path: path.name.partition(".")[0])


@every_story
async def test_what_is_played_is_what_is_read_in_the_same_order(path: Path):
    played, captures = await taped(story.load(path), END)

    found, unreadable = read(captures)

    assert unreadable == []
    assert [told(event) for event in found if not isinstance(event, Profile)] == [told(event) for event in played]


@every_story
async def test_a_list_that_is_sent_again_adds_nothing(path: Path):
    played, captures = await taped(story.load(path), END, reloads=True)

    found, unreadable = read(captures)

    assert unreadable == []
    assert [told(event) for event in found if not isinstance(event, Profile)] == [told(event) for event in played]


@every_story
async def test_what_the_member_wrote_elsewhere_is_read_with_its_own_time(path: Path):
    played, captures = await taped(story.load(path), END, is_typed=False)

    found, _ = read(captures)

    messages = [told(event) for event in found if isinstance(event, Message)]
    assert messages == [told(event) for event in played if isinstance(event, Message)]


@every_story
async def test_a_message_keeps_the_platforms_own_id(path: Path):
    played, captures = await taped(story.load(path), END)

    found, _ = read(captures)

    ids = {event.id.rpartition("/")[2] for event in found if isinstance(event, Message) and event.by == "contact"}
    assert ids == {event.id for event in played if isinstance(event, Message) and event.by == "contact"}


@every_story
async def test_no_token_or_session_cookie_is_needed_to_read(path: Path):
    _, captures = await taped(story.load(path), END)

    kept = {name for capture in captures for name in capture.request_headers}

    assert kept <= {"content-type", "content-encoding", "x-fb-friendly-name"}


async def test_a_message_before_the_request_is_accepted_is_kept_apart_by_the_platform():
    _, captures = await taped(story.load(DISCORD), END)

    found, _ = read(captures)

    assert [event.pending for event in found if isinstance(event, Message)][:2] == [True, False]


async def test_whoever_looks_at_the_profile_learns_since_when_it_is_there_and_that_no_friends_are_shared():
    path = next(path for path in STORIES if path.name.startswith("police-1.story"))
    _, captures = await taped(story.load(path), END)

    found, unreadable = read(captures)

    contact = next(event for event in found if isinstance(event, FriendRequest)).contact
    assert unreadable == []
    assert (contact.joined, contact.joined_basis) == (datetime(2026, 9, 1, tzinfo=UTC), "stated")
    assert (contact.mutual_friends, contact.friends, contact.following) == (0, 14, 620)


def told(event: Event) -> tuple[object, ...]:
    """What both sides must agree on. Facebook gives a request's time in seconds; the rest is in milliseconds."""
    platform = event.contact.platform
    call = None if (platform, event.kind) in NOT_SAID else getattr(event, "call", None)
    at = event.at.replace(microsecond=0) if event.kind == "friend_request" else event.at
    text = getattr(event, "text", None)
    return platform, event.kind, event.by, event.account.id, event.contact.id, text, call, at

"""A weekly sign of life shows that notices arrive, and silence becomes an issue."""

import httpx

from screener.notify import life
from tests.notify.rig import LINK, Place
from tests.notify.servers import NtfyServer


async def test_a_sign_of_life_comes_once_a_week_where_it_was_asked_for(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, weekly=True)
    await place.channel("u-anna", ntfy.url + "-two")

    await place.passes(minutes=60 * 24 * 15, each=60 * 6)

    assert [note["title"] for note in ntfy.notes] == ["Screener is still looking."] * 3
    assert {note["topic"] for note in ntfy.notes} == {"a-topic"}


async def test_it_does_not_claim_to_look_where_it_can_t(place: Place, ntfy: NtfyServer):
    place.looks = False
    await place.channel("u-anna", ntfy.url, weekly=True)

    await place.turn()

    assert ntfy.notes[0]["title"] == "Screener is running, but can’t see everything."


async def test_a_phone_that_does_not_answer_for_three_days_is_an_issue(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, weekly=True)
    await place.turn()

    await place.passes(minutes=60 * 70, each=60)
    early = await place.issues()
    await place.passes(minutes=60 * 4, each=60)

    assert early == []
    assert await place.issues() == ["A phone of anna has not answered for 3 days. Alerts may not reach it."]


async def test_the_link_answers_for_its_own_channel_and_once(place: Place, ntfy: NtfyServer):
    own = await place.channel("u-anna", ntfy.url, weekly=True)
    other = await place.channel("u-anna", ntfy.url, weekly=False)
    await place.turn()
    path = str(httpx.URL(ntfy.notes[0]["click"]).path)
    token = path.rsplit("/", 1)[1]
    engine, seal = place.store.engine, place.seal

    fits = await life.fits(engine, seal, own, token)
    elsewhere = await life.fits(engine, seal, other, token)
    await place.people.answered([own], place.clock.later(minutes=5))
    again = await life.fits(engine, seal, own, token)

    assert ntfy.notes[0]["click"].startswith(LINK)
    assert (fits, elsewhere, again) == (True, False, False)


async def test_whoever_answered_is_not_an_issue(place: Place, ntfy: NtfyServer):
    own = await place.channel("u-anna", ntfy.url, weekly=True)
    await place.turn()
    await place.people.answered([own], place.clock.later(hours=1))

    await place.passes(minutes=60 * 24 * 5, each=60)

    assert await place.issues() == []

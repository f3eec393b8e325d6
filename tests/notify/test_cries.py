"""A call for help reaches the person who was chosen, through everything, until they have heard."""

from datetime import timedelta

from sqlalchemy import update

from screener.notify.cries import reachable
from screener.store.people import cries
from screener.store.times import micros
from tests.notify.rig import NOON, Place
from tests.notify.servers import MailServer, NtfyServer

TITLE = "Someone at home asks for your help."


async def test_a_call_goes_to_the_person_who_was_chosen_through_pauses_and_quiet_hours(
    place: Place, ntfy: NtfyServer, mail: MailServer
):
    await place.user("gran")
    await place.channel("u-anna", mail.url)
    await place.channel("u-gran", ntfy.url, from_level="act")
    await place.wish("u-gran", quiet_from=0, quiet_to=24 * 60 - 1, paused_until=NOON + timedelta(days=1))

    await place.cries("gran")
    await place.turn()

    (note,) = ntfy.notes
    assert (note["title"], note["priority"]) == (TITLE, 5)
    assert "Kim" not in ntfy.raw[0]
    assert mail.mails == []


async def test_a_call_is_said_again_until_it_is_heard(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, named=True)
    id = await place.cries("anna")
    await place.turn()
    await place.passes(minutes=30)
    before = ntfy.said()

    async with place.store.engine.begin() as connection:
        await connection.execute(update(cries).where(cries.c.id == id).values(heard=micros(place.clock())))
    await place.passes(minutes=120)

    assert len(before) == 4
    assert all(said.startswith("Kim asks for your help.") for said in before)
    assert ntfy.said() == []


async def test_after_a_day_without_power_a_call_is_said_once(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.cries("anna")

    await place.turn(hours=8)
    await place.turn(minutes=1)

    assert len(ntfy.said()) == 1


async def test_who_has_no_channel_can_t_be_reached_at_once(place: Place, ntfy: NtfyServer):
    await place.user("gran")
    await place.channel("u-anna", ntfy.url)

    assert await reachable(place.store.engine) == {"anna"}

"""Who is told when: quiet hours, pauses, digests, cooldown, reminders, escalation, and what is whose to see."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screener.notify.when import Clockwork, Wishes
from tests.notify.rig import ALEX, LONDON, NOON, ROBIN, Place, a_place
from tests.notify.servers import NtfyServer

LOOK, TALK, ACT = "Have a look when you have a moment.", "It is worth a talk today.", "Act now."
REMINDS = "Act now.\nNobody has looked yet."
QUIET = "\nThis came up while it was quiet."
NIGHT = {"quiet_from": 22 * 60, "quiet_to": 7 * 60}


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (23, True), (0, True), (6, True), (7, False), (12, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool):
    assert Clockwork(zone=LONDON).is_quiet(Wishes(**NIGHT), at(hour)) is quiet


def test_quiet_hours_are_those_of_the_home_when_the_clocks_change():
    # On 25 October 2026 British clocks go back: the night is an hour longer.
    night = datetime(2026, 10, 24, 23, 0, tzinfo=LONDON)

    free = Clockwork(zone=LONDON).free(Wishes(**NIGHT), night)

    assert free == datetime(2026, 10, 25, 7, 0, tzinfo=LONDON)
    assert free - night.astimezone(ZoneInfo("UTC")) == timedelta(hours=9)


def test_a_pause_that_ends_in_quiet_hours_is_followed_by_them():
    wishes = Wishes(**NIGHT, paused_until=at(23))

    assert Clockwork(zone=LONDON).free(wishes, at(20)) == at(7, day=3)


def test_what_was_quiet_waits_for_the_time_of_the_digest():
    wishes = Wishes(**NIGHT, digest_at=18 * 60)

    assert Clockwork(zone=LONDON).allowed(wishes, at(23)) == at(18, day=3)
    assert Clockwork(zone=LONDON).allowed(wishes, at(12)) == at(12)


async def test_at_night_only_what_is_urgent_rings(tmp_path: Path, ntfy: NtfyServer):
    async with a_place(tmp_path, now=at(23)) as place:
        await place.channel("u-anna", ntfy.url)
        await place.wish("u-anna", **NIGHT, remind_minutes=0)

        await place.happens("talk", contact="100000000000701")
        await place.turn()
        quiet = ntfy.said()
        await place.happens("act", contact="100000000000702", threat=True)
        await place.turn()
        urgent = ntfy.said()
        await place.passes(minutes=60 * 8, each=30)
        morning = ntfy.said()

    assert (quiet, urgent, morning) == ([], [ACT], [TALK + QUIET])


async def test_what_rises_at_night_rings_and_the_morning_does_not_repeat_it(tmp_path: Path, ntfy: NtfyServer):
    async with a_place(tmp_path, now=at(23)) as place:
        await place.channel("u-anna", ntfy.url)
        await place.wish("u-anna", **NIGHT, remind_minutes=0)

        await place.happens("talk")
        await place.turn()
        await place.happens("act", threat=True)
        await place.turn(minutes=1)
        await place.passes(minutes=60 * 10, each=30)

        assert ntfy.said() == [ACT]


async def test_a_server_that_comes_back_at_night_does_not_ring_for_what_can_wait(tmp_path: Path):
    server = NtfyServer()
    async with a_place(tmp_path, now=at(21, 30)) as place:
        await place.channel("u-anna", server.url)
        await place.wish("u-anna", **NIGHT)
        await place.happens("talk")
        await place.passes(minutes=60, each=30)

        with server.up():
            await place.passes(minutes=60 * 7, each=30)
            night = server.said()
            await place.passes(minutes=60 * 3, each=30)
            morning = server.said()

    assert night == []
    assert len(morning) == 1 and morning[0].startswith(TALK)


async def test_the_digest_gathers_what_was_quiet(tmp_path: Path, ntfy: NtfyServer):
    async with a_place(tmp_path, now=at(23)) as place:
        await place.channel("u-anna", ntfy.url)
        await place.wish("u-anna", **NIGHT, digest_at=18 * 60)
        for n in range(3):
            await place.happens("look", contact=f"10000000000070{n}")
            await place.turn(minutes=10)

        await place.passes(minutes=60 * 18, each=30)
        before = ntfy.said()
        await place.passes(minutes=90, each=30)

        assert before == []
        assert ntfy.said() == [LOOK + QUIET]


async def test_a_pause_ends_by_itself(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.wish("u-anna", paused_until=NOON + timedelta(hours=1))
    await place.happens("talk")

    await place.passes(minutes=55)
    paused = ntfy.said()
    await place.passes(minutes=10)

    assert paused == []
    assert ntfy.said() == [TALK + QUIET]


async def test_another_threat_waits_while_nobody_has_looked_and_a_rise_never_does(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.wish("u-anna", remind_minutes=0)
    await place.happens("talk", threat=True)
    await place.turn()
    first = ntfy.said()

    await place.happens("talk", threat=True)
    await place.turn(minutes=1)
    again = ntfy.said()
    await place.happens("act", threat=True)
    await place.turn(minutes=1)
    rise = ntfy.said()
    await place.happens("act", threat=True)
    await place.passes(minutes=25)
    cooled = ntfy.said()
    await place.passes(minutes=15)

    assert (first, again, rise, cooled) == ([TALK], [], [ACT], [])
    assert ntfy.said() == [ACT]


async def test_a_threat_after_somebody_looked_is_told_at_once(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    alert = await place.happens("act", threat=True)
    await place.turn()
    place.clock.later(minutes=2)
    await place.looked(alert)
    ntfy.said()

    await place.happens("act", threat=True)
    await place.turn(minutes=1)

    assert ntfy.said() == [ACT]


async def test_what_grows_without_rising_is_not_told_again(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.happens("talk")
    await place.turn()
    ntfy.said()

    for _ in range(5):
        await place.happens("talk")
        await place.turn(minutes=20)

    assert ntfy.said() == []


async def test_somebody_is_reminded_until_somebody_looks_and_not_for_ever(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.wish("u-anna", remind_minutes=30)
    alert = await place.happens("act", threat=True)
    await place.turn()
    await place.passes(minutes=70)
    reminded = ntfy.said()

    await place.looked(alert)
    await place.passes(minutes=120)
    after = ntfy.said()
    await place.happens("act", contact="100000000000777", threat=True)
    await place.passes(minutes=60 * 10)

    assert reminded == [ACT, REMINDS, REMINDS]
    assert after == []
    assert ntfy.said() == [ACT] + [REMINDS] * 6


async def test_what_was_put_off_is_told_of_once_when_it_comes_back(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    alert = await place.happens("talk")
    await place.turn()
    await place.puts_off(alert, hours=20)

    await place.passes(minutes=19 * 60, each=60)
    before = len(ntfy.notes)
    await place.passes(minutes=3 * 60, each=30)

    assert before == 1
    assert [note["message"] for note in ntfy.notes[1:]] == ["It is worth a talk today.\nThis was put off until now."]


async def test_what_was_put_off_and_looked_at_since_is_not_told_of(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, from_level="talk")
    alert = await place.happens("talk")
    await place.turn()
    await place.puts_off(alert, hours=2)
    place.clock.later(hours=2)
    await place.looked(alert)

    await place.passes(minutes=60)

    assert len(ntfy.notes) == 1


async def test_what_one_has_looked_at_is_not_told_to_the_other(place: Place, ntfy: NtfyServer):
    await place.user("ben")
    await place.channel("u-ben", ntfy.url)
    await place.wish("u-ben", paused_until=NOON + timedelta(hours=1))
    alert = await place.happens("talk")
    await place.turn()

    await place.looked(alert)
    await place.passes(minutes=90)

    assert ntfy.said() == []


async def test_the_second_parent_is_told_when_the_first_does_not_look(place: Place, ntfy: NtfyServer):
    await place.user("ben")
    await place.channel("u-anna", ntfy.url)
    with NtfyServer().up() as second:
        await place.channel("u-ben", second.url, from_level="act")
        await place.wish("u-ben", escalate_minutes=60)
        await place.happens("talk")
        await place.turn()

        await place.passes(minutes=55)
        early = second.said()
        await place.passes(minutes=120)

        assert (early, second.said()) == ([], [TALK])
        assert ntfy.said() == [TALK]


async def test_a_backup_hears_of_what_is_urgent_only_when_nobody_has_looked(place: Place, ntfy: NtfyServer):
    await place.user("ben")
    await place.channel("u-anna", ntfy.url)
    with NtfyServer().up() as second:
        await place.channel("u-ben", second.url, from_level="backup")
        await place.wish("u-ben", escalate_minutes=60)
        seen = await place.happens("act", threat=True)
        await place.turn()
        await place.looked(seen)
        await place.passes(minutes=120)
        looked_at = second.said()

        await place.happens("act", contact="100000000000777", threat=True)
        await place.turn()
        early = second.said()
        await place.passes(minutes=70)

        assert (looked_at, early, second.said()) == ([], [], [ACT])


async def test_a_backup_whom_nobody_comes_before_hears_at_once(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, from_level="backup")

    await place.happens("talk", contact="100000000000777")
    await place.happens("act", threat=True)
    await place.turn()

    assert ntfy.said() == [ACT]


async def test_what_lies_below_a_channels_level_is_not_told_there(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, from_level="talk")

    await place.happens("look")
    await place.turn()
    below = ntfy.said()
    await place.happens("talk")
    await place.turn()

    assert (below, ntfy.said()) == ([], [TALK])


async def test_a_low_alert_is_the_young_persons_own_for_half_an_hour(place: Place, ntfy: NtfyServer):
    await place.user("robin", role="child", member=ROBIN.id)
    await place.channel("u-anna", ntfy.url)
    await place.happens("talk", member=ROBIN)

    await place.passes(minutes=25)
    early = ntfy.said()
    await place.passes(minutes=10)

    assert (early, ntfy.said()) == ([], [TALK])


async def test_of_what_parents_see_only_as_a_hint_nothing_is_sent(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url, named=True)

    await place.happens("look", member=ROBIN)
    await place.passes(minutes=60)

    assert ntfy.raw == []


async def test_an_adults_alert_is_told_to_that_adult_alone(place: Place, ntfy: NtfyServer):
    await place.user("alex", role="adult", member=ALEX.id)
    await place.channel("u-anna", ntfy.url, named=True)
    with NtfyServer().up() as own:
        await place.channel("u-alex", own.url)
        await place.happens("act", member=ALEX, threat=True)
        await place.passes(minutes=120)

        assert own.said()[0] == ACT
    assert ntfy.raw == []


async def test_whoever_may_no_longer_see_it_is_not_told(place: Place, ntfy: NtfyServer):
    from sqlalchemy import update

    from screener.store.people import users

    await place.user("ben")
    await place.channel("u-ben", ntfy.url)
    await place.wish("u-ben", paused_until=NOON + timedelta(hours=1))
    await place.happens("talk")
    await place.turn()

    async with place.store.engine.begin() as connection:
        await connection.execute(update(users).where(users.c.name == "ben").values(role="adult"))
    await place.passes(minutes=90)

    assert ntfy.raw == []

"""A notice reaches a real server, says only that somebody should look, and is not lost while the server is away."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from screener.family import Family
from screener.levels import LevelName
from screener.notify.address import Address
from screener.notify.base import ELSEWHERE, NO_SERVER, REFUSED, SHUT, Note
from screener.notify.mail import PASSWORD, RECEIVER
from screener.notify.post import deliver
from screener.web.base import User
from tests.notify.rig import KIM, LINK, NOON, Place
from tests.notify.servers import MailServer, NtfyServer, free_port

A_NOTE = Note(id="0" * 32, title="Someone should look at Screener.", body="Act now.", link=LINK, at=NOON, level="act")
HOSTILE = "Evil\r\nBcc: all@example.net\r\n\r\n<b>hi</b> https://evil.example"


def to(url: str) -> Address:
    return Address(url=url, shown="")


async def test_a_mail_says_only_that_somebody_should_look_how_urgent_and_where(place: Place, mail: MailServer):
    await place.channel("u-anna", mail.url)

    await place.happens("act", threat=True)
    await place.turn()

    (sent,) = mail.mails
    assert sent["Subject"] == "Someone should look at Screener."
    assert sent.get_content().split() == f"Act now. {LINK}".split()
    whole = mail.raw[0].decode().lower()
    assert not [word for word in ("kim", "maya", "facebook", "said something") if word in whole]


async def test_a_note_to_ntfy_says_no_more(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)

    await place.happens("talk")
    await place.turn()

    (note,) = ntfy.notes
    assert (note["title"], note["message"]) == ("Someone should look at Screener.", "It is worth a talk today.")
    assert (note["click"], note["topic"]) == (LINK, "a-topic")
    assert not [word for word in ("Kim", "Maya", "acebook", "icon") if word in ntfy.raw[0]]


async def test_our_own_child_is_named_where_that_was_asked_for_and_nobody_else_ever(place: Place, mail: MailServer):
    await place.channel("u-anna", mail.url, named=True)

    await place.happens("act", name=HOSTILE, threat=True)
    await place.turn()

    (sent,) = mail.mails
    assert sent.get_content().split() == f"Kim: act now. {LINK}".split()
    assert "evil" not in mail.raw[0].decode().lower()


async def test_a_name_with_line_breaks_makes_no_header_and_no_link(place: Place, mail: MailServer):
    place.family = Family(members=(replace(KIM, name=HOSTILE),))
    await place.channel("u-anna", mail.url, named=True)

    await place.happens("act", threat=True)
    await place.turn()

    (sent,) = mail.mails
    assert sent["Bcc"] is None
    assert "https://" not in sent.get_content()


async def test_what_can_t_be_sent_waits_and_is_marked_late(place: Place):
    server = NtfyServer()
    await place.channel("u-anna", server.url)
    await place.wish("u-anna", remind_minutes=0)
    await place.happens("act", threat=True)
    await place.turn()
    await place.passes(minutes=60)

    with server.up():
        await place.passes(minutes=40)

    (note,) = server.notes
    assert note["message"] == "Act now.\nThis is late: it was meant for 13:00."


async def test_several_that_waited_become_one(place: Place):
    server = NtfyServer()
    await place.channel("u-anna", server.url)
    for n in range(5):
        await place.happens("look" if n else "talk", contact=f"10000000000070{n}")
        await place.turn(minutes=1)

    with server.up():
        await place.passes(minutes=40)

    assert len(server.notes) == 1
    assert server.notes[0]["message"].startswith("It is worth a talk today.")


async def test_what_could_not_be_sent_for_a_day_is_given_up_and_said_on_the_dashboard(place: Place):
    server = NtfyServer()
    channel = await place.channel("u-anna", server.url)
    await place.happens("talk")

    await place.passes(minutes=60 * 26, each=30)

    (row,) = await place.rows()
    assert row.state == "failed"
    issues = await place.issues()
    assert any("anna was not told of something" in words for words in issues)
    assert any("don’t get through" in words for words in issues)
    (found,) = await place.people.channels("u-anna")
    assert (found.id, found.failure) == (channel, SHUT.words)


async def test_what_was_sent_is_never_sent_again(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.happens("talk")
    await place.turn()

    await place.restarted()
    await place.turn(minutes=1)
    await place.happens("talk")
    await place.passes(minutes=60)

    assert len(ntfy.notes) == 1


async def test_an_alert_whose_notice_a_crash_swallowed_is_told_after_the_start(place: Place, ntfy: NtfyServer):
    await place.channel("u-anna", ntfy.url)
    await place.happens("act", threat=True, told=False)

    await place.restarted()
    await place.turn()

    assert ntfy.said() == ["Act now."]


@pytest.mark.parametrize(
    ("level", "knows_id", "again"), [("talk", True, 1), ("talk", False, 0), ("act", False, 1), ("act", True, 1)]
)
async def test_what_may_have_arrived_is_sent_again_where_that_is_seen_or_missing_it_would_be_worse(
    place: Place, ntfy: NtfyServer, level: LevelName, knows_id: bool, again: int
):
    channel = await place.channel("u-anna", ntfy.url, knows_id=knows_id)
    await place.happens(level)
    await place.worker.outbox.make(place.worker.bell.alerts, place.clock())
    (found,) = await place.people.channels("u-anna")
    # The last run ended right here, between sending and noting.
    assert await place.worker.dispatch.begin(found, place.clock()) is not None

    await place.restarted()
    await place.turn()

    assert (found.id, len(ntfy.notes)) == (channel, again)


async def test_what_left_but_could_not_be_noted_is_sent_again_under_the_same_id(place: Place, tmp_path: Path):
    def broken(step: str) -> None:
        """The database fails just after the server took the note."""
        if step == "taken" and not failed:
            failed.append(step)
            with closing(sqlite3.connect(tmp_path / "screener.db")) as database:
                database.execute("ALTER TABLE notices RENAME TO away")

    failed: list[str] = []
    with NtfyServer(at=broken).up() as server:
        await place.channel("u-anna", server.url)
        await place.happens("talk")
        await place.turn()
        with closing(sqlite3.connect(tmp_path / "screener.db")) as database:
            database.execute("ALTER TABLE away RENAME TO notices")

        await place.turn(minutes=1)
        await place.turn(minutes=1)

    assert len(server.ids) == 2 and len(set(server.ids)) == 1
    assert [row.state for row in await place.rows()] == ["sent"]


async def test_a_channel_that_is_new_hears_nothing_of_what_is_old(place: Place, ntfy: NtfyServer):
    id = await place.happens("talk")
    address = Address(url=ntfy.url, shown="")
    now = place.clock.later(minutes=5)
    known = await place.worker.outbox.marks(User(id="u-anna", name="anna", password_hash="-"), now)
    await place.people.add("u-anna", name="phone", address=address, from_level="look", at=now, known=known)

    await place.restarted()
    await place.turn()
    before = ntfy.said()
    assert await place.happens("act") == id
    await place.turn()

    assert before == []
    assert ntfy.said() == ["Act now."]


def test_the_same_note_goes_out_under_the_same_id_each_time(mail: MailServer, ntfy: NtfyServer):
    for _ in range(2):
        assert deliver(to(mail.url), A_NOTE).well
        assert deliver(to(ntfy.url), A_NOTE).well

    assert set(mail.ids) == {f"<{A_NOTE.id}@screener.home.arpa>"}
    assert set(ntfy.ids) == {A_NOTE.id}


def test_a_webhook_is_told_the_id_in_a_header(ntfy: NtfyServer):
    assert deliver(to(f"json://127.0.0.1:{ntfy.port}/hook"), A_NOTE).well

    assert f"Idempotency-Key: {A_NOTE.id}" in ntfy.raw[0]


@pytest.mark.parametrize("url", ["ntfy://127.0.0.1:{}/a-topic", "json://127.0.0.1:{}/hook"])
def test_no_redirect_is_followed(ntfy: NtfyServer, url: str):
    with NtfyServer().up() as elsewhere:
        ntfy.status, ntfy.headers = 302, {"Location": f"http://127.0.0.1:{elsewhere.port}/"}

        outcome = deliver(to(url.format(ntfy.port)), A_NOTE)

        assert not outcome.well
        assert elsewhere.raw == []
        assert outcome == ELSEWHERE or url.startswith("json")


def test_a_wrong_password_is_said_in_plain_words():
    with MailServer(password="right").up() as server:
        wrong = deliver(to(server.url.replace("right", "wrong")), A_NOTE)
        right = deliver(to(server.url), A_NOTE)

    assert wrong == PASSWORD
    assert right.well


def test_each_way_of_failing_has_plain_words(ntfy: NtfyServer, mail: MailServer):
    ntfy.status = 403
    refused = deliver(to(ntfy.url), A_NOTE)
    shut = deliver(to(f"ntfy://127.0.0.1:{free_port()}/a-topic"), A_NOTE)
    nowhere = deliver(to("mailto://no-such-host.invalid?from=a@example.com&to=b@example.com"), A_NOTE)

    assert (refused, shut, nowhere) == (REFUSED, SHUT, NO_SERVER)


def test_a_mail_server_that_does_not_take_it_is_believed(mail: MailServer):
    mail.refusal = "550 no such mailbox"

    outcome = deliver(to(mail.url), A_NOTE)

    assert not outcome.well and outcome != RECEIVER
    assert "mailbox" not in outcome.words

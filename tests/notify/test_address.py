"""Which addresses are accepted, what of them is shown, and that nothing of them leaks."""

import logging
from pathlib import Path

import pytest

from screener.notify.address import FILES, IN_CLEAR, ONE_EACH, SENT_ON, UNKNOWN, WRONG, Address, read
from screener.seal import Seal
from tests.notify.rig import Place, a_place

SEAL = Seal(key=b"s" * 32)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://anna:secret@example.com", "mailtos: example.com"),
        ("mailto://192.168.1.5:25?from=a@example.com&to=b@example.com", "mailto: 192.168.1.5"),
        ("ntfy://192.168.1.5:8080/secret-topic", "ntfy: 192.168.1.5"),
        ("ntfy://secret-topic", "ntfy: ntfy.sh"),
        ("ntfys://anna:secret@ntfy.example.com/topic", "ntfys: ntfy.example.com"),
        ("json://localhost:8123/hook/secret", "json: localhost"),
        ("tgram://123456789:secret_hijklmnop/12315544/", "tgram: Telegram"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord: Discord"),
    ],
)
def test_only_the_service_and_the_host_are_shown(url: str, shown: str):
    assert read(url).shown == shown


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("anna@example.com", WRONG),
        ("bogus://somewhere", UNKNOWN),
        ("ntfy://192.168.1.5/not/a/topic", ONE_EACH),
        ("ntfy://192.168.1.5/one/two", ONE_EACH),
        ("mailto://192.168.1.5?from=a@example.com&to=b@example.com,c@example.com", ONE_EACH),
        ("mailto://192.168.1.5?from=a@example.com&to=b@example.com&bcc=c@example.com", ONE_EACH),
        ("mailto://anna:secret@example.org", IN_CLEAR),
        ("ntfys://ntfy.example.com/topic?redirect=yes", SENT_ON),
        ("ntfys://ntfy.example.com/topic?%72edirect=yes", SENT_ON),
        ("ntfys://ntfy.example.com/topic?attach=http://192.168.1.1/", FILES),
        ("mailtos://anna:secret@example.com?pgppub=/etc/passwd", FILES),
        ("workflows://host:443/workflow/signature?template=/etc/passwd", FILES),
        ("ntfy://192.168.1.5/a\nb", WRONG),
    ],
)
def test_what_can_t_be_used_is_refused_in_plain_words(url: str, why: str):
    with pytest.raises(ValueError) as refused:
        read(url)

    assert str(refused.value) == why


def test_a_redirect_is_off_even_where_an_address_would_have_it_otherwise():
    from screener.notify.address import plugin

    assert plugin("json://192.168.1.5/hook?redirect=yes").redirects is False


def test_an_address_opens_only_in_its_own_place_and_with_its_own_key():
    sealed = read("ntfy://192.168.1.5/secret-topic").sealed(SEAL, "one")

    opened = Address.opened(SEAL, "one", sealed)

    assert opened is not None and opened.url == "ntfy://192.168.1.5/secret-topic"
    assert Address.opened(SEAL, "two", sealed) is None
    assert Address.opened(Seal(key=b"t" * 32), "one", sealed) is None
    assert b"secret-topic" not in sealed
    assert "secret-topic" not in repr(opened)


async def test_a_channel_that_is_removed_is_gone_from_the_file(tmp_path: Path):
    async with a_place(tmp_path) as place:
        id = await place.channel("u-anna", "ntfy://192.168.1.5/secret-topic")
        (channel,) = await place.people.channels("u-anna")
        await place.happens("talk")
        await place.turn()
        there = everything_in(tmp_path)

        await place.people.remove("u-anna", id)

        assert channel.sealed in there
        assert channel.sealed not in everything_in(tmp_path)
        assert await place.rows() == []


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_nothing_of_an_address_is_logged(place: Place, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    await place.channel("u-anna", "ntfy://anna:topsecret@127.0.0.1:9/covert-topic")
    await place.channel("u-anna", "json://anna:topsecret@127.0.0.1:9/covert-path")

    await place.happens("act", threat=True, name="Maya R.")
    await place.passes(minutes=10)

    assert not [word for word in ("topsecret", "covert", "Maya") if word in caplog.text]

"""Every way in which Discord's gateway packs what it sends, spoken by client libraries that others wrote.

What such a client understands through the real proxy, our decoder understands likewise from the proxy's copy.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener.capture import Capture
from screener.demo.certificates import made
from screener.demo.discord import Discord
from screener.demo.site import served
from screener.events import Accepted, Account, Call, Event, FriendRequest, Message
from screener.home.folder import Home
from screener.proxy import ProxySettings
from screener.spool import Reader
from screener.spool.assemble import Assembler
from tests.addons.rig import a_proxy
from tests.demo.simulated import Talk, talking
from tests.demo.tape import read

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = Account(platform="discord", id="1190000000000000001")
MAX = Account(platform="discord", id="1301234567890123456", name="Max Q.", handle="max.example")
LONG = "a long text, split over two messages of the connection where that is how it is packed: " + "wörds 👋 " * 60


@dataclass(frozen=True, kw_only=True)
class Speaking:
    """The simulated Discord, a client that talks to it through the real proxy, and what the proxy copied."""

    discord: Discord
    talk: Talk
    spool: Reader

    def captures(self) -> list[Capture]:
        assembler = Assembler()
        found = [each for _, frame in self.spool.batch(0, 100_000) for each in assembler.feed(frame)]
        captures = [each for each in found if isinstance(each, Capture)]
        assert len(captures) == len(found), "the proxy lost something"
        return captures

    def transports(self) -> set[str]:
        """How the connections that were opened were to be packed."""
        return {capture.arguments.get("compress", "") for capture in self.captures() if capture.via == "websocket"}

    async def read(self, kind: type[Event], count: int) -> list[Event]:
        """The events our decoder finds in the copy, once it holds so many; nothing in it may be unreadable to it."""
        for _ in range(100):
            events, unreadable = read(self.captures())
            assert unreadable == []
            if len(_all(events, kind)) >= count:
                break
            await asyncio.sleep(0.05)
        return events


@contextlib.asynccontextmanager
async def speaking(client: str, folder: Path, **given: str) -> AsyncIterator[Speaking]:
    """A client of the simulated Discord, which it reaches through the real proxy, and trusts only its authority."""
    discord, certificates, home = Discord(), made(folder, Discord.hosts), folder / "home"
    home.mkdir(mode=0o700)
    token = {"TOKEN": f"token-{OURS.id}", **given}
    async with served([discord], certificates) as port:
        settings = ProxySettings(
            home=home,
            port=0,
            steer=dict.fromkeys(Discord.hosts, ("127.0.0.1", port)),
            upstream_ca=certificates.authority,
            always_enrolled=("127.0.0.1",),
        )
        async with a_proxy(settings) as (proxy, spool):
            trust = Home(folder=home).certificate
            async with talking(client, proxy=proxy, trust=trust, log=folder / "log", given=token) as talk:
                yield Speaking(discord=discord, talk=talk, spool=spool)


async def test_discord_py_self_and_the_decoder_understand_the_same_zlib_stream(tmp_path: Path):
    async with speaking("discord-self", tmp_path, DOES="accept answer") as spoken:
        talk, discord = spoken.talk, spoken.discord
        await talk.until("ready")
        discord.happens(FriendRequest(id="1", at=AT, account=OURS, contact=MAX, note="you played well"))
        request, _ = await talk.until("incoming_request"), await talk.until("friend")
        discord.happens(Message(id="1573305408552960001", at=AT, account=OURS, contact=MAX, text=LONG))
        message, answer = await talk.until("default"), await talk.until("default")
        discord.happens(Call(id="1573305408552960002", at=AT, account=OURS, contact=MAX))
        await talk.until("rings")
        events, transports = await spoken.read(Call, 1), spoken.transports()

    assert transports == {"zlib-stream"}
    asked, said, answered = _all(events, FriendRequest)[0], *_all(events, Message)
    assert (asked.contact.id, asked.contact.handle) == (request["contact"], request["name"])
    assert [each.by for each in _all(events, Accepted)] == ["member"]
    assert (said.id, said.contact.id, said.text) == (message["id"], message["sender"], message["text"])
    assert (answered.id, answered.by, answered.text) == (answer["id"], "member", answer["text"])
    assert [(each.id, each.by, each.contact.id) for each in _all(events, Call)] == [
        ("1573305408552960002", "contact", MAX.id)
    ]


@pytest.mark.parametrize(("given", "transport"), [({"PLAIN": "yes"}, ""), ({}, "zstd-stream")])
async def test_discord_py_and_the_decoder_understand_the_same(tmp_path: Path, given: dict[str, str], transport: str):
    async with speaking("discord-py", tmp_path, **given) as spoken:
        talk, discord = spoken.talk, spoken.discord
        ready = await talk.until("ready")
        for number, text in enumerate([LONG, "are you there?"]):
            discord.happens(Message(id=str(1573305408552960001 + number), at=AT, account=OURS, contact=MAX, text=text))
        told = [await talk.until("message") for _ in range(3)]
        events, transports = _all(await spoken.read(Message, 3), Message), spoken.transports()

    assert ready["account"] == OURS.id
    assert transports == {transport}
    assert [(each.id, each.text) for each in events] == [(one["id"], one["text"]) for one in told]
    assert [each.by for each in events] == ["contact", "contact", "member"]
    first = events[0].contact
    assert (first.id, first.name) == (told[0]["sender"], told[0]["name"])
    assert first.joined is not None and first.joined.isoformat() == told[0]["joined"]


def _all[E: Event](events: list[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]

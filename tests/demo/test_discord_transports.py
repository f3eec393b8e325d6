"""Every way in which Discord's gateway packs what it sends, spoken by client libraries that others wrote.

What such a client understands, our decoder understands likewise from a copy of the same bytes.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from screener.demo.base import Answer, Ask, Socket
from screener.demo.base import Message as Sent
from screener.demo.certificates import made
from screener.demo.discord import Discord
from screener.demo.site import served
from screener.events import Accepted, Account, Call, Event, FriendRequest, Message
from tests.demo.relay import relayed
from tests.demo.simulated import Talk, talking
from tests.demo.tape import Tape, read

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = Account(platform="discord", id="1190000000000000001")
MAX = Account(platform="discord", id="1301234567890123456", name="Max Q.", handle="max.example")
LONG = "a long text, split over two messages of the connection where that is how it is packed: " + "wörds 👋 " * 60


class Overheard:
    """The simulated Discord, and a copy of everything that passes to and from it."""

    name: ClassVar[str] = "discord"
    hosts: ClassVar[tuple[str, ...]] = Discord.hosts

    def __init__(self) -> None:
        self.discord = Discord()
        self.tape = Tape([self.discord])
        self.tape.at = AT

    async def answer(self, ask: Ask) -> Answer:
        return await self.tape.exchange(ask)

    def opened(self, socket: Socket) -> None:
        send = socket.send

        def copied(*messages: Sent) -> None:
            for message in messages:
                self.tape.message(_stream(socket), socket.ask, "server", message)
            send(*messages)

        socket.send = copied  # type: ignore[method-assign]
        self.discord.opened(socket)

    def heard(self, socket: Socket, message: Sent) -> None:
        self.tape.message(_stream(socket), socket.ask, "client", message)
        self.discord.heard(socket, message)

    def closed(self, socket: Socket) -> None:
        self.discord.closed(socket)

    def ends(self) -> None:
        self.discord.ends()

    def is_watched(self, account: str) -> bool:
        return self.discord.is_watched(account)

    def happens(self, event: Event) -> None:
        self.discord.happens(event)


@dataclass(frozen=True, kw_only=True)
class Speaking:
    overheard: Overheard
    talk: Talk

    def transports(self) -> set[str]:
        """How the connections that were opened were to be packed."""
        captures = self.overheard.tape.captures
        return {capture.arguments.get("compress", "") for capture in captures if capture.via == "websocket"}

    def read(self) -> list[Event]:
        """What our decoder finds in the copy; nothing in it may be unreadable to it."""
        events, unreadable = read(self.overheard.tape.captures)
        assert unreadable == []
        return events


@contextlib.asynccontextmanager
async def speaking(client: str, folder: Path, **given: str) -> AsyncIterator[Speaking]:
    overheard, certificates = Overheard(), made(folder, Discord.hosts)
    token = {"TOKEN": f"token-{OURS.id}", **given}
    async with (
        served([overheard], certificates) as port,
        relayed(port) as proxy,
        talking(client, proxy=proxy, trust=certificates.authority, log=folder / "log", given=token) as talk,
    ):
        yield Speaking(overheard=overheard, talk=talk)


async def test_discord_py_self_and_the_decoder_understand_the_same_zlib_stream(tmp_path: Path):
    async with speaking("discord-self", tmp_path, DOES="accept answer") as spoken:
        talk, discord = spoken.talk, spoken.overheard.discord
        await talk.until("ready")
        discord.happens(FriendRequest(id="1", at=AT, account=OURS, contact=MAX, note="you played well"))
        request, _ = await talk.until("incoming_request"), await talk.until("friend")
        discord.happens(Message(id="1573305408552960001", at=AT, account=OURS, contact=MAX, text=LONG))
        message, answer = await talk.until("default"), await talk.until("default")
        discord.happens(Call(id="1573305408552960002", at=AT, account=OURS, contact=MAX))
        await talk.until("rings")
        events = spoken.read()

    assert spoken.transports() == {"zlib-stream"}
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
        talk, discord = spoken.talk, spoken.overheard.discord
        ready = await talk.until("ready")
        for number, text in enumerate([LONG, "are you there?"]):
            discord.happens(Message(id=str(1573305408552960001 + number), at=AT, account=OURS, contact=MAX, text=text))
        told = [await talk.until("message") for _ in range(3)]
        events = _all(spoken.read(), Message)

    assert ready["account"] == OURS.id
    assert spoken.transports() == {transport}
    assert [(each.id, each.text) for each in events] == [(one["id"], one["text"]) for one in told]
    assert [each.by for each in events] == ["contact", "contact", "member"]
    first = events[0].contact
    assert (first.id, first.name) == (told[0]["sender"], told[0]["name"])
    assert first.joined is not None and first.joined.isoformat() == told[0]["joined"]


def _stream(socket: Socket) -> str:
    return f"socket-{id(socket)}"


def _all[E: Event](events: list[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]

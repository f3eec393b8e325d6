"""Client libraries that others wrote take the simulated platforms for the real ones."""

import json
from datetime import UTC, datetime
from pathlib import Path

from screener.demo.player import watched
from screener.demo.skype import token
from screener.demo.wire.discord import channel_id
from screener.events import Account, Call, FriendRequest, Message
from tests.demo.relay import relayed
from tests.demo.simulated import simulated, talking

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def test_discord_py_self_logs_in_and_sees_request_message_and_call(tmp_path: Path):
    ours = Account(platform="discord", id="1190000000000000001")
    contact = Account(platform="discord", id="1301234567890123456", name="Max Q.", handle="max.example")
    given = {"TOKEN": f"token-{ours.id}", "DOES": "accept answer"}

    async with simulated(tmp_path) as world, relayed(world.port) as proxy:
        trust = world.certificates.authority
        async with talking("discord-self", proxy=proxy, trust=trust, log=tmp_path / "log", given=given) as talk:
            ready = await talk.until("ready")
            world.cast.discord.happens(FriendRequest(id="1", at=AT, account=ours, contact=contact))
            request, friend = await talk.until("incoming_request"), await talk.until("friend")
            world.cast.discord.happens(
                Message(id="1573305408552960001", at=AT, account=ours, contact=contact, text="hey, answer me")
            )
            message, answer = await talk.until("default"), await talk.until("default")
            world.cast.discord.happens(Call(id="1573305408552960002", at=AT, account=ours, contact=contact))
            rings = await talk.until("rings")

    assert ready["account"] == ours.id
    assert (request["contact"], friend["contact"], request["name"]) == (contact.id, contact.id, "max.example")
    assert (message["id"], message["sender"], message["text"]) == ("1573305408552960001", contact.id, "hey, answer me")
    assert (answer["sender"], answer["text"]) == (ours.id, "hi, who are you?")
    assert rings["channel"] == channel_id(contact)


async def test_skpy_sees_message_call_and_request(tmp_path: Path):
    ours = Account(platform="skype", id="live:.cid.00000000000000aa")
    contact = Account(platform="skype", id="live:.cid.0123456789abcdef", name="Max Q.")
    given = {"TOKEN": token(ours.id), "EVENTS": "3"}

    async with simulated(tmp_path) as world, relayed(world.port) as proxy:
        skype, trust = world.cast.skype, world.certificates.authority
        async with talking("skpy", proxy=proxy, trust=trust, log=tmp_path / "log", given=given) as talk:
            await talk.until("ready")
            await watched(skype, ours.id)
            skype.happens(FriendRequest(id="1", at=AT, account=ours, contact=contact, note="hello there"))
            skype.happens(Message(id="1700000000000", at=AT, account=ours, contact=contact, text="hey <you> & me"))
            message, answer = await talk.until("message"), await talk.until("message")
            skype.happens(Call(id="1700000000001", at=AT, account=ours, contact=contact, call="video"))
            call, request, left = await talk.until("call"), await talk.until("request"), await talk.until("left")

    assert (message["sender"], message["text"]) == (contact.id, "hey <you> & me")
    assert (answer["sender"], answer["text"]) == (ours.id, "who is this?")
    assert (call["sender"], call["state"]) == (contact.id, "Started")
    assert (request["sender"], request["text"], request["at"]) == (contact.id, "hello there", "2026-11-21T12:00:00")
    assert left["requests"] == 0


async def test_paho_hears_messages_and_calls_as_a_messenger_page_does(tmp_path: Path):
    ours = Account(platform="facebook", id="100000000000013")
    contact = Account(platform="facebook", id="100000000000001", name="Max Q.")

    async with simulated(tmp_path) as world:
        given = {"TOKEN": json.dumps({"u": ours.id, "s": 1}), "ADDRESS": f"127.0.0.1:{world.port}"}
        facebook, trust = world.cast.facebook, world.certificates.authority
        async with talking("paho", proxy=world.port, trust=trust, log=tmp_path / "log", given=given) as talk:
            await talk.until("ready")
            for number in range(5):
                facebook.happens(Message(id=f"mid.$a{number}", at=AT, account=ours, contact=contact, text="hey 👋"))
            first, second = await talk.until("message"), await talk.until("message")
            facebook.happens(Call(id="mid.$b", at=AT, account=ours, contact=contact, call="audio"))
            facebook.happens(Call(id="mid.$c", at=AT, account=ours, contact=contact, call="video"))
            call = await talk.until("message")

    assert [first["topic"], second["topic"], call["topic"]] == ["/ls_resp", "/ls_resp", "/t_ms"]
    assert "hey 👋" in json.loads(first["text"])["payload"]
    assert json.loads(call["text"])["deltas"][0]["messageMetadata"]["messageId"] == "mid.$c"

"""The simulated Discord: a little REST, and the gateway that tells everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar, cast

from screener.demo.base import NOT_FOUND, Answer, Ask, Clock, Message, Socket, now, said
from screener.demo.wire import discord as shapes
from screener.demo.wire.discord import FRIEND, INCOMING, OUTGOING
from screener.demo.wire.gateway import Packer, Packing
from screener.errors import Mistake
from screener.events import Accepted, Account, Call, Event, FriendRequest
from screener.events import Message as Words

API, GATEWAY = "discord.com", "gateway.discord.gg"
CALLED = 3
DEDUPE_USERS = 1 << 4
HEARTBEAT_MS = 41_250


@dataclass(kw_only=True)
class _Person:
    relationships: dict[str, tuple[int, Account, datetime]] = field(default_factory=dict)
    channels: dict[str, Account] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Line:
    socket: Socket
    packer: Packer
    account: str = ""
    numbers: Any = field(default_factory=lambda: count(1))

    def send(self, op: int, document: Any, name: str | None = None) -> None:
        said = {"op": op, "d": document, "s": next(self.numbers) if name else None, "t": name}
        self.socket.send(*self.packer.packed(said))


class Discord:
    """A token is the word `token` and the account's id; only the simulated Discord takes it."""

    name: ClassVar[str] = "discord"
    hosts: ClassVar[tuple[str, ...]] = (API, GATEWAY)

    def __init__(self, clock: Clock = now) -> None:
        self._clock = clock
        self._people: dict[str, _Person] = {}
        self._lines: list[_Line] = []

    def befriended(self, account: str, contact: Account) -> None:
        """These two are friends, from before the story began."""
        since = datetime(2025, 1, 1, tzinfo=UTC)
        self._person(account).relationships[contact.id] = (FRIEND, contact, since)

    def ends(self) -> None:
        """Nobody waits here: what there is to say is said on the sockets."""

    def is_watched(self, account: str) -> bool:
        return any(line.account == account for line in self._lines)

    # REST

    async def answer(self, ask: Ask) -> Answer:
        if ask.host != API:
            return NOT_FOUND
        if not ask.path.startswith("/api/"):
            return Answer(body=b"<!doctype html><title>Discord</title>", content_type="text/html")
        # A program says so before its token; it speaks to the same gateway as a page does.
        account = ask.headers.get("authorization", "").removeprefix("Bot ").removeprefix("token-")
        steps = ask.path.strip("/").split("/")[2:]
        if steps == ["gateway"]:
            return said({"url": f"wss://{GATEWAY}"})
        if not account.isdigit():
            return said({"message": "401: Unauthorized", "code": 0}, 401)
        person = self._person(account)
        match ask.method, steps:
            case "GET", ["users", "@me"]:
                return said(shapes.own(account))
            case "GET", ["oauth2", "applications", "@me"]:
                return said(shapes.application(account))
            case "GET", ["users", "@me", "relationships"]:
                return said([shapes.relationship(*row) for row in person.relationships.values()])
            case "PUT", ["users", "@me", "relationships", contact]:
                self._relate(account, contact)
                return Answer(status=204)
            case "DELETE", ["users", "@me", "relationships", contact]:
                kind, *_ = person.relationships.pop(contact, (0,))
                self._dispatch(account, "RELATIONSHIP_REMOVE", {"id": contact, "type": kind})
                return Answer(status=204)
            case "POST", ["channels", channel, "messages"]:
                return self._typed(account, channel, ask.json)
        return said({})

    def _relate(self, account: str, contact: str) -> None:
        """A request goes out, or the one that waited is accepted."""
        kind, who, _ = self._person(account).relationships.get(contact, (0, shapes.nobody(contact), None))
        row = (FRIEND if kind == INCOMING else OUTGOING, who, self._clock())
        self._person(account).relationships[contact] = row
        self._dispatch(account, "RELATIONSHIP_ADD", shapes.relationship(*row))
        if row[0] == FRIEND and shapes.channel_id(who) in self._person(account).channels:
            self._dispatch(account, "CHANNEL_UPDATE", self._channel(account, who, None))

    def _typed(self, account: str, channel: str, given: Mapping[str, Any]) -> Answer:
        at = self._clock()
        author = Account(platform=self.name, id=account, name="Member", handle="member")
        document = shapes.message(
            id=shapes.snowflake(at), channel=channel, author=author, text=str(given["content"]), at=at
        )
        document["nonce"] = given.get("nonce")
        self._dispatch(account, "MESSAGE_CREATE", document)
        return said(document)

    # The gateway

    def opened(self, socket: Socket) -> None:
        packing = cast("Packing", socket.ask.arguments.get("compress", ""))
        line = _Line(socket=socket, packer=Packer(packing))
        self._lines.append(line)
        line.send(10, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})

    def closed(self, socket: Socket) -> None:
        self._lines = [line for line in self._lines if line.socket is not socket]

    def heard(self, socket: Socket, message: Message) -> None:
        line = next(line for line in self._lines if line.socket is socket)
        document = Ask(
            method="", host="", path="", body=message if isinstance(message, bytes) else message.encode()
        ).json
        if document["op"] == 1:
            line.send(11, None)
        elif document["op"] == 2:
            account = document["d"]["token"].removeprefix("token-")
            bits = document["d"].get("capabilities", 0)
            line.send(0, self._ready(account, dedupe=bool(bits & DEDUPE_USERS)), "READY")
            line.send(0, shapes.SUPPLEMENT, "READY_SUPPLEMENTAL")
            line.account = account
        elif document["op"] == 6:
            line.account = document["d"]["token"].removeprefix("token-")
            line.send(0, {}, "RESUMED")

    def _ready(self, account: str, *, dedupe: bool) -> dict[str, Any]:
        person = self._person(account)
        relationships = [shapes.relationship(*row) for row in person.relationships.values()]
        channels = [self._channel(account, who, None) for who in person.channels.values()]
        users = [shapes.user(who) for _, who, _ in person.relationships.values()]
        users += [shapes.user(who) for who in person.channels.values() if who.id not in person.relationships]
        if dedupe:
            for relationship in relationships:
                relationship["user_id"] = relationship.pop("user")["id"]
            for channel in channels:
                channel["recipient_ids"] = [user["id"] for user in channel.pop("recipients")]
        return {
            "v": 9,
            "user": shapes.own(account),
            "session_id": f"session-{account}",
            "session_type": "normal",
            "resume_gateway_url": f"wss://{GATEWAY}",
            "relationships": relationships,
            "private_channels": channels,
            "users": users if dedupe else [],
            "guilds": [],
            "merged_members": [],
            "country_code": "GB",
            "auth_session_id_hash": "AAAA",
            "sessions": [],
            "connected_accounts": [],
            "geo_ordered_rtc_regions": [],
            "user_settings_proto": "",
            "user_guild_settings": {"entries": [], "partial": False, "version": 0},
            "read_state": {"entries": [], "partial": False, "version": 0},
            "tutorial": None,
            "consents": {"personalization": {"consented": False}},
            "experiments": [],
            "guild_experiments": [],
            "analytics_token": "",
            "api_code_version": 1,
            "notification_settings": {"flags": 0},
            "friend_suggestion_count": 0,
            "presences": [],
        }

    # What happens on the platform

    def happens(self, event: Event) -> None:
        account, contact = event.account.id, event.contact
        author = contact if event.by == "contact" else event.account
        person = self._person(account)
        match event:
            case FriendRequest(by="contact"):
                person.relationships[contact.id] = (INCOMING, contact, event.at)
                document = shapes.relationship(INCOMING, contact, event.at)
                if event.note:
                    document["note"] = event.note
                self._dispatch(account, "RELATIONSHIP_ADD", document)
            case Accepted(by="contact"):
                person.relationships[contact.id] = (FRIEND, contact, event.at)
                self._dispatch(account, "RELATIONSHIP_ADD", shapes.relationship(FRIEND, contact, event.at))
            case Words():
                channel = self._opened_channel(event)
                text = event.text or ""
                self._dispatch(
                    account,
                    "MESSAGE_CREATE",
                    shapes.message(id=event.id, channel=channel, author=author, text=text, at=event.at),
                )
            case Call():
                self._call(event, author)
            case _:
                raise Mistake(
                    f"{event.kind}: the simulated Discord can't play this kind of event. Leave it out of the story."
                )

    def _call(self, event: Call, author: Account) -> None:
        account, channel = event.account.id, self._opened_channel(event)
        message = shapes.message(id=event.id, channel=channel, author=author, text="", at=event.at)
        message |= {"type": CALLED, "call": {"participants": [author.id], "ended_timestamp": None}}
        self._dispatch(account, "MESSAGE_CREATE", message)
        other = account if event.by == "contact" else event.contact.id
        state = {
            "user_id": author.id,
            "channel_id": channel,
            "session_id": f"voice-{author.id}",
            "self_video": event.call == "video",
            "self_mute": False,
            "self_deaf": False,
            "mute": False,
            "deaf": False,
            "suppress": False,
        }
        document = {"channel_id": channel, "message_id": event.id, "region": "rotterdam", "ringing": [other]}
        self._dispatch(account, "CALL_CREATE", {**document, "voice_states": [state]})

    def _opened_channel(self, event: Event) -> str:
        person, channel = self._person(event.account.id), shapes.channel_id(event.contact)
        if channel not in person.channels:
            person.channels[channel] = event.contact
            self._dispatch(event.account.id, "CHANNEL_CREATE", self._channel(event.account.id, event.contact, event.at))
        return channel

    def _channel(self, account: str, contact: Account, at: datetime | None) -> dict[str, Any]:
        kind, *_ = self._person(account).relationships.get(contact.id, (0,))
        is_request = kind != FRIEND
        return {
            "id": shapes.channel_id(contact),
            "type": shapes.ALONE,
            "flags": 0,
            "last_message_id": None,
            "recipients": [shapes.user(contact)],
            "is_message_request": is_request,
            "is_message_request_timestamp": at.isoformat() if is_request and at else None,
            "is_spam": False,
            "safety_warnings": [],
        }

    def _dispatch(self, account: str, name: str, document: Any) -> None:
        for line in self._lines:
            if line.account == account:
                line.send(0, document, name)

    def _person(self, account: str) -> _Person:
        return self._people.setdefault(account, _Person())

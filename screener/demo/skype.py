"""The simulated Skype, as its last web clients knew it: contact requests in a list, everything else by long poll."""

import asyncio
import base64
import binascii
import contextlib
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import count
from typing import Any, ClassVar
from urllib.parse import unquote

from screener.demo.base import NOT_FOUND, Answer, Ask, Clock, Message, Socket, now, said
from screener.errors import Mistake
from screener.events import Account, Call, Event, FriendRequest
from screener.events import Message as Words

CONTACTS, PEOPLE, MESSAGES = "contacts.skype.com", "api.skype.com", "client-s.gateway.messenger.live.com"
MOST_WAIT_SECONDS = 20
# A poll that was never answered before its page went away must not swallow what came meanwhile.
WATCHED_SECONDS = 30
EVENTS_A_POLL = 20


@dataclass(kw_only=True)
class _Person:
    friends: dict[str, Account] = field(default_factory=dict)
    requests: dict[str, FriendRequest] = field(default_factory=dict)
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=lambda: count(1000))
    polled: float = float("-inf")


class Skype:
    """A person is named by a token in the request's headers, which nobody may keep."""

    name: ClassVar[str] = "skype"
    hosts: ClassVar[tuple[str, ...]] = (CONTACTS, PEOPLE, MESSAGES)

    def __init__(self, clock: Clock = now) -> None:
        self._clock = clock
        self._people: dict[str, _Person] = {}
        self._is_over = False

    def befriended(self, account: str, contact: Account) -> None:
        """These two are contacts, from before the story began."""
        self._person(account).friends[contact.id] = contact

    def ends(self) -> None:
        self._is_over = True
        for person in self._people.values():
            person.news.set()

    def is_watched(self, account: str) -> bool:
        return asyncio.get_running_loop().time() - self._person(account).polled < WATCHED_SECONDS

    async def answer(self, ask: Ask) -> Answer:
        account = _holder(ask)
        steps = [unquote(step) for step in ask.path.strip("/").split("/")]
        if not account:
            return said({"errorCode": 911, "message": "Authentication failed"}, 401)
        match ask.host, ask.method, steps:
            case "api.skype.com", "GET", ["users", "self", "profile"]:
                return said({"username": account, "firstname": account, "about": None, "emails": []})
            case "contacts.skype.com", "GET", ["contacts", "v2", "users", _]:
                rows = [_contact(contact) for contact in self._person(account).friends.values()]
                return said({"contacts": rows, "blocklist": [], "groups": [], "scope": "full"})
            case "contacts.skype.com", "GET", ["contacts", "v2", "users", _, "invites"]:
                return said({"invite_list": [_invite(r) for r in self._person(account).requests.values()]})
            case "contacts.skype.com", "PUT", ["contacts", "v2", "users", _, "invites", mri, choice]:
                asked = self._person(account).requests.pop(mri.removeprefix("8:"), None)
                if asked is not None and choice == "accept":
                    self.befriended(account, asked.contact)
                return said({})
            case "contacts.skype.com", "POST", ["contacts", "v2", "users", _, "contacts"]:
                return said({})
            case "client-s.gateway.messenger.live.com", _, ["v1", "users", "ME", *rest]:
                return await self._gateway(account, ask, rest)
        return NOT_FOUND

    async def _gateway(self, account: str, ask: Ask, steps: list[str]) -> Answer:
        match ask.method, steps:
            case "POST", ["endpoints"]:
                until = int(datetime.now(UTC).timestamp()) + 86_400
                token = f"registrationToken={_token(account)}; expires={until}; endpointId={{0-1}}"
                return Answer(body=b"{}", status=201, headers={"set-registrationtoken": token})
            case "POST", ["endpoints", _, "subscriptions", "0", "poll"]:
                return await self._poll(account)
            case "POST", ["conversations", conversation, "messages"]:
                return self._typed(account, conversation.removeprefix("8:"), ask.json)
            case "GET", ["presenceDocs", "messagingService"]:
                return said({"endpointPresenceDocs": []})
        return said({})

    async def _poll(self, account: str) -> Answer:
        person = self._person(account)
        person.polled = asyncio.get_running_loop().time()
        if not person.waiting and not self._is_over:
            person.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(person.news.wait(), MOST_WAIT_SECONDS)
        person.polled = asyncio.get_running_loop().time()
        told = [person.waiting.popleft() for _ in range(min(EVENTS_A_POLL, len(person.waiting)))]
        return said({"eventMessages": told} if told else {})

    def _typed(self, account: str, contact: str, given: dict[str, Any]) -> Answer:
        at = self._clock()
        words = {key: given[key] for key in ("content", "messagetype", "clientmessageid") if key in given}
        self._tell(
            account, _resource(id=str(_ms(at)), at=at, sender=account, name=account, contact=contact, **words), at
        )
        return said({"OriginalArrivalTime": _ms(at)}, 201)

    def opened(self, socket: Socket) -> None:
        """There are no sockets here."""

    def heard(self, socket: Socket, message: Message) -> None:
        """There are no sockets here."""

    def closed(self, socket: Socket) -> None:
        """There are no sockets here."""

    def happens(self, event: Event) -> None:
        account, contact = event.account.id, event.contact
        sender = contact if event.by == "contact" else event.account
        match event:
            case FriendRequest(by="contact"):
                self._person(account).requests[contact.id] = event
                return
            case Words():
                words = {"messagetype": "RichText", "content": escape(event.text or "", quote=False)}
            case Call():
                name = escape(sender.name or sender.id)
                part = f'<part identity="{escape(sender.id)}"><name>{name}</name></part>'
                words = {"messagetype": "Event/Call", "content": f'<partlist type="started" alt="">{part}</partlist>'}
            case _:
                raise Mistake(
                    f"{event.kind}: the simulated Skype can't play this kind of event. Leave it out of the story."
                )
        resource = _resource(
            id=event.id, at=event.at, sender=sender.id, name=sender.name or sender.id, contact=contact.id, **words
        )
        self._tell(account, resource, event.at)

    def _tell(self, account: str, resource: dict[str, Any], at: datetime) -> None:
        person = self._person(account)
        person.waiting.append(
            {
                "id": next(person.numbers),
                "type": "EventMessage",
                "resourceType": "NewMessage",
                "time": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "resourceLink": f"{resource['conversationLink']}/messages/{resource['id']}",
                "resource": resource,
            }
        )
        person.news.set()

    def _person(self, account: str) -> _Person:
        return self._people.setdefault(account, _Person())


def _holder(ask: Ask) -> str:
    """Whose request it is, by either of the two tokens."""
    if token := ask.headers.get("registrationtoken", ""):
        raw = token.partition("registrationToken=")[2].partition(";")[0]
    else:
        raw = ask.headers.get("x-skypetoken", "") or ask.headers.get("authentication", "").removeprefix("skypetoken=")
    try:
        return base64.b64decode(raw).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def token(account: str) -> str:
    """What an account shows to prove itself; only the simulated Skype takes it."""
    return _token(account)


def _token(account: str) -> str:
    return base64.b64encode(account.encode()).decode()


def _invite(request: FriendRequest) -> dict[str, Any]:
    asked = {"message": request.note or "", "time": f"{request.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return {"mri": f"8:{request.contact.id}", "displayname": request.contact.name, "invites": [asked]}


def _contact(contact: Account) -> dict[str, Any]:
    return {
        "person_id": f"8:{contact.id}",
        "mri": f"8:{contact.id}",
        "display_name": contact.name,
        "authorized": True,
        "blocked": False,
        "suggested": False,
        "profile": {"name": {"first": contact.name}, "locations": []},
    }


def _resource(*, id: str, at: datetime, sender: str, name: str, contact: str, **words: Any) -> dict[str, Any]:
    base = f"https://{MESSAGES}/v1/users/ME"
    when = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    return {
        "id": id,
        "clientmessageid": id,
        "type": "Message",
        "from": f"{base}/contacts/8:{sender}",
        "conversationLink": f"{base}/conversations/8:{contact}",
        "imdisplayname": name,
        "composetime": when,
        "originalarrivaltime": when,
        "isactive": True,
        **words,
    }


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)

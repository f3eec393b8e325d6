"""The simulated Facebook: its page, its GraphQL answers, and the three sockets over which it pushes."""

import html
import json
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from screener.demo.base import NOT_FOUND, Answer, Ask, Message, Socket, said
from screener.demo.wire import dgw, lightspeed, meta, mqtt, profile, requeststream
from screener.errors import Mistake
from screener.events import Accepted, Account, Call, Event, FriendRequest, Profile
from screener.events import Message as Words

PAGES = Path(__file__).parent / "pages"
RECEIVED = "FBGQLS:FRIEND_REQUEST_RECEIVE_SUBSCRIBE"
CONFIRMED = "FBGQLS:FRIEND_REQUEST_CONFIRM_SUBSCRIBE"
_FILES = {"/facebook.js": "text/javascript", "/facebook.css": "text/css"}
REALTIME, LIGHTSPEED, CHAT = "/ws/realtime", "/ws/lightspeed", "/chat"


@dataclass(kw_only=True)
class _Line:
    """One socket: whose it is, and which of its streams carries what."""

    socket: Socket
    account: str
    streams: dict[str, int] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)


@dataclass(kw_only=True)
class _Person:
    """One account as the platform knows it."""

    friends: dict[str, Account] = field(default_factory=dict)
    requests: dict[str, FriendRequest] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    messages: int = 0
    calls: int = 0


class Facebook:
    """What is done on it is asked of it; what happens on it is pushed."""

    name: ClassVar[str] = "facebook"
    hosts: ClassVar[tuple[str, ...]] = ("www.facebook.com", "gateway.facebook.com", "edge-chat.facebook.com")

    def __init__(self) -> None:
        self._people: dict[str, _Person] = {}
        self._lines: list[_Line] = []
        self._known: dict[str, Account] = {}

    def befriended(self, account: str, contact: Account) -> None:
        """These two are friends, from before the story began."""
        self._person(account).friends[contact.id] = contact
        self._known[contact.id] = contact

    def ends(self) -> None:
        """Nobody waits here: what there is to say is said on the sockets."""

    def is_watched(self, account: str) -> bool:
        heard = {
            line.socket.ask.path
            for line in self._lines
            if line.account == account and (line.streams or line.socket.ask.path == CHAT)
        }
        return heard >= {REALTIME, LIGHTSPEED, CHAT}

    # What the browser asks

    async def answer(self, ask: Ask) -> Answer:
        if ask.host != "www.facebook.com":
            return NOT_FOUND
        if ask.path == "/login" and (account := ask.arguments.get("as", "")).isdigit():
            cookie = f"c_user={account}; Domain=facebook.com; Path=/; Secure; SameSite=None"
            return Answer(status=302, content_type="text/html", headers={"location": "/", "set-cookie": cookie})
        if ask.path in _FILES:
            return Answer(body=(PAGES / ask.path[1:]).read_bytes(), content_type=_FILES[ask.path])
        if ask.path == "/api/graphql/" and ask.method == "POST":
            return self._graphql(ask.cookie("c_user"), ask)
        if ask.method == "GET" and ask.path in ("/", "/friends", "/messages/t/"):
            return self._page(ask.cookie("c_user"))
        if ask.method == "GET" and ask.path == "/profile.php" and (who := self._known.get(ask.arguments.get("id", ""))):
            is_friend = who.id in self._person(ask.cookie("c_user")).friends
            return Answer(body=profile.page(who, is_friend=is_friend), content_type='text/html; charset="utf-8"')
        return NOT_FOUND

    def _page(self, account: str) -> Answer:
        prefetched = profile.prefetched("FriendingCometFriendRequestsRootQuery", self._requests(account))
        page = (PAGES / "facebook.html").read_text(encoding="utf-8")
        page = page.replace("ACCOUNT", html.escape(account)).replace("PREFETCHED", prefetched)
        return Answer(body=page.encode(), content_type='text/html; charset="utf-8"')

    def _graphql(self, account: str, ask: Ask) -> Answer:
        name = ask.form.get("fb_api_req_friendly_name", "")
        variables = json.loads(ask.form.get("variables", "{}"))
        given = variables.get("input", {})
        if name.startswith("FriendingCometFriendRequestsRootQuery"):
            return said({"data": self._requests(account), "extensions": {"is_final": True}})
        if name == "ProfileCometTopAppSectionQuery" and (who := self._known.get(variables["userID"])):
            return said({"data": profile.friends_in_common(who, who.mutual_friends)})
        person = self._person(account)
        if name == "FriendingCometFriendRequestConfirmMutation":
            asked = person.requests.pop(given["friend_requester_id"], None)
            if asked is not None:
                self._befriend(account, asked.contact)
            status = {"id": given["friend_requester_id"], "friendship_status": "ARE_FRIENDS"}
            return said({"data": {"friend_request_accept": {"friend_requester": status}}})
        if name == "FriendingCometFriendRequestDeleteMutation":
            person.requests.pop(given["friend_requester_id"], None)
            return said({"data": {"friend_request_delete": {"friend_requester": {"friendship_status": "CAN_REQUEST"}}}})
        if name == "FriendingCometFriendRequestSendMutation":
            asked_of = [{"id": id, "friendship_status": "OUTGOING_REQUEST"} for id in given["friend_requestee_ids"]]
            return said({"data": {"friend_request_send": {"friend_requestees": asked_of}}})
        return said({"errors": [{"message": "unknown operation"}]})

    def _requests(self, account: str) -> dict[str, Any]:
        edges = [
            {
                "node": {key: value for key, value in meta.asker(request).items() if key in meta.LISTED},
                "time": meta.seconds(request.at),
            }
            for request in self._person(account).requests.values()
        ]
        page = {"has_next_page": False, "end_cursor": None}
        return {"viewer": {"friending_possibilities": {"count": len(edges), "edges": edges, "page_info": page}}}

    # What the browser says on its sockets

    def opened(self, socket: Socket) -> None:
        self._lines.append(_Line(socket=socket, account=socket.ask.arguments.get("x-dgw-uuid", "")))

    def closed(self, socket: Socket) -> None:
        self._lines = [line for line in self._lines if line.socket is not socket]

    def heard(self, socket: Socket, message: Message) -> None:
        line = next(line for line in self._lines if line.socket is socket)
        raw = message if isinstance(message, bytes) else message.encode()
        if socket.ask.path == CHAT:
            for packet in mqtt.packets(raw):
                self._heard_packet(line, packet)
        else:
            for frame in dgw.frames(raw):
                self._heard_frame(line, frame)

    def _heard_frame(self, line: _Line, frame: dgw.Frame) -> None:
        if frame.kind == "ping":
            line.socket.send(dgw.PONG)
        elif frame.kind == "establish":
            method = json.loads(frame.body).get("x-dgw-app-XRSS-method")
            if method or not line.streams:
                line.streams[method or LIGHTSPEED] = frame.stream
            if method:
                line.socket.send(dgw.carry(frame.stream, requeststream.started(1), next(line.numbers), wants_ack=False))
        elif frame.kind == "data":
            if frame.wants_ack:
                line.socket.send(dgw.ack(frame.stream, frame.number))
            if line.socket.ask.path == LIGHTSPEED:
                self._heard_task(line, frame)

    def _heard_task(self, line: _Line, frame: dgw.Frame) -> None:
        asked = json.loads(frame.body)
        if asked["type"] == 2:
            rows = [meta.row(contact, is_friend=True) for contact in self._person(line.account).friends.values()]
            answer = lightspeed.envelope(*rows, request_id=asked["request_id"])
            line.socket.send(dgw.carry(frame.stream, answer, next(line.numbers)))
            return
        for task in json.loads(asked["payload"])["tasks"]:
            if task["label"] != "46":
                continue
            given = json.loads(task["payload"])
            echo = lightspeed.message(
                text=given["text"],
                thread=str(given["thread_id"]),
                at_ms=int(given["otid"]) >> 22,
                id=f"mid.$g{given['otid']}",
                sender=line.account,
                offline_id=given["otid"],
            )
            answer = lightspeed.envelope(echo, request_id=asked["request_id"])
            line.socket.send(dgw.carry(frame.stream, answer, next(line.numbers)), dgw.end(frame.stream))

    def _heard_packet(self, line: _Line, packet: mqtt.Packet) -> None:
        if packet.kind == mqtt.CONNECT:
            line.account = str(mqtt.username(packet)["u"])
            line.socket.send(mqtt.connected())
        elif packet.kind == mqtt.SUBSCRIBE:
            line.socket.send(mqtt.subscribed(int.from_bytes(packet.body[:2])))
        elif packet.kind == mqtt.PINGREQ:
            line.socket.send(mqtt.pong())

    # What happens on the platform

    def happens(self, event: Event) -> None:
        account, person = event.account.id, self._person(event.account.id)
        self._known[event.contact.id] = event.contact
        match event:
            case FriendRequest(by="contact"):
                person.requests[event.contact.id] = event
                self._push(account, RECEIVED, {"data": {"friend_request_receive_subscribe": meta.received(event)}})
            case Accepted(by="contact"):
                root: dict[str, Any] = {"friend_requestee": {"id": event.contact.id, "name": event.contact.name}}
                root |= {"viewer": {"actor": {"id": account}}}
                self._push(account, CONFIRMED, {"data": {"friend_request_confirm_subscribe": root}})
                self._befriend(account, event.contact)
            case Words():
                self._message(event)
            case Call():
                self._call(event)
            case Profile():
                self._write(account, meta.row(event.contact, is_friend=event.contact.id in person.friends))
            case _:
                raise Mistake(
                    f"{event.kind}: the simulated Facebook can't play this kind of event. Leave it out of the story."
                )

    def _message(self, event: Words) -> None:
        person = self._person(event.account.id)
        steps = self._introduced(event)
        steps.append(
            lightspeed.message(
                text=event.text,
                thread=event.contact.id,
                at_ms=meta.milliseconds(event.at),
                id=event.id,
                sender=event.contact.id if event.by == "contact" else event.account.id,
            )
        )
        # In life either socket may carry a message, and now and then both do: it is one message all the same.
        person.messages += 1
        over_chat = len(steps) == 1 and person.messages % 3 == 0
        if not over_chat:
            self._write(event.account.id, *steps)
        if over_chat or person.messages % 5 == 0:
            self._publish(event.account.id, "/ls_resp", lightspeed.envelope(*steps))

    def _call(self, event: Call) -> None:
        person = self._person(event.account.id)
        caller = event.contact.id if event.by == "contact" else event.account.id
        person.calls += 1
        if person.calls % 2 == 0:
            self._publish(event.account.id, "/t_ms", meta.call_log(event, caller))
            return
        self._write(event.account.id, *self._introduced(event), *meta.call_rows(event, caller))

    def _introduced(self, event: Event) -> list[lightspeed.Step]:
        """The rows that come before the first message of a conversation."""
        person = self._person(event.account.id)
        if event.contact.id in person.written:
            return []
        person.written.add(event.contact.id)
        is_friend = event.contact.id in person.friends
        rows = [
            meta.row(event.contact, is_friend=is_friend),
            lightspeed.thread(
                id=event.contact.id,
                at_ms=meta.milliseconds(event.at),
                name=event.contact.name or "",
                folder="inbox" if is_friend else "pending",
            ),
        ]
        return rows if is_friend else [*rows, lightspeed.message_request(thread=event.contact.id)]

    def _befriend(self, account: str, contact: Account) -> None:
        person = self._person(account)
        person.friends[contact.id] = contact
        rows = [meta.row(contact, is_friend=True)]
        if contact.id in person.written:
            rows.append(lightspeed.moved_to_inbox(thread=contact.id))
        self._write(account, *rows)

    def _person(self, account: str) -> _Person:
        return self._people.setdefault(account, _Person())

    # The three ways of pushing

    def _push(self, account: str, method: str, document: Any) -> None:
        for line in self._lines:
            if line.account == account and method in line.streams:
                number = next(line.numbers)
                frame = dgw.carry(line.streams[method], requeststream.pushed(number + 2, document), number)
                line.socket.send(frame)

    def _write(self, account: str, *steps: lightspeed.Step) -> None:
        for line in self._lines:
            if line.account == account and LIGHTSPEED in line.streams:
                frame = dgw.carry(line.streams[LIGHTSPEED], lightspeed.envelope(*steps), next(line.numbers))
                line.socket.send(frame)

    def _publish(self, account: str, topic: str, body: bytes) -> None:
        for line in self._lines:
            if line.account == account and line.socket.ask.path == CHAT:
                line.socket.send(mqtt.publish(topic, body, next(line.numbers) + 1))

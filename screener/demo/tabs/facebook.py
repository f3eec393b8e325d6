"""A member's Facebook page: three sockets, the list of friend requests, and answers typed into it."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

from screener.demo.base import Ask, Line, Message, Said
from screener.demo.facebook import CHAT, CONFIRMED, LIGHTSPEED, REALTIME, RECEIVED
from screener.demo.wire import dgw, lightspeed, mqtt, requeststream
from screener.errors import Mistake
from screener.events import Accepted, Declined, Event, FriendRequest
from screener.events import Message as Words

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
HINTS = {
    RECEIVED: "FriendingCometFriendRequestReceiveSubscription",
    CONFIRMED: "FriendingCometFriendRequestConfirmSubscription",
}


class FacebookTab:
    """One account's page. It has a session cookie as a browser does, which nobody may keep."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._cookies = f"c_user={account}; xs=session-of-{account}"
        self._requests = count(1)
        self._streams = count(10)

    def first(self) -> tuple[Ask, ...]:
        return (self._ask("GET", "/"), self._graphql("FriendingCometFriendRequestsRootQuery", {"scale": 1}))

    def lines(self) -> tuple[Line, ...]:
        query = urlencode(
            {
                "x-dgw-appid": "2220391788200892",
                "x-dgw-appversion": "0",
                "x-dgw-authtype": "1:0",
                "x-dgw-version": "5",
                "x-dgw-uuid": self.account,
                "x-dgw-tier": "prod",
            }
        )
        headers = {"cookie": self._cookies, "origin": "https://www.facebook.com", "user-agent": AGENT}
        return (
            Line(name=REALTIME, host="gateway.facebook.com", path=f"{REALTIME}?{query}", headers=headers),
            Line(name=LIGHTSPEED, host="gateway.facebook.com", path=f"{LIGHTSPEED}?{query}", headers=headers),
            Line(name=CHAT, host="edge-chat.facebook.com", path=f"{CHAT}?region=odn&sid=1", headers=headers),
        )

    def opens(self, line: str) -> tuple[Message, ...]:
        if line == REALTIME:
            return tuple(
                dgw.establish(stream, _wants(method)) + dgw.carry(stream, requeststream.asked({"input": {}}), 0)
                for stream, method in enumerate(HINTS, 1)
            )
        if line == LIGHTSPEED:
            sync = {
                "app_id": "2220391788200892",
                "payload": json.dumps({"database": 1, "epoch_id": 1, "version": "1"}),
                "request_id": next(self._requests),
                "type": 2,
            }
            return (dgw.establish(1, {}) + dgw.carry(1, json.dumps(sync).encode(), 0),)
        who = {"u": self.account, "s": 1, "cp": 3, "ecp": 10, "chat_on": True, "aid": 219994525426954, "st": []}
        return (mqtt.connect(json.dumps(who)), mqtt.subscribe(1, "/ls_resp"), mqtt.subscribe(2, "/t_ms"))

    def hears(self, line: str, message: Message) -> tuple[Message, ...]:
        raw = message if isinstance(message, bytes) else message.encode()
        if line != CHAT:
            return tuple(
                dgw.ack(frame.stream, frame.number)
                for frame in dgw.frames(raw)
                if frame.kind == "data" and frame.wants_ack
            )
        published = [mqtt.published(packet) for packet in mqtt.packets(raw) if packet.kind == mqtt.PUBLISH]
        return tuple(mqtt.acknowledged(number) for _, number, _ in published if number)

    def polls(self) -> Ask | None:
        return None

    def looks(self, event: Event) -> tuple[Ask, ...]:
        if not isinstance(event, FriendRequest) or event.by != "contact":
            return ()
        # Who asks to be a friend is looked up first: the profile, and the friends that both have.
        who = {"userID": event.contact.id, "collectionToken": None, "scale": 1}
        return (
            self._ask("GET", "/profile.php", query=f"id={event.contact.id}"),
            self._graphql("ProfileCometTopAppSectionQuery", who),
        )

    def acts(self, event: Event) -> Ask | Said:
        given: Mapping[str, Any] = {"friend_requester_id": event.contact.id, "friending_channel": "FRIENDS_HOME_MAIN"}
        match event:
            case Words():
                # An offline id holds the time of writing in its upper bits, as the real ones do.
                offline_id = str(round(event.at.timestamp() * 1000) << 22 | next(self._requests))
                return Said(line=LIGHTSPEED, message=self._typed(event, offline_id))
            case Accepted():
                return self._graphql("FriendingCometFriendRequestConfirmMutation", {"input": given})
            case Declined():
                return self._graphql("FriendingCometFriendRequestDeleteMutation", {"input": given})
            case FriendRequest():
                asked = {"friend_requestee_ids": [event.contact.id], "friending_channel": "PROFILE_BUTTON"}
                return self._graphql("FriendingCometFriendRequestSendMutation", {"input": asked})
        raise Mistake(f"{event.kind}: nobody can do this on the simulated Facebook. Leave it out of the story.")

    def _typed(self, event: Words, offline_id: str) -> bytes:
        stream, number = next(self._streams), next(self._requests)
        task = lightspeed.sent(
            thread=event.contact.id, text=event.text or "", offline_id=offline_id, request_id=number, epoch=1
        )
        return dgw.establish(stream, {}) + dgw.carry(stream, task, 0)

    def _graphql(self, name: str, variables: Mapping[str, Any]) -> Ask:
        variables = dict(variables)
        if "input" in variables:
            variables["input"] = {**variables["input"], "actor_id": self.account, "client_mutation_id": "1"}
        form = {
            "av": self.account,
            "__user": self.account,
            "__a": "1",
            "fb_dtsg": f"token-of-{self.account}",
            "fb_api_caller_class": "RelayModern",
            "fb_api_req_friendly_name": name,
            "variables": json.dumps(variables),
            "doc_id": "1000000000000001",
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "x-fb-friendly-name": name}
        return self._ask("POST", "/api/graphql/", urlencode(form).encode(), headers)

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, query: str = ""
    ) -> Ask:
        common = {"cookie": self._cookies, "user-agent": AGENT, "accept": "*/*", "origin": "https://www.facebook.com"}
        common |= headers or {}
        return Ask(method=method, host="www.facebook.com", path=path, query=query, headers=common, body=body)


def _wants(method: str) -> dict[str, Any]:
    return {
        "x-dgw-app-XRSS-method": method,
        "x-dgw-app-XRSS-doc_id": "1000000000000002",
        "x-dgw-app-XRSS-routing_hint": HINTS[method],
        "x-dgw-app-xrs-body": "true",
        "x-dgw-app-XRS-Accept-Ack": "RSAck",
        "x-dgw-app-XRSS-http_referer": "https://www.facebook.com/",
    }

"""A member's Discord page: the gateway, and answers sent by REST."""

import json
import zlib
from collections.abc import Mapping

from screener.demo.base import Ask, Line, Message, Said
from screener.demo.discord import API, GATEWAY
from screener.demo.wire.discord import channel_id
from screener.errors import Mistake
from screener.events import Accepted, Declined, Event, FriendRequest
from screener.events import Message as Words

CAPABILITIES = 30_717


class DiscordTab:
    """One account's page; it asks for a compressed gateway, as the web page does."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._inflater = zlib.decompressobj()

    def first(self) -> tuple[Ask, ...]:
        return (
            self._ask("GET", "/login"),
            self._ask("GET", "/api/v9/users/@me"),
            self._ask("GET", "/api/v9/users/@me/relationships"),
        )

    def lines(self) -> tuple[Line, ...]:
        headers = {"origin": f"https://{API}"}
        return (Line(name="gateway", host=GATEWAY, path="/?v=9&encoding=json&compress=zlib-stream", headers=headers),)

    def opens(self, line: str) -> tuple[Message, ...]:
        return ()

    def hears(self, line: str, message: Message) -> tuple[Message, ...]:
        raw = message if isinstance(message, bytes) else message.encode()
        text = self._inflater.decompress(raw)
        if not text.startswith(b'{"op":10'):
            return ()
        properties = {"os": "Linux", "browser": "Chrome", "release_channel": "stable"}
        identify = {"token": f"token-{self.account}", "capabilities": CAPABILITIES, "properties": properties}
        return (json.dumps({"op": 2, "d": identify}),)

    def polls(self) -> Ask | None:
        return None

    def looks(self, event: Event) -> tuple[Ask, ...]:
        return ()

    def acts(self, event: Event) -> Ask | Said:
        contact = event.contact.id
        match event:
            case Words():
                typed = {"content": event.text, "nonce": event.id, "tts": False, "flags": 0}
                return self._ask("POST", f"/api/v9/channels/{channel_id(event.contact)}/messages", typed)
            case Accepted() | FriendRequest():
                return self._ask("PUT", f"/api/v9/users/@me/relationships/{contact}", {})
            case Declined():
                return self._ask("DELETE", f"/api/v9/users/@me/relationships/{contact}")
        raise Mistake(f"{event.kind}: nobody can do this on the simulated Discord. Leave it out of the story.")

    def _ask(self, method: str, path: str, document: Mapping[str, object] | None = None) -> Ask:
        headers = {"authorization": f"token-{self.account}", "accept": "*/*", "origin": f"https://{API}"}
        if document is not None:
            headers["content-type"] = "application/json"
        body = b"" if document is None else json.dumps(document).encode()
        return Ask(method=method, host=API, path=path, headers=headers, body=body)

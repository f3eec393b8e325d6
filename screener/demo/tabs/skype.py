"""A member's Skype page: it polls, reads the list of contact requests, and posts what is typed."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from screener.demo.base import Ask, Line, Message, Said
from screener.demo.skype import CONTACTS, MESSAGES, PEOPLE, token
from screener.errors import Mistake
from screener.events import Accepted, Declined, Event, FriendRequest
from screener.events import Message as Words


class SkypeTab:
    """One account's page."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._mine = f"/contacts/v2/users/{quote(account, safe=':')}"

    def first(self) -> tuple[Ask, ...]:
        return (
            self._ask("GET", PEOPLE, "/users/self/profile"),
            self._ask("GET", CONTACTS, self._mine),
            self._ask("GET", CONTACTS, f"{self._mine}/invites"),
            self._ask("POST", MESSAGES, "/v1/users/ME/endpoints", {"endpointFeatures": "Agent"}),
            self._ask("POST", MESSAGES, "/v1/users/ME/endpoints/SELF/subscriptions", {"channelType": "HttpLongPoll"}),
        )

    def lines(self) -> tuple[Line, ...]:
        return ()

    def opens(self, line: str) -> tuple[Message, ...]:
        return ()

    def hears(self, line: str, message: Message) -> tuple[Message, ...]:
        return ()

    def polls(self) -> Ask | None:
        return self._ask("POST", MESSAGES, "/v1/users/ME/endpoints/SELF/subscriptions/0/poll", {})

    def looks(self, event: Event) -> tuple[Ask, ...]:
        if isinstance(event, FriendRequest) and event.by == "contact":
            return (self._ask("GET", CONTACTS, f"{self._mine}/invites"),)
        return ()

    def acts(self, event: Event) -> Ask | Said:
        mri = quote(f"8:{event.contact.id}", safe=":")
        match event:
            case Words():
                typed = {
                    "content": event.text,
                    "messagetype": "RichText",
                    "contenttype": "text",
                    "clientmessageid": event.id,
                    "imdisplayname": event.account.name,
                }
                return self._ask("POST", MESSAGES, f"/v1/users/ME/conversations/{mri}/messages", typed)
            case Accepted():
                return self._ask("PUT", CONTACTS, f"{self._mine}/invites/{mri}/accept", {})
            case Declined():
                return self._ask("PUT", CONTACTS, f"{self._mine}/invites/{mri}/decline", {})
            case FriendRequest():
                return self._ask("POST", CONTACTS, f"{self._mine}/contacts", {"mri": f"8:{event.contact.id}"})
        raise Mistake(f"{event.kind}: nobody can do this on the simulated Skype. Leave it out of the story.")

    def _ask(self, method: str, host: str, path: str, document: Mapping[str, object] | None = None) -> Ask:
        headers = {"accept": "application/json", "x-skypetoken": token(self.account)}
        if host == MESSAGES:
            headers["registrationtoken"] = f"registrationToken={token(self.account)}"
        if document is not None:
            headers["content-type"] = "application/json"
        body = b"" if document is None else json.dumps(document).encode()
        return Ask(method=method, host=host, path=path, headers=headers, body=body)

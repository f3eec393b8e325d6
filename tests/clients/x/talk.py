"""twikit and twscrape: asks X for what they are told to ask, and prints what they understand in the answers given them.

Reads one JSON document, a list of `{do: name, with: [...], answers: {last step of the path: body}}`, and prints one: of
each what came of it and which requests were sent. Nothing leaves this process.
"""

import asyncio
import json
import sys
from typing import Any

import httpx
from twikit import Client
from twikit.message import Message
from twikit.notification import Notification
from twikit.user import User
from twscrape.models import parse_about, parse_users


class Answers:
    """Takes every request of the library, notes it, and gives the answer for the last step of its path."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append({"method": request.method, "url": str(request.url), "body": request.content.decode()})
        return httpx.Response(200, json=self.answers[request.url.path.rpartition("/")[2]])


async def main() -> None:
    answers = Answers()
    client = Client("en-US")
    client.http = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    # The number that proves a browser is worked out from X's own page, which isn't there.
    client.client_transaction.home_page_response = True
    client.client_transaction.generate_transaction_id = lambda method, path: "invented"
    told = []
    for task in json.load(sys.stdin):
        answers.answers, answers.asked = task["answers"], []
        if task["do"] == "parse":
            (document,) = task["answers"].values()
            about = parse_about(document)
            found: Any = [each.dict() for each in parse_users(document)] or (about and about.dict())
        else:
            found = plain(await getattr(client, task["do"])(*task["with"]))
        told.append({"sees": found, "asked": answers.asked})
    json.dump(told, sys.stdout, default=str)


def plain(found: Any) -> Any:
    if isinstance(found, Message | Notification | User):
        kept = {name: plain(value) for name, value in vars(found).items() if not name.startswith("_")}
        return {**kept, "created": found.created_at_datetime.isoformat()} if isinstance(found, User) else kept
    if isinstance(found, httpx.Response):
        return None
    if not isinstance(found, str | dict) and hasattr(found, "__iter__"):
        return [plain(each) for each in found]
    return found


asyncio.run(main())

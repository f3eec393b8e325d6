"""instagrapi as a member: asks for what it is told to ask, gets the answers it is given, and prints what it understood.

Reads one JSON document, a list of `{do: name, with: [...], answers: {path: body}}`, and prints one: of each what the
library made of it and which requests it sent. Nothing leaves this process.
"""

import json
import sys
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from instagrapi import Client
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

ACCOUNT = "5550001"


class Answers(BaseAdapter):
    """Takes every request of the library, notes it, and gives the answer for its path."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    def send(self, request: PreparedRequest, **_: Any) -> Response:
        body = request.body or b""
        self.asked.append(
            {
                "method": request.method,
                "url": request.url,
                "own": request.headers.get("IG-U-DS-USER-ID"),
                "body": body.decode() if isinstance(body, bytes) else body,
            }
        )
        response = Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response.raw = BytesIO(json.dumps(self.answers[urlsplit(str(request.url)).path]).encode())
        return response

    def close(self) -> None:
        pass


def main() -> None:
    answers, client = Answers(), Client()
    client.request_timeout = 0
    client.authorization_data = {"ds_user_id": ACCOUNT, "sessionid": "invented"}
    for session in (client.private, client.public):
        session.mount("https://", answers)
    told = []
    for task in json.load(sys.stdin):
        answers.answers, answers.asked = task["answers"], []
        result = getattr(client, task["do"])(*task["with"])
        told.append({"sees": plain(result), "asked": answers.asked})
    json.dump(told, sys.stdout)


def plain(value: Any) -> Any:
    """The library's own objects as JSON; its times, which are local and without a zone, as seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    if hasattr(value, "model_fields_set"):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


main()

"""ntfy. Apprise reads the address; the request is ours, since ntfy shows a note of the same id only once."""

import base64
import http.client
import json
from typing import Any

from screener.levels import LevelName
from screener.notify.base import (
    ELSEWHERE,
    IN_TROUBLE,
    NOT_FOUND,
    NOT_TAKEN,
    REFUSED,
    SENT,
    TOO_MANY,
    Note,
    Outcome,
)
from screener.notify.mail import of_network, trust

SECONDS = 10.0
MOST_READ = 4096
PRIORITIES: dict[LevelName | None, int] = {"look": 3, "talk": 4, "act": 5}


def body(note: Note, topic: str) -> bytes:
    made = {
        "topic": topic,
        "title": note.title,
        "message": note.body,
        "click": note.link,
        "priority": PRIORITIES.get(note.level, 3),
        # A server older than 2.16 does not know it, and shows what is sent again once more.
        "sequence_id": note.id,
    }
    return json.dumps(made).encode()


def send(service: Any, note: Note) -> Outcome:
    """`service` is what apprise made of the address."""
    cloud = service.mode == "cloud"
    headers = {"Content-Type": "application/json", "User-Agent": "Screener"}
    if service.auth == "token" and service.token:
        headers["Authorization"] = f"Bearer {service.token}"
    elif service.user:
        pair = f"{service.user}:{service.password or ''}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    server: http.client.HTTPConnection
    try:
        if cloud or service.secure:
            host = "ntfy.sh" if cloud else service.host
            server = http.client.HTTPSConnection(host, service.port or 443, timeout=SECONDS, context=trust(service))
        else:
            server = http.client.HTTPConnection(service.host, service.port or 80, timeout=SECONDS)
        try:
            server.request("POST", "/", body(note, service.topics[0]), headers)
            answer = server.getresponse()
            answer.read(MOST_READ)
        finally:
            server.close()
    except http.client.HTTPException:
        return NOT_TAKEN
    except OSError as why:
        return of_network(why)
    except ValueError:
        # A token with a line break in it, or a name that is none: nothing was sent.
        return NOT_FOUND
    return outcome(answer.status)


def outcome(status: int) -> Outcome:
    """What a status says. A redirect is not followed: it would carry the password elsewhere."""
    if 200 <= status < 300:
        return SENT
    if 300 <= status < 400:
        return ELSEWHERE
    if status >= 500:
        return IN_TROUBLE
    return {401: REFUSED, 403: REFUSED, 404: NOT_FOUND, 429: TOO_MANY}.get(status, NOT_TAKEN)

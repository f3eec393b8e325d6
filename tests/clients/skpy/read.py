"""SkPy as a reader: takes bodies from standard input and prints what it understands of each, as one JSON document."""

import json
import sys

from bs4 import BeautifulSoup
from skpy import SkypeCallMsg, SkypeMsg
from skpy.event import SkypeEvent, SkypeMessageEvent
from skpy.user import SkypeRequest
from skpy.util import SkypeUtils


def main() -> None:
    given = json.load(sys.stdin)
    messages = [line(SkypeMsg.fromRaw(None, raw)) for raw in given["messages"]]
    for raw in given["pushes"]:
        event = SkypeEvent.fromRaw(None, raw)
        # It knows no news of the name that Teams gives to a change; what changed is a message as any other.
        known = event.msg if isinstance(event, SkypeMessageEvent) else SkypeMsg.fromRaw(None, raw["resource"])
        messages.append(line(known))
    requests = []
    for row in given["invites"]:
        for invite in row["invites"]:
            asked = SkypeRequest.fromRaw(None, {**invite, "userId": SkypeUtils.noPrefix(row["mri"])})
            requests.append({"sender": asked.userId, "note": asked.greeting, "at": f"{asked.time.isoformat()}+00:00"})
    json.dump({"messages": messages, "requests": requests}, sys.stdout)


def line(message: SkypeMsg) -> dict[str, object]:
    """One message; its words as another parser of HTML reads them, because SkPy leaves what Teams writes as it is."""
    told: dict[str, object] = {
        "id": message.id,
        "sender": message.userId,
        "conversation": message.chatId,
        "at": f"{message.time.isoformat()}+00:00",
        "deleted": message.deleted,
        "text": " ".join(BeautifulSoup(message.content or "", "html.parser").get_text(" ").split()),
    }
    if isinstance(message, SkypeCallMsg):
        told |= {"call": str(message.state), "people": message.userIds}
    return told


main()

"""SkPy as a member: answers the first message and accepts requests, and prints what it sees, one JSON document a line.

Its proxy and the certificate to trust come from HTTPS_PROXY and REQUESTS_CA_BUNDLE; ACCOUNT and TOKEN say who it is.
"""

import json
import os
from datetime import datetime, timedelta

from skpy import Skype, SkypeCallEvent, SkypeNewMessageEvent


def main() -> None:
    skype = Skype(connect=False)
    conn = skype.conn
    conn.tokens["skype"] = os.environ["TOKEN"]
    conn.tokenExpiry["skype"] = datetime.now() + timedelta(days=1)
    conn.getRegToken()
    conn.getUserId()
    conn.endpoints["self"] = conn.endpoints.get("main") or conn.endpoints["all"][0]
    tell(kind="ready", account=skype.userId)
    wanted = int(os.environ["EVENTS"])
    seen = 0
    while seen < wanted:
        for event in skype.getEvents():
            if isinstance(event, SkypeNewMessageEvent):
                message = event.msg
                tell(kind="message", sender=message.userId, text=message.plain, at=message.time.isoformat())
                if message.userId != skype.userId and seen == 0:
                    conn(
                        "POST",
                        f"{conn.msgsHost}/users/ME/conversations/{message.chatId}/messages",
                        auth=conn.Auth.RegToken,
                        json={"content": "who is this?", "messagetype": "RichText", "clientmessageid": "7"},
                    )
            elif isinstance(event, SkypeCallEvent):
                tell(kind="call", sender=event.msg.userId, state=str(event.msg.state))
            seen += 1
    for request in skype.contacts.requests():
        tell(kind="request", sender=request.userId, text=request.greeting, at=request.time.isoformat())
        request.accept()
    tell(kind="left", requests=len(skype.contacts.requests()))


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


main()

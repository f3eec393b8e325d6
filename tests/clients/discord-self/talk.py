"""discord.py-self as a member: logs in, answers, accepts, and prints what it sees, one JSON document a line.

PROXY names its proxy, TOKEN says who it is; the certificate to trust comes from CURL_CA_BUNDLE and SSL_CERT_FILE.
"""

import json
import os
import sys

import discord


class Client(discord.Client):
    async def on_ready(self) -> None:
        tell(kind="ready", account=str(self.user.id), friends=[str(one.id) for one in self.friends])

    async def on_relationship_add(self, relationship: discord.Relationship) -> None:
        tell(
            kind=str(relationship.type.name),
            contact=str(relationship.id),
            name=relationship.user.name,
            is_stranger=bool(getattr(relationship, "stranger_request", False)),
        )
        if relationship.type is discord.RelationshipType.incoming_request and "accept" in DOES:
            await relationship.accept()

    async def on_relationship_update(self, before: discord.Relationship, after: discord.Relationship) -> None:
        tell(kind=str(after.type.name), contact=str(after.id), name=after.user.name, is_stranger=False)

    async def on_message(self, message: discord.Message) -> None:
        tell(kind=str(message.type.name), id=str(message.id), sender=str(message.author.id), text=message.content)
        if message.author.id != self.user.id and "answer" in DOES:
            DOES.remove("answer")
            await message.channel.send("hi, who are you?")

    async def on_call_create(self, call: discord.PrivateCall) -> None:
        tell(kind="rings", channel=str(call.channel.id))


DOES = set(os.environ.get("DOES", "").split())


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


client = Client(proxy=os.environ["PROXY"])
try:
    client.run(os.environ["TOKEN"], log_handler=None)
except KeyboardInterrupt:
    sys.exit(0)

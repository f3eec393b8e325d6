"""discord.py as a program that people write to: logs in, answers, prints what it sees, one JSON document a line.

PROXY names its proxy, TOKEN says who it is; the certificate to trust comes from SSL_CERT_FILE. With zstandard
installed beside it, it asks for a connection that is one zstd stream; where PLAIN is set, for one without compression.
"""

import functools
import json
import os
import sys

import discord
from discord.gateway import DiscordWebSocket


class Client(discord.Client):
    async def on_ready(self) -> None:
        tell(kind="ready", account=str(self.user.id))

    async def on_message(self, message: discord.Message) -> None:
        tell(
            kind="message",
            id=str(message.id),
            sender=str(message.author.id),
            name=message.author.global_name,
            joined=message.author.created_at.isoformat(),
            text=message.content,
        )
        if message.author.id != self.user.id and message.content.endswith("?"):
            await message.channel.send("who is asking?")


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


if os.environ.get("PLAIN"):
    DiscordWebSocket.from_client = functools.partial(DiscordWebSocket.from_client, compress=False)
client = Client(intents=discord.Intents.default(), proxy=os.environ["PROXY"], guild_ready_timeout=0)
try:
    client.run(os.environ["TOKEN"], log_handler=None)
except KeyboardInterrupt:
    sys.exit(0)

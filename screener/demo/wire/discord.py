"""The documents that the simulated Discord sends: users, relationships, messages."""

from datetime import UTC, datetime
from typing import Any

from screener.events import Account

FRIEND, INCOMING, OUTGOING = 1, 3, 4
ALONE = 1
EPOCH_MS = 1_420_070_400_000

SUPPLEMENT = {
    "merged_presences": {"guilds": [], "friends": []},
    "merged_members": [],
    "guilds": [],
    "lazy_private_channels": [],
    "disclose": [],
}


def snowflake(at: datetime, number: int = 0) -> str:
    """An id as Discord makes them: the time in the upper bits."""
    return str(round(at.timestamp() * 1000) - EPOCH_MS << 22 | number & 0x3FFFFF)


def channel_id(contact: Account) -> str:
    return str(int(contact.id) + 4096)


def nobody(id: str) -> Account:
    return Account(platform="discord", id=id, name="Somebody", handle="somebody")


def user(who: Account) -> dict[str, Any]:
    handle = who.handle or (who.name or "someone").lower().replace(" ", ".")
    return {
        "id": who.id,
        "username": handle,
        "global_name": who.name,
        "avatar": "0" * 32 if who.picture else None,
        "discriminator": "0",
        "public_flags": 0,
        "avatar_decoration_data": None,
    }


def own(account: str) -> dict[str, Any]:
    return {
        **user(Account(platform="discord", id=account, name="Member", handle="member")),
        "email": "member@example.com",
        "phone": None,
        "verified": True,
        "mfa_enabled": False,
        "flags": 0,
        "premium": False,
        "premium_type": 0,
        "nsfw_allowed": False,
        "locale": "en-GB",
        "bio": "",
        "mobile": False,
        "desktop": False,
        "purchased_flags": 0,
    }


def application(account: str) -> dict[str, Any]:
    """What a program is told of itself before it opens the gateway."""
    return {
        "id": account,
        "name": "Member",
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": own(account),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
    }


def relationship(kind: int, contact: Account, since: datetime) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": contact.id,
        "type": kind,
        "nickname": None,
        "user": user(contact),
        "since": since.astimezone(UTC).isoformat(),
        "is_spam_request": False,
        "user_ignored": False,
    }
    if kind == INCOMING:
        # The platform itself says whether the two share a friend or a small server.
        document |= {"stranger_request": not contact.mutual_friends, "should_notify": True}
    return document


def message(*, id: str, channel: str, author: Account, text: str, at: datetime) -> dict[str, Any]:
    return {
        "id": id,
        "channel_id": channel,
        "channel_type": ALONE,
        "author": user(author),
        "content": text,
        "timestamp": at.astimezone(UTC).isoformat(),
        "edited_timestamp": None,
        "type": 0,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "flags": 0,
    }

"""Writes and reads the links of a chain as rows: what they hold is sealed to its place, and never changed."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screener import chain
from screener.events import Side
from screener.kept import Entry
from screener.seal import Seal
from screener.store.tables import chains, links
from screener.store.times import micros, moment

AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry that has no number yet. What is `plain` is not sealed: it holds nothing that anybody wrote."""

    kind: str
    at: datetime
    captured: datetime
    platform: str
    body: Mapping[str, Any]
    offset_ms: int | None = None
    by: Side | None = None
    account: str | None = None
    event: str | None = None
    plain: bool = False


async def append(connection: AsyncConnection, seal: Seal | None, case: str, drafts: Iterable[Draft]) -> int:
    """Adds them to the chain in this order, and says how long it is then. The caller's transaction must have written
    something already: whoever reads the end of a chain while another adds to it would tear it.
    """
    chained = (await connection.execute(select(chains.c.length, chains.c.head).where(chains.c.case == case))).one()
    length, head = int(chained.length), bytes(chained.head)
    for some in batched(drafts, AT_ONCE, strict=False):
        rows = []
        for draft in some:
            length += 1
            row = _row(seal, case, length, head, draft)
            head = row["link"]
            rows.append(row)
        await connection.execute(insert(links), rows)
    await connection.execute(update(chains).where(chains.c.case == case).values(length=length, head=head))
    return length


def _row(seal: Seal | None, case: str, number: int, before: bytes, draft: Draft) -> dict[str, Any]:
    salt = secrets.token_bytes(chain.SALT_BYTES)
    entry = Entry(
        number=number,
        kind=draft.kind,
        at=draft.at,
        captured=draft.captured,
        offset_ms=draft.offset_ms,
        by=draft.by,
        platform=draft.platform,
        account=draft.account,
        event=draft.event,
        digest=chain.digest(salt, draft.body),
    )
    whole = chain.canonical({"salt": salt.hex(), "body": draft.body}).decode()
    if not draft.plain and seal is None:
        raise ValueError("what was written is never kept unsealed")
    sealed = None if draft.plain or seal is None else seal.closed(whole, about=place(case, number))
    return {
        "case": case,
        "number": number,
        "kind": draft.kind,
        "at": micros(draft.at),
        "captured": micros(draft.captured),
        "offset_ms": draft.offset_ms,
        "by": draft.by,
        "platform": draft.platform,
        "account": draft.account,
        "event": draft.event,
        "digest": entry.digest,
        "link": chain.link(before, entry.header()),
        "sealed": sealed,
        "plain": whole if draft.plain else None,
    }


def place(case: str, number: int) -> str:
    """What the words of a link are sealed to: moved to another, they open no more."""
    return f"link\0{case}\0{number}"


def entry_of(row: Any, seal: Seal) -> Entry:
    """The entry in a row of the table. What another key sealed can't be read, and is not taken for deleted."""
    body, salt = None, None
    whole = row.plain
    if row.sealed is not None:
        whole = seal.opened(row.sealed, about=place(row.case, row.number))
        if whole is None:
            # A digest that fits nothing: the check says so, where it would else look like words that were deleted.
            body, salt = {"unreadable": True}, b""
    if whole is not None:
        read = json.loads(whole)
        body, salt = read["body"], bytes.fromhex(read["salt"])
    return Entry(
        number=row.number,
        kind=row.kind,
        at=moment(row.at),
        captured=moment(row.captured),
        offset_ms=row.offset_ms,
        by=row.by,
        platform=row.platform,
        account=row.account,
        event=row.event,
        body=body,
        salt=salt,
        digest=bytes(row.digest),
        link=bytes(row.link),
    )

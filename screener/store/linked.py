"""Finds the other accounts that a contact was taken for as well, and the cases that they have of their own."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.events import Account
from screener.kept import Linked
from screener.relationships import Relationship
from screener.store.tables import alerts, chains, relationships
from screener.surroundings import GIVEN_HERE, GIVEN_THERE

MOST_LOOKED_AT = 200
"""So many other cases of a member are looked at, the newest: whether one of them names this account."""
TURNED = {GIVEN_HERE: GIVEN_THERE, GIVEN_THERE: GIVEN_HERE}
"""What is given here is given there, seen from the other side."""


async def linked(connection: AsyncConnection, relationship: Relationship) -> tuple[Linked, ...]:
    """Accounts that were joined with this one from either side; nobody whom the family knows."""
    member, own = relationship.member.id, relationship.contact
    joined = {twin[:2]: twin.why for twin in relationship.twins}
    contact = relationships.c
    named = select(contact.platform, contact.contact, contact.state, contact.known, chains.c.case).outerjoin(
        alerts.join(chains, chains.c.case == alerts.c.id), alerts.c.relationship == contact.id
    )
    found: dict[tuple[str, str], Linked] = {}
    with_case = named.where(contact.member == member, chains.c.case.is_not(None)).order_by(chains.c.opened.desc())
    for row in (await connection.execute(with_case.limit(MOST_LOOKED_AT))).all():
        key = (row.platform, row.contact)
        twins = {(platform, id): why for platform, id, why in json.loads(row.state).get("twins", ())}
        back = twins.get((own.platform, own.id))
        why = joined.get(key) or (TURNED.get(back, back) if back else None)
        if why and key not in found and not row.known and key != (own.platform, own.id):
            found[key] = _of(row, why)
    for key in joined.keys() - found.keys():
        one = named.where(contact.member == member, contact.platform == key[0], contact.contact == key[1])
        other = (await connection.execute(one)).first()
        if other is not None and not other.known:
            found[key] = _of(other, joined[key])
    return tuple(found[key] for key in sorted(found))


def _of(row: Any, why: str) -> Linked:
    account = Account.from_json(json.loads(row.state)["contact"])
    return Linked(account=account, why=why, case=row.case)

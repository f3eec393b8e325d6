"""Who may log in, and as what: the rules of it, and where it is kept."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.family import Member
from screener.seal import Seal
from screener.store.people import channels, invitations, notices, users
from screener.store.tables import metadata
from screener.store.times import micros, moment
from screener.web.base import User, UserRole
from screener.web.claim import Claim, plain
from screener.web.desk import user_of
from screener.web.tongue import later

ROLES: Mapping[UserRole, tuple[str, str]] = {
    "owner": (later("Owner"), later("Owner: sees to alerts, and decides who may log in")),
    "parent": (later("Parent"), later("Parent: sees to alerts")),
    "viewer": (later("Viewer"), later("Viewer: looks at alerts, changes nothing")),
    "child": (later("Child"), later("Child: sees what is about themselves")),
    "adult": (later("Adult"), later("Adult: sees what is about themselves")),
}
"""Each in a word, and what it means."""
LIFE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Somebody who may make a log-in of their own until then. The code itself is known to nobody but them."""

    mark: str
    name: str
    role: UserRole
    member: str | None
    until: datetime


class _Stays(Exception):
    """Takes back what was begun: the last owner is not removed."""


def roles_for(member: Member | None) -> tuple[UserRole, ...]:
    """What a log-in can be that is this member's: a child's shows the child's own page; an adult's is never a lesser
    one, since only that adult sees what is seen of them.
    """
    if member is None:
        return ("owner", "parent", "viewer")
    return ("child",) if member.role == "child" else ("adult", "parent", "owner")


def role_named(name: str) -> UserRole | None:
    return next((role for role in ROLES if role == name), None)


@dataclass(frozen=True, kw_only=True)
class People:
    """The log-ins and the invitations, in the database."""

    engine: AsyncEngine
    seal: Seal

    async def everybody(self) -> tuple[User, ...]:
        async with self.engine.connect() as connection:
            rows = (await connection.execute(select(users).order_by(users.c.created, users.c.name))).all()
        return tuple(user_of(row) for row in rows)

    async def invited(self, now: datetime) -> tuple[Invitation, ...]:
        query = select(invitations).where(invitations.c.until > micros(now)).order_by(invitations.c.created)
        async with self.engine.connect() as connection:
            return tuple(_invitation(row) for row in (await connection.execute(query)).all())

    async def invite(self, name: str, role: UserRole, member: str | None, *, by: User, now: datetime) -> str | None:
        """The code, to be shown once; None where the name or the member has a log-in or an invitation already."""
        code = Claim.new(now).code
        row = {
            "mark": self._mark(code),
            "name": name,
            "role": role,
            "member": member,
            "by": by.id,
            "created": micros(now),
            "until": micros(now + LIFE),
        }
        async with self.engine.begin() as connection:
            await connection.execute(delete(invitations).where(invitations.c.until <= micros(now)))
            for table in (users, invitations):
                same = or_(table.c.name == name, table.c.member == member) if member else table.c.name == name
                if (await connection.execute(select(table.c.name).where(same).limit(1))).first():
                    return None
            await connection.execute(insert(invitations).values(**row))
        return code

    async def take_back(self, mark: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(invitations).where(invitations.c.mark == mark))

    async def invitation(self, code: str, now: datetime) -> Invitation | None:
        query = select(invitations).where(invitations.c.mark == self._mark(code), invitations.c.until > micros(now))
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return _invitation(row) if row else None

    async def join(self, invitation: Invitation, password_hash: str, now: datetime) -> bool:
        """Makes the log-in and spends the invitation, both or neither; says whether it did."""
        row = {
            "id": secrets.token_hex(8),
            "name": invitation.name,
            "password_hash": password_hash,
            "epoch": 0,
            "created": micros(now),
            "role": invitation.role,
            "member": invitation.member,
        }
        spent = delete(invitations).where(invitations.c.mark == invitation.mark, invitations.c.until > micros(now))
        try:
            async with self.engine.begin() as connection:
                if not (await connection.execute(spent)).rowcount:
                    return False
                await connection.execute(insert(users).values(**row))
        except IntegrityError:
            return False
        return True

    async def change_role(self, id: str, role: UserRole) -> bool:
        """Says whether it did: somebody must stay who can decide."""
        changed = update(users).where(users.c.id == id, _not_the_last_owner(role))
        async with self.engine.begin() as connection:
            return bool((await connection.execute(changed.values(role=role))).rowcount)

    async def remove(self, id: str) -> bool:
        """The log-in, its sessions, and all that is its own; says whether it did."""
        try:
            async with self.engine.begin() as connection:
                await _empty(connection, id)
                gone = await connection.execute(delete(users).where(users.c.id == id, _not_the_last_owner(None)))
                if not gone.rowcount:
                    raise _Stays
        except _Stays:
            return False
        return True

    def _mark(self, code: str) -> str:
        return self.seal.mark(plain(code).decode(), about="invitation")


def _not_the_last_owner(becomes: UserRole | None) -> Any:
    """Holds for whoever is no owner, stays one, or is not the only one."""
    others = users.alias("others")
    owners = select(func.count()).select_from(others).where(others.c.role == "owner")
    return or_(users.c.role != "owner", literal(becomes == "owner"), owners.scalar_subquery() > 1)


async def _empty(connection: AsyncConnection, user: str) -> None:
    """Whatever belongs to the user, in whichever table says so."""
    mine = select(channels.c.id).where(channels.c.user == user)
    await connection.execute(delete(notices).where(notices.c.channel.in_(mine)))
    for table in reversed(metadata.sorted_tables):
        for column in _owners(table.columns):
            await connection.execute(delete(table).where(column == user))


def _owners(columns: Iterable[Any]) -> list[Any]:
    return [column for column in columns if any(key.column is users.c.id for key in column.foreign_keys)]


def _invitation(row: Any) -> Invitation:
    return Invitation(mark=row.mark, name=row.name, role=row.role, member=row.member, until=moment(row.until))

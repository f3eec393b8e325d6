"""Whose a device or an account is, and who may say so."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from screener.family import Member
from screener.sight import CHANGES
from screener.store.household import Met
from screener.web.base import Coverage
from screener.web.door import Visit

GROWN_UP = ("parent", "adult")
# A device that a child had once may be handed on.
LATELY = timedelta(days=30)


def may_have(visit: Visit, member: Member) -> bool:
    """A child's device is the parents' to give; an adult's is that adult's own."""
    return member.role not in GROWN_UP or member.id == visit.user.member


def may_say(visit: Visit, owner: Member | None) -> bool:
    """Whether it is theirs to change: a parent's where it is nobody's or a child's, and everybody's own."""
    if visit.user.role in CHANGES:
        return owner is None or may_have(visit, owner)
    return owner is not None and owner.id == visit.user.member


def named(id: str | None, members: tuple[Member, ...]) -> Member | None:
    return next((member for member in members if member.id == id), None)


def owners(members: tuple[Member, ...]) -> dict[str, Member]:
    """The members by their devices."""
    return {device: member for member in members for device in member.devices}


def given_to(met: Met, members: tuple[Member, ...]) -> Member | None:
    """The member of whom somebody said that the account is theirs."""
    return next((each for each in members if met.account in each.accounts.get(met.platform, ())), None)


def whose(met: Met, members: tuple[Member, ...]) -> Member | None:
    """Whose to give it is: where nobody said whose an account is, it is that adult's on whose own device it was ever
    met, else of the owner of the device. What counts on a device, `Family.owner` says.
    """
    return given_to(met, members) or _adult(met, members) or owners(members).get(met.device)


def choices(visit: Visit, members: tuple[Member, ...]) -> list[Member]:
    """To whom somebody may give what is theirs to give."""
    if visit.user.role in CHANGES:
        return [member for member in members if may_have(visit, member)]
    return [member for member in members if member.id == visit.user.member]


def has_child(
    devices: Collection[str], members: tuple[Member, ...], met: Iterable[Met], read: Iterable[Coverage], now: datetime
) -> bool:
    """Whether a child's account was met on a device, which is all its addresses: whoever claims such a device would
    hide what happens to the child.
    """
    children = [member for member in members if member.role not in GROWN_UP]
    return _was_used(devices, children, members, met, read, now)


def has_other_adult(
    own: str | None,
    devices: Collection[str],
    members: tuple[Member, ...],
    met: Iterable[Met],
    read: Iterable[Coverage],
    now: datetime,
) -> bool:
    """Whether an account of an adult other than `own` was met on it: as a child's, parents would see what happens to
    that adult.
    """
    adults = [member for member in members if member.role in GROWN_UP and member.id != own]
    return _was_used(devices, adults, members, met, read, now)


def _was_used(
    devices: Collection[str],
    by: list[Member],
    members: tuple[Member, ...],
    met: Iterable[Met],
    read: Iterable[Coverage],
    now: datetime,
) -> bool:
    # Of whom nobody said anything, what was noticed stands under the account itself.
    met = list(met)
    theirs = [each for each in met if (given_to(each, members) or _adult(each, members)) in by]
    names = {f"{each.platform}:{each.account}" for each in theirs} | {member.id for member in by}
    names |= {f"{platform}:{id}" for member in by for platform, ids in member.accounts.items() for id in ids}
    lately = [each for each in read if each.device in devices and each.last_read and now - each.last_read < LATELY]
    return any(each.member in names for each in lately) or any(each.device in devices for each in theirs)


def _adult(met: Met, members: tuple[Member, ...]) -> Member | None:
    """The adult on whose own device it was met."""
    found = named(met.adult, members)
    return found if found is not None and found.role in GROWN_UP else None

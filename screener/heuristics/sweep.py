"""Facts of a sweep: requests that come in a burst, or that one person spreads over a family."""

from collections.abc import Iterator
from datetime import timedelta

from screener.heuristics.base import Moment, fact_of_moment
from screener.surroundings import Approach, keys_of


@fact_of_moment(
    "request.family_asked",
    "How many others of the family the same contact, or contacts of one kind with it, turned to within 72 hours.",
)
def family_asked(moment: Moment) -> int | None:
    if moment.around.approaches is None:
        return None
    member = moment.relationship.member.id
    return len({each.member for each in _of_kind(moment) if each.member != member})


@fact_of_moment(
    "request.of_kind",
    "How many other contacts of one kind with this one turned to the member within 72 hours: with the same handle "
    "but for its digits, the same name, the same picture, or opened within the same fortnight and only just.",
)
def of_kind(moment: Moment) -> int | None:
    if moment.around.approaches is None:
        return None
    member, contact = moment.relationship.member.id, moment.relationship.contact
    mine = {each.who for each in _of_kind(moment) if each.member == member}
    return len(mine - {(contact.platform, contact.id)})


@fact_of_moment(
    "request.in_burst",
    "How many contacts turned to the member within 24 hours, this one among them; those of one list count as one.",
)
def in_burst(moment: Moment) -> int | None:
    return _turned_to_member(moment, moment.windows.burst_hours)


@fact_of_moment(
    "request.in_sweep",
    "How many contacts turned to the member within 72 hours, this one among them; those of one list count as one.",
)
def in_sweep(moment: Moment) -> int | None:
    return _turned_to_member(moment, moment.windows.sweep_hours)


def _turned_to_member(moment: Moment, hours: float) -> int | None:
    approaches, relationship = moment.around.approaches, moment.relationship
    if approaches is None:
        return None
    since = moment.event.at - timedelta(hours=hours)
    own = relationship.approached_at()
    # A list that is opened for the first time brings requests of many days at one moment.
    times = {each.at for each in approaches if each.member == relationship.member.id and each.at >= since}
    return len(times | ({own} if own and own >= since else set()))


def _of_kind(moment: Moment) -> Iterator[Approach]:
    relationship, windows = moment.relationship, moment.windows
    contact, keys = relationship.contact, keys_of(relationship.contact)
    reach = timedelta(days=windows.kind_days)
    for each in moment.around.approaches or ():
        if each.who == (contact.platform, contact.id):
            yield each
            continue
        shared = (keys.name == each.keys.name, keys.handle == each.keys.handle, keys.avatar == each.keys.avatar)
        known = (keys.name, keys.handle, keys.avatar)
        alike = any(same and key for same, key in zip(shared, known, strict=True))
        made_together = (
            contact.joined is not None
            and each.joined is not None
            and abs(contact.joined - each.joined) <= reach
            and moment.event.at - contact.joined <= reach
        )
        if alike or (made_together and contact.platform == each.platform):
            yield each

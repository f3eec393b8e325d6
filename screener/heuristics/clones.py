"""Facts of contacts that resemble others: copies of a friend, somebody turned away who is back, one person twice."""

from collections.abc import Iterable

from screener.events import Event
from screener.heuristics.base import Moment, fact, fact_of_moment
from screener.relationships import Relationship
from screener.surroundings import called, is_distinct, keys_of, same_picture


@fact_of_moment(
    "contact.clone_of_known",
    "Whether another account shows the name or the picture of somebody whom the family knows.",
)
def clone_of_known(moment: Moment) -> bool | None:
    others = _others(moment)
    if others is None:
        return None
    originals = [each for each in others if each.known or each.contact.is_friend]
    return not moment.relationship.known and any(_alike(moment, originals))


@fact_of_moment(
    "contact.picture_elsewhere", "Whether another account on the platform shows the very same picture, by its key."
)
def picture_elsewhere(moment: Moment) -> bool | None:
    contact, near = moment.relationship.contact, moment.around.near
    return bool(same_picture(contact, near)) if contact.avatar and near is not None else None


@fact_of_moment(
    "contact.back_after_refusal",
    "Whether the member turned away somebody of the same name, handle or picture within the last 30 days.",
)
def back_after_refusal(moment: Moment) -> bool | None:
    near, windows = moment.around.near, moment.windows
    if near is None:
        return None
    turned_away = [
        each
        for each in near
        if each.member.id == moment.relationship.member.id
        and each.turned_away_at is not None
        and windows.holds(each.turned_away_at, moment.event.at, days=windows.refusal_days)
    ]
    handle = keys_of(moment.relationship.contact).handle
    by_handle = (each for each in turned_away if handle and keys_of(each.contact).handle == handle)
    return any(by_handle) or any(_alike(moment, turned_away))


@fact_of_moment(
    "contact.handle_elsewhere", "Whether the contact's handle was seen on another platform, from another account."
)
def handle_elsewhere(moment: Moment) -> bool | None:
    contact, near = moment.relationship.contact, moment.around.near
    if near is None or not contact.handle:
        return None
    handle = set(called(contact)) - {contact.id.lower()}
    return any(
        each.contact.platform != contact.platform and handle & (set(called(each.contact)) - {each.contact.id.lower()})
        for each in near
    )


@fact(
    "contact.accounts",
    "How many accounts of this person write to the member, as far as there is evidence: a handle that was given, the "
    "same name and picture, or the same handle or name just after a move was asked for; never the name alone.",
)
def accounts(event: Event, relationship: Relationship) -> int:
    return 1 + len(relationship.twins)


def _others(moment: Moment) -> list[Relationship] | None:
    """Other accounts of this platform that have something in common with this one."""
    near, contact = moment.around.near, moment.relationship.contact
    if near is None or not (contact.name or contact.avatar):
        return None
    return [each for each in near if each.contact.platform == contact.platform]


def _alike(moment: Moment, others: Iterable[Relationship]) -> Iterable[Relationship]:
    contact = moment.relationship.contact
    name = keys_of(contact).name if is_distinct(contact.name) else None
    pictures = same_picture(contact, moment.around.near or ())
    return (each for each in others if (name and keys_of(each.contact).name == name) or each in pictures)

"""Facts of the names that a contact goes by, and of how strange the contact is to us."""

from screener.disguises import is_disguised
from screener.events import Event
from screener.heuristics.base import fact
from screener.relationships import Relationship


@fact("contact.handle_digits", "How many digits the contact's handle holds.")
def handle_digits(event: Event, relationship: Relationship) -> int | None:
    handle = relationship.contact.handle
    return sum(c.isdigit() for c in handle) if handle else None


@fact(
    "contact.handle_shape",
    "Of what the contact's handle is made.",
    among=frozenset({"letters", "letters, then digits", "mixed", "digits"}),
)
def handle_shape(event: Event, relationship: Relationship) -> str | None:
    handle = "".join(c for c in relationship.contact.handle or "" if c.isalnum())
    if not handle:
        return None
    if handle.isdigit() or not any(c.isdigit() for c in handle):
        return "digits" if handle.isdigit() else "letters"
    return "letters, then digits" if handle.rstrip("0123456789").isalpha() else "mixed"


@fact("contact.names_changed", "How many times the contact has been seen to take a new display name.")
def names_changed(event: Event, relationship: Relationship) -> int | None:
    return len(relationship.names) - 1 if relationship.names else None


@fact(
    "contact.name_disguised", "Whether the name hides letters, turns direction, or mixes look-alikes of other scripts."
)
def name_disguised(event: Event, relationship: Relationship) -> bool | None:
    name = relationship.contact.name
    return is_disguised(name) if name else None


@fact("contact.known", "Whether the family knows the contact: a parent said so, or they were friends long before.")
def known(event: Event, relationship: Relationship) -> bool:
    return relationship.known


@fact(
    "contact.is_stranger", "Whether the two share nobody, as far as the platform says; a known contact is no stranger."
)
def is_stranger(event: Event, relationship: Relationship) -> bool | None:
    contact = relationship.contact
    if relationship.known:
        return False
    if contact.mutual_friends is not None:
        return contact.mutual_friends == 0
    return contact.is_stranger

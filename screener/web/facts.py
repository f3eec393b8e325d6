"""What a platform told us of a contact, in words, each with how it is known."""

from screener.events import Account
from screener.web.base import Known
from screener.web.tongue import _


def told(contact: Account) -> tuple[Known, ...]:
    """The facts that are known; what the platform did not say is left out, never guessed."""
    stated = _("the platform says so")
    said = _("the account says so of itself")
    found: list[tuple[str, object, str]] = [
        (
            _("Account opened"),
            contact.joined.date().isoformat() if contact.joined else None,
            _("read from the id") if contact.joined_basis == "id" else stated,
        ),
        (_("Opened lately"), _lately(contact), stated),
        (_("Friends in common"), contact.mutual_friends, stated),
        (_("Shares nobody and nothing"), _("yes") if contact.is_stranger else None, stated),
        (_("Came upon the other in"), contact.origin, stated),
        (_("Taken for spam"), _yes_no(contact.spam), stated),
        (_("Friends or followers"), contact.friends, stated),
        (_("Follows"), contact.following, stated),
        (_("Posts"), contact.posts, stated),
        (_("Has a picture"), _yes_no(contact.picture), stated),
        (_("Verified by the platform"), _yes_no(contact.verified), stated),
        (_("Country"), contact.country, stated),
        (_("Age"), contact.age, said),
        (_("About"), contact.bio, said),
    ]
    return tuple(
        Known(label=label, value=str(value), basis=basis) for label, value, basis in found if value is not None
    )


def _lately(contact: Account) -> str | None:
    """Whether the account was new, and when that was said; where the day is known, this tells nothing more."""
    if contact.joined is not None or contact.joined_recently_at is None:
        return None
    said = _yes_no(contact.joined_recently)
    day = contact.joined_recently_at.date().isoformat()
    return _("{said}, as of {day}").format(said=said, day=day) if said else None


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else _("yes") if value else _("no")

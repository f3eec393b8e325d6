"""What a platform told us of a contact, in words, each with how it is known."""

from screener.events import Account
from screener.web.base import Known


def told(contact: Account) -> tuple[Known, ...]:
    """The facts that are known; what the platform did not say is left out, never guessed."""
    stated = "the platform says so"
    said = "the account says so of itself"
    found: list[tuple[str, object, str]] = [
        (
            "Account opened",
            contact.joined.date().isoformat() if contact.joined else None,
            "read from the id" if contact.joined_basis == "id" else stated,
        ),
        ("Opened lately", _lately(contact), stated),
        ("Friends in common", contact.mutual_friends, stated),
        ("Shares nobody and nothing", "yes" if contact.is_stranger else None, stated),
        ("Came upon the other in", contact.origin, stated),
        ("Taken for spam", _yes_no(contact.spam), stated),
        ("Friends or followers", contact.friends, stated),
        ("Follows", contact.following, stated),
        ("Posts", contact.posts, stated),
        ("Has a picture", _yes_no(contact.picture), stated),
        ("Verified by the platform", _yes_no(contact.verified), stated),
        ("Country", contact.country, stated),
        ("Age", contact.age, said),
        ("About", contact.bio, said),
    ]
    return tuple(
        Known(label=label, value=str(value), basis=basis) for label, value, basis in found if value is not None
    )


def _lately(contact: Account) -> str | None:
    """Whether the account was new, and when that was said; where the day is known, this tells nothing more."""
    if contact.joined is not None or contact.joined_recently_at is None:
        return None
    said = _yes_no(contact.joined_recently)
    return f"{said}, as of {contact.joined_recently_at.date().isoformat()}" if said else None


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"

"""What the pages of a person tell: the head of a profile, its introduction, hover cards, lists of friends, sellers."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Found, Unreadable, dig
from screener.platforms.wire.documents import found, holders
from screener.platforms.wire.facebook import facts
from screener.platforms.wire.facebook.known import known, learned
from screener.platforms.wire.meta import Place, is_id

HEAD, CARD, TILES, ABOUT = (
    "profile_header_renderer", "comet_hovercard_renderer", "profile_tile_sections", "profile_field_sections",
)  # fmt: skip
SELLER, ACTOR, ACTORS, LIST = "marketplace_listing_seller", "messaging_actor", "messaging_actors", "pageItems"
ROOTS = frozenset({HEAD, CARD, TILES, ABOUT, SELLER, ACTOR, ACTORS, LIST})
# What a question about a person calls that person.
ASKED = ("userID", "entityID", "pageID", "selectedID")
LINES = frozenset({"timeline_context_list_item_type", "profile_status_text"})
FIELDS = frozenset({"profile_fields"})
MOST_PEOPLE = 500
MOST_FIELDS = 100


def asked_about(variables: str) -> str | None:
    """The person that the browser asked about; the answer does not always say it again."""
    try:
        document = parsed(variables or "{}")
    except Unreadable:
        return None
    return next((str(id) for name in ASKED if is_id(id := dig(document, name), least=5)), None)


def owner(results: Iterable[Any]) -> str | None:
    """The one person whose profile a page shows; None where it shows none or several."""
    heads = {
        str(id)
        for result in results
        for _, head in found(result, frozenset({HEAD}))
        if is_id(id := dig(head, "user", "id"), least=5)
    }
    return heads.pop() if len(heads) == 1 else None


def told(place: Place, document: Any, owner: str | None) -> Iterator[Found]:
    """Every fact on persons in a document; `owner` is the person that it is about, where it does not say."""
    # Without an account nobody is known to whom these persons could be a contact.
    if place.account is None:
        return
    for holder in islice(holders(document, ROOTS), MOST_PEOPLE):
        for name in [name for name in holder if name in ROOTS]:
            try:
                yield from _part(place, name, holder, owner)
            except Unreadable as why:
                yield why


def _part(place: Place, name: str, holder: dict[str, Any], owner: str | None) -> Iterator[Found]:
    value = holder[name]
    whose = str(holder["id"]) if is_id(holder.get("id"), least=5) else owner
    match name:
        case "profile_header_renderer" | "comet_hovercard_renderer":
            # A hover card can also be a group's or a page's.
            if dig(value, "user") is not None:
                yield from learned(place, facts.described(place, value, "user"))
        case "marketplace_listing_seller":
            # Everybody sells: only who was looked at closely is told, and then the page tells when they joined.
            if dig(value, "join_time") is not None:
                yield from learned(place, facts.described(place, holder, name))
        case "messaging_actor" | "messaging_actors":
            actors = value if isinstance(value, list) else [value]
            for actor in actors[:MOST_PEOPLE]:
                if actor is not None and dig(actor, "__typename", default="User") == "User":
                    yield from learned(place, facts.described(place, {name: actor}, name))
        case "profile_tile_sections" if whose and value:
            lines = islice(holders(value, LINES), facts.MOST_CARDS)
            yield from learned(place, facts.cards(place, known(place, whose), lines))
        case "profile_field_sections" if whose and value:
            yield from learned(place, facts.sentences(place, whose, _fields(value)))
        case "pageItems" if (counted := facts.listed(holder)) is not None:
            person, kind, count = counted
            yield from learned(place, facts.counting(place.theirs(person), kind, count))


def _fields(sections: Any) -> Iterator[Any]:
    if not isinstance(sections, dict | list):
        return
    for section in islice(holders(sections, FIELDS), MOST_FIELDS):
        nodes = dig(section, "profile_fields", "nodes")
        for node in nodes[:MOST_FIELDS] if isinstance(nodes, list) else ():
            yield dig(node, "title", "text")


def users(place: Place, document: Any) -> Iterator[Found]:
    """The persons in an answer of /chat/user_info/, which the conversations of older pages ask for."""
    profiles = dig(document, "payload", "profiles")
    rows = profiles.values() if isinstance(profiles, dict) else profiles if isinstance(profiles, list) else ()
    for row in islice(rows, MOST_PEOPLE):
        # The list also has the pages of firms, and an empty row for who is gone.
        if dig(row, "type", default="user") in ("user", "friend") and is_id(dig(row, "id"), least=5):
            yield from learned(place, facts.described(place, {"profile": row}, "profile"))

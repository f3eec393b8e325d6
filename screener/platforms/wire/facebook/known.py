"""What Facebook's pages told of a person: kept, so that a request that comes later carries it."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from screener.platforms.base import Account, Profile
from screener.platforms.wire.meta import Place


def known(place: Place, contact: str) -> Account:
    """All that was told of a person until now; only the id where nothing was."""
    kept = place.kept.get(f"about/{place.holder}/{contact}")
    return Account.from_json({**kept, "platform": place.platform, "id": contact}) if kept else place.theirs(contact)


def learned(
    place: Place,
    contact: Account,
    *,
    conversation: str | None = None,
    group: bool | None = None,
    pending: bool | None = None,
) -> Iterator[Profile]:
    """What is new of a person, together with what was known; pages tell the same again and again."""
    if contact.id == place.holder:
        return
    before = known(place, contact.id)
    after = before.merged(contact)
    # One page tells the day, another only the month.
    if (
        before.joined
        and after.joined
        and (before.joined.year, before.joined.month)
        == (
            after.joined.year,
            after.joined.month,
        )
    ):
        after = replace(after, joined=max(before.joined, after.joined))
    told = after.to_json()
    if told == before.to_json():
        return
    place.kept[f"about/{place.holder}/{contact.id}"] = {
        name: value for name, value in told.items() if name not in ("platform", "id")
    }
    mark = hashlib.sha256(repr(after).encode("utf-8", "replace")).hexdigest()[:12]
    yield Profile(
        id=f"profile:{place.holder}:{contact.id}:{int(place.at.timestamp())}:{mark}",
        at=place.at,
        account=place.ours,
        contact=after,
        conversation=conversation,
        group=group,
        pending=pending,
        capture=place.capture,
    )

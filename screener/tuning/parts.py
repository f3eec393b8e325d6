"""Whose parts of the overrides a change touches."""

from collections.abc import Mapping

from screener.rulebook.reading import BadFile, Marked, read


def members_changed(before: str, after: str) -> Mapping[str, int]:
    """The members for whom something else is said, each with its line; 1 where nothing is said any more."""
    old, new = _members(before), _members(after)
    if new is None:
        return {}  # it can't be read, so it is refused whatever it says
    old = old or {}
    return {
        name: new[name].line if name in new else 1
        for name in sorted({*old, *new})
        if name not in new or name not in old or old[name].plain() != new[name].plain()
    }


def _members(text: str) -> Mapping[str, Marked] | None:
    """What is said for each; None where the text can't be read."""
    try:
        members = read(text.encode("utf-8", "replace")).get("members")
    except BadFile as why:
        return {} if why.empty else None
    return dict(members.items()) if members is not None and members.is_map else {}

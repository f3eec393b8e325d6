"""What a decoder remembers of one device beyond a restart, in a room that no account can take from another."""

from typing import Any


class Kept(dict[str, Any]):
    """Small JSON values that outlive a restart; notes which keys changed.

    Keys name what they are about: "thread/123", "session/abc". One lives per platform and device, so keys of a platform
    where several accounts share a device carry the account's id: "person/ACCOUNT/ID". Where there is no more room, the
    account that fills most of it gives way, in the kind of key of which it has most, what was written longest ago
    first. So nobody fills another's share.
    """

    most = 20_000

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.changed: dict[str, None] = {}
        self._shares: dict[str, dict[str, dict[str, None]]] = {}
        for key in self:
            self._family(key)[key] = None

    def __setitem__(self, key: str, value: Any) -> None:
        is_news = key not in self or self[key] != value
        if key in self:
            del self[key]
        super().__setitem__(key, value)
        self._family(key)[key] = None
        # What is only seen again is young again; the store need not hear of it while there is room for everything.
        if is_news or len(self) > self.most // 2:
            self._note(key)
        while len(self) > self.most:
            oldest = self._oldest()
            del self[oldest]
            self._note(oldest)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        account, kind = _whose(key)
        families = self._shares[account]
        del families[kind][key]
        if not families[kind]:
            del families[kind]
        if not families:
            del self._shares[account]

    def changes(self) -> list[tuple[str, Any]]:
        """The keys that changed, as they were last written, with their value, None for those that are gone."""
        return [(key, self.get(key)) for key in self.changed]

    def _note(self, key: str) -> None:
        self.changed.pop(key, None)
        self.changed[key] = None

    def _family(self, key: str) -> dict[str, None]:
        account, kind = _whose(key)
        return self._shares.setdefault(account, {}).setdefault(kind, {})

    def _oldest(self) -> str:
        families = max(self._shares.values(), key=lambda share: sum(map(len, share.values())))
        fullest: dict[str, None] = max(families.values(), key=lambda keys: len(keys))
        return next(iter(fullest))


def _whose(key: str) -> tuple[str, str]:
    """The account whose share a key belongs to, empty where the key carries none, and the kind of the key."""
    kind, *rest = key.split("/", 2)
    return (rest[0] if len(rest) > 1 else ""), kind

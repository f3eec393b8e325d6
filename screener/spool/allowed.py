"""What of an exchange may be copied: an allow-list, because what isn't copied can't leak."""

from collections.abc import Iterable, Mapping
from typing import Any

# How a body is to be read; every other header waits for a decoder to ask for it.
ALWAYS = frozenset({"content-type", "content-encoding"})
# A decoder that asks for one of these is wrong, and must not get it.
NEVER = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
LONGEST_VALUE = 300


def headers(found: Mapping[str, str], wanted: Iterable[str] = ()) -> dict[str, str]:
    """The headers that may be copied, with lower-case names and short values."""
    allowed = ALWAYS | frozenset(wanted) - NEVER
    return {name.lower(): value[:LONGEST_VALUE] for name, value in found.items() if name.lower() in allowed}


def account(found: Mapping[str, str], cookie: str | None) -> str | None:
    """The value of the one cookie that names the account holder, if it looks like an id."""
    if cookie is None:
        return None
    sent = next((value for name, value in found.items() if name.lower() == "cookie"), "")
    for part in sent.split(";"):
        name, _, value = part.strip().partition("=")
        if name == cookie and 0 < len(value) <= 64 and value.isalnum():
            return value
    return None


def opening(
    *,
    via: str,
    device: str,
    method: str,
    host: str,
    target: str,
    found: Mapping[str, str],
    wanted: Iterable[str] = (),
    cookie: str | None = None,
) -> dict[str, Any]:
    """The `meta` of an `open` frame; `target` is the path with its query."""
    path, _, query = target.partition("?")
    return {
        "via": via,
        "device": device,
        "method": method,
        "host": host.lower(),
        "path": path,
        "query": query,
        "headers": headers(found, wanted),
        "account": account(found, cookie),
    }

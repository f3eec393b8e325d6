"""What of an exchange may be copied: an allow-list, because what isn't copied can't leak."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

# How a body is to be read; every other header waits for a decoder to ask for it.
ALWAYS = frozenset({"content-type", "content-encoding"})
# What time the platform thinks it is: evidence says how far its clock is from ours.
ANSWERS = ("date",)
# A decoder that asks for one of these is wrong, and must not get it.
NEVER = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
LONGEST_VALUE = 300


def headers(found: Mapping[str, str], wanted: Iterable[str] = ()) -> dict[str, str]:
    """The headers that may be copied, with lower-case names and short values."""
    allowed = ALWAYS | frozenset(wanted) - NEVER
    return {name.lower(): value[:LONGEST_VALUE] for name, value in found.items() if name.lower() in allowed}


def query(found: str, wanted: re.Pattern[str] | None) -> str:
    """The fields of a query that may be copied, as they were written."""
    if wanted is None:
        return ""
    return "&".join(part for part in found.split("&") if wanted.fullmatch(unquote(part.partition("=")[0])))


def account(found: Mapping[str, str], cookie: str | None) -> str | None:
    """The value of the one cookie that names the account holder, if it looks like an id; some write `u=` before it."""
    if cookie is None:
        return None
    sent = next((value for name, value in found.items() if name.lower() == "cookie"), "")
    for part in sent.split(";"):
        name, _, value = part.strip().partition("=")
        value = unquote(value).strip('"').removeprefix("u=")
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
    asked: re.Pattern[str] | None = None,
) -> dict[str, Any]:
    """The `meta` of an `open` frame; `target` is the path with its query, `asked` what of that may be copied."""
    path, _, rest = target.partition("?")
    return {
        "via": via,
        "device": device,
        "method": method,
        "host": host.lower(),
        "path": path,
        "query": query(rest, asked),
        "headers": headers(found, wanted),
        "account": account(found, cookie),
    }

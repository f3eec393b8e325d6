"""Writes docs/platforms.md, what can be seen of each platform: `python -m screener.platforms_page`."""

from collections.abc import Iterable

from screener.platforms import decoders
from screener.platforms.base import SIGHTS, Decoder, Endpoint

OPENING = """\
# What can be seen, platform by platform

*Written from the decoders by `python -m screener.platforms_page`; a test keeps it current, and holds every "yes"
against the cases in `tests/platforms/`. How to add one: [add-a-platform.md](add-a-platform.md).*

"Yes" is said of what the platform's **web page in a browser** exchanges. Apps on phones often refuse to be read at all;
the dashboard then says so.
"""
MEANING = """\
*requests*: friend, follow and message requests. *pending*: whether a message waits to be allowed. *account age*: stated
by the platform, or estimated from the account's number. **encrypted**: seen that they talk, not what. **partly**: see
the notes below.
"""


def page() -> str:
    """The whole page."""
    found = sorted(decoders(), key=lambda decoder: decoder.name)
    head = ("platform", *SIGHTS)
    rows = [(f"[{each.name}](#{each.name})", *(each.sees.get(sight, "no") for sight in SIGHTS)) for each in found]
    parts = [OPENING, *_table(head, rows), "", MEANING]
    for each in found:
        parts += [f"## {each.name}\n", f"{each.unseen}\n", f"**Proof:** {each.proof}\n", *_endpoints(each), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _endpoints(decoder: Decoder) -> list[str]:
    by_name: dict[str, list[Endpoint]] = {}
    for endpoint in decoder.endpoints():
        by_name.setdefault(endpoint.name, []).append(endpoint)
    return _table(
        ("reads", "by"), ((name.replace("_", " "), "; ".join(_ways(ways))) for name, ways in sorted(by_name.items()))
    )


def _ways(endpoints: Iterable[Endpoint]) -> list[str]:
    said = {
        "websocket": "WebSocket messages",
        "sse": "server-sent events",
    }
    return sorted(
        {said.get(each.via) or f"{each.method if each.method != '*' else 'any'} answers" for each in endpoints}
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    print(page(), end="")

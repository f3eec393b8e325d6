"""What the simulated Facebook shows of a person: the head of a profile, its introduction, and the friends in common."""

import base64
import html
import json
from typing import Any

from screener.events import Account

FRIENDS_SECTION = "2356318349"
MUTUAL = 3


def address(account: Account) -> str:
    return account.url or f"https://www.facebook.com/{account.handle or 'profile.php?id=' + account.id}"


def head(account: Account, *, is_friend: bool) -> dict[str, Any]:
    """The answer to ProfileCometHeaderQuery: who it is, and the counted lines below the name."""
    where = address(account)
    section = {
        "id": _token(f"app_section:{account.id}:{FRIENDS_SECTION}"),
        "section_type": "FRIENDS",
        "tab_key": "friends",
        "url": f"{where}/friends",
        "displayable_count": account.friends,
    }
    counted = (("following", account.following),)
    user = {
        "__typename": "User",
        "id": account.id,
        "name": account.name,
        "url": where,
        "is_viewer_friend": is_friend,
        "show_verified_badge_on_profile": bool(account.verified),
        "profilePicLarge": {"uri": "https://example.com/picture.jpg"},
        "profile_social_context": {
            "content": [
                {"text": {"text": f"{count} {name}"}, "uri": f"{where}/{name}/"}
                for name, count in counted
                if count is not None
            ]
        },
        "profile_tabs": {"profile_user": {"timeline_nav_app_sections": {"edges": [{"node": section}]}}},
    }
    return {"user": {"id": account.id, "profile_header_renderer": {"user": user}}}


def introduction(account: Account) -> dict[str, Any]:
    """The tiles below: what the person wrote of themselves, and since when there is an account, by its month."""
    items: list[dict[str, Any]] = []
    if account.bio:
        items.append({"node": {"__typename": "ProfileStatus", "profile_status_text": {"text": account.bio}}})
    if account.joined:
        title = {"text": f"Joined {account.joined:%B %Y}", "ranges": [], "aggregated_ranges": []}
        line = {
            "timeline_context_list_item_type": "INTRO_CARD_MEMBER_SINCE",
            "renderer": {"__typename": "TimelineContextItemRenderer", "context_item": {"title": title}},
        }
        items.append({"node": {"__typename": "TimelineContextItemWrapper", "timeline_context_item": line}})
    view = {"view_style_renderer": {"view": {"profile_tile_items": {"nodes": items}}}}
    tiles = {"edges": [{"node": {"profile_tile_views": {"nodes": [view]}}}]}
    return {"user": {"id": account.id, "profile_tile_sections": tiles}}


def friends_in_common(account: Account, count: int | None) -> dict[str, Any]:
    """The answer to ProfileCometTopAppSectionQuery for that list; without a list where it is not shown."""
    collection = {
        "id": _token(f"app_collection:{account.id}:{FRIENDS_SECTION}:{MUTUAL}"),
        "items": {"count": count},
        "pageItems": {"edges": [], "page_info": {"has_next_page": False, "end_cursor": None}},
    }
    shown = [] if count is None else [{"tab_key": "friends_mutual", "style_renderer": {"collection": collection}}]
    return {"node": {"section_type": "FRIENDS", "all_collections": {"nodes": shown}}}


def prefetched(name: str, data: Any) -> str:
    """A block of a page that brings an answer along, as the page's own scripts find it."""
    found = {"__bbox": {"complete": True, "result": {"data": data}}}
    block = {"require": [["RelayPrefetchedStreamCache", "next", [], [f"adp_{name}RelayPreloader_1", found]]]}
    return json.dumps(block).replace("<", "\\u003c")


def page(account: Account, *, is_friend: bool) -> bytes:
    """The page of a profile."""
    blocks = "".join(
        f'<script type="application/json" data-sjs>{prefetched(name, data)}</script>'
        for name, data in (
            ("ProfileCometHeaderQuery", head(account, is_friend=is_friend)),
            ("ProfilePlusCometRootQuery", introduction(account)),
        )
    )
    name = html.escape(account.name or account.id)
    joined = f"<p>Joined {account.joined:%B %Y}</p>" if account.joined else ""
    title = f'<meta charset="utf-8"><title>{name} (simulated)</title><link rel="stylesheet" href="/facebook.css">'
    body = f"<body><h1>{name}</h1>{joined}</body>"
    return f'<!doctype html><html lang="en"><head>{title}{blocks}</head>{body}</html>'.encode()


def _token(words: str) -> str:
    return base64.b64encode(words.encode()).decode()

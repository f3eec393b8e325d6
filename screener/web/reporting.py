"""How to report and to block on each platform, in one line each; generic where a menu is not known for sure."""

from collections.abc import Mapping
from dataclasses import dataclass

from screener.web.tongue import later


@dataclass(frozen=True, kw_only=True)
class Menu:
    """Where the two are found."""

    report: str
    block: str


ANYWHERE = Menu(
    report=later("Open the profile or the message, look for a menu (often three dots), and there for “Report”."),
    block=later("In the same menu, look for “Block”."),
)

MENUS: Mapping[str, Menu] = {
    "discord": Menu(
        report=later("On Discord: right-click a message, or press and hold it, and choose “Report Message”."),
        block=later("On Discord: open the profile, then its menu (three dots), and choose “Block”."),
    ),
    "facebook": Menu(
        report=later("On Facebook: open the profile or the chat, then its menu, and choose “Report”."),
        block=later("On Facebook: in the same menu, choose “Block”."),
    ),
    "instagram": Menu(
        report=later("On Instagram: open the profile, then its menu (three dots), and choose “Report”."),
        block=later("On Instagram: in the same menu, choose “Block”."),
    ),
    "roblox": Menu(
        report=later("On Roblox: open the profile, then its menu (three dots), and look for “Report”."),
        block=later("On Roblox: in the same menu, choose “Block”."),
    ),
    "skype": Menu(
        report=later("Skype was closed in 2025. If the contact writes on in Teams Free, report it there."),
        block=later("Skype was closed in 2025. If the contact writes on in Teams Free, block it there."),
    ),
    "teams": Menu(
        report=later("In Teams Free: open the chat, then its menu (three dots), and look for “Report”."),
        block=later("In Teams Free: in the same menu, look for “Block”."),
    ),
    "tiktok": Menu(
        report=later("On TikTok: open the profile, then its menu (three dots or the arrow), and choose “Report”."),
        block=later("On TikTok: in the same menu, choose “Block”."),
    ),
    "x": Menu(
        report=later("On X: open the profile or the post, then its menu (three dots), and choose “Report”."),
        block=later("On X: in the same menu, choose “Block”."),
    ),
}


def menu(platform: str) -> Menu:
    """The lines for a platform."""
    return MENUS.get(platform, ANYWHERE)

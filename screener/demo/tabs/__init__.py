"""The pages that a member has open, one file a platform."""

import importlib

from screener.demo.base import Tab
from screener.errors import Mistake


def tab(platform: str, account: str) -> Tab:
    """A page of a platform, with an account logged in on it."""
    try:
        module = importlib.import_module(f"{__name__}.{platform}")
    except ModuleNotFoundError:
        raise Mistake(f'story: there is no simulated "{platform}". Tell it on facebook, discord or skype.') from None
    made: Tab = getattr(module, f"{platform.capitalize()}Tab")(account)
    return made

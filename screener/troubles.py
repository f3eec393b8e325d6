"""What can be wrong, and its mend, in words: each issue says one of these sentences, so that it can be said in any
language. What is kept of an issue is the English sentence, filled in.

A day is kept as 2026-11-30; whoever shows it writes it as people do.
"""

from collections.abc import Mapping
from datetime import datetime

from screener.home import pc
from screener.store.base import Issue, Severity

_CHANGED = "The platform may have changed. Update Screener; until then look at that platform together."
_RELOAD = "Reload the page in the browser; from then on everything is read again."
_HANDED = "If you did not agree on that, talk about it. It can be changed back under Devices."
_RENEW = "Renew it under Devices."

SAID: Mapping[str, tuple[str, str]] = {
    "gap:full": (
        "Copies were dropped because they came faster than they could be read.",
        "If this goes on, raise proxy.spool_megabytes in config.yaml, or use a faster machine.",
    ),
    "gap:disk": ("Copies could not be written, so they were dropped.", "Look whether the disk is full."),
    "gap:broken": (
        "The file in which copies wait was damaged and was begun anew.",
        "If this happens again, check the disk.",
    ),
    "gap:too large": ("A message was too large to be copied.", _RELOAD),
    "gap:too many open exchanges": (
        "So many exchanges were open at once that the oldest was given up.",
        "If this goes on, look whether a program on that device opens connections without end.",
    ),
    "gap:retention": ("A long connection was not followed from its beginning after a restart.", _RELOAD),
    "gap:restart": ("The proxy was restarted while pages were open.", "Reload the pages in the browser."),
    "gap": ("Something could not be copied ({why}).", "If it goes on, update Screener."),
    "unreadable": (
        "Some of what {platform} sent could not be read ({why}).",
        "The platform may have changed its layout. Update Screener; until then look at that platform together.",
    ),
    "canary:never": ("Nothing that {where} sends could be read so far ({count} answers).", _CHANGED),
    "canary:broken": ("Since {day}, most of what {where} sends can't be read any more.", _CHANGED),
    "canary:silent": ("Since {day}, nothing was found in what {where} sends ({count} answers).", _CHANGED),
    "rule:kept": ("A file of rules has a mistake. Its last good version stays in force.", "{mistake}"),
    "rule:aside": ("A rule is set aside.", "{mistake}"),
    "rule:blind": ("The family's own rules leave something unseen.", "{mistake}"),
    "meaning": ("Paraphrases are not heard, only words: some rules ask for more.", "{mistake}"),
    "proxy:silent": (
        "The proxy does not answer: nothing is being looked at. Browsing goes on without it.",
        "Start it again with: make up",
    ),
    "proxy:errors": (
        "The proxy stumbled {count} times while it copied. Browsing was not touched.",
        "If the number grows, update Screener, and report what screener up printed.",
    ),
    "proxy:turned-away": (
        "A platform took the proxy for a machine and turned it away ({count} times). It opens as usual again, because "
        "it is left alone for a while, and is not read meanwhile.",
        "It is tried again by itself. If this comes back, look at that platform together.",
    ),
    "authority:unconstrained": (
        "The family certificate was made by an older version, and is good for every site.",
        "Renew it under Devices: a new one is good for the watched platforms alone. Nothing stops until then.",
    ),
    "authority:outside": (
        "{count} hosts of platforms that came later can't be read: the family certificate is not good for them.",
        "Renew it under Devices. Until then these pages open as usual, and nothing on them is looked at.",
    ),
    "authority:open": (
        "Others on this computer can read the key of the family certificate.",
        "Start Screener again, which locks it; then renew the certificate under Devices.",
    ),
    "authority:ends": ("The family certificate ends on {day}.", _RENEW),
    "renewal": ("A renewal is under way.", "Install the new one on every device, then: screener ca let-go"),
    "clock": ("The clock says {day}, which is over.", "Set it right, or switch network time on."),
    "disk": ("Only {megabytes} MB are free where {folder} lies.", "Make room: a full disk loses what comes in."),
    "computer:unread": (
        "What was set up on this computer can't be looked up: {why}",
        "Put the file back from a backup.",
    ),
    "computer:gone": ("Gone from this computer: {what}.", "Press “Set up this computer” again."),
    "address:gone": (
        "This computer does not have the address {address} of the home network now, so other devices are not looked "
        "after.",
        "Look whether its cable or Wi-Fi is on. If it has another address now, have your router give it the old one "
        "again, or let the other devices in anew under “Set up”.",
    ),
    "exposed": (
        "Screener listens at {addresses}, which may be reached from outside the home.",
        "Write an address of your home as the host of proxy and dashboard into config.yaml, and start Screener again; "
        "or put this computer behind a router.",
    ),
    "others:out": (
        "Other devices of this home are no longer looked after: {by} let only this computer use Screener.",
        "If you did not agree on that, talk about it. They can be let in again under “Set up”.",
    ),
    "router:silent": (
        "The router leads nothing to Screener: its heartbeat is not running. Browsing goes on without it.",
        "Start it again with: systemctl start screener-heartbeat; then look at: screener router status",
    ),
    "router:resting": (
        "Protection is paused: the proxy failed three times within ten minutes ({why}). Browsing goes on.",
        "It tries again by itself after ten minutes. If this happens again, use a faster machine, and report it.",
    ),
    "router:direct": (
        "Nothing is led to the proxy at the moment: {why}. Browsing goes on without it.",
        "If this lasts longer than a minute, run: screener router status",
    ),
    "device:moved": (
        "{device} is no longer looked after: its address now belongs to another machine.",
        "Open the check page on it once more.",
    ),
    "devices:full": (
        "So many devices are in your network that new ones are not noted any more.",
        "Look under Devices whether you know them. If you don’t, give your Wi-Fi another password.",
    ),
    "accounts:full": (
        "So many accounts were met on {device} that new ones are not noted any more.",
        "Say under Devices whose they are. If they are nobody’s of yours, stop looking after that device.",
    ),
    "handed:stopped": ("{device} of {was} is no longer looked after: {by} said so.", _HANDED),
    "handed:to": ("{device} counts as {user}’s now: {by} said so.", _HANDED),
    "handed:from": ("{device} does not count as {was}’s any more: {by} said so.", _HANDED),
    "notices:silent": (
        "A phone of {user} has not answered for {count} days. Alerts may not reach it.",
        "{user} can open Notices and press “Send a test”; opening the dashboard answers as well.",
    ),
    "notices:failing": (
        "Notices to {user} don’t get through at the moment.",
        "{user} can see why under Notices. Until then, look here.",
    ),
    "notices:missed": (
        "{user} was not told of something: for a whole day no notice got through.",
        "Tell {user} to look here. {user} can see under Notices why, and send a test.",
    ),
}

REASONS = (
    "it answers too late",
    "its certificate is not the family's",
    "it can't be reached",
    "it answers what nobody asked",
    "it is too slow",
    "it needs too much memory",
    "it has too many connections open",
    "nftables does not answer",
    "the router's rules are not there; run: screener router on",
    "another firewall on this router keeps connections away from it",
    "it has made no certificate yet",
)
"""Why the router's heartbeat leads nothing to the proxy, as it says; it can import nothing of ours."""


def issue(
    said: str, *, severity: Severity, at: datetime, key: str = "", count: int = 1, values: Mapping[str, object] = {}
) -> Issue:
    """An issue that says these sentences of the table; its key is theirs where it needs none of its own."""
    what, mend = words(said, **values)
    return Issue(key=key or said, severity=severity, what=what, mend=mend, at=at, count=count)


def words(said: str, **values: object) -> tuple[str, str]:
    """What is wrong, and its mend, filled in."""
    what, mend = SAID[said]
    return what.format(**values), mend.format(**values)


def sentences() -> tuple[str, ...]:
    """All of them, as the catalogues need them: each once, and none that is nothing but a place."""
    return tuple(dict.fromkeys(text for pair in SAID.values() for text in pair if text != "{mistake}"))


def parts() -> tuple[str, ...]:
    """What may stand in a place of one of them and is said in another language as well."""
    return (*REASONS, *pc.SAID.values())

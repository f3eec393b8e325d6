"""What dnsmasq is told: to note the addresses of watched names as it looks them up, and where the check page is."""

from collections.abc import Collection

from screener.home.probe import PROBE_HOST
from screener.home.router.ruleset import PROBE_ADDRESS, TABLE

MARK = "# Screener wrote this file, and removes it with: screener router off"


def dnsmasq_lines(*, exact: Collection[str], below: Collection[str]) -> str:
    """The file for dnsmasq. It takes each name with everything below it; the proxy looks at the name once more."""
    sets = f"4#inet#{TABLE}#watched4,6#inet#{TABLE}#watched6"
    lines = [f"nftset=/{name}/{sets}" for name in sorted({*exact, *below})]
    return "\n".join((MARK, f"address=/{PROBE_HOST}/{PROBE_ADDRESS}", *lines, ""))

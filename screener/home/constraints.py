"""What the family's authority may sign for: the watched platforms and this home, so that a stolen key opens no bank."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from cryptography import x509

# Names that only mean something at home: the check page, and the dashboard.
HOME_NAMES = ("screener.home.arpa", "screener.local", "localhost")
# Addresses that only mean something at home. Without them every address could be signed for: a constraint on names
# says nothing of addresses.
HOME_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """The domains that may be signed for, with every name below them; None where nothing is ruled out."""

    domains: frozenset[str] | None = None

    def permits(self, host: str) -> bool:
        """A set look-up a label, as in the gate."""
        if self.domains is None:
            return True
        rest = host.rstrip(".").lower()
        while rest:
            if rest in self.domains:
                return True
            _, _, rest = rest.partition(".")
        return False


def constraints(domains: Collection[str]) -> x509.NameConstraints:
    """The extension, for these domains and for this home."""
    names = sorted({domain.lower().strip(".") for domain in domains} | set(HOME_NAMES))
    return x509.NameConstraints(
        permitted_subtrees=[
            *(x509.DNSName(name) for name in names),
            *(x509.IPAddress(ipaddress.ip_network(network)) for network in HOME_NETWORKS),
        ],
        excluded_subtrees=None,
    )


def permitted(authority: x509.Certificate) -> Permitted:
    """What an authority may sign for, as it says itself."""
    try:
        found = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return Permitted()
    names = [tree.value for tree in found.permitted_subtrees or () if isinstance(tree, x509.DNSName)]
    return Permitted(domains=frozenset(name.lower().lstrip(".") for name in names))


def covering(hosts: Collection[str], sites: Collection[str]) -> frozenset[str]:
    """The domains to be permitted: the platforms' own, and whichever watched host lies below none of them."""
    own = Permitted(domains=frozenset(sites))
    return frozenset(sites) | {host for host in hosts if not own.permits(host)}

"""The router's table for nftables: watched addresses of enrolled devices go to the proxy while its heart beats."""

from dataclasses import dataclass

TABLE = "screener"
PROBE_ADDRESS = "198.51.100.80"
"""Where devices behind the router find the check page: an address that nobody on the internet has (RFC 5737)."""

MOST_DEVICES = 1_024
MOST_ADDRESSES = 65_535


@dataclass(frozen=True, kw_only=True)
class Router:
    """`inside` are the interfaces of the family's devices, `port` is where the proxy takes what is led to it, and
    `closed` are the dashboard's ports, which the user who runs the proxy may not reach; None where that user is root.
    """

    inside: tuple[str, ...]
    port: int
    closed: tuple[int, ...] = ()
    user: int | None = None


def ruleset(router: Router) -> str:
    """A script for `nft -f`: replaces our rules in one step, and keeps which addresses and devices were known.

    The ports in the set `alive` are the dead man's switch: each lasts three seconds, and only a heartbeat that found
    the proxy well puts them back. When they lapse the rules no longer match, and every new connection goes direct.
    What runs already is left as it is, because the system keeps the way of a connection that it has begun.
    """
    inside = ", ".join(f'"{name}"' for name in router.inside)
    redirect = f"counter name arrived redirect to :{router.port}"
    quic = "udp dport 443 udp dport @alive counter name quic reject with icmpx port-unreachable"
    own = ""
    if router.user is not None and router.closed:
        ports = ", ".join(map(str, sorted(set(router.closed))))
        own = f"""
  # The proxy must not reach the dashboard for a browser that asks it to: not on any address of this machine.
  chain own {{
    type filter hook output priority filter - 5; policy accept;
    meta skuid {router.user} fib daddr type local tcp dport {{ {ports} }} counter reject with tcp reset
  }}"""
    return f"""table inet {TABLE}
flush table inet {TABLE}
table inet {TABLE} {{
  set enrolled {{ type ether_addr; size {MOST_DEVICES}; }}
  set watched4 {{ type ipv4_addr; size {MOST_ADDRESSES}; }}
  set watched6 {{ type ipv6_addr; size {MOST_ADDRESSES}; }}
  set alive {{ type inet_service; flags timeout; }}
  counter arrived {{ }}
  counter entered {{ }}
  counter quic {{ }}
  chain arrive {{
    type nat hook prerouting priority dstnat - 5; policy accept;
    iifname {{ {inside} }} ip daddr {PROBE_ADDRESS} tcp dport {{ 80, 443 }} tcp dport @alive {redirect}
    iifname {{ {inside} }} ether saddr @enrolled ip daddr @watched4 tcp dport 443 tcp dport @alive {redirect}
    iifname {{ {inside} }} ether saddr @enrolled ip6 daddr @watched6 tcp dport 443 tcp dport @alive {redirect}
  }}
  # The router itself finds the check page as well; it is how the heartbeat knocks.
  chain leave {{
    type nat hook output priority -105; policy accept;
    ip daddr {PROBE_ADDRESS} tcp dport {{ 80, 443 }} redirect to :{router.port}
  }}
  # Refused, not dropped: a browser then takes TCP at once, which can be read. Only here, only for these.
  chain pass {{
    type filter hook forward priority filter - 5; policy accept;
    iifname {{ {inside} }} ether saddr @enrolled ip daddr @watched4 {quic}
    iifname {{ {inside} }} ether saddr @enrolled ip6 daddr @watched6 {quic}
    ip daddr {PROBE_ADDRESS} reject with icmpx host-unreachable
  }}
  # Nobody knocks at the proxy's door but those who were led there.
  chain enter {{
    type filter hook input priority filter - 5; policy accept;
    tcp dport {router.port} ct status & dnat != dnat counter reject with tcp reset
  }}
  # Behind every other firewall on this machine: what arrived and did not enter was kept out by one of them.
  chain entered {{
    type filter hook input priority 300; policy accept;
    iifname {{ {inside} }} tcp dport {router.port} ct state new counter name entered
  }}{own}
}}
"""

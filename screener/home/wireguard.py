"""A phone that dials in with the WireGuard app: its settings, and the code that carries them."""

import io
import json

import segno

from screener.errors import Mistake
from screener.home.folder import Home

KEYS = "wireguard.json"
"""Beside the family's authority; the proxy makes it on its first start with wireguard_port."""

# The addresses that mitmproxy gives the phone and its look-ups of names.
PHONE, NAMES = "10.0.0.1/32", "10.0.0.53"


def phone_settings(home: Home, name: str, port: int) -> str:
    """What the app reads. `name` is where the phone finds this machine. Raises Mistake before there are keys."""
    from mitmproxy_rs.wireguard import pubkey

    file = home.ca / KEYS
    try:
        keys = json.loads(file.read_text("ascii"))
        private, server = str(keys["client_key"]), pubkey(str(keys["server_key"]))
    except FileNotFoundError:
        raise Mistake(f"{file}: there are no keys yet. Start Screener once with router.wireguard_port.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Mistake(
            f"{file}: these keys are damaged. Delete the file, start Screener, and show the code again."
        ) from None
    where = f"[{name}]" if ":" in name else name
    return (
        f"[Interface]\nPrivateKey = {private}\nAddress = {PHONE}\nDNS = {NAMES}\n\n"
        f"[Peer]\nPublicKey = {server}\nAllowedIPs = 0.0.0.0/0\nEndpoint = {where}:{port}\n"
    )


def qr(text: str) -> str:
    """The text as a code for a terminal."""
    drawn = io.StringIO()
    segno.make(text, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()

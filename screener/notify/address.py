"""The address of a channel, as apprise reads it: what is accepted, what of it may be shown, and how it is sealed."""

import ipaddress
import json
import logging
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from screener.notify.base import later
from screener.seal import Seal

LONGEST = 1000
# Each would read a file of this machine, or have one fetched, and send it along.
OF_FILES = ("template", "keyfile", "subfile", "pgppub", "pgpprv", "attach", "avatar_url")
MAIL, NTFY = "email", "ntfy"
KNOW_ID = ("NotifyJSON", "NotifyXML", "NotifyForm")
"""Those that pass on headers of ours: whoever receives it can see that it is the same note again."""

WRONG = later("Address: this is not one that can be used. See the examples below, and check each part.")
UNKNOWN = later("Address: this service is not known here, or needs a program that is not installed.")
TOO_LONG = later("Address: too long. At most 1,000 letters.")
FILES = later("Address: it names a file or a picture. Leave that part out; only words are ever sent.")
SENT_ON = later("Address: it asks to be sent on to wherever the server says. Leave “redirect” out; that is never done.")
ONE_EACH = later("Address: it has more than one receiver. Add a channel for each.")
IN_CLEAR = later("Address: the password would travel unencrypted. Begin it with mailtos:// instead of mailto://.")


@dataclass(frozen=True, kw_only=True)
class Address:
    """`url` is the secret itself; `shown` is what may be shown of it: the service, and the host where that is one.

    `knows_id` says that the other end can tell a note that is sent again from a new one. `named` lets notices name our
    own child; `weekly` asks for a sign of life once a week.
    """

    url: str = field(repr=False)
    shown: str
    knows_id: bool = False
    named: bool = False
    weekly: bool = False

    def sealed(self, seal: Seal, channel: str) -> bytes:
        return seal.closed(json.dumps(asdict(self)), about=f"channel {channel}")

    @classmethod
    def opened(cls, seal: Seal, channel: str, sealed: bytes) -> Self | None:
        """The address; None where the key is another one, or the row was changed."""
        text = seal.opened(sealed, about=f"channel {channel}")
        return cls(**json.loads(text)) if text is not None else None


def read(url: str) -> Address:
    """The address in what somebody typed. Imports apprise, so never on the loop. Raises ValueError in plain words."""
    url = url.strip()
    if len(url) > LONGEST:
        raise ValueError(TOO_LONG)
    if "://" not in url or not url.isprintable():
        raise ValueError(WRONG)
    said = _parameters(url)
    if any(name in said for name in OF_FILES):
        raise ValueError(FILES)
    if "redirect" in said:
        raise ValueError(SENT_ON)
    service = plugin(url)
    if service is None:
        raise ValueError(WRONG if _is_known(url) else UNKNOWN)
    kind = kind_of(service)
    if (kind == NTFY and len(service.topics) != 1) or (kind == MAIL and _receivers(service) != 1):
        raise ValueError(ONE_EACH)
    if kind == MAIL and service.secure_mode == "insecure" and service.password and not _at_home(service.smtp_host):
        raise ValueError(IN_CLEAR)
    knows_id = kind in (MAIL, NTFY) or type(service).__name__ in KNOW_ID
    return Address(url=url, shown=_shown(service), knows_id=knows_id)


def plugin(url: str) -> Any:
    """What apprise makes of an address; None if nothing. It follows no redirect, fetches no picture, keeps no file."""
    from apprise import Apprise, AppriseAsset

    quiet()
    asset = AppriseAsset(
        app_id="Screener",
        app_desc="Screener",
        app_url="",
        http_redirects=False,
        image_path_mask=False,
        image_url_logo=None,
        image_url_mask=None,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
    )
    made = Apprise.instantiate(url, asset=asset)
    if made is not None:
        made.redirects = False
    return made


def kind_of(service: Any) -> str:
    """Which of our own ways takes it: mail and ntfy know an id for what is sent, and tell why they refuse."""
    from apprise.plugins.email.base import NotifyEmail
    from apprise.plugins.ntfy import NotifyNtfy

    if isinstance(service, NotifyEmail):
        return MAIL
    return NTFY if isinstance(service, NotifyNtfy) else ""


def quiet() -> None:
    """What apprise and its HTTP library would log holds addresses, and with them passwords."""
    for name in ("apprise", "urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _parameters(url: str) -> frozenset[str]:
    """The names after the question mark, however they are written."""
    from urllib.parse import parse_qsl

    _, _, query = url.partition("?")
    return frozenset(name.strip().lstrip("+-:").lower() for name, _ in parse_qsl(query, keep_blank_values=True))


def _is_known(url: str) -> bool:
    from apprise.plugins import N_MGR

    schema = url.partition("://")[0].lower()
    return schema in N_MGR and bool(N_MGR[schema].enabled)


def _receivers(service: Any) -> int:
    return len(service.targets) + len(service.cc) + len(service.bcc)


def _shown(service: Any) -> str:
    """Only what is a host for certain: in many addresses a token stands in its place."""
    schema = str(service.schema)
    if kind_of(service) == MAIL:
        return f"{schema}: {service.smtp_host}"
    if kind_of(service) == NTFY:
        return f"{schema}: {'ntfy.sh' if service.mode == 'cloud' else service.host}"
    has_host = bool(service.templates) and all("{host}" in template for template in service.templates)
    return f"{schema}: {service.host}" if has_host and service.host else f"{schema}: {service.service_name}"


def _at_home(host: str) -> bool:
    """Whether a server is in the home, as far as its name says."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home.arpa", ".internal"))

"""config.yaml, typed: every setting, with mistakes named by line."""

import difflib
import ipaddress
import re
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screener import platforms, yamlfile
from screener.family import Family, Member, Role, timezone_named

HTTPS_PORT = 8789
LONGEST_ADDRESS = 700
KEPT_DAYS = 30
"""So long words of strangers are kept at most, where no open case needs them."""
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - they are compared, not listened on
CARD = re.compile("(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}", re.IGNORECASE)


def _country(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError(f'"{code[:20]}" is not a country. Write its two capital letters, such as "GB".')
    return code


def _device(address: str) -> str:
    if CARD.fullmatch(address):
        return address.lower().replace("-", ":")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(
            f'"{address[:60]}" is not an address. Write one such as "192.168.1.20", or "127.0.0.1" for this PC itself;'
            ' behind a router of Screener, its network card such as "02:00:5e:10:00:01".'
        ) from None


def _platform(name: str) -> str:
    known = [decoder.name for decoder in platforms.decoders()]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        mend = f'Did you mean "{near[0]}"?' if near else f"Write one of: {', '.join(sorted(known))}."
        raise ValueError(f'"{name[:60]}" is not a platform that is read. {mend}')
    return name


def service(url: str) -> str:
    """The address of a service that is asked from here. Raises ValueError where nothing could be asked there."""
    try:
        address = urlsplit(url)
        port = address.port != 0
    except ValueError:
        address, port = urlsplit(""), False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_ADDRESS
    if address.scheme not in ("http", "https") or not address.hostname or address.username or not (port and plain):
        raise ValueError(f'"{url[:60]}" is not the address of a service. Write one such as "https://tsa.example.com/".')
    return url


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MemberSettings(_Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    age: Annotated[int | None, Field(ge=0, le=130)] = None
    born: Annotated[date, Field(ge=date(1900, 1, 1))] | None = None
    role: Role | None = None
    country: Annotated[str, AfterValidator(_country)] | None = None
    timezone: Annotated[str, AfterValidator(timezone_named)] = "UTC"
    keep_days: Annotated[int, Field(ge=1, le=KEPT_DAYS)] = KEPT_DAYS
    devices: tuple[Annotated[str, AfterValidator(_device)], ...] = ()
    accounts: dict[Annotated[str, AfterValidator(_platform)], tuple[str, ...]] = {}


class FamilySettings(_Strict):
    members: tuple[MemberSettings, ...] = ()


class ProxySection(_Strict):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8787
    spool_megabytes: Annotated[int, Field(ge=1, le=16_384)] = 64

    @property
    def reaches_beyond(self) -> bool:
        """Whether another machine can use it."""
        return _reaches_beyond(self.host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where it listens."""
        return listened(self.host)


def _interface(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}", name):
        raise ValueError(f'"{name[:20]}" is not a network interface. Write one that "ip link" lists, such as "br0".')
    return name


class RouterSection(_Strict):
    inside: tuple[Annotated[str, AfterValidator(_interface)], ...] = ()
    port: Annotated[int, Field(ge=1, le=65535)] = 8786
    dnsmasq: Annotated[str, Field(pattern="^/")] = "/etc/dnsmasq.d"
    wireguard_port: Annotated[int, Field(ge=0, le=65535)] = 0
    wireguard_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\-]{0,253}$")] = ""


class DashboardSection(_Strict):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8788
    https_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    names: tuple[str, ...] = ()

    @property
    def secure_port(self) -> int:
        """Where it is served over HTTPS; 0 where it is not. By itself only when it can be opened from elsewhere: what
        stays on this machine passes nobody.
        """
        if self.https_port is not None:
            return self.https_port
        return HTTPS_PORT if self.reaches_beyond else 0

    @property
    def reaches_beyond(self) -> bool:
        """Whether another machine can open it."""
        return _reaches_beyond(self.host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where it listens."""
        return listened(self.host)


def listened(host: str) -> tuple[str, ...]:
    """The addresses for one that was given: at its own, this machine's browsers would not find what is at another."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return (host,)
    return ("127.0.0.1", host) if _reaches_beyond(host) and host not in EVERYWHERE else (host,)


def _reaches_beyond(host: str) -> bool:
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return True


class EvidenceSection(_Strict):
    time_stamp: Annotated[str, AfterValidator(service)] | None = None


class Config(_Strict):
    family: FamilySettings = FamilySettings()
    proxy: ProxySection = ProxySection()
    router: RouterSection = RouterSection()
    dashboard: DashboardSection = DashboardSection()
    evidence: EvidenceSection = EvidenceSection()
    rules: str | None = None

    def keep_days(self) -> dict[str, int]:
        """Of which members words are kept for less than a month, and for how many days."""
        members = self.family.members
        return {Member.named(each.name).id: each.keep_days for each in members if each.keep_days < KEPT_DAYS}

    def household(self) -> Family:
        """The family as the judging knows it."""
        return Family(
            members=tuple(
                Member.named(
                    m.name,
                    age=m.age,
                    born=m.born,
                    role=m.role,
                    country=m.country,
                    timezone=m.timezone,
                    accounts=m.accounts,
                    devices=m.devices,
                )
                for m in self.family.members
            )
        )


def load(path: Path) -> Config:
    """The settings in a file. Raises Mistake naming every mistake in it, one a line."""
    return yamlfile.read(path, Config, see="config.example.yaml")

"""Scripts that set another computer up: they can be read before they are run, and undo all that they did."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from screener.home.authority import CA_NAME

FOLDER = Path(__file__).parent / "pc_scripts"
SYSTEMS: Mapping[str, str] = {"linux": "linux.sh", "macos": "macos.sh", "windows": "windows.ps1"}
# An address goes into a shell's quotes: nothing that could end them may stand in it.
PLAIN = re.compile(r"http://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/proxy\.pac")


@dataclass(frozen=True, kw_only=True)
class Script:
    """What a computer is told to do."""

    name: str
    text: str


def script(system: str, *, pac: str, certificate: bytes) -> Script:
    """For one of SYSTEMS. Raises ValueError for an address that no browser could use."""
    if not PLAIN.fullmatch(pac):
        raise ValueError("not the address of a PAC file")
    found = x509.load_pem_x509_certificate(certificate)
    values = {
        "PAC": pac,
        "NAME": nickname(certificate),
        "CA_NAME": CA_NAME,
        "SHA1": found.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - by it Windows and macOS name certificates
        "CERTIFICATE": certificate.decode("ascii"),
    }
    text = (FOLDER / SYSTEMS[system]).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@@{key}@@", value)
    return Script(name=f"screener-{SYSTEMS[system]}", text=text.replace("FILE", f"screener-{SYSTEMS[system]}"))


def nickname(certificate: bytes) -> str:
    """What it is called in a browser's store: two families', or an old one and a new one, are told apart."""
    found = x509.load_pem_x509_certificate(certificate)
    return f"{CA_NAME} {found.fingerprint(hashes.SHA256()).hex()[:8]}"

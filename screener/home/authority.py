"""The family's certificate authority: made on this machine for the watched platforms alone, and renewed when asked."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from screener.errors import Mistake
from screener.home.constraints import constraints, covering, permitted
from screener.home.folder import Home, write_private
from screener.platforms import Endpoints

CA_NAME = "Screener family CA"
CA_BITS = 2048
LIFE = timedelta(days=3652)
# Clocks in a house differ.
BEFORE_NOW = timedelta(days=2)
ENDS_SOON = timedelta(days=60)
# The names under which mitmproxy looks for them.
KEY, CERTIFICATE = "mitmproxy-ca.pem", "mitmproxy-ca-cert.pem"
MADE = "made"
# Here a platform is one of many guests, beside mail and work: only the watched hosts themselves are signed for.
GUESTS_OF = frozenset({"live.com", "microsoft.com"})


@dataclass(frozen=True, kw_only=True)
class State:
    """How it stands with the authority. `outside` are watched hosts that it may not sign for."""

    exists: bool = False
    private: bool = True
    constrained: bool = False
    outside: tuple[str, ...] = ()
    ends: datetime | None = None
    renewing: bool = False


def ensure(home: Home, table: Endpoints, names: Collection[str] = ()) -> None:
    """Makes it on the first start, and sees to it that nobody else can read it. Raises Mistake."""
    try:
        if not (home.ca / KEY).exists():
            make(home.ca, domains(table, names), datetime.now(UTC))
        for folder in filter(Path.exists, (home.ca, home.ca_before)):
            folder.chmod(0o700)
            for file in folder.iterdir():
                file.chmod(0o600)
    except OSError as why:
        raise Mistake(
            f"{home.ca}: this folder can't be written ({why.strerror}). Give it to the user who runs Screener."
        ) from None


def domains(table: Endpoints, names: Collection[str] = ()) -> frozenset[str]:
    """What it is to sign for: every watched host, and the names under which the family opens its dashboard."""
    return covering({*table.exact, *table.below, *filter(_is_name, names)}, table.sites - GUESTS_OF)


def make(folder: Path, signs_for: Collection[str], now: datetime) -> None:
    """Writes key and certificate into the folder, each file whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=CA_BITS)
    certificate = _certificate(key, signs_for, now)
    plain = serialization.NoEncryption()
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    write_private(folder / MADE, now.isoformat(timespec="milliseconds").encode())
    write_private(folder / CERTIFICATE, pem)
    # For Windows, which opens this kind with a double click.
    bundle = pkcs12.serialize_key_and_certificates(CA_NAME.encode(), None, certificate, None, plain)
    write_private(folder / "mitmproxy-ca-cert.p12", bundle)
    write_private(folder / KEY, secret + pem)


def rotate(home: Home, signs_for: Collection[str], now: datetime) -> None:
    """Makes a new one beside the old, which goes on for the devices that trust it. Raises Mistake."""
    if home.ca_before.exists():
        raise Mistake(
            f"{home.ca_before}: the last renewal is not over. Have every device install the new certificate, then end"
            " it with: screener ca let-go"
        )
    fresh = home.folder / "ca-new"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        make(fresh, signs_for, now)
        if home.ca.exists():
            home.ca.rename(home.ca_before)
        fresh.rename(home.ca)
    except OSError as why:
        raise Mistake(
            f"{home.folder}: the certificate can't be renewed ({why.strerror}). Give the folder to the user who runs"
            " Screener, and look whether the disk is full."
        ) from None


def let_go(home: Home) -> None:
    """Ends a renewal: the certificate before is good for nothing more."""
    shutil.rmtree(home.ca_before, ignore_errors=True)


def state(home: Home, table: Endpoints) -> State:
    """How it stands, read from the disk."""
    key = home.ca / KEY
    try:
        mode = key.stat().st_mode
        certificate = x509.load_pem_x509_certificate((home.ca / CERTIFICATE).read_bytes())
    except (OSError, ValueError):
        return State()
    allowed = permitted(certificate)
    watched = sorted(table.exact | table.below)
    return State(
        exists=True,
        private=mode & 0o077 == 0,
        constrained=allowed.domains is not None,
        outside=tuple(host for host in watched if not allowed.permits(host)),
        ends=certificate.not_valid_after_utc,
        renewing=home.ca_before.exists(),
    )


def fingerprint(folder: Path) -> str:
    """What a person compares: the SHA-256 of the certificate, in pairs; empty where there is none."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
    except (OSError, ValueError):
        return ""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _certificate(key: rsa.RSAPrivateKey, signs_for: Collection[str], now: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME),
            # Two of the same name in one store are told apart by this.
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Screener, made {now:%Y-%m-%d %H:%M:%S}"),
        ]
    )
    uses = ("key_cert_sign", "crl_sign")
    unused = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "encipher_only", "decipher_only"),
    )
    usage = x509.KeyUsage(**(dict.fromkeys(unused, False) | dict.fromkeys(uses, True)))
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE_NOW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(constraints(signs_for), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _is_name(text: str) -> bool:
    """A host name, and no address."""
    return any(letter.isalpha() for letter in text) and ":" not in text

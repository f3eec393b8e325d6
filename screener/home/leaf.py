"""The dashboard's own certificate, signed by the family's authority: what it shows is read by nobody on the way."""

import asyncio
import ipaddress
import logging
import re
import ssl
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from screener.errors import Mistake
from screener.home.constraints import HOME_NETWORKS, Permitted, permitted
from screener.home.folder import Home, write_private

log = logging.getLogger(__name__)

LIFE = timedelta(days=90)
# Long enough before its end that a machine which sleeps for weeks wakes up with a good one.
RENEWED_BEFORE = timedelta(days=30)
# Clocks in a house differ.
BEFORE_NOW = timedelta(days=1)
LOOK_AGAIN_SECONDS = 3600.0


def context(home: Home, names: Collection[str], now: datetime) -> ssl.SSLContext | None:
    """What to serve HTTPS with; None while there is no family authority. Raises Mistake when that is damaged."""
    path = leaf(home, names, now)
    if path is None:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(path)
    return made


async def keep_good(serving: ssl.SSLContext, home: Home, names: Callable[[], Collection[str]]) -> None:
    """Until it is cancelled: puts a new certificate in place of one that ends soon, or when addresses have changed."""
    while True:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        try:
            path = await asyncio.to_thread(lambda: leaf(home, names(), datetime.now(UTC)))
            if path is not None:
                serving.load_cert_chain(path)
        except (OSError, Mistake) as why:
            log.error("the dashboard's certificate could not be renewed (%s)", type(why).__name__)


def leaf(home: Home, names: Collection[str], now: datetime) -> Path | None:
    """The file with key and certificate; made anew when it ends soon, or does not hold all these names."""
    path = home.folder / "dashboard.pem"
    authority = _authority(home)
    if authority is None:
        return None
    key, certificate = authority
    # One name that the authority may not sign for would cost the whole certificate.
    may = permitted(certificate)
    wanted = {general for name in names if may_sign(may, name) and (general := _general(name)) is not None}
    if not _is_good(path, certificate, wanted, now):
        write_private(path, _signed(key, certificate, wanted, now))
    return path


def _authority(home: Home) -> tuple[rsa.RSAPrivateKey, x509.Certificate] | None:
    """The key and certificate that the proxy made on its first start; during a renewal the one before."""
    file = (home.ca_before if home.ca_before.exists() else home.ca) / "mitmproxy-ca.pem"
    try:
        pem = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        key = serialization.load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise Mistake(f"{file}: this key is damaged. Put it back from a backup.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Mistake(f"{file}: this is not a key that Screener made. Put it back from a backup.")
    return key, certificate


def _is_good(path: Path, authority: x509.Certificate, wanted: set[x509.GeneralName], now: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        found.verify_directly_issued_by(authority)
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    ends = min(found.not_valid_after_utc, authority.not_valid_after_utc)
    private = path.stat().st_mode & 0o077 == 0
    return private and wanted <= set(held) and found.not_valid_before_utc <= now < ends - RENEWED_BEFORE


def _signed(
    authority_key: rsa.RSAPrivateKey, authority: x509.Certificate, names: set[x509.GeneralName], now: datetime
) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Screener dashboard")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE_NOW)
        .not_valid_after(min(now + LIFE, authority.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName(sorted(names, key=repr)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


def may_sign(may: Permitted, name: str) -> bool:
    """Whether the dashboard can be opened under this name without a warning."""
    try:
        address = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return may.permits(name.casefold())
    networks = map(ipaddress.ip_network, HOME_NETWORKS)
    return may.domains is None or any(address.version == net.version and address in net for net in networks)


def _general(name: str) -> x509.GeneralName | None:
    """The name as certificates hold it; None for what no certificate can, and for "every address"."""
    bare = name.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        try:
            plain = bare.encode("idna").decode().casefold().removesuffix(".")
        except UnicodeError:
            return None
        return x509.DNSName(plain) if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", plain) else None
    return None if address.is_unspecified else x509.IPAddress(address)

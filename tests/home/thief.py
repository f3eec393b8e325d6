"""A home folder with an authority in it, and what somebody who stole its key would sign."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from screener.home.authority import KEY
from screener.home.folder import Home

PAGE = b"<!doctype html><title>here</title><p>a page behind a certificate</p>"


def a_folder(at: Path) -> Home:
    at.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Home(folder=at)


def signed_with(key_file: Path, name: x509.GeneralName) -> bytes:
    """A leaf for any name, with its key, signed with the authority's key as a thief would."""
    pem = key_file.read_bytes()
    authority, key = x509.load_pem_x509_certificate(pem), serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stolen")]))
        .issuer_name(authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return secret + leaf.public_bytes(serialization.Encoding.PEM)


@contextlib.asynccontextmanager
async def a_thief(home: Home, folder: Path, *hosts: str) -> AsyncIterator[int]:
    """Serves each host with a certificate signed with the family's key; yields the port."""
    contexts = {}
    for host in hosts:
        file = folder / f"{host}.pem"
        file.write_bytes(signed_with(home.ca / KEY, x509.DNSName(host)))
        contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[host].load_cert_chain(file)
    first = contexts[hosts[0]]

    def choose(line: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        line.context = contexts.get(name or "", first)

    first.sni_callback = choose  # type: ignore[assignment]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n"
            writer.write(head.encode() + b"Connection: close\r\n\r\n" + PAGE)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=first)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()

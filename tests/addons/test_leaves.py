"""What devices are shown: one host a certificate, only what may be signed for, and two authorities for a while."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509

from screener.home import authority
from screener.home.folder import Home
from screener.home.probe import RENEW_HOST
from tests.addons.rig import HOST, LONG_TEXT, OTHER, PROBE, TABLE, Rig, a_rig

NOTICED_SECONDS = 1.2


async def certificate_of(rig: Rig, host: str) -> x509.Certificate:
    """The one that a device is shown."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(rig.trust(), server_hostname=host)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(found)


def trusting(certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=certificate.decode())
    return context


async def gets(rig: Rig, url: str, trust: ssl.SSLContext) -> str:
    """What a client gets that trusts this and nothing else; empty where it refuses the certificate."""
    async with httpx.AsyncClient(proxy=rig.proxy, verify=trust, trust_env=False, timeout=10) as client:
        try:
            return (await client.get(url)).text
        except httpx.ConnectError:
            return ""


async def test_a_certificate_names_the_one_host_and_not_the_sites_other_ones(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        found = await certificate_of(rig, HOST)

    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.DNSName(HOST)]
    assert OTHER not in found.subject.rfc4514_string()


async def test_a_watched_host_that_may_not_be_signed_for_stays_encrypted(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        authority.rotate(Home(folder=rig.home), {"elsewhere.example"}, datetime.now(UTC))
        await asyncio.sleep(NOTICED_SECONDS)
        answer = await gets(rig, f"https://{HOST}/json", rig.trust(ours=False, origins=True))
        counted = await rig.counters(lambda found: found.get("spliced_not_permitted", 0) == 1)

    assert answer.encode() == LONG_TEXT
    assert counted["spliced_not_permitted"] == 1


async def test_a_renewal_costs_no_device_a_page_and_each_comes_over_when_it_shows_the_new_certificate(
    tmp_path: Path,
) -> None:
    async with a_rig(tmp_path, enrolled=False) as rig:
        home = Home(folder=rig.home)
        old = trusting(await asyncio.to_thread(home.certificate.read_bytes))
        enrolled = await gets(rig, f"https://{PROBE}/", old)
        made = datetime.now(UTC) + timedelta(seconds=1)
        authority.rotate(home, authority.domains(TABLE), made)
        new = trusting(await asyncio.to_thread(home.certificate.read_bytes))
        await asyncio.sleep(NOTICED_SECONDS)

        during = await gets(rig, f"https://{HOST}/json", old)
        told = await gets(rig, f"https://{PROBE}/", old)
        not_yet = await gets(rig, f"https://{RENEW_HOST}/", old)
        shown = await gets(rig, f"https://{RENEW_HOST}/", new)
        after = await gets(rig, f"https://{HOST}/json", new)
        authority.let_go(home)
        await asyncio.sleep(NOTICED_SECONDS)
        last = await gets(rig, f"https://{HOST}/json", new)

    assert "looked after" in enrolled and RENEW_HOST not in enrolled
    assert during.encode() == after.encode() == last.encode() == LONG_TEXT
    assert RENEW_HOST in told
    assert not_yet == ""
    assert "looked after" in shown and RENEW_HOST not in shown

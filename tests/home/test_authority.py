"""The family's authority can open no bank, whoever has its key: asked of OpenSSL, of Chromium and of Firefox."""

import ipaddress
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from playwright.async_api import Error

from addons.enrolled import Enrolled, read, write
from screener.errors import Mistake
from screener.home import authority
from screener.home.constraints import permitted
from screener.home.folder import Home
from screener.platforms import endpoints
from tests.demo.chromium import browsing, trusting
from tests.firefox import Refused, firefox
from tests.home.thief import a_folder, a_thief, signed_with

WATCHED, BANK = "www.facebook.com", "www.bank.example"
NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = a_folder(tmp_path / "home")
    authority.ensure(home, endpoints())
    return home


def openssl_takes(home: Home, leaf: Path) -> bool:
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(home.certificate), str(leaf)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        (x509.DNSName(WATCHED), True),
        (x509.DNSName("gateway.discord.gg"), True),
        (x509.DNSName("screener.home.arpa"), True),
        (x509.DNSName("new.screener.home.arpa"), True),
        (x509.IPAddress(ipaddress.ip_address("192.168.1.10")), True),
        (x509.IPAddress(ipaddress.ip_address("fd00::10")), True),
        (x509.DNSName(BANK), False),
        (x509.DNSName("teams.live.com"), True),
        (x509.DNSName("outlook.live.com"), False),
        (x509.DNSName("login.microsoft.com"), False),
        (x509.DNSName("notfacebook.com"), False),
        (x509.DNSName("com"), False),
        (x509.DNSName("*.com"), False),
        (x509.DNSName("facebook.com.bank.example"), False),
        (x509.IPAddress(ipaddress.ip_address("203.0.113.7")), False),
        (x509.IPAddress(ipaddress.ip_address("2001:db8::7")), False),
    ],
    ids=lambda value: str(getattr(value, "value", value)),
)
def test_openssl_takes_what_is_watched_or_at_home_and_refuses_all_else(
    home: Home, tmp_path: Path, name: x509.GeneralName, taken: bool
) -> None:
    leaf = tmp_path / "leaf.pem"
    leaf.write_bytes(signed_with(home.ca / authority.KEY, name))

    assert openssl_takes(home, leaf) is taken


async def test_chromium_refuses_a_bank_signed_with_the_familys_own_key(home: Home, tmp_path: Path) -> None:
    trusts = await trusting(tmp_path / "browser", [home.certificate])
    async with (
        a_thief(home, tmp_path, WATCHED, BANK) as port,
        browsing(trusts, f"--host-resolver-rules=MAP * 127.0.0.1:{port}") as context,
    ):
        page = await context.new_page()
        await page.goto(f"https://{WATCHED}/")
        shown = await page.title()
        with pytest.raises(Error) as refusal:
            await page.goto(f"https://{BANK}/")

    assert shown == "here"
    assert "ERR_CERT_INVALID" in str(refusal.value)


async def test_firefox_refuses_a_bank_signed_with_the_familys_own_key(home: Home, tmp_path: Path) -> None:
    async with (
        a_thief(home, tmp_path, WATCHED, BANK) as port,
        firefox(tmp_path, authorities=[home.certificate], **{"network.dns.forceResolve": "127.0.0.1"}) as window,
    ):
        await window.open(f"https://{WATCHED}:{port}/")
        shown = await window.evaluate("document.title")
        with pytest.raises(Refused) as refusal:
            await window.open(f"https://{BANK}:{port}/")

    assert shown == "here"
    assert "CERT_NOT_IN_NAME_SPACE" in str(refusal.value)


def test_the_key_is_for_this_user_alone_and_the_constraint_is_critical(home: Home) -> None:
    certificate = x509.load_pem_x509_certificate(home.certificate.read_bytes())

    assert home.ca.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in home.ca.iterdir()} == {0o600}
    assert certificate.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_every_watched_host_may_be_signed_for_and_nothing_else_is_said_to_be(home: Home) -> None:
    certificate = x509.load_pem_x509_certificate(home.certificate.read_bytes())
    found = authority.state(home, endpoints())
    table = endpoints()

    assert (found.exists, found.private, found.constrained, found.outside) == (True, True, True, ())
    assert all(permitted(certificate).permits(host) for host in table.exact | table.below)
    assert not permitted(certificate).permits(BANK)


def test_an_authority_made_before_constraints_goes_on_and_is_said_to_have_none(tmp_path: Path) -> None:
    certs = pytest.importorskip("mitmproxy.certs")
    home = a_folder(tmp_path / "home")
    certs.CertStore.create_store(home.ca, "mitmproxy", 2048, organization="Screener", cn="Screener family CA")
    before = home.certificate.read_bytes()

    authority.ensure(home, endpoints())
    found = authority.state(home, endpoints())

    assert home.certificate.read_bytes() == before
    assert (found.exists, found.constrained, found.outside) == (True, False, ())


def test_a_platform_that_came_later_is_named_as_outside(tmp_path: Path) -> None:
    home = a_folder(tmp_path / "home")
    authority.make(home.ca, {"facebook.com"}, NOW)

    found = authority.state(home, endpoints())

    assert "api.x.com" in found.outside and WATCHED not in found.outside


def test_a_renewal_keeps_the_old_one_until_it_is_let_go(home: Home) -> None:
    old = home.certificate.read_bytes()

    authority.rotate(home, authority.domains(endpoints()), NOW)
    with pytest.raises(Mistake, match="the last renewal is not over"):
        authority.rotate(home, authority.domains(endpoints()), NOW)
    renewing = authority.state(home, endpoints()).renewing
    kept = (home.ca_before / authority.CERTIFICATE).read_bytes()
    authority.let_go(home)

    assert renewing and kept == old
    assert home.certificate.read_bytes() != old
    assert not home.ca_before.exists()


async def test_a_device_is_behind_until_it_shows_the_new_certificate_and_out_once_the_old_is_let_go(home: Home) -> None:
    early, late = NOW - timedelta(hours=2), NOW + timedelta(seconds=5)
    (home.ca / authority.MADE).write_text(early.isoformat(timespec="seconds"))
    write(home.enrolled, {"192.168.1.20": NOW.isoformat(timespec="seconds"), "192.168.1.21": NOW.isoformat()})
    authority.rotate(home, authority.domains(endpoints()), late)

    def devices() -> Enrolled:
        return Enrolled(home.enrolled, made=home.ca / authority.MADE, before=home.ca_before)

    during = devices()
    behind = [during.is_behind("192.168.1.20"), "192.168.1.20" in during]
    write(home.enrolled, read(home.enrolled) | {"192.168.1.20": (late + timedelta(hours=1)).isoformat()})
    after = devices()
    shown = [after.is_behind("192.168.1.20"), after.is_behind("192.168.1.21")]
    shutil.rmtree(home.ca_before)
    last = devices()

    assert behind == [True, True]
    assert shown == [False, True]
    assert ["192.168.1.20" in last, "192.168.1.21" in last] == [True, False]

"""HTTPS from the family's own authority: the certificate, the way from plain HTTP to it, and the name in the house."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from fastapi import FastAPI
from mitmproxy.certs import CertStore

from screener.config import DashboardSection
from screener.errors import Mistake
from screener.home import announce, leaf
from screener.home.folder import Home
from screener.web.app import create_app
from screener.web.claim import Claim
from screener.web.serve import Secure, listen, serve_on
from screener.web.sessions import COOKIE
from tests.test_up import settings, up
from tests.web.conftest import PASSWORD, SECRET, Clock
from tests.web.memory import NOON, MemoryDesk

NAMES = ("localhost", "127.0.0.1", "::1", "screener.local", "192.0.2.7", "box.example")
HTTPS_PORT = 8789


@pytest.fixture
def family(tmp_path: Path) -> Home:
    """A home whose proxy has made the family's authority."""
    home = Home(folder=tmp_path)
    make_authority(home)
    return home


def make_authority(home: Home) -> None:
    CertStore.create_store(home.ca, "mitmproxy", 2048, organization="Screener", cn="Screener family CA")


def certificate(home: Home) -> x509.Certificate:
    return x509.load_pem_x509_certificate((home.folder / "dashboard.pem").read_bytes())


def held(home: Home) -> set[str]:
    names = certificate(home).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


# ---- the certificate


def test_the_certificate_holds_every_name_is_private_and_ends_soon(family: Home):
    path = leaf.leaf(family, NAMES, datetime.now(UTC))

    assert path and path.stat().st_mode & 0o777 == 0o600
    assert held(family) == set(NAMES)
    made = certificate(family)
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(family.certificate.read_bytes()))
    assert made.not_valid_after_utc - datetime.now(UTC) <= leaf.LIFE
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_good_certificate_is_kept(family: Home):
    leaf.leaf(family, NAMES, datetime.now(UTC))
    first = certificate(family)

    leaf.leaf(family, NAMES[:3], datetime.now(UTC) + timedelta(days=50))

    assert certificate(family) == first


def test_it_is_made_anew_before_it_ends(family: Home):
    leaf.leaf(family, NAMES, datetime.now(UTC))
    first = certificate(family)

    leaf.leaf(family, NAMES, datetime.now(UTC) + timedelta(days=61))

    assert certificate(family).not_valid_after_utc > first.not_valid_after_utc


@pytest.mark.parametrize(
    "trouble", ["a new name", "another authority", "others may read it", "damaged", "a wrong clock"]
)
def test_it_is_made_anew_when_it_does_not_fit_any_more(family: Home, trouble: str):
    path = leaf.leaf(family, NAMES, datetime.now(UTC))
    assert path
    first, names, now = path.read_bytes(), NAMES, datetime.now(UTC)

    if trouble == "a new name":
        names = (*NAMES, "192.0.2.8")
    elif trouble == "another authority":
        make_authority(family)
    elif trouble == "others may read it":
        path.chmod(0o644)
    elif trouble == "damaged":
        path.write_bytes(b"not a certificate")
    else:
        now -= timedelta(days=400)
    leaf.leaf(family, names, now)

    assert path.read_bytes() != first
    assert set(names) <= held(family)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["0.0.0.0", "::", "", "a" * 300, "two words", "*"])
def test_what_no_certificate_can_hold_is_left_out_and_spoils_nothing(family: Home, name: str):
    leaf.leaf(family, (*NAMES, name), datetime.now(UTC))

    assert set(NAMES) <= held(family)
    assert held(family) == set(NAMES)


def test_without_an_authority_there_is_no_https(tmp_path: Path):
    assert leaf.context(Home(folder=tmp_path), NAMES, datetime.now(UTC)) is None


def test_a_damaged_authority_is_named_with_its_mend(family: Home):
    (family.ca / "mitmproxy-ca.pem").write_text("-----BEGIN nothing")

    with pytest.raises(Mistake, match=r"mitmproxy-ca\.pem: this key is damaged\. Put it back"):
        leaf.context(family, NAMES, datetime.now(UTC))


# ---- served


@asynccontextmanager
async def served(app: FastAPI, serving: ssl.SSLContext) -> AsyncIterator[tuple[int, int]]:
    """The dashboard on two ports: plain, and encrypted."""
    plain, encrypted = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    ports = plain.getsockname()[1], encrypted.getsockname()[1]
    stop = asyncio.Event()
    secure = Secure(listeners=[encrypted], context=serving)
    running = asyncio.create_task(serve_on(app, [plain], stop=stop, secure=secure))
    try:
        yield ports
    finally:
        stop.set()
        await running


def trusting(family: Home) -> ssl.SSLContext:
    """A device that trusts the family's certificate, and nothing else."""
    return ssl.create_default_context(cafile=str(family.certificate))


async def test_who_trusts_the_family_certificate_gets_the_dashboard_encrypted(
    family: Home, desk: MemoryDesk, password_hash: str
):
    await desk.add_user("anna", password_hash)
    serving = leaf.context(family, NAMES, datetime.now(UTC))
    assert serving
    app = create_app(desk, claim=None, secret=SECRET, logins=desk.logins, hosts=("screener.local",))
    async with served(app, serving) as (plain, encrypted):
        async with httpx.AsyncClient(verify=trusting(family)) as device:
            at = f"https://127.0.0.1:{encrypted}"
            form = {"name": "anna", "password": PASSWORD}
            here = await device.post(f"{at}/login", data=form, headers={"Origin": at})
            name = f"screener.local:{encrypted}"
            elsewhere = await device.post(f"{at}/login", data=form, headers={"Host": name, "Origin": f"https://{name}"})
            unencrypted = await device.get(f"http://127.0.0.1:{plain}/login")
        async with httpx.AsyncClient() as stranger:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://127.0.0.1:{encrypted}/login")

    assert here.status_code == elsewhere.status_code == 303
    assert here.headers["set-cookie"].startswith(COOKIE)
    assert "secure" in here.headers["set-cookie"].lower().split("; ")
    assert elsewhere.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in here.headers, "localhost belongs to others too"
    assert "strict-transport-security" not in unencrypted.headers


async def test_a_new_certificate_is_served_without_a_restart(
    family: Home, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch
):
    long_ago = datetime.now(UTC) - timedelta(days=70)
    serving = leaf.context(family, NAMES, long_ago)
    assert serving
    monkeypatch.setattr(leaf, "LOOK_AGAIN_SECONDS", 0.05)
    app = create_app(desk, claim=None, secret=SECRET, logins=desk.logins)
    async with served(app, serving) as (_plain, encrypted):
        first = await asyncio.to_thread(presented, family, encrypted)
        keeping = asyncio.create_task(leaf.keep_good(serving, family, lambda: NAMES))
        async with asyncio.timeout(20):
            while await asyncio.to_thread(presented, family, encrypted) == first:  # noqa: ASYNC110 - as a browser would
                await asyncio.sleep(0.1)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

        assert (await asyncio.to_thread(presented, family, encrypted)) == certificate(family).serial_number


def presented(family: Home, port: int) -> int:
    """The serial number of the certificate that a new connection is shown."""
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trusting(family).wrap_socket(plain, server_hostname="localhost") as encrypted,
    ):
        shown = encrypted.getpeercert(binary_form=True)
    assert shown
    return x509.load_der_x509_certificate(shown).serial_number


# ---- from plain HTTP to it


@pytest.fixture
async def elsewhere(desk: MemoryDesk, clock: Clock, password_hash: str) -> AsyncIterator[httpx.AsyncClient]:
    """A device on the network that opens the dashboard without encryption."""
    await desk.add_user("anna", password_hash)
    app = create_app(
        desk,
        claim=Claim.new(NOON),
        secret=SECRET,
        logins=desk.logins,
        hosts=("screener.local", "192.0.2.7", "2001:db8::7"),
        https_port=HTTPS_PORT,
        clock=clock,
    )
    app.add_api_route("/proxy.pac", lambda: "settings", methods=["GET"])
    transport = httpx.ASGITransport(app, client=("192.0.2.50", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://screener.local:8788") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "host", "leads"),
    [
        ("/", "screener.local:8788", "https://screener.local:8789/"),
        ("/login?next=/alerts/a1", "192.0.2.7:8788", "https://192.0.2.7:8789/login?next=/alerts/a1"),
        ("/alerts/a%0d%0ab", "screener.local", "https://screener.local:8789/alerts/a%0D%0Ab"),
        ("//evil.example/x", "screener.local", "https://screener.local:8789//evil.example/x"),
        ("/static/live.js", "SCREENER.LOCAL.", "https://screener.local:8789/static/live.js"),
        ("/", "[2001:db8::7]:8788", "https://[2001:db8::7]:8789/"),
    ],
)
async def test_another_device_is_sent_to_the_encrypted_page(
    elsewhere: httpx.AsyncClient, path: str, host: str, leads: str
):
    answer = await elsewhere.get(f"http://screener.local:8788{path}", headers={"Host": host})

    assert (answer.status_code, answer.headers["location"]) == (307, leads)
    assert "strict-transport-security" not in answer.headers


async def test_a_password_that_came_unencrypted_logs_nobody_in(elsewhere: httpx.AsyncClient):
    answer = await elsewhere.post(
        "/login", data={"name": "anna", "password": PASSWORD}, headers={"Origin": "http://screener.local:8788"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "https://screener.local:8789/")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "screener.local.evil.example", "screener.local@evil.example", ""])
async def test_nobody_is_sent_to_a_name_that_is_not_ours(elsewhere: httpx.AsyncClient, host: str):
    answer = await elsewhere.get("/", headers={"Host": host})

    assert answer.status_code == 421
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/proxy.pac"])
async def test_what_programs_ask_for_is_answered_without_encryption(elsewhere: httpx.AsyncClient, path: str):
    assert (await elsewhere.get(path)).status_code == 200


async def test_this_machine_itself_is_not_sent_away(desk: MemoryDesk, password_hash: str):
    await desk.add_user("anna", password_hash)
    app = create_app(desk, claim=None, secret=SECRET, logins=desk.logins, https_port=HTTPS_PORT)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8788") as client:
        assert (await client.get("/login")).status_code == 200


# ---- settings and the name


@pytest.mark.parametrize(
    ("given", "port"),
    [
        ({}, 0),
        ({"host": "localhost"}, 0),
        ({"host": "::1"}, 0),
        ({"host": "0.0.0.0"}, 8789),
        ({"host": "192.0.2.7"}, 8789),
        ({"host": "0.0.0.0", "https_port": 0}, 0),
        ({"https_port": 9000}, 9000),
    ],
)
def test_it_is_on_by_itself_when_other_devices_are_let_in(given: dict[str, object], port: int):
    assert DashboardSection.model_validate(given).secure_port == port


def test_addresses_are_those_by_which_others_reach_us():
    everywhere = announce.addresses("0.0.0.0")

    assert announce.addresses("192.0.2.7") == ("192.0.2.7",)
    assert announce.addresses("box.example") == ()
    assert all(not address.startswith("127.") for address in everywhere)
    assert list(everywhere) == sorted(set(everywhere))


async def test_the_house_finds_the_dashboard_by_its_name():
    from zeroconf import IPVersion
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

    answering = asyncio.create_task(announce.announce("127.0.0.1", 8789, kind="https"))
    asking = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    found = AsyncServiceInfo("_https._tcp.local.", "Screener._https._tcp.local.")
    try:
        seen = await found.async_request(asking.zeroconf, 20_000)
    finally:
        await asking.async_close()
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)

    assert seen
    assert (found.server, found.port, found.parsed_addresses()) == ("screener.local.", 8789, ["127.0.0.1"])


# zeroconf leaves the socket that it could not use for the collector to close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_network_that_does_not_let_us_announce_the_name_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(announce, "LOOK_AGAIN_SECONDS", 0.02)
    # An address of nobody's, taken for ours: there is no interface to answer from.
    monkeypatch.setattr(announce, "is_here", lambda _host: True)

    answering = asyncio.create_task(announce.announce("192.0.2.7", 8789, kind="https"))
    async with asyncio.timeout(20):
        while len(caplog.records) < 2:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.05)

    assert not answering.done()
    answering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await answering


async def test_nothing_is_announced_while_the_address_is_gone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(announce, "LOOK_AGAIN_SECONDS", 0.02)
    here = False
    looked = 0

    def is_here(_host: str) -> bool:
        nonlocal looked
        looked += 1
        return here

    answered: list[str] = []

    async def answering(host: str, *_: object) -> None:
        answered.append(host)

    monkeypatch.setattr(announce, "is_here", is_here)
    monkeypatch.setattr(announce, "_answering", answering)
    announcing = asyncio.create_task(announce.announce("192.0.2.7", 8789, kind="https"))
    async with asyncio.timeout(20):
        while looked < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        before = list(answered)
        here = True
        while not answered:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    announcing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await announcing

    assert before == []
    assert set(answered) == {"192.0.2.7"}


async def test_screener_up_says_where_the_encrypted_page_is(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = settings(tmp_path / "home", f"proxy: {{port: 0}}\ndashboard: {{port: 0, https_port: {port}}}\n")
    async with up(home) as running:
        await running.until("Ctrl-C stops it.")
        address = re.search(r"Encrypted\s+(https://\S+)", "\n".join(running.lines))
        assert address
        async with httpx.AsyncClient(verify=trusting(Home(folder=home))) as browser:
            answer = await browser.get(f"{address[1]}/healthz")

    assert address[1] == f"https://localhost:{port}"
    assert answer.text == "ok"

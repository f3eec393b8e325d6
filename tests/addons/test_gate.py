"""What the gate decrypts, and above all what it leaves alone."""

import asyncio
import json
import ssl
from pathlib import Path

import httpx
import pytest

from addons.enrolled import Enrolled, read, write
from addons.strikes import TURNED_AWAY, Strikes, TurnedAway
from screener.platforms import Endpoints
from tests.addons.rig import DEVICE, HOST, LONG_TEXT, OTHER, PROBE, WRONG, Rig, a_rig


async def is_untouched(rig: Rig, host: str) -> bool:
    """Whether the client gets the origin's own certificate: it trusts no other."""
    async with rig.browser(ours=False, origins=True) as client:
        answer = await client.get(f"https://{host}/json")
    return answer.content == LONG_TEXT


async def is_decrypted(rig: Rig, host: str) -> bool:
    """Whether the client gets our certificate: it trusts no other."""
    async with rig.browser(ours=True, origins=False) as client:
        answer = await client.get(f"https://{host}/json")
    return answer.content == LONG_TEXT


async def test_a_device_is_never_decrypted_before_it_proved_that_it_trusts_us(tmp_path: Path) -> None:
    async with a_rig(tmp_path, enrolled=False) as rig:
        before = await is_untouched(rig, HOST)
        async with rig.browser() as client:
            page = await client.get(f"https://{PROBE}/")
        after = await is_decrypted(rig, HOST)
        counted = await rig.counters(lambda found: found.get("decrypted", 0) == 2)
        coverage = {(seen.device, seen.host, seen.state) for seen in rig.reader.coverage()}
    enrolled = rig.home / "enrolled.json"

    assert (before, after) == (True, True)
    assert "This device is looked after by Screener" in page.text
    assert "on Discord, Facebook, Instagram, Roblox, Skype, Teams Free, TikTok and X" in page.text
    assert (counted["spliced_unenrolled"], counted["enrolled"]) == (1, 1)
    assert {(DEVICE, HOST, "unenrolled"), (DEVICE, PROBE, "read"), (DEVICE, HOST, "read")} <= coverage
    assert list(json.loads(enrolled.read_text())["devices"]) == [DEVICE]
    assert enrolled.stat().st_mode & 0o777 == 0o600


async def test_the_page_without_tls_offers_the_certificate_and_enrols_nobody(tmp_path: Path) -> None:
    async with a_rig(tmp_path, enrolled=False) as rig:
        async with rig.browser() as client:
            page = await client.get(f"http://{PROBE}/", headers={"screener-trusts": "yes"})
            certificate = await client.get(f"http://{PROBE}/ca.crt")
            nothing = await client.get(f"http://{PROBE}/enrolled.json")
            posted = await client.post(f"http://{PROBE}/", content=b"x")
        untouched = await is_untouched(rig, HOST)
        expected = (rig.home / "ca" / "mitmproxy-ca-cert.pem").read_text()

    assert "Is this device looked after?" in page.text
    assert "script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (certificate.text, certificate.headers["content-type"]) == (expected, "application/x-x509-ca-cert")
    assert (nothing.status_code, posted.status_code) == (404, 405)
    assert untouched
    assert not (rig.home / "enrolled.json").exists()


async def test_a_client_that_refuses_the_probe_page_is_not_enrolled(tmp_path: Path) -> None:
    async with a_rig(tmp_path, enrolled=False) as rig:
        await asyncio.to_thread(refuses, rig, PROBE)

        assert await is_untouched(rig, HOST)
        assert not (rig.home / "enrolled.json").exists()


async def test_other_hosts_of_an_enrolled_device_stay_encrypted_and_unnamed(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        untouched = await is_untouched(rig, OTHER)
        counted = await rig.counters(lambda found: found.get("spliced_unwatched", 0) == 1)
        coverage = rig.reader.coverage()

    assert untouched
    assert counted["spliced_unwatched"] == 1
    assert coverage == []


async def test_a_client_that_refuses_our_certificate_is_left_alone_the_next_time(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        await asyncio.to_thread(refuses, rig, HOST)
        again = [await is_untouched(rig, HOST) for _ in range(3)]
        counted = await rig.counters(lambda found: found.get("spliced_refused", 0) == 3)
        coverage = {(seen.host, seen.state) for seen in rig.reader.coverage()}

    assert again == [True, True, True]
    assert (counted["refused"], counted["spliced_refused"]) == (1, 3)
    assert (HOST, "refused") in coverage


async def test_one_handshake_broken_off_is_nothing_and_three_are_a_refusal(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        await _hangs_up(rig, HOST)
        after_one = await is_decrypted(rig, HOST)
        for _ in range(3):
            await _hangs_up(rig, HOST)
        await rig.counters(lambda found: found.get("fell_silent", 0) == 4)
        after_three = await is_untouched(rig, HOST)

    assert after_one
    assert after_three


async def test_a_connection_without_a_name_stays_encrypted(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
        writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        context = rig.trust(ours=False)
        context.check_hostname = False
        await writer.start_tls(context)
        writer.write(f"GET /json HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        counted = await rig.counters(lambda found: found.get("spliced_no_name", 0) == 1)

    assert answer.endswith(LONG_TEXT)
    assert counted["spliced_no_name"] == 1


async def test_a_doubt_leaves_the_connection_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bool:
        raise MemoryError

    async with a_rig(tmp_path) as rig:
        monkeypatch.setattr(Endpoints, "watches", failing)

        assert await is_untouched(rig, HOST)


async def test_an_origin_with_a_wrong_certificate_is_not_made_to_look_right(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig, rig.browser() as client:
        answer = await client.get(f"https://{WRONG}/json")

    assert answer.status_code == 502
    assert LONG_TEXT not in answer.content


def test_each_refusal_is_respected_for_longer_up_to_a_day() -> None:
    strikes, pauses = Strikes(), []

    at = 0.0
    for _ in range(9):
        strikes.refused("192.0.2.7", "chat.example", at)
        pause = next(s for s in range(60, 90_000, 60) if not strikes.in_force("192.0.2.7", "chat.example", at + s))
        pauses.append(pause)
        at += pause

    assert pauses == [60, 240, 960, 3_840, 15_360, 61_440, 86_400, 86_400, 86_400]


def test_a_refusal_counts_for_that_device_and_that_host_alone() -> None:
    strikes = Strikes()

    strikes.refused("192.0.2.7", "chat.example", 0)

    assert strikes.in_force("192.0.2.7", "chat.example", 1)
    assert not strikes.in_force("192.0.2.8", "chat.example", 1)
    assert not strikes.in_force("192.0.2.7", "www.chat.example", 1)


def test_a_request_clears_what_was_held_against_a_device() -> None:
    strikes = Strikes()
    for _ in range(5):
        strikes.refused("192.0.2.7", "chat.example", 0)

    strikes.spoke("192.0.2.7", "chat.example")
    strikes.refused("192.0.2.7", "chat.example", 100)

    assert not strikes.in_force("192.0.2.7", "chat.example", 161)


def test_one_silent_connection_is_nothing_and_three_are_a_refusal() -> None:
    strikes, in_force = Strikes(), []

    for at in range(3):
        strikes.fell_silent("192.0.2.7", "chat.example", at)
        in_force.append(strikes.in_force("192.0.2.7", "chat.example", at))

    assert in_force == [False, False, True]


def test_only_so_many_refusals_are_remembered() -> None:
    strikes = Strikes(most=10)

    for n in range(100):
        strikes.refused("192.0.2.7", f"h{n}.example", 0)

    assert len(strikes) == 10
    assert strikes.in_force("192.0.2.7", "h99.example", 1)


async def test_a_device_taken_off_the_list_by_others_is_no_longer_enrolled(tmp_path: Path) -> None:
    path = tmp_path / "enrolled.json"
    enrolled = Enrolled(path)
    enrolled.add("192.0.2.7")
    await enrolled.saved()
    before = "192.0.2.7" in enrolled

    write(path, {"192.0.2.8": "2026-01-01T00:00:00+00:00"})
    for _ in range(60):
        if "192.0.2.7" not in enrolled:
            break
        await asyncio.sleep(0.05)

    assert before
    assert "192.0.2.7" not in enrolled
    assert "192.0.2.8" in enrolled


async def test_devices_enrolled_at_once_are_all_written(tmp_path: Path) -> None:
    path = tmp_path / "enrolled.json"
    enrolled = Enrolled(path)

    for n in range(30):
        enrolled.add(f"192.0.2.{n}")
    await enrolled.saved()

    assert len(read(path)) == 30


@pytest.mark.parametrize("content", ["", "[]", "{", '{"devices": 5}', '{"devices": ["a"]}'])
def test_a_damaged_list_enrols_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "enrolled.json"
    path.write_text(content)

    assert "192.0.2.7" not in Enrolled(path)


def refuses(rig: Rig, host: str) -> None:
    """A client that says in TLS that it does not trust our certificate."""
    context = rig.trust(ours=False)
    with httpx.Client(proxy=rig.proxy, verify=context, trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(f"https://{host}/json")


async def _hangs_up(rig: Rig, host: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(_client_hello(host))
    await reader.read(100)
    writer.close()
    await writer.wait_closed()


def _client_hello(host: str) -> bytes:
    outgoing = ssl.MemoryBIO()
    talk = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=host)
    with pytest.raises(ssl.SSLWantReadError):
        talk.do_handshake()
    return outgoing.read()


def test_a_host_that_turns_nearly_everything_away_is_left_alone_and_each_time_for_longer() -> None:
    hosts = TurnedAway()
    first = [hosts.answered(HOST, True, at=float(n)) for n in range(TURNED_AWAY)]
    held = [hosts.in_force(HOST, at) for at in (30.0, 600.0, 700.0)]
    again = [hosts.answered(HOST, True, at=1000.0 + n) for n in range(TURNED_AWAY)]
    longer = [hosts.in_force(HOST, at) for at in (3000.0, 3500.0)]

    assert (first.index(True), again.index(True)) == (TURNED_AWAY - 1, TURNED_AWAY - 1)
    assert held == [True, True, False]
    assert longer == [True, False]


def test_refusals_among_ordinary_answers_or_over_a_long_time_mean_nothing() -> None:
    hosts = TurnedAway()

    mixed = [hosts.answered(HOST, n % 2 == 0, at=float(n)) for n in range(500)]
    slow = [hosts.answered(OTHER, True, at=60.0 * n) for n in range(500)]

    assert not any(mixed) and not any(slow)


def test_hosts_that_turn_us_away_can_not_fill_the_memory() -> None:
    hosts = TurnedAway(most=10)

    for n in range(100):
        hosts.answered(f"{n}.example", True, at=0.0)

    assert len(hosts._hosts) == 10


async def test_a_platform_that_turns_the_proxy_away_is_spliced_by_itself_and_said_to_be_blind(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client:
            for _ in range(TURNED_AWAY):
                assert (await client.get(f"https://{HOST}/forbidden")).status_code == 403
        left_alone = await is_untouched(rig, HOST)
        counted = await rig.counters(lambda found: found.get("spliced_turned_away", 0) == 1)
        coverage = {(seen.host, seen.state) for seen in rig.reader.coverage()}

    assert left_alone
    assert (counted["turned_away"], counted["spliced_turned_away"]) == (1, 1)
    assert (HOST, "refused") in coverage

"""The router in a home of network namespaces: who is led to the proxy, who never is, and what happens when it fails."""

import json
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from screener.home.probe import PROBE_HOST
from screener.home.router.ruleset import PROBE_ADDRESS
from tests.home.house import ADDRESSES, BANK, CARDS, FAR, PLATFORM, House, needs_house

pytestmark = needs_house

DIRECT_WITHIN_SECONDS = 4.0


@pytest.mark.parametrize("version", [4, 6])
def test_only_watched_sites_of_enrolled_devices_are_decrypted(house: House, version: int):
    seen = {
        (who, name): house.visit(who, name, version=version).decrypted
        for who in ("child", "guest")
        for name in (PLATFORM, BANK)
    }

    assert seen == {
        ("child", PLATFORM): True,
        ("child", BANK): False,
        ("guest", PLATFORM): False,
        ("guest", BANK): False,
    }


def test_what_is_read_belongs_to_the_device_whatever_address_it_speaks_from(house: House):
    house.visit("child", PLATFORM, version=4)
    house.visit("child", PLATFORM, version=6)

    with house.reader() as reader:
        house.wait(lambda: any(seen.host == PLATFORM and seen.times >= 2 for seen in reader.coverage()))
        devices = {seen.device for seen in reader.coverage() if seen.host == PLATFORM}
    assert devices == {CARDS["child"]}


@pytest.mark.parametrize("version", [4, 6])
def test_quic_is_refused_only_where_it_would_hide_something(house: House, version: int):
    heard = {
        (who, name): house.quic(who, name, version=version) for who in ("child", "guest") for name in (PLATFORM, BANK)
    }

    assert heard == {
        ("child", PLATFORM): "refused",
        ("child", BANK): "answered",
        ("guest", PLATFORM): "answered",
        ("guest", BANK): "answered",
    }
    assert house.visit("child", PLATFORM, version=version).decrypted


def test_a_device_that_was_not_enrolled_needs_no_certificate(house: House):
    house.enrol()

    visits = [house.visit("child", PLATFORM, trusts_us=False) for _ in range(5)]

    assert not any(visit.decrypted for visit in visits)


def test_the_check_page_enrols_a_device_by_its_card_and_the_router_follows(house: House):
    house.enrol()

    page = house.visit("guest", PROBE_HOST)

    assert page.decrypted and b"looked after" in page.body
    house.wait(lambda: CARDS["guest"] in house.rules())
    assert house.visit("guest", PLATFORM).decrypted


def test_the_heartbeats_own_knocking_enrols_nobody(house: House):
    with house.reader() as reader:
        before = reader.counters()["decrypted"]
        house.wait(lambda: reader.counters()["decrypted"] >= before + 3)

    assert set(json.loads((house.home / "enrolled.json").read_text())["devices"]) == {CARDS["child"]}


def test_a_device_that_lost_the_certificate_loses_one_load_and_then_nothing(house: House):
    def loads() -> bool:
        try:
            return not house.visit("child", PLATFORM, trusts_us=False).decrypted
        except ssl.SSLError:
            return False

    try:
        loaded = [loads() for _ in range(4)]
    finally:
        house.stop_proxy()  # it would remember

    assert loaded == [False, True, True, True]


def test_the_proxys_door_opens_only_to_those_who_were_led_there(house: House):
    with pytest.raises(ConnectionRefusedError):
        house.inside("guest", lambda: socket.create_connection((ADDRESSES["router"][0], 8786), 3))


@pytest.mark.parametrize("fault", ["killed", "stopped", "standing still", "its heartbeat killed"])
def test_when_the_proxy_fails_new_connections_go_direct_and_running_ones_go_on(house: House, fault: str):
    if fault == "standing still":
        house.stop_proxy()
        house.start_proxy(block=True)
        house.wait_alive()
    running = [house.visit_later("guest", PLATFORM, "/slow/60"), house.visit_later("child", BANK, "/slow/60")]
    assert house.visit("child", PLATFORM).decrypted
    assert house.proxy is not None and house.heart is not None

    began = time.monotonic()
    match fault:
        case "killed":
            house.stop_proxy(signal.SIGKILL)
        case "stopped":
            house.proxy.send_signal(signal.SIGSTOP)
        case "standing still":
            house.proxy.send_signal(signal.SIGUSR1)
        case _:
            house.stop_heart(signal.SIGKILL)
    took = _until_direct(house, began)

    house.stop_proxy(signal.SIGKILL)
    house.stop_heart()  # after three of these it would rest
    assert took < DIRECT_WITHIN_SECONDS
    assert not house.visit("child", PLATFORM, version=6).decrypted
    assert house.quic("child", PLATFORM) == "answered"
    assert [visit.result(20).body.count(b"data:") for visit in running] == [60, 60]


def _until_direct(house: House, began: float) -> float:
    """Tries anew every 0.2 s, as a person would reload: each try is a connection of its own."""
    tries = []
    while time.monotonic() - began < 10:
        at, visit = time.monotonic(), house.visit_later("child", PLATFORM, "/")
        tries.append(visit)
        time.sleep(0.2)
        for each in tries:
            if each.done() and each.exception() is None and not each.result().decrypted:
                return at - began
    raise AssertionError("it never went direct")


def test_what_ran_direct_before_the_router_was_switched_on_stays_direct(house: House):
    house.enrol()
    running = house.visit_later("child", PLATFORM, "/slow/25")
    time.sleep(0.3)

    house.enrol("child")
    after = house.visit("child", PLATFORM)

    assert after.decrypted
    assert (running.result(20).decrypted, running.result().body.count(b"data:")) == (False, 25)


def test_a_connection_that_is_silent_for_long_is_not_cut_off_anywhere(house: House):
    quiet = {name: house.visit_later("child", name, "/quiet/4") for name in (PLATFORM, BANK)}

    assert [visit.result(20).body for visit in quiet.values()] == [b"{}", b"{}"]


def test_where_another_firewall_keeps_connections_out_they_go_direct(house: House):
    house.at("router", "nft", "-f", "-", input=OTHER_FIREWALL)
    try:
        began = time.monotonic()
        took = _until_direct(house, began)
        house.wait(lambda: "another firewall" in house.heard().get("why", ""))
    finally:
        house.at("router", "nft", "delete", "table", "inet", "other")
        house.stop_heart()  # it would rest

    assert took < DIRECT_WITHIN_SECONDS + 2


OTHER_FIREWALL = """table inet other {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    udp dport 53 accept
    meta l4proto { icmp, ipv6-icmp } accept
  }
}
"""


def test_the_proxys_user_cannot_reach_the_dashboard_on_any_address_and_others_can(empty_house: House):
    house = empty_house
    shutil_chown(house.home, 65534)
    house.screener("router", "on")
    places = ["127.0.0.1", "::1", *ADDRESSES["router"]]
    dashboards = [
        subprocess.Popen(
            ["ip", "netns", "exec", house.space("router"), "python3", "-m", "http.server", "8788", "--bind", place],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for place in places
    ]
    house.servers += dashboards
    house.wait(lambda: all(_opens(house, place, user=0) for place in places))

    opened = {place: _opens(house, place, user=65534) for place in places}

    assert opened == dict.fromkeys(places, False)


def shutil_chown(folder: Path, user: int) -> None:
    import os

    os.chown(folder, user, user)


KNOCK = "import os, socket, sys; os.setuid(int(sys.argv[2])); socket.create_connection((sys.argv[1], 8788), 3)"


def _opens(house: House, place: str, *, user: int) -> bool:
    words = ["ip", "netns", "exec", house.space("router"), "python3", "-c", KNOCK, place, str(user)]
    return subprocess.run(words, capture_output=True, cwd="/").returncode == 0


def test_off_leaves_rules_and_files_exactly_as_they_were(empty_house: House):
    house = empty_house
    house.at("router", "nft", "-f", "-", input=OTHER_FIREWALL)
    (house.names / "family.conf").write_text("address=/printer.lan/10.77.0.9\n")
    before = (house.rules(), _files(house.folder))

    house.screener("router", "on")
    between = (house.rules(), _files(house.folder))
    house.screener("router", "off")
    again = house.screener("router", "off")

    assert between[0] != before[0] and between[1] != before[1]
    assert (house.rules(), _files(house.folder)) == before
    assert again.strip() == "nothing of Screener was in place"


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_on_again_changes_nothing_and_keeps_what_was_learnt(house: House):
    before = house.rules()

    house.screener("router", "on")

    assert FAR[PLATFORM][0] in before
    assert _lasting(house.rules()) == _lasting(before)


def _lasting(rules: str) -> list[str]:
    return [line for line in rules.splitlines() if "packets" not in line and "expires" not in line]


def test_a_dry_run_prints_everything_and_does_nothing(empty_house: House):
    before = (empty_house.rules(), _files(empty_house.folder))

    printed = empty_house.screener("router", "on", "--dry-run")

    assert "chain arrive" in printed and f"nftset=/{PLATFORM.partition('.')[2]}/" in printed
    assert (empty_house.rules(), _files(empty_house.folder)) == before


def test_a_file_that_is_not_ours_is_neither_overwritten_nor_removed(empty_house: House):
    file = empty_house.names / "screener.conf"
    file.write_text("address=/printer.lan/10.77.0.9\n")

    empty_house.screener("router", "on", may_fail=True)
    empty_house.screener("router", "off")

    assert file.read_text() == "address=/printer.lan/10.77.0.9\n"
    assert empty_house.rules() == ""


def test_the_check_page_is_found_where_the_router_says(house: House):
    assert house.resolve("guest", PROBE_HOST) == [PROBE_ADDRESS]
    assert house.resolve("guest", BANK) == list(FAR[BANK])
    assert FAR[BANK][0] not in house.rules()

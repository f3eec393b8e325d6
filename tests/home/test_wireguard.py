"""A phone that dials in with WireGuard: what it sees is true, and what it lacks is said."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from screener.home.probe import PROBE_HOST
from screener.home.router.ruleset import PROBE_ADDRESS
from screener.home.wireguard import qr
from tests.home.house import ADDRESSES, BANK, FAR, PLATFORM, ROOT, House, asked, needs_house

pytestmark = needs_house

PORT = 51_820
# Its control socket lies in a folder that all namespaces share.
TUNNEL = "wgscreener"


def dial_in(house: House) -> None:
    """The guest's device takes the tunnel for everything far away, as a phone with its app switched on does."""
    settings = house.screener("router", "phone", "--text")
    plain = "\n".join(line for line in settings.splitlines() if not line.startswith(("Address", "DNS")))
    file = house.folder / "wg.conf"
    file.write_text(plain)
    door = Path(f"/run/wireguard/{TUNNEL}.sock")
    door.unlink(missing_ok=True)  # one that was killed leaves its own behind
    house.servers.append(
        subprocess.Popen(
            ["ip", "netns", "exec", house.space("guest"), "wireguard-go", "-f", TUNNEL],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD": "1", "LOG_LEVEL": "silent"},
        )
    )
    house.wait(door.exists)
    house.at("guest", "wg", "setconf", TUNNEL, str(file))
    house.at("guest", "ip", "address", "add", "10.0.0.1/32", "dev", TUNNEL)
    house.at("guest", "ip", "link", "set", TUNNEL, "mtu", "1420", "up")
    for far in (*(v4 for v4, _ in FAR.values()), PROBE_ADDRESS, "10.0.0.53"):
        house.at("guest", "ip", "route", "add", f"{far}/32", "dev", TUNNEL)


def test_a_phone_that_dials_in_enrols_is_read_and_has_no_way_round_when_we_are_gone(empty_house: House):
    house = empty_house
    if not shutil.which("wireguard-go") or not shutil.which("wg"):
        pytest.fail("wireguard-go, wg: not found. Run: sh scripts/test-setup.sh")
    with (house.home / "config.yaml").open("w") as file:
        file.write(f"router: {{wireguard_port: {PORT}, wireguard_name: {ADDRESSES['router'][0]}}}\n")
    house.start_proxy()
    dial_in(house)

    before = house.visit("guest", PLATFORM)
    found = house.inside("guest", lambda: asked(PROBE_HOST, 1, "10.0.0.53"))
    page = house.visit("guest", PROBE_HOST)
    after = {name: house.visit("guest", name).decrypted for name in (PLATFORM, BANK)}
    quic = house.quic("guest", PLATFORM)
    house.stop_proxy(9)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        house.visit("guest", BANK)

    assert not before.decrypted
    assert found == [PROBE_ADDRESS]
    assert b"looked after" in page.body
    assert after == {PLATFORM: True, BANK: False}
    assert quic != "something else"
    assert time.monotonic() - began > 1


def test_the_code_is_drawn_for_a_terminal():
    drawn = qr("[Interface]\nPrivateKey = x\n")

    assert len(drawn.splitlines()) > 10
    assert "PrivateKey" not in drawn

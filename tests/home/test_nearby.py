"""The network's own table says who is there; what devices call themselves may be anything."""

from screener.home.nearby import MOST, Neighbour, neighbours, plain_name

CARD = "aa:bb:cc:00:11:22"


async def test_devices_are_found_by_either_kind_of_address_but_not_by_those_of_one_wire() -> None:
    cards = dict.fromkeys(("192.168.1.20", "fd00::20", "169.254.1.1", "fe80::1", "127.0.0.2", "224.0.0.1"), CARD)

    found = await neighbours(listen_seconds=0, look=lambda: cards)

    assert found == (Neighbour(address="192.168.1.20", mac=CARD), Neighbour(address="fd00::20", mac=CARD))


async def test_whoever_invents_addresses_fills_no_list() -> None:
    found = await neighbours(listen_seconds=0, look=lambda: {f"fd00::{n:x}": CARD for n in range(1, 1_000)})

    assert len(found) == MOST


def test_a_name_from_the_network_is_made_harmless() -> None:
    assert plain_name("Kims-Tablet.local.") == "Kims-Tablet"
    assert plain_name("<script>alert(1)</script>.local.") == "scriptalert(1)script"
    assert len(plain_name("x" * 500)) == 60

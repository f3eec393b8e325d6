"""The network's own table says who is there; what devices call themselves may be anything."""

from screener.home.nearby import Neighbour, of_arp, of_ip, plain_name

ARP = """IP address       HW type     Flags       HW address            Mask     Device
192.168.1.20     0x1         0x2         AA:bb:cc:00:11:22     *        eth0
192.168.1.21     0x1         0x0         00:00:00:00:00:00     *        eth0
192.168.1.22     0x1         0x2         00:00:00:00:00:00     *        eth0
169.254.1.1      0x1         0x2         aa:bb:cc:00:11:33     *        eth0
nonsense
"""


def test_only_those_that_answered_are_found() -> None:
    assert of_arp(ARP) == (Neighbour(address="192.168.1.20", mac="aa:bb:cc:00:11:22"),)


def test_devices_with_addresses_of_the_new_kind_are_found_but_not_those_of_one_wire() -> None:
    said = (
        '[{"dst":"fd00::20","lladdr":"AA:bb:cc:00:11:22","state":["STALE"]},'
        '{"dst":"fe80::1","lladdr":"aa:bb:cc:00:11:22","state":["REACHABLE"]},'
        '{"dst":"fd00::21","state":["FAILED"]}]'
    )

    assert of_ip(said) == (Neighbour(address="fd00::20", mac="aa:bb:cc:00:11:22"),)
    assert of_ip("") == of_ip("{") == of_ip('[{"dst": 1}]') == ()


def test_a_name_from_the_network_is_made_harmless() -> None:
    assert plain_name("Kims-Tablet.local.") == "Kims-Tablet"
    assert plain_name("<script>alert(1)</script>.local.") == "scriptalert(1)script"
    assert len(plain_name("x" * 500)) == 60

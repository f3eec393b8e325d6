"""Which network card speaks behind an address."""

from types import SimpleNamespace

import pytest

from addons.neighbours import ByCard
from screener.home.neighbours import BURST, KEEP_SECONDS, Neighbours
from tests.home.house import ADDRESSES, CARDS, House, needs_house

CARD = "02:00:5e:10:00:01"


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_known_address_is_named_by_its_card_and_another_stays_an_address():
    found = Neighbours(Clock(), lambda: {"192.168.1.7": CARD})

    assert (found.named("192.168.1.7"), found.named("192.168.1.8")) == (CARD, "192.168.1.8")


def test_an_address_that_was_given_to_somebody_else_is_noticed():
    clock, there = Clock(), {"192.168.1.7": CARD}
    found = Neighbours(clock, lambda: dict(there))
    before = found.named("192.168.1.7")

    there["192.168.1.7"] = "02:00:5e:10:00:99"
    clock.now += KEEP_SECONDS + 1

    assert (before, found.named("192.168.1.7")) == (CARD, "02:00:5e:10:00:99")


def test_whoever_invents_addresses_buys_few_looks():
    looks = []
    found = Neighbours(Clock(), lambda: looks.append(1) or {})  # type: ignore[func-returns-value]

    for n in range(1_000):
        found.named(f"192.168.1.{n}")

    assert len(looks) == BURST


@pytest.mark.parametrize("peer", [("192.168.1.7", 5), ("::ffff:192.168.1.7", 5, 0, 0), ("192.168.1.7%eth0", 5)])
def test_a_connection_carries_the_card_of_its_device(peer: tuple[object, ...]):
    client = SimpleNamespace(peername=peer)

    ByCard(Neighbours(Clock(), lambda: {"192.168.1.7": CARD})).client_connected(client)  # type: ignore[arg-type]

    assert client.peername == (CARD, 5)


def test_a_connection_without_an_address_is_left_as_it_is():
    client = SimpleNamespace(peername=None)

    ByCard(Neighbours(Clock(), dict)).client_connected(client)  # type: ignore[arg-type]

    assert client.peername is None


@needs_house
def test_the_systems_own_table_names_both_kinds_of_addresses(house: House):
    from screener.home.neighbours import table

    house.visit("child", "www.bank.example", version=6)
    house.visit("child", "www.bank.example", version=4)

    found = house.inside("router", table)

    assert {found.get(address) for address in ADDRESSES["child"]} == {CARDS["child"]}

"""Memory that a peak has left is given back: now and then, where it is worth the moment, and beside the loop."""

import threading
import time

import pytest

from screener.home.thrift import EVERY_SECONDS, Thrift


class Process:
    """What is in use, and how often something was given back; that leaves 100 MB."""

    def __init__(self) -> None:
        self.memory, self.gave = 100, 0
        self.done = threading.Event()

    def used(self) -> int:
        return self.memory

    def give_back(self) -> None:
        assert threading.current_thread() is not threading.main_thread(), "the loop would stand still"
        self.memory, self.gave = 100, self.gave + 1
        self.done.set()


@pytest.mark.parametrize(("memory", "after", "gives"), [(200, 1.1, True), (200, 0.5, False), (106, 1.1, False)])
def test_it_gives_back_once_a_minute_and_only_what_is_worth_it(memory: int, after: float, gives: bool) -> None:
    process = Process()
    thrift = Thrift(process.used, process.give_back)
    process.memory = memory

    thrift.look(time.monotonic() + after * EVERY_SECONDS)

    assert process.done.wait(5 if gives else 0.2) == gives


def test_after_a_peak_it_compares_with_what_was_left() -> None:
    process, begun = Process(), time.monotonic()
    thrift = Thrift(process.used, process.give_back)
    for minute in (1.1, 2.2, 3.3):
        process.memory = 300
        thrift.look(begun + minute * EVERY_SECONDS)
        assert process.done.wait(5)
        process.done.clear()

    assert process.gave == 3

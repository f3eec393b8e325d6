"""How far a platform's clock is from ours is known from its answers, for a while."""

from datetime import timedelta

from screener.capture import Capture
from screener.clocks import Clocks
from tests.make import NOON


def a_capture(minutes: float, offset_ms: int | None = None) -> Capture:
    at = NOON + timedelta(minutes=minutes)
    return Capture(id="c", at=at, device="192.0.2.7", host="a.example", path="/", offset_ms=offset_ms)


def test_what_an_answer_said_holds_for_the_sockets_of_the_same_platform_for_an_hour():
    clocks = Clocks()

    first = clocks.ahead_ms("discord", a_capture(0))
    said = clocks.ahead_ms("discord", a_capture(1, offset_ms=-700))
    later = clocks.ahead_ms("discord", a_capture(30))
    other = clocks.ahead_ms("facebook", a_capture(30))
    too_late = clocks.ahead_ms("discord", a_capture(90))

    assert (first, said, later, other, too_late) == (None, -700, -700, None, None)

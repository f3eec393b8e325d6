"""How a process of ours is told to end: by a signal, or by the death of whoever supervises it."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass

SUPERVISED = "SCREENER_SUPERVISED"
"""Set in the environment of a process whose standard input ends when its supervisor does."""

AGAIN = 75
"""With this status a supervised process asks to be started again, and the other one with it: settings have changed."""

ANSWER_SECONDS = 0.5


@dataclass(kw_only=True)
class Again:
    """Ends this process so that its supervisor starts both again. Calling it, on the loop, says whether there is one;
    without one nothing ends.
    """

    stop: asyncio.Event
    is_asked: bool = False

    def __call__(self) -> bool:
        self.is_asked = bool(os.environ.get(SUPERVISED))
        if self.is_asked:
            # What was asked for is answered first.
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, self.stop.set)
        return self.is_asked


def end_with(stop: asyncio.Event) -> None:
    """Sets `stop` on SIGINT and SIGTERM, and in a supervised process when the supervisor is gone."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if not os.environ.get(SUPERVISED):
        return
    supervisor = sys.stdin.fileno()

    def listen() -> None:
        if not os.read(supervisor, 1024):
            # The end of a file stays readable: left in place, this would run without a pause.
            loop.remove_reader(supervisor)
            stop.set()

    loop.add_reader(supervisor, listen)

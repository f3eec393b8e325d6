"""Many thousand broken captures for every decoder: `make soak`. Anything but events and Unreadable fails it."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from screener.capture import Capture
from screener.platforms import decoders
from tests.platforms.cases import Case, Played, built, cases, play
from tests.platforms.test_cases import assert_well_formed, twisted_cases

type Captures = list[tuple[Capture, bool]]


def mutated(case: Case, dice: random.Random) -> Iterator[Captures]:
    """The case broken in one place, again and again: cut, bytes changed or moved, a value of another kind."""
    captures = list(built(case))
    twists = list(twisted_cases(case))
    while True:
        if twists and dice.random() < 0.5:
            try:
                yield list(built(dice.choice(twists)))
            except (AttributeError, TypeError, ValueError, OverflowError):
                continue  # the writer of the framing can't write it either
        else:
            number = dice.randrange(len(captures))
            one, late = captures[number]
            part = dice.choice(("request", "response"))
            broken = _broken(getattr(one, part), dice)
            yield [*captures[:number], (replace(one, **{part: broken}), late), *captures[number + 1 :]]


def _broken(body: bytes, dice: random.Random) -> bytes:
    if not body:
        return dice.randbytes(dice.randrange(64))
    at, to = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    match dice.randrange(6):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + dice.randbytes(dice.randrange(1, 9)) + body[at:]
        case 2:
            return body[:at] + body[to:]
        case 3:
            return body[:to] + body[at:]
        case 4:
            return (
                body[:at]
                + bytes(each ^ (1 << dice.randrange(8)) for each in body[at:to][:8])
                + body[at:to][8:]
                + body[to:]
            )
        case _:
            return (
                body[:at] + dice.choice((b"[" * 10_000, b"9" * 5_000, b"\xff\xfe", b"null", b'{"a":' * 500)) + body[at:]
            )


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    words.add_argument("--inputs", type=int, default=100_000, help="how many in all")
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    dice, counts, began = random.Random(given.seed), Counter[str](), time.monotonic()  # noqa: S311 - no secret
    every = [
        mutated(case, random.Random(f"{given.seed} {case}"))  # noqa: S311 - no secret
        for decoder in decoders()
        for case in cases(decoder.name)
    ]
    for number in range(given.inputs):
        captures = next(dice.choice(every))
        played: Played = play(captures)
        try:
            assert_well_formed(played)
        except AssertionError as why:
            print(f"input {number} of seed {given.seed}: {str(why)[:500]}", file=sys.stderr)
            return 1
        counts["events"] += len(played.events)
        counts["unreadable"] += len(played.unreadable)
    took = time.monotonic() - began
    print(
        f"{given.inputs:,} broken inputs to {len(decoders())} decoders in {took:.0f} s: {counts['events']:,} events, "
        f"{counts['unreadable']:,} parts unreadable, nothing else"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Hundreds of mistakes that somebody could save: each is told by file and line, and none stops the others."""

import re
from pathlib import Path

from bench.mistakes import SOUND, mistakes
from screener.rulebook import Library
from screener.rulebook.mistakes import MOST
from screener.rulebook.shelf import BREAKS
from tests.test_own_rules import base

__all__ = ["base"]

LINE = re.compile(r"(home/rules/[\w./-]+):([1-9]\d*): \S.*[.?]")


def test_each_of_300_mistakes_is_a_clear_line_and_the_rules_beside_it_run(base: Path):
    own = base.parent / "home" / "rules"
    (own / "approach").mkdir(parents=True)
    (own / "approach" / "sound.yaml").write_text(SOUND.format(name="sound"))
    library = Library(base, own, members=["Kim"], platforms=["roblox"])
    wrong: list[str] = []

    for mistake in mistakes():
        book = library.tried({mistake.place: mistake.text})
        told = [LINE.fullmatch(each) for each in book.mistakes]
        lines = max(len(mistake.text.splitlines()), 1)
        clear = [each for each in told if each and each[1] == f"home/rules/{mistake.place}" and int(each[2]) <= lines]
        if not 0 < len(told) <= MOST + 1 or BREAKS in str(book.mistakes) or len(clear) < len(told):
            wrong.append(f"{mistake.name}: {book.mistakes[:2]}")
        elif not all(each.isprintable() and len(each) < 3_000 for each in book.mistakes):
            wrong.append(f"{mistake.name} is told in too many words or signs")
        elif not {"says-hello", "asks-for-money", "sound"} <= {rule.id for rule in book.rules}:
            wrong.append(f"{mistake.name} stops another rule")

    assert wrong == []
    assert len(mistakes()) >= 300


def test_all_of_them_at_once_are_told_and_the_sound_rules_run(base: Path):
    own = base.parent / "home" / "rules"
    made = [each for each in mistakes() if each.place.startswith("isolate/")]
    for each in made:
        path = own / each.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.text)
    (own / "isolate" / "sound.yaml").write_text(SOUND.format(name="sound"))

    book = Library(base, own).read()

    assert {each.partition(":")[0] for each in book.mistakes} == {f"home/rules/{each.place}" for each in made}
    assert {"says-hello", "asks-for-money", "sound"} <= {rule.id for rule in book.rules if rule.runs}

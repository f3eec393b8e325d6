"""Finds the stories to be scored: each folder is a group of its own."""

from collections.abc import Sequence
from pathlib import Path

from screener import story
from screener.errors import Mistake
from screener.quality.outcome import Tale, places
from screener.story import Story

SUFFIX = ".story.yaml"


def tales(paths: Sequence[Path]) -> tuple[Tale, ...]:
    """Every story in these files and folders, a folder's own folders included. Raises Mistake naming all mistakes."""
    mistakes: list[str] = []
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob(f"*{SUFFIX}"), key=lambda each: (each.parent.as_posix(), each.name))
            found |= dict.fromkeys(inside)
            if not inside:
                mistakes.append(f"{path}: there is no story in this folder. Name one with files that end in {SUFFIX}.")
        elif not path.name.endswith(SUFFIX):
            mistakes.append(f"{path}: this is no story. Name a folder, or a file that ends in {SUFFIX}.")
        elif not path.is_file():
            mistakes.append(f"{path}: there is no such file. Check the name.")
        else:
            found[path] = None
    # The same file named twice counts once.
    unique = {path.resolve(): path for path in reversed(found)}
    groups = _groups({path.parent for path in unique.values()})
    told = []
    for path in (path for path in found if unique.get(path.resolve()) is path):
        try:
            each = story.load(path)
        except Mistake as why:
            mistakes.append(str(why))
            continue
        mistakes += _unlabelled(path, each)
        told.append(Tale(name=path.name.removesuffix(SUFFIX), group=groups[path.parent], path=path, story=each))
    if mistakes:
        raise Mistake("\n".join(mistakes))
    return tuple(told)


def _groups(folders: set[Path]) -> dict[Path, str]:
    """Each folder's own name; where two have the same, as much of the way to it as tells them apart."""
    whole = {folder: folder.resolve().parts for folder in folders}
    names = {}
    for folder, parts in whole.items():
        others = [other for other in whole.values() if other != parts]
        length = next(
            (n for n in range(1, len(parts) + 1) if all(other[-n:] != parts[-n:] for other in others)), len(parts)
        )
        names[folder] = Path(*parts[-length:]).as_posix()
    return names


def _unlabelled(path: Path, told: Story) -> list[str]:
    expect = told.expect
    if not told.events:
        return [f"{path}: the story has no events. Add some."]
    if expect.verdict is None:
        return [f"{path}: the story doesn't say what is wanted. Add expect: {{verdict: harmful}} or innocent."]
    if any(not 0 <= place < len(told.events) for place in places(expect)):
        return [f"{path}: expect names an event that isn't there. Count from 0 to {len(told.events) - 1}."]
    if expect.verdict == "innocent" and places(expect):
        return [f"{path}: threat, ask and warn_by are null in an innocent story. Remove them."]
    return []

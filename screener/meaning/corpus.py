"""The lines and dialogues written for training: every one invented for this project."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from screener.meaning.base import INDICATORS

HERE = Path(__file__).parent
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Line:
    text: str
    language: str
    indicator: str | None


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """What the contact wrote, with the indicator of each line where it carries one; the member's turns are not used."""

    said: tuple[tuple[str, str | None], ...]
    is_harmful: bool


def lines() -> Iterator[Line]:
    for path in sorted((HERE / "lines").glob("*.yaml")):
        for name, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for text in texts:
                yield Line(text=text, language=path.stem, indicator=_indicator(name, path))


def dialogues() -> Iterator[Dialogue]:
    for path in sorted((HERE / "dialogues").glob("*.yaml")):
        for turns in yaml.safe_load(path.read_text(encoding="utf-8")):
            heads = [turn.split(": ", 1) for turn in turns]
            said = tuple(
                (text, _indicator(who.removeprefix("c").strip() or NONE, path))
                for who, text in heads
                if who.startswith("c")
            )
            yield Dialogue(said=said, is_harmful="harmful" in path.stem)


def _indicator(name: str, path: Path) -> str | None:
    if name != NONE and name not in INDICATORS:
        raise ValueError(f'{path.name}: "{name}" is no indicator. Use one of: {", ".join(INDICATORS)}.')
    return None if name == NONE else name

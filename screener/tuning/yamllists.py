"""Puts something into a list in a YAML file or takes it out: the lines of everything else in it stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from screener.tuning.yamltext import STEP, Pair, cut_inline, items, key, last_line, lines_after, scalar, without_lines


@dataclass(frozen=True)
class Added:
    """The value that puts these behind what a list holds."""

    values: Sequence[Any]

    def noted(self, now: Any) -> Any:
        return [*(now or []), *self.values] if isinstance(now or [], list) else now

    def written(self, text: str, pair: Pair) -> str:
        name, node = pair
        if not isinstance(node, yaml.SequenceNode):
            # A name with nothing behind it.
            column = name.start_mark.column + STEP
            return lines_after(text, name.end_mark.line + 1, items(self.values, column))
        if node.flow_style:
            said = ", ".join(map(scalar, self.values))
            at = node.value[-1].end_mark.index if node.value else node.end_mark.index - 1
            return f"{text[:at]}{', ' if node.value else ''}{said}{text[at:]}"
        last = node.value[-1]
        return lines_after(text, last_line((last, last)) + 1, items(self.values, node.start_mark.column))


@dataclass(frozen=True)
class Taken:
    """The value that takes this out of a list; with the last of it goes the list itself."""

    value: Any

    def noted(self, now: Any) -> Any:
        left = list(now or [])
        if self.value in left:
            left.remove(self.value)
        return left

    def written(self, text: str, pair: Pair) -> str:
        _, node = pair
        assert isinstance(node, yaml.SequenceNode), "a name without a list goes as a whole"
        place = next(place for place, each in enumerate(node.value) if each.value == self.value)
        if node.flow_style:
            starts, ends = ([mark.index for mark in marks] for marks in zip(*map(_marks, node.value), strict=True))
            return cut_inline(text, starts, ends, place)
        item = node.value[place]
        return without_lines(text, item.start_mark.line, last_line((item, item)))


@dataclass(frozen=True)
class Under:
    """The value that puts a list under a name, with its lines as they are."""

    name: str

    def noted(self, now: Any) -> Any:
        return {self.name: now}

    def written(self, text: str, pair: Pair) -> str:
        _, node = pair
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            indent = " " * node.start_mark.column
            return lines_after(text, node.start_mark.line, [f"{indent}{key(self.name)}:"])
        return f"{text[:start]}{{{key(self.name)}: {text[start:end]}}}{text[end:]}"


type Deed = Added | Taken | Under


def _marks(node: yaml.Node) -> tuple[yaml.Mark, yaml.Mark]:
    return node.start_mark, node.end_mark

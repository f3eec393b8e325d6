"""A YAML file as text and as the tree that PyYAML finds in it: where things stand, and how values are written."""

import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

STEP = 2
PLAIN = re.compile(r"[^\W\d][\w-]*(?: [^\W\d][\w-]*)*")
NOT_PLAIN = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})

type Way = Sequence[str]
type Pair = tuple[yaml.Node, yaml.Node]


def root(text: str) -> yaml.Node | None:
    # Positions count letters only where Python itself reads.
    return yaml.compose(text, yaml.SafeLoader)


def pair_of(node: yaml.MappingNode, key: str) -> Pair | None:
    return next((pair for pair in node.value if pair[0].value == key), None)


def found(text: str, way: Way) -> Pair | None:
    """The key at the end of a way, and its value."""
    node, pair = root(text), None
    for key in way:
        pair = pair_of(node, key) if isinstance(node, yaml.MappingNode) else None
        if pair is None:
            return None
        node = pair[1]
    return pair


def last_line(pair: Pair) -> int:
    """On which line a key and its value end; comments and empty lines behind belong to what follows."""
    name, node = pair
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        name, node = last if isinstance(node, yaml.MappingNode) else (last, last)
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return int(name.end_mark.line)
    # The mark of a text over several lines stands at the beginning of the line behind it.
    return int(node.end_mark.line) - (1 if node.end_mark.column == 0 else 0)


def lines_after(text: str, line: int, more: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    if line and lines and not lines[min(line, len(lines)) - 1].endswith("\n"):
        lines[min(line, len(lines)) - 1] += "\n"
    return "".join((*lines[:line], *(f"{each}\n" for each in more), *lines[line:]))


def without_lines(text: str, first: int, last: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join((*lines[:first], *lines[last + 1 :]))


def cut_inline(text: str, starts: Sequence[int], ends: Sequence[int], place: int) -> str:
    """Takes one of several things in brackets out, with the comma beside it."""
    start, end = starts[place], ends[place]
    if place:
        start = ends[place - 1]
    elif len(starts) > 1:
        end = starts[1]
    return text[:start] + text[end:]


def nested(way: Way, value: Any, indent: int) -> list[str]:
    lines = [f"{' ' * (indent + STEP * depth)}{key(each)}:" for depth, each in enumerate(way)]
    if isinstance(value, list):
        return [*lines, *items(value, indent + STEP * len(way))]
    lines[-1] += f" {scalar(value)}"
    return lines


def items(values: Sequence[Any], indent: int) -> list[str]:
    return [f"{' ' * indent}- {scalar(each)}" for each in values]


def inline(way: Way, value: Any) -> str:
    said = f"{key(way[-1])}: {scalar(value)}"
    for each in reversed(way[:-1]):
        said = f"{key(each)}: {{{said}}}"
    return said


def key(name: str) -> str:
    return name if PLAIN.fullmatch(name) and name.lower() not in NOT_PLAIN else json.dumps(name, ensure_ascii=False)


def scalar(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, float):
        return f"{value:g}" if value == round(value, 4) else repr(value)
    return key(value) if isinstance(value, str) else str(value)

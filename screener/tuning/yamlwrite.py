"""Writes values into a YAML file as its author would: only the lines that a change is about are touched."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from screener.errors import Mistake
from screener.rulebook.reading import BadFile, read

GONE = None
"""The value that takes a key away."""
STEP = 2
PLAIN = re.compile(r"[^\W\d][\w-]*(?: [^\W\d][\w-]*)*")
NOT_PLAIN = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})

type Way = Sequence[str]
type Pair = tuple[yaml.Node, yaml.Node]


def written(text: str, changes: Mapping[tuple[str, ...], Any], *, file: str) -> str:
    """The text with these values at these places; a place that is not there is made, GONE takes one away together with
    what is then empty. Raises Mistake where the file can't be changed so.
    """
    plain = text.replace("\r\n", "\n")
    wanted = _values(plain, file)
    for way, value in changes.items():
        if value is GONE:
            _forget(wanted, way)
            plain = _without(plain, way)
        else:
            _note(wanted, way, value, file)
            plain = _with(plain, way, value)
    # Whatever a file looks like: what it says afterwards is what was meant, or nothing is written.
    if _values(plain, file) != wanted:
        raise Mistake(f"{file}:1: this file is laid out in a way that can't be changed by itself. Change it by hand.")
    return plain.replace("\n", "\r\n") if "\r\n" in text else plain


def _is_bare(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _values(text: str, file: str) -> dict[str, Any]:
    if _is_bare(text):
        return {}
    try:
        found = read(text.encode("utf-8", "surrogatepass")).plain()
    except BadFile as why:
        raise Mistake(f"{file}:{why.line}: {why.why}. Nothing can be written into it until then.") from None
    if not isinstance(found, dict):
        raise Mistake(f"{file}:1: here stand names with values, such as rules:. Mend the file first.")
    return found


def _note(values: dict[str, Any], way: Way, value: Any, file: str) -> None:
    at = values
    for key in way[:-1]:
        if at.get(key) is None:
            at[key] = {}
        at = at[key]
        if not isinstance(at, dict):
            raise Mistake(f'{file}:1: "{key}" holds something else than names with values. Mend the file first.')
    at[way[-1]] = value


def _forget(values: dict[str, Any], way: Way) -> None:
    ways = [values]
    for key in way[:-1]:
        at = ways[-1].get(key)
        if not isinstance(at, dict):
            return
        ways.append(at)
    if way[-1] not in ways[-1]:
        return
    del ways[-1][way[-1]]
    for at, key in zip(reversed(ways[:-1]), reversed(way[:-1]), strict=True):
        if not at[key]:
            del at[key]


def _root(text: str) -> yaml.Node | None:
    # Positions count letters only where Python itself reads.
    return yaml.compose(text, yaml.SafeLoader)


def _with(text: str, way: Way, value: Any) -> str:
    node = _root(text)
    if node is None:
        return _lines_after(text, len(text.splitlines()), _nested(way, value, 0))
    for depth, key in enumerate(way):
        assert isinstance(node, yaml.MappingNode), "checked with the values"
        pair = _pair(node, key)
        if pair is None:
            return _added(text, node, way[depth:], value)
        name, node = pair
        if depth == len(way) - 1:
            start, end = node.start_mark.index, node.end_mark.index
            space = " " if text[start - 1 : start] == ":" else ""
            return f"{text[:start]}{space}{_scalar(value)}{text[end:]}"
        if not isinstance(node, yaml.MappingNode):
            # A name with nothing behind it.
            more = _nested(way[depth + 1 :], value, name.start_mark.column + STEP)
            return _lines_after(text, name.end_mark.line + 1, more)
    return text


def _added(text: str, node: yaml.MappingNode, way: Way, value: Any) -> str:
    """The text with a key more in a mapping."""
    if node.flow_style:
        said = _inline(way, value)
        if not node.value:
            at = node.end_mark.index - 1
            return f"{text[:at]}{said}{text[at:]}"
        at = node.value[-1][1].end_mark.index
        return f"{text[:at]}, {said}{text[at:]}"
    return _lines_after(text, _last_line(node.value[-1]) + 1, _nested(way, value, node.start_mark.column))


def _without(text: str, way: Way) -> str:
    node, found = _root(text), list[tuple[yaml.MappingNode, Pair]]()
    for key in way:
        pair = _pair(node, key) if isinstance(node, yaml.MappingNode) else None
        if pair is None:
            return text
        assert isinstance(node, yaml.MappingNode)
        found.append((node, pair))
        node = pair[1]
    mapping, pair = found.pop()
    while found and len(mapping.value) == 1:
        mapping, pair = found.pop()
    if mapping.flow_style:
        return _cut_inline(text, mapping, pair)
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: pair[0].start_mark.line], *lines[_last_line(pair) + 1 :]))


def _cut_inline(text: str, mapping: yaml.MappingNode, pair: Pair) -> str:
    place = mapping.value.index(pair)
    start, end = pair[0].start_mark.index, pair[1].end_mark.index
    if place:
        start = mapping.value[place - 1][1].end_mark.index
    elif len(mapping.value) > 1:
        end = mapping.value[1][0].start_mark.index
    return text[:start] + text[end:]


def _pair(node: yaml.MappingNode, key: str) -> Pair | None:
    return next((pair for pair in node.value if pair[0].value == key), None)


def _last_line(pair: Pair) -> int:
    """On which line a key and its value end; comments and empty lines behind belong to what follows."""
    name, node = pair
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        name, node = last if isinstance(node, yaml.MappingNode) else (last, last)
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return int(name.end_mark.line)
    # The mark of a text over several lines stands at the beginning of the line behind it.
    return int(node.end_mark.line) - (1 if node.end_mark.column == 0 else 0)


def _lines_after(text: str, line: int, more: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    if line and lines and not lines[min(line, len(lines)) - 1].endswith("\n"):
        lines[min(line, len(lines)) - 1] += "\n"
    return "".join((*lines[:line], *(f"{each}\n" for each in more), *lines[line:]))


def _nested(way: Way, value: Any, indent: int) -> list[str]:
    lines = [f"{' ' * (indent + STEP * depth)}{_key(key)}:" for depth, key in enumerate(way)]
    lines[-1] += f" {_scalar(value)}"
    return lines


def _inline(way: Way, value: Any) -> str:
    said = f"{_key(way[-1])}: {_scalar(value)}"
    for key in reversed(way[:-1]):
        said = f"{_key(key)}: {{{said}}}"
    return said


def _key(key: str) -> str:
    return key if PLAIN.fullmatch(key) and key.lower() not in NOT_PLAIN else json.dumps(key, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}" if value == round(value, 4) else repr(value)
    return _key(value) if isinstance(value, str) else str(value)

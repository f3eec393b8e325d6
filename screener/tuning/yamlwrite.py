"""Writes values into a YAML file as its author would: only the lines that a change is about are touched."""

from collections.abc import Mapping
from typing import Any

import yaml

from screener.errors import Mistake
from screener.rulebook.reading import BadFile, read
from screener.tuning.yamllists import Added, Taken, Under
from screener.tuning.yamltext import (
    STEP,
    Pair,
    Way,
    cut_inline,
    found,
    inline,
    last_line,
    lines_after,
    nested,
    pair_of,
    root,
    scalar,
    without_lines,
)

GONE = None
"""The value that takes a key away."""


def written(text: str, changes: Mapping[tuple[str, ...], Any], *, file: str) -> str:
    """The text with these values at these places; a place that is not there is made, GONE takes one away together with
    what is then empty, and Added, Taken and Under change a list. Raises Mistake where the file can't be changed so.
    """
    plain = text.replace("\r\n", "\n")
    wanted = _values(plain, file)
    for way, change in changes.items():
        value = _at(wanted, way) if isinstance(change, Added | Taken | Under) else change
        if isinstance(change, Added | Taken | Under):
            value = change.noted(value) or GONE
        if value is GONE:
            _forget(wanted, way)
            plain = _without(plain, way)
        else:
            _note(wanted, way, value, file)
            plain = _with(plain, way, change)
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


def _at(values: Any, way: Way) -> Any:
    for key in way:
        values = values.get(key) if isinstance(values, dict) else None
    return values


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


def _with(text: str, way: Way, change: Any) -> str:
    value = list(change.values) if isinstance(change, Added) else change
    node = root(text)
    if node is None:
        return lines_after(text, len(text.splitlines()), nested(way, value, 0))
    for depth, key in enumerate(way):
        assert isinstance(node, yaml.MappingNode), "checked with the values"
        pair = pair_of(node, key)
        if pair is None:
            return _added(text, node, way[depth:], value)
        name, node = pair
        if depth == len(way) - 1:
            return change.written(text, pair) if isinstance(change, Added | Taken | Under) else _put(text, pair, value)
        if not isinstance(node, yaml.MappingNode):
            # A name with nothing behind it.
            more = nested(way[depth + 1 :], value, name.start_mark.column + STEP)
            return lines_after(text, name.end_mark.line + 1, more)
    return text


def _put(text: str, pair: Pair, value: Any) -> str:
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    space = " " if text[start - 1 : start] == ":" else ""
    return f"{text[:start]}{space}{scalar(value)}{text[end:]}"


def _added(text: str, node: yaml.MappingNode, way: Way, value: Any) -> str:
    """The text with a key more in a mapping."""
    if node.flow_style:
        said = inline(way, value)
        if not node.value:
            at = node.end_mark.index - 1
            return f"{text[:at]}{said}{text[at:]}"
        at = node.value[-1][1].end_mark.index
        return f"{text[:at]}, {said}{text[at:]}"
    return lines_after(text, last_line(node.value[-1]) + 1, nested(way, value, node.start_mark.column))


def _without(text: str, way: Way) -> str:
    if found(text, way) is None:
        return text
    node, ways = root(text), list[tuple[yaml.MappingNode, Pair]]()
    for key in way:
        assert isinstance(node, yaml.MappingNode)
        pair = pair_of(node, key)
        assert pair is not None
        ways.append((node, pair))
        node = pair[1]
    mapping, pair = ways.pop()
    while ways and len(mapping.value) == 1:
        mapping, pair = ways.pop()
    if mapping.flow_style:
        starts = [name.start_mark.index for name, _ in mapping.value]
        ends = [value.end_mark.index for _, value in mapping.value]
        return cut_inline(text, starts, ends, mapping.value.index(pair))
    return without_lines(text, pair[0].start_mark.line, last_line(pair))

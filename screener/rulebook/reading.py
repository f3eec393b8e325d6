"""Reads a YAML file that somebody else may have written: bounded, and with the line of everything that stands in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_BYTES = 256 * 1024
DEEPEST = 12
MOST_NODES = 20_000
MOST_OPEN = 100
"""So many brackets open at once are no rule, whatever else stands in the file."""
LONGEST_SHOWN = 60

OTHER_THAN_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
INDENTED_BY_TAB = re.compile(rb"^ *\t", re.MULTILINE)

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A value with the line it stands on. Mappings and lists hold more of these; the rest is plain."""

    value: Any
    line: int

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, key: str) -> "Marked | None":
        return self.value.get(key) if self.is_map else None

    def items(self) -> Iterator[tuple[str, "Marked"]]:
        yield from self.value.items()

    def plain(self) -> Any:
        """The value without its lines."""
        if self.is_map:
            return {key: each.plain() for key, each in self.value.items()}
        if self.is_list:
            return [each.plain() for each in self.value]
        return self.value


def shown(name: object) -> str:
    """What somebody wrote, as it may stand in a line of ours: short, on one line, and hiding nothing."""
    said = str(name)[: LONGEST_SHOWN + 1]
    plain = " ".join("".join(c if c.isprintable() else "?" for c in said).split())
    return f"{plain[:LONGEST_SHOWN]}…" if len(said) > LONGEST_SHOWN else plain


class BadFile(ValueError):
    """A file that can't be read at all; says the line and why."""

    def __init__(self, line: int, why: str, *, empty: bool = False) -> None:
        super().__init__(why)
        self.line = line
        self.why = why
        self.empty = empty


def read(text: bytes) -> Marked:
    """What the file says."""
    _refuse_by_bytes(text)
    try:
        _refuse_traps(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise BadFile(1, "the file is empty. Write a rule or remove it", empty=True)
            return _marked(loader, node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        line = max(1, min(line, len(text.splitlines())))  # what is missing at the end is missing on the last line
        raise BadFile(line, f"this is not YAML: {error.problem or error.context}. Mend the line") from None
    except yaml.YAMLError:
        raise BadFile(1, "this is not YAML, or not UTF-8. Save it again as UTF-8 text") from None


def _refuse_by_bytes(text: bytes) -> None:
    """What can be told without understanding a word, before anything is parsed."""
    if len(text) > MOST_BYTES:
        raise BadFile(1, f"the file is larger than {MOST_BYTES // 1024} KB. Split it")
    if b"\0" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(1, "this is not YAML, or not UTF-8. Save it again as UTF-8 text")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_at(text, error.start)
        raise BadFile(line, "this line is not UTF-8, so it can't be read. Save the file again as UTF-8 text") from None
    if tab := INDENTED_BY_TAB.search(text):
        raise BadFile(_line_at(text, tab.start()), "this line begins with a tab. Use spaces")
    opened = 0
    for place, bracket in enumerate(text.translate(None, OTHER_THAN_BRACKETS)):
        opened += 1 if bracket in b"[{" else -1
        if opened > MOST_OPEN:
            raise BadFile(_line_of_bracket(text, place), f"this is nested more than {DEEPEST} deep. Write it flatter")


def _line_at(text: bytes, place: int) -> int:
    return text.count(b"\n", 0, place) + 1


def _line_of_bracket(text: bytes, number: int) -> int:
    found = (each.start() for each in re.finditer(rb"[\[\]{}]", text))
    return _line_at(text, next(place for n, place in enumerate(found) if n == number))


def _refuse_traps(text: bytes) -> None:
    """Aliases make a small file huge and depth exhausts the stack: both are refused before anything is built."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(line, "anchors and aliases are not read here. Write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadFile(line, f"this is nested more than {DEEPEST} deep. Write it flatter")
        if nodes > MOST_NODES:
            raise BadFile(line, f"the file has more than {MOST_NODES} parts. Split it")


def _marked(loader: Any, node: yaml.Node) -> Marked:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Marked] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadFile(key_node.start_mark.line + 1, "a key must be a word. Write it without brackets")
            if key_node.value in found:
                raise BadFile(key_node.start_mark.line + 1, f'"{shown(key_node.value)}" stands here twice. Remove one')
            value = _marked(loader, value_node)
            # The line of the key: that is where a reader looks.
            found[key_node.value] = Marked(value=value.value, line=key_node.start_mark.line + 1)
        return Marked(value=found, line=line)
    if isinstance(node, yaml.SequenceNode):
        return Marked(value=[_marked(loader, each) for each in node.value], line=line)
    try:
        value = loader.construct_object(node)
    except (ValueError, yaml.YAMLError):
        raise BadFile(line, f'"{shown(node.value)}" can\'t be read. Put it in quotes') from None
    return Marked(value=value, line=line)

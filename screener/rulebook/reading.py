"""Reads a YAML file that somebody else may have written: bounded, and with the line of everything that stands in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_BYTES = 256 * 1024
DEEPEST = 12
MOST_NODES = 20_000

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


class BadFile(ValueError):
    """A file that can't be read at all; says the line and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


def read(text: bytes) -> Marked:
    """What the file says."""
    if len(text) > MOST_BYTES:
        raise BadFile(1, f"the file is larger than {MOST_BYTES // 1024} KB. Split it")
    try:
        _refuse_traps(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise BadFile(1, "the file is empty. Write a rule or remove it")
            return _marked(loader, node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadFile(line, f"this is not YAML: {error.problem or error.context}. Mend the line") from None
    except yaml.YAMLError:
        raise BadFile(1, "this is not YAML, or not UTF-8. Save it again as UTF-8 text") from None


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
                raise BadFile(key_node.start_mark.line + 1, f'"{key_node.value}" stands here twice. Remove one')
            value = _marked(loader, value_node)
            # The line of the key: that is where a reader looks.
            found[key_node.value] = Marked(value=value.value, line=key_node.start_mark.line + 1)
        return Marked(value=found, line=line)
    if isinstance(node, yaml.SequenceNode):
        return Marked(value=[_marked(loader, each) for each in node.value], line=line)
    try:
        value = loader.construct_object(node)
    except (ValueError, yaml.YAMLError):
        raise BadFile(line, f'"{node.value[:40]}" can\'t be read. Put it in quotes') from None
    return Marked(value=value, line=line)

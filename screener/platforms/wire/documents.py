"""JSON documents in an answer: behind a prefix, one after another, or in the script blocks of a page."""

import json
import re
from collections.abc import Iterator
from typing import Any

from screener.capture import MAX_DEPTH, parsed, shallow
from screener.errors import Unreadable

MAX_DOCUMENTS = 1_000
MAX_NODES = 200_000

# Some answers begin with an endless loop, so that another site can't run them as a script.
_PREFIX = re.compile(r"\s*(?:for\s*\(;;\);\s*)+")
_GAP = re.compile(r"[\s,]*(?:for\s*\(;;\);\s*)?")
_SCRIPT = re.compile(r"<script\b[^<>]{0,2000}>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_IS_JSON = re.compile(r"\stype\s*=\s*[\"']?application/json\b", re.IGNORECASE)
_BOX = frozenset({"__bbox"})
_DECODER = json.JSONDecoder()


def documents(text: str) -> Iterator[Any]:
    """Every JSON document in an answer, in order. Raises Unreadable at the first that can't be read."""
    prefix = _PREFIX.match(text)
    at = prefix.end() if prefix else len(text) - len(text.lstrip())
    for _ in range(MAX_DOCUMENTS):
        if at >= len(text):
            return
        try:
            document, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise Unreadable("the body is not JSON") from None
        if not shallow(document):
            raise Unreadable(f"the body is nested more than {MAX_DEPTH} deep")
        yield document
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
    raise Unreadable(f"there are more than {MAX_DOCUMENTS} documents in one body")


def page_documents(page: str) -> Iterator[Any]:
    """Every JSON document in the script blocks of a page that can be read; the rest of a page is for eyes."""
    for text in _blocks(page):
        try:
            yield parsed(text)
        except Unreadable:
            continue


def _blocks(page: str) -> Iterator[str]:
    # By hand, because a parser for whole pages needs minutes for some hostile ones; a script ends at the first end tag.
    at = 0
    for _ in range(MAX_DOCUMENTS):
        tag = _SCRIPT.search(page, at)
        if tag is None:
            return
        end = _SCRIPT_END.search(page, tag.end())
        if end is None:
            return
        if _IS_JSON.search(tag.group()):
            yield page[tag.end() : end.start()]
        at = end.end()


def found(document: Any, names: frozenset[str], *, outside: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Every value, in order, that a document holds under one of the `names`, except below the names in `outside`.

    Raises Unreadable when the document has too many parts.
    """
    waiting: list[tuple[str, Any]] = [("", document)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        name, value = waiting.pop()
        if name in names:
            yield name, value
        if isinstance(value, dict):
            waiting += [
                (key, child)
                for key, child in reversed(value.items())
                if key not in outside and _opens(key, child, names)
            ]
        elif isinstance(value, list):
            waiting += [("", child) for child in reversed(value) if isinstance(child, dict | list)]
    raise Unreadable(f"the body has more than {MAX_NODES} parts")


def holders(document: Any, names: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Every object, in order, that has a value under one of the `names`. Raises Unreadable when there are too many."""
    waiting: list[Any] = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            if not names.isdisjoint(value):
                yield value
            waiting += [child for child in reversed(value.values()) if isinstance(child, dict | list)]
        else:
            waiting += [child for child in reversed(value) if isinstance(child, dict | list)]
    raise Unreadable(f"the body has more than {MAX_NODES} parts")


def prefetched(block: Any) -> Iterator[Any]:
    """The answers that a page of Meta's brings with it, as the browser would have asked for them later."""
    done: set[int] = set()
    for _, box in found(block, _BOX):
        result = box.get("result") if isinstance(box, dict) else None
        if id(box) not in done and isinstance(result, dict) and isinstance(result.get("data"), dict):
            # A box within is part of this one: read twice, fifty nested boxes would take seconds.
            done |= {id(inner) for _, inner in found(result, _BOX)}
            yield result


def _opens(key: str, child: Any, names: frozenset[str]) -> bool:
    return isinstance(child, dict | list) or key in names

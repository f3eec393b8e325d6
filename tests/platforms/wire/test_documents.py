"""JSON documents in bodies and pages: prefixes, several in a row, script blocks, and bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.documents import documents, found, page_documents


@pytest.mark.parametrize("prefix", ["", "for (;;);", "for(;;);", "  for (;;); \n"])
@pytest.mark.parametrize("gap", ["", "\n", "\r\n", " ", "\nfor (;;);"])
def test_documents_in_a_row_are_told_apart(prefix: str, gap: str) -> None:
    text = prefix + gap.join(['{"a": 1}', "[2]", '{"b": "}{"}'])

    assert list(documents(text)) == [{"a": 1}, [2], {"b": "}{"}]


def test_documents_before_a_broken_one_are_given() -> None:
    seen = []

    with pytest.raises(Unreadable, match="not JSON"):
        for document in documents('{"a":1}\n{"b":'):
            seen.append(document)

    assert seen == [{"a": 1}]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 300 + "1" + "}" * 300])
def test_a_document_nested_too_deep_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        list(documents(text))


def test_endless_documents_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="more than 1000"):
        list(documents("1 " * 5_000))


@given(st.text())
def test_any_text_gives_documents_or_unreadable(text: str) -> None:
    try:
        seen = list(documents(text))
    except Unreadable:
        return

    assert len(seen) <= len(text)


def test_only_json_script_blocks_of_a_page_are_read() -> None:
    page = """<html><script>var s = '<script type="application/json">{"no": 1}';</script>
    <SCRIPT data-sjs type='application/json' data-len=9>{"a": "<b>&amp;"}</SCRIPT>
    <script type=application/json>not json</script><script type="application/json">[1]</script>
    <script type="application/json">{"cut": """

    assert list(page_documents(page)) == [{"a": "<b>&amp;"}, [1]]


@pytest.mark.parametrize("piece", ["<script", "<script>", "<!--", "</", "<script type=application/json>"])
def test_a_page_of_nothing_but_beginnings_is_read_in_one_pass(piece: str) -> None:
    page = piece * (1_000_000 // len(piece))

    assert list(page_documents(page)) == []


def test_values_are_found_wherever_they_lie_except_outside() -> None:
    document = {"a": [{"root": 1}, {"root": {"root": [2]}}], "suggestions": {"root": 3}, "root": None}

    seen = [value for _, value in found(document, frozenset({"root"}), outside=frozenset({"suggestions"}))]

    assert seen == [1, {"root": [2]}, [2], None]


def test_a_document_of_too_many_parts_is_unreadable() -> None:
    document = json.loads("[" + ",".join(["{}"] * 300_000) + "]")

    with pytest.raises(Unreadable, match="more than 200000 parts"):
        list(found(document, frozenset({"root"})))

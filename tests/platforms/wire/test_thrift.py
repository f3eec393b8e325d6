"""Thrift's compact protocol against Apache Thrift's own writer, vectors from another library, and any bytes at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from screener.errors import Unreadable
from screener.platforms.wire.requeststream import answers
from screener.platforms.wire.thrift import MAX_DEPTH, read_struct
from tests.platforms.meta_writers import request_stream

# Made with the Thrift writer of another Messenger library: field 1 holds the text.
FROM_ANOTHER_WRITER = bytes.fromhex("18107b2264617461223a7b2278223a317d7d00")


def written(fields: list[tuple[int, int, Any]]) -> bytes:
    memory = TMemoryBuffer()
    out = TCompactProtocol(memory)
    out.writeStructBegin("")
    for number, kind, value in fields:
        out.writeFieldBegin("", kind, number)
        write = {
            TType.BOOL: out.writeBool,
            TType.BYTE: out.writeByte,
            TType.I16: out.writeI16,
            TType.I32: out.writeI32,
            TType.I64: out.writeI64,
            TType.DOUBLE: out.writeDouble,
            TType.STRING: out.writeBinary,
        }
        if kind == TType.LIST:
            out.writeListBegin(TType.I64, len(value))
            for item in value:
                out.writeI64(item)
            out.writeListEnd()
        elif kind == TType.MAP:
            out.writeMapBegin(TType.STRING, TType.I32, len(value))
            for key, item in value:
                out.writeBinary(key)
                out.writeI32(item)
            out.writeMapEnd()
        else:
            write[kind](value)
        out.writeFieldEnd()
    out.writeFieldStop()
    out.writeStructEnd()
    return bytes(memory.getvalue())


def test_a_struct_of_another_library_is_read() -> None:
    assert read_struct(FROM_ANOTHER_WRITER) == {1: b'{"data":{"x":1}}'}


VALUES = st.one_of(
    st.tuples(st.just(TType.BOOL), st.booleans()),
    st.tuples(st.just(TType.BYTE), st.integers(-(2**7), 2**7 - 1)),
    st.tuples(st.just(TType.I16), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.just(TType.I32), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just(TType.I64), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(TType.DOUBLE), st.floats(allow_nan=False)),
    st.tuples(st.just(TType.STRING), st.binary(max_size=300)),
    st.tuples(st.just(TType.LIST), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=40)),
    st.tuples(st.just(TType.MAP), st.lists(st.tuples(st.binary(max_size=9), st.integers(0, 2**31 - 1)), max_size=20)),
)


@given(st.dictionaries(st.integers(1, 2**15 - 1), VALUES, max_size=12))
def test_what_apache_thrift_writes_is_read_back(fields: dict[int, tuple[int, Any]]) -> None:
    body = written([(number, kind, value) for number, (kind, value) in fields.items()])

    assert read_struct(body) == {number: value for number, (_, value) in fields.items()}


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=5))
def test_the_answers_of_a_request_stream_are_found(texts: list[str]) -> None:
    body = request_stream([text.encode() for text in texts])

    assert list(answers(body)) == texts


@given(st.binary(max_size=300))
def test_any_bytes_give_a_struct_or_unreadable(body: bytes) -> None:
    try:
        found = read_struct(body)
    except Unreadable:
        return

    assert all(isinstance(number, int) for number in found)


@given(st.data())
def test_an_answer_with_one_wrong_byte_gives_text_or_unreadable(draw: st.DataObject) -> None:
    body = bytearray(request_stream([b'{"data":{"x":1}}']))
    body[draw.draw(st.integers(0, len(body) - 1))] = draw.draw(st.integers(0, 255))

    try:
        found = list(answers(bytes(body)))
    except Unreadable:
        return

    assert all(isinstance(text, str) for text in found)


@pytest.mark.parametrize("nested", [b"\x1c", b"\x19\x19"])
def test_a_struct_nested_too_deep_is_unreadable(nested: bytes) -> None:
    with pytest.raises(Unreadable, match=f"more than {MAX_DEPTH} deep"):
        read_struct(nested[:1] + nested[-1:] * 5_000)


@pytest.mark.parametrize("length", ["ffffffffff7f", "ffffff7f"])
@pytest.mark.parametrize("head", ["18", "19fc", "1b"])
def test_a_length_beyond_the_body_is_unreadable(head: str, length: str) -> None:
    with pytest.raises(Unreadable):
        read_struct(bytes.fromhex(head + length) + b"\x88" * 50)

"""Writes Thrift's binary protocol with Apache's own library, from what a case describes.

A struct is a mapping from field numbers to values; `{bytes: hex}`, `{double: 1.5}`, `{byte: 1}`, `{i16: 1}`,
`{i32: 1}`, `{map: [[key, value], ...]}` and `{thrift: struct}` (a struct in bytes) say what a plain value can't.
"""

import base64
import struct
from typing import Any

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

NAMED = {"double": TType.DOUBLE, "byte": TType.BYTE, "i16": TType.I16, "i32": TType.I32}


def binary(fields: Any) -> bytes:
    """The struct, in bytes."""
    memory = TMemoryBuffer()
    try:
        _write(TBinaryProtocol(memory), TType.STRUCT, fields)
    except (struct.error, LookupError) as why:
        raise ValueError(f"Thrift can't write this: {why}") from None
    return bytes(memory.getvalue())


def in_json(document: Any) -> Any:
    """A document in which `{thrift: struct}` stands for a struct in Base64."""
    if isinstance(document, dict) and list(document) == ["thrift"]:
        return base64.b64encode(binary(document["thrift"])).decode()
    if isinstance(document, dict):
        return {key: in_json(value) for key, value in document.items()}
    return [in_json(each) for each in document] if isinstance(document, list) else document


def _kind(value: Any) -> int:
    if isinstance(value, bool):
        return TType.BOOL
    if isinstance(value, int):
        return TType.I64
    if isinstance(value, str | bytes):
        return TType.STRING
    if isinstance(value, list):
        return TType.LIST
    if isinstance(value, dict):
        name = next(iter(value), 0)
        if isinstance(name, int):
            return TType.STRUCT
        return TType.MAP if name == "map" else NAMED.get(name, TType.STRING)
    raise TypeError(f"{value!r} is nothing that Thrift can write")


def _write(out: TBinaryProtocol, kind: int, value: Any) -> None:
    if kind == TType.STRUCT:
        for number, field in value.items():
            out.writeFieldBegin("", _kind(field), number)
            _write(out, _kind(field), field)
        out.writeFieldStop()
    elif kind == TType.LIST:
        inner = _kind(value[0]) if value else TType.STRUCT
        out.writeListBegin(inner, len(value))
        for each in value:
            _write(out, inner, each)
    elif kind == TType.MAP:
        pairs = value["map"]
        kinds = (_kind(pairs[0][0]), _kind(pairs[0][1])) if pairs else (TType.I64, TType.I64)
        out.writeMapBegin(*kinds, len(pairs))
        for pair in pairs:
            for inner, each in zip(kinds, pair, strict=True):
                _write(out, inner, each)
    elif kind == TType.STRING:
        out.writeBinary(_bytes(value))
    elif kind == TType.BOOL:
        out.writeBool(value)
    elif kind == TType.I64:
        out.writeI64(value)
    else:
        ((name, number),) = value.items()
        getattr(out, {"double": "writeDouble", "byte": "writeByte", "i16": "writeI16", "i32": "writeI32"}[name])(number)


def _bytes(value: Any) -> bytes:
    if isinstance(value, dict):
        ((name, inner),) = value.items()
        return binary(inner) if name == "thrift" else bytes.fromhex(inner)
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")

"""Writes what Instagram's gateway frames hold: changes in protobuf in base64 in JSON, and MQTT without MQTT.

Written from the described layout and apart from the decoder. The frames are Facebook's; the second kind is Thrift, by
Apache's own compact protocol.
"""

import base64
import json
from typing import Any

from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from tests.platforms import meta_writers


def slide(frames: list[dict[str, Any]]) -> bytes:
    """Frames with changes: `{data: 1, deltas: [...]}`; others are `{data: 1, noop: }` and those of `dgw`."""
    return meta_writers.dgw([_framed(frame) for frame in frames])


def bypass(frames: list[dict[str, Any]]) -> bytes:
    """Frames that publish on a topic: `{data: 1, publish: /ig_send_message, json: {...}}`."""
    return meta_writers.dgw(
        [
            {"data": frame["data"], "hex": published(frame["publish"], frame["json"]).hex()}
            if "publish" in frame
            else frame
            for frame in frames
        ]
    )


def _framed(frame: dict[str, Any]) -> dict[str, Any]:
    if "deltas" in frame:
        document = [{"data": {"slide_delta_processor": frame["deltas"]}}]
        operation = block(3, number(1, 223) + block(2, json.dumps(document).encode()))
    elif "noop" in frame:
        operation = block(4, b"")
    else:
        return frame
    answer = block(1, b"\x06\x00") + block(2, operation) + block(3, number(1, 1) + block(5, b'{"seq_id":9}'))
    if frame.get("bare"):
        return {"data": frame["data"], "hex": answer.hex()}
    return {"data": frame["data"], "json": {"request_id": None, "payload": base64.b64encode(answer).decode()}}


def block(field: int, content: bytes) -> bytes:
    """A protobuf field of bytes."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def number(field: int, value: int) -> bytes:
    """A protobuf field of a whole number."""
    return varint(field << 3) + varint(value)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def published(topic: str, document: Any) -> bytes:
    """A request to publish on a topic, as the second kind of a Thrift union."""
    memory = TMemoryBuffer()
    out = TCompactProtocol(memory)
    out.writeStructBegin("")
    out.writeFieldBegin("", TType.STRUCT, 2)
    out.writeStructBegin("")
    for place, content in ((1, json.dumps(document).encode()), (2, str(topic).encode())):
        out.writeFieldBegin("", TType.STRING, place)
        out.writeBinary(content)
        out.writeFieldEnd()
    out.writeFieldStop()
    out.writeStructEnd()
    out.writeFieldEnd()
    out.writeFieldStop()
    out.writeStructEnd()
    return bytes(memory.getvalue())

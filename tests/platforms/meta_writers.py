"""Writes Meta's framings for cases, apart from the readers: DGW, RequestStream, Lightspeed, MQTT.

RequestStream is written by Apache Thrift's own compact protocol, so that our reader is checked against somebody else's.
"""

import json
from typing import Any

from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def inner(value: Any) -> bytes:
    """What a frame holds: `json`, `text`, `hex`, `lightspeed` (a program), `sent` (a browser's tasks), `delta`, or the
    signal of a call: `call` on the gateway, `older_call` on the older socket.
    """
    if not isinstance(value, dict):
        return compact(value).encode()
    ((kind, content),) = value.items()
    match kind:
        case "hex":
            return bytes.fromhex(content)
        case "text":
            return str(content).encode("utf-8", "replace")
        case "lightspeed":
            return outer(content).encode()
        case "sent":
            return sent(content).encode()
        case "delta":
            return request_stream([compact(document).encode() for document in content])
        case "call":
            return envelope(content)
        case "older_call":
            return struct({}) + signal(content)
        case _:
            return compact(content).encode()


def dgw(frames: list[dict[str, Any]]) -> bytes:
    """DGW frames: `{establish: 3, json: {...}}`, `{data: 3, delta: [...]}`, `{end: 3}`, `{ack: 3}`, `{ping: }`."""
    out = bytearray()
    for frame in frames:
        ((kind, stream), *rest) = frame.items()
        content = inner(dict(rest)) if rest else b""
        match kind:
            case "establish":
                out += b"\x0f" + stream.to_bytes(2, "little") + len(content).to_bytes(3, "little") + content
            case "data":
                out += b"\x0d" + stream.to_bytes(2, "little") + (len(content) + 2).to_bytes(3, "little")
                out += (0x8000).to_bytes(2, "little") + content
            case "ack":
                out += b"\x0c" + stream.to_bytes(2, "little") + b"\x02\x00\x00\x00\x00"
            case "end":
                out += b"\x0e" + stream.to_bytes(2, "little")
            case "ping":
                out += b"\x09"
            case _:
                raise ValueError(f"{kind!r} is not a frame")
    return bytes(out)


def request_stream(answers: list[bytes]) -> bytes:
    """A RequestStream answer with one delta an answer, in Thrift's compact protocol."""
    memory = TMemoryBuffer()
    out = TCompactProtocol(memory)

    def field(kind: int, number: int) -> None:
        out.writeFieldBegin("", kind, number)

    def close() -> None:
        out.writeFieldStop()
        out.writeStructEnd()

    out.writeStructBegin("")
    field(TType.STRUCT, 5)
    out.writeStructBegin("")
    field(TType.I64, 1)
    out.writeI64(7)
    out.writeFieldEnd()
    field(TType.LIST, 2)
    out.writeListBegin(TType.STRUCT, len(answers) + 1)
    out.writeStructBegin("")
    field(TType.STRUCT, 1)
    out.writeStructBegin("")
    field(TType.I32, 1)
    out.writeI32(2)
    out.writeFieldEnd()
    close()
    out.writeFieldEnd()
    close()
    for answer in answers:
        out.writeStructBegin("")
        field(TType.STRUCT, 4)
        out.writeStructBegin("")
        field(TType.STRING, 1)
        out.writeBinary(answer)
        out.writeFieldEnd()
        close()
        out.writeFieldEnd()
        close()
    out.writeListEnd()
    out.writeFieldEnd()
    field(TType.BOOL, 3)
    out.writeBool(True)
    out.writeFieldEnd()
    close()
    out.writeFieldEnd()
    close()
    return bytes(memory.getvalue())


def envelope(content: dict[str, Any]) -> bytes:
    """A call's signal as it travels on the gateway: the payload, and which service it is for."""
    return struct({1: signal(content), 2: content.get("service", 1)})


def signal(content: dict[str, Any]) -> bytes:
    """A call's header and body: `{ring: {caller: "1", type: 1}}` or `{join: ["1", "2"]}`; an answer has a `status`."""
    ((kind, told),) = ((key, content[key]) for key in ("ring", "join") if key in content)
    header: dict[int, Any] = {1: 4 if kind == "ring" else 0, 2: "ROOM:1", 3: content.get("mark", "17000"), 4: 0}
    if "status" in content:
        header[6] = content["status"]
    if kind == "join":
        return struct(header) + struct({1: {1: {1: "v=0"}, 2: {1, 4}, 3: set(told)}})
    ring: dict[int, Any] = {
        1: told.get("caller"),
        2: {"100000000000001"},
        4: told.get("type"),
        10: {1: "v=0"},
        15: 2,
        18: False,
    }
    if "group" in told:
        ring[24] = {1: told["group"]}
    return struct(header) + struct({8: ring})


def struct(fields: dict[int, Any]) -> bytes:
    """A Thrift struct by its field numbers: text, whole numbers, yes and no, sets and further structs."""
    memory = TMemoryBuffer()
    write_struct(TCompactProtocol(memory), fields)
    return bytes(memory.getvalue())


def write_struct(out: TCompactProtocol, fields: dict[int, Any]) -> None:
    out.writeStructBegin("")
    for number, item in fields.items():
        out.writeFieldBegin("", thrift_type(item), number)
        write_item(out, item)
        out.writeFieldEnd()
    out.writeFieldStop()
    out.writeStructEnd()


def thrift_type(item: Any) -> int:
    match item:
        case bool():
            return int(TType.BOOL)
        case int():
            return int(TType.I32)
        case str() | bytes():
            return int(TType.STRING)
        case set():
            return int(TType.SET)
        case dict():
            return int(TType.STRUCT)
    raise ValueError(f"{type(item).__name__} has no place in a Thrift struct")


def write_item(out: TCompactProtocol, item: Any) -> None:
    match item:
        case bool():
            out.writeBool(item)
        case int():
            if not -(2**31) <= item < 2**31:
                raise ValueError(f"{item:.0e} is too large a number")
            out.writeI32(item)
        case str():
            out.writeBinary(item.encode())
        case bytes():
            out.writeBinary(item)
        case set():
            out.writeSetBegin(thrift_type(next(iter(item), "")), len(item))
            for each in sorted(item):
                write_item(out, each)
            out.writeSetEnd()
        case _:
            write_struct(out, item)


def outer(value: dict[str, Any]) -> str:
    """A Lightspeed answer: `{request: 4, calls: [...]}`; without `request` it was pushed."""
    answer = {"request_id": value.get("request"), "payload": program(value.get("calls")), "sp": [], "target": 3}
    return compact({key: item for key, item in answer.items() if item is not None})


def program(calls: Any) -> str:
    """A Lightspeed program. A call is `{name: {position: value}}`; whole numbers become int64, the rest undefined."""
    steps = [call(item) for item in calls] if isinstance(calls, list) else calls
    return compact(
        {
            "name": None,
            "step": [1, [1, [4, 0, 1, [5, "executeFirstBlockForSyncTransaction"]]], [23, True, [1, *steps]]]
            if isinstance(steps, list)
            else steps,
        }
    )


def call(item: Any) -> Any:
    if not isinstance(item, dict) or len(item) != 1:
        return item
    ((name, columns),) = item.items()
    if not isinstance(columns, dict):
        return [5, name, columns]
    width = max((int(position) for position in columns), default=-1) + 1
    return [5, name, *(value(columns[position]) if position in columns else [9] for position in range(width))]


def value(item: Any) -> Any:
    return [19, str(item)] if isinstance(item, int) and not isinstance(item, bool) else [9] if item is None else item


def sent(tasks: list[dict[str, Any]]) -> str:
    """What a browser sends on the Lightspeed socket: `[{label: 46, payload: {...}}]`."""
    written = [
        {"label": str(task.get("label")), "payload": compact(task.get("payload")), "queue_name": "q", "task_id": 1}
        if isinstance(task, dict)
        else task
        for task in tasks
    ]
    payload = compact({"tasks": written, "epoch_id": 1, "version_id": "2"})
    return compact({"app_id": "1", "payload": payload, "request_id": 9, "type": 3})


def mqtt(packets: list[dict[str, Any]]) -> bytes:
    """MQTT packets: `{connect: {u: ...}}`, `{publish: /ls_resp, json: {...}}` or `{pingreq: }`."""
    out = bytearray()
    for packet in packets:
        ((kind, topic), *rest) = packet.items()
        match kind:
            case "connect":
                words = [b"MQIsdp", b"mqttwsclient", compact(topic).encode()]
                first, client, user = (len(word).to_bytes(2, "big") + word for word in words)
                out += framed(0x10, first + b"\x03\x82" + (10).to_bytes(2, "big") + client + user)
            case "publish":
                name = str(topic).encode()
                qos = (1).to_bytes(2, "big")
                out += framed(0x32, len(name).to_bytes(2, "big") + name + qos + inner(dict(rest)))
            case "pingreq":
                out += b"\xc0\x00"
            case _:
                raise ValueError(f"{kind!r} is not a packet")
    return bytes(out)


def framed(first: int, content: bytes) -> bytes:
    length, digits = len(content), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (128 if length else 0))
        if not length:
            return bytes([first]) + bytes(digits) + content

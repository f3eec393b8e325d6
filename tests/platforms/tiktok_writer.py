"""Writes TikTok's protobuf bodies for cases, apart from the reader: from names to field numbers and bytes.

What a message is made of stands in SCHEMA: a name, its number, and its kind. `pairs` are names with values, `json` is
JSON in text, the name of another message is that message; a list writes the field as often as it has items.
"""

import gzip
import json
from typing import Any

SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "Frame": {
        "seqid": (1, "int"),
        "logid": (2, "int"),
        "service": (3, "int"),
        "method": (4, "int"),
        "headers": (5, "pairs"),
        "encoding": (6, "text"),
        "type": (7, "text"),
        "payload": (8, "bytes"),
        "trail": (9, "text"),
    },
    "Response": {
        "cmd": (1, "int"),
        "sequence": (2, "int"),
        "status": (3, "int"),
        "words": (4, "text"),
        "inbox": (5, "int"),
        "body": (6, "ResponseBody"),
        "log": (7, "text"),
        "holder": (15, "int"),
    },
    "ResponseBody": {
        "send": (100, "Given"),
        "user": (200, "Listing"),
        "init": (203, "Listing"),
        "combo": (204, "Combo"),
        "history": (301, "Listing"),
        "push": (500, "Push"),
        "apart": (503, "Apart"),
        "strangers": (1000, "Strangers"),
        "stranger_messages": (1001, "StrangerMessages"),
    },
    "Listing": {"messages": (1, "Message"), "conversations": (2, "Conversation"), "cursor": (4, "int")},
    "Combo": {"inboxes": (1, "Inbox"), "cursor": (5, "int")},
    "Inbox": {
        "kind": (1, "int"),
        "messages": (2, "Message"),
        "conversations": (2, "Conversation"),
        "cursor": (5, "int"),
    },
    "Push": {"conversation": (2, "text"), "kind": (3, "int"), "message": (5, "Message")},
    "Apart": {"message": (2, "Message")},
    "Strangers": {"cursor": (1, "int"), "more": (2, "int"), "unread": (3, "int"), "conversations": (4, "Stranger")},
    "Stranger": {
        "short": (1, "int"),
        "unread": (2, "int"),
        "last": (3, "Message"),
        "conversation": (4, "text"),
        "people": (5, "Person"),
    },
    "StrangerMessages": {"messages": (3, "Message")},
    "Conversation": {
        "conversation": (1, "text"),
        "short": (2, "int"),
        "kind": (3, "int"),
        "people": (6, "People"),
        "count": (7, "int"),
    },
    "People": {"people": (1, "Person")},
    "Person": {"user": (1, "int"), "secret": (5, "text")},
    "Message": {
        "conversation": (1, "text"),
        "kind": (2, "int"),
        "id": (3, "int"),
        "at": (4, "int"),
        "short": (5, "int"),
        "type": (6, "int"),
        "sender": (7, "int"),
        "content": (8, "json"),
        "words": (8, "text"),
        "tags": (9, "pairs"),
        "ms": (10, "int"),
        "secret": (14, "text"),
        "name": (21, "text"),
    },
    "Given": {"id": (1, "int"), "words": (1, "text"), "status": (3, "int"), "notice": (6, "json")},
    "Request": {
        "cmd": (1, "int"),
        "sub": (2, "int"),
        "version": (3, "text"),
        "token": (4, "text"),
        "refer": (5, "int"),
        "inbox": (6, "int"),
        "build": (7, "text"),
        "body": (8, "RequestBody"),
        "device": (9, "text"),
        "platform": (11, "text"),
        "headers": (15, "pairs"),
        "auth": (18, "int"),
    },
    "RequestBody": {"send": (100, "Send"), "init": (203, "Ask"), "history": (301, "Ask"), "strangers": (1000, "Ask")},
    "Ask": {"cursor": (1, "int"), "count": (2, "int")},
    "Send": {
        "conversation": (1, "text"),
        "kind": (2, "int"),
        "short": (3, "int"),
        "content": (4, "json"),
        "tags": (5, "pairs"),
        "type": (6, "int"),
        "ticket": (7, "text"),
        "client": (8, "text"),
        "name": (14, "text"),
    },
}


def answer(value: dict[str, Any]) -> bytes:
    """An answer of the messaging API: `{holder: 7, body: {history: {messages: [...]}}}`."""
    return written("Response", value)


def request(value: dict[str, Any]) -> bytes:
    """What the browser sends to it: `{cmd: 100, body: {send: {...}}}`."""
    return written("Request", value)


def frame(value: dict[str, Any]) -> bytes:
    """A frame of the socket: `{encoding: gzip, answer: {...}}`; `request` for the browser's side, `hex` for any."""
    fields = dict(value)
    body = b""
    for kind, write in (("answer", answer), ("request", request), ("hex", bytes.fromhex)):
        if kind in fields:
            body = write(fields.pop(kind))
    match fields.get("encoding"):
        case "gzip":
            # Without a time in it, the same case is the same bytes.
            body = gzip.compress(body, mtime=0)
        case "__lz4":
            body = literals(body)
    trail = fields.pop("trail", None)
    return written("Frame", {**fields, "payload": body} | ({"trail": trail} if trail is not None else {}))


def literals(body: bytes) -> bytes:
    """An LZ4 block that repeats nothing."""
    if len(body) < 15:
        return bytes([len(body) << 4]) + body
    more, rest = divmod(len(body) - 15, 255)
    return bytes([0xF0]) + b"\xff" * more + bytes([rest]) + body


def written(name: str, value: dict[str, Any]) -> bytes:
    out = bytearray()
    if wrong := set(value) - set(SCHEMA[name]):
        raise ValueError(f"{sorted(wrong)} are no fields of {name}")
    for key, given in value.items():
        number, kind = SCHEMA[name][key]
        for one in given if isinstance(given, list) and kind != "json" else [given]:
            for content in pieces(kind, one):
                out += varint(number << 3 | (0 if isinstance(content, int) else 2))
                out += varint(content) if isinstance(content, int) else varint(len(content)) + content
    return bytes(out)


def pieces(kind: str, value: Any) -> list[int | bytes]:
    match kind:
        case "int":
            return [value + 0]
        case "text":
            return [value.encode("utf-8", "replace")]
        case "bytes":
            return [bytes(value)]
        case "json":
            return [json.dumps(value, separators=(",", ":")).encode()]
        case "pairs":
            return [pair(name, said) for name, said in value.items()]
        case _:
            return [written(kind, value)]


def pair(name: str, said: str) -> bytes:
    first, second = name.encode(), said.encode("utf-8", "replace")
    return b"\x0a" + varint(len(first)) + first + b"\x12" + varint(len(second)) + second


def varint(value: int) -> bytes:
    if not 0 <= value < 2**64:
        raise OverflowError("not a number of 64 bits")
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])

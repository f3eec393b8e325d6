"""Google's Protocol Buffers and LZ4, over classes that its compiler makes of tiktok.proto.

Reads one JSON document: `write` holds messages to be written, `read` bytes to be understood; prints what came of it.
"""

import base64
import gzip
import json
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import lz4.block
from google.protobuf import json_format
from grpc_tools import protoc

HERE = Path(__file__).parent


def compiled() -> ModuleType:
    folder = tempfile.mkdtemp()
    if protoc.main(["protoc", f"--proto_path={HERE}", f"--python_out={folder}", "tiktok.proto"]) != 0:
        raise SystemExit("tiktok.proto does not compile")
    sys.path.insert(0, folder)
    import tiktok_pb2

    return tiktok_pb2


def written(classes: ModuleType, name: str, document: dict[str, Any]) -> bytes:
    inside = document.pop("payload", None)
    message = json_format.ParseDict(document, getattr(classes, name)())
    if inside is not None:
        ((kind, content),) = inside.items()
        message.payload = packed(message.payload_encoding, written(classes, kind, content))
    return message.SerializeToString(deterministic=True)


def packed(encoding: str, body: bytes) -> bytes:
    match encoding:
        case "gzip":
            return gzip.compress(body, mtime=0)
        case "__lz4":
            return lz4.block.compress(body, store_size=False)
        case _:
            return body


def unpacked(encoding: str, body: bytes) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "__lz4":
            return lz4.block.decompress(body, uncompressed_size=1_000_000)
        case _:
            return body


def understood(classes: ModuleType, name: str, body: bytes, inside: str | None) -> dict[str, Any]:
    message = getattr(classes, name)()
    message.ParseFromString(body)
    assert not unknown(message), f"{name} holds fields that the compiler was not told of"
    document = json_format.MessageToDict(message, preserving_proto_field_name=True)
    if inside:
        content = unpacked(message.payload_encoding, message.payload)
        document["payload"] = understood(classes, inside, content, None)
    return document


def unknown(message: Any) -> bool:
    from google.protobuf.unknown_fields import UnknownFieldSet

    return bool(len(UnknownFieldSet(message)))


def main() -> None:
    classes, asked = compiled(), json.load(sys.stdin)
    wrote = [base64.b64encode(written(classes, name, document)).decode() for name, document in asked["write"]]
    read = [understood(classes, name, base64.b64decode(body), inside) for name, body, inside in asked["read"]]
    packs = [base64.b64encode(packed("__lz4", base64.b64decode(body))).decode() for body in asked["pack"]]
    json.dump({"wrote": wrote, "read": read, "packed": packs}, sys.stdout)


main()

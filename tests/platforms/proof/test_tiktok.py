"""Google's Protocol Buffers write what the TikTok decoder reads, and understand what the cases write."""

import base64
import json
import random
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from screener.capture import Capture
from screener.events import Message
from screener.platforms import Memory, decode, endpoints
from screener.platforms.wire.tiktok.frame import lz4_block
from tests.clients.environment import ROOT, client_python
from tests.platforms.cases import cases
from tests.platforms.tiktok_writer import SCHEMA, answer, frame, request

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
SAM, MAYA = "7228182569357169786", "7690554696518190302"
TALK = f"0:1:{SAM}:{MAYA}"
DICE = random.Random("lz4")
# Text that repeats itself near and far, bytes that never do, one byte over and over, and next to nothing.
BODIES = [
    b"hi Sam, hi Maya, hi Sam, hi Maya, hi! " * 400,
    bytes(DICE.randrange(256) for _ in range(70_000)),
    b"a" * 100_000,
    b"x",
    bytes(DICE.choice(b"abc") for _ in range(5_000)),
]


def a_message(number: int, text: str, sender: str = MAYA, **more: Any) -> dict[str, Any]:
    return {
        "conversation_id": TALK,
        "conversation_type": 1,
        "server_message_id": str(7692131550615313153 + number),
        "create_time_us": str(int(AT.timestamp() + number) * 1_000_000),
        "message_type": 7,
        "sender": sender,
        "content": json.dumps({"aweType": 0, "text": text}),
        "ext": {"s:client_message_id": f"c-{number}", "is_stranger": "true"},
        **more,
    }


PUSH = {"cmd": 500, "body": {"push": [{"conversation_id": TALK, "message": a_message(0, "hi 👋")}]}}
WRITE: list[tuple[str, dict[str, Any]]] = [
    (
        "Frame",
        {"seqid": "1", "service": 20032, "payload_encoding": "gzip", "trail": "x", "payload": {"Response": PUSH}},
    ),
    ("Frame", {"payload_encoding": "__lz4", "headers": [{"key": "a", "value": "b"}], "payload": {"Response": PUSH}}),
    ("Frame", {"payload": {"Response": PUSH}}),
    ("Response", {"user_id": SAM, "body": {"history": {"messages": [a_message(1, "one"), a_message(2, "two", SAM)]}}}),
    ("Response", {"user_id": SAM, "body": {"init": {"messages": [a_message(3, "three")], "next_cursor": "1"}}}),
    (
        "Response",
        {"user_id": SAM, "body": {"combo": {"inboxes": [{"inbox_type": 0, "messages": [a_message(4, "four")]}]}}},
    ),
    ("Response", {"user_id": SAM, "body": {"stranger_push": {"message": a_message(5, "five")}}}),
    (
        "Response",
        {
            "user_id": SAM,
            "body": {"strangers": {"conversations": [{"conversation_id": TALK, "last_message": a_message(6, "six")}]}},
        },
    ),
    ("Response", {"user_id": SAM, "body": {"stranger_messages": {"messages": [a_message(7, "seven")]}}}),
    (
        "Request",
        {
            "cmd": 100,
            "body": {
                "send": {
                    "conversation_id": TALK,
                    "content": json.dumps({"aweType": 0, "text": "no"}),
                    "ext": {"s:client_message_id": "c-9"},
                    "ticket": "0123456789abcdef" * 4,
                    "client_message_id": "0f0e0d0c-0000-4000-8000-000000000000",
                }
            },
            "headers": {"aid": "1988", "Web-Sdk-Ms-Token": "invented-token" * 12},
        },
    ),
    ("Response", {"user_id": SAM, "body": {"send": {"server_message_id": "7692131550615313999"}}}),
]


@cache
def asked() -> dict[str, Any]:
    """What Google's classes wrote and understood, all in one run."""
    given = {
        "write": WRITE,
        "read": [(name, base64.b64encode(body).decode(), inside) for name, body, inside, _ in ours()],
        "pack": [base64.b64encode(body).decode() for body in BODIES],
    }
    talk = subprocess.run(
        [client_python("protobuf"), ROOT / "tests" / "clients" / "protobuf" / "talk.py"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert talk.returncode == 0, talk.stderr
    answered: dict[str, Any] = json.loads(talk.stdout)
    return answered


def wrote(number: int) -> bytes:
    return base64.b64decode(asked()["wrote"][number])


@cache
def ours() -> list[tuple[str, bytes, str | None, dict[str, Any]]]:
    """Every body of the cases that is written in TikTok's protobuf, with what it was written from."""
    found: list[tuple[str, bytes, str | None, dict[str, Any]]] = []
    for each in cases("tiktok"):
        for capture in each.captures:
            for part in ("body", "request", "response"):
                ((kind, value),) = (capture.get(part) or {"": None}).items()
                if kind == "tiktok_answer":
                    found.append(("Response", answer(value), None, value))
                elif kind == "tiktok_request":
                    found.append(("Request", request(value), None, value))
                elif kind == "tiktok_frame" and "hex" not in value:
                    found.append(("Frame", frame(value), "Response" if "answer" in value else "Request", value))
    return found


def read(capture: Capture, memory: Memory) -> list[Message]:
    decoded = decode(capture, memory)
    assert decoded is not None
    assert not decoded.unreadable
    return [event for event in decoded.events if isinstance(event, Message)]


def a_memory() -> Memory:
    memory = Memory()
    memory.kept["accounts"] = {"ids": [SAM], "day": "2026-10-02"}
    return memory


def a_push(body: bytes) -> Capture:
    return Capture(
        id="c", at=AT, device="d", host="im-ws.tiktok.com", path="/ws/v2", via="websocket", stream="s", response=body
    )


def an_answer(body: bytes, path: str = "/v1/message/get_by_conversation") -> Capture:
    return Capture(
        id="c", at=AT, device="d", host="im-api.tiktok.com", path=path, method="POST", status=200, response=body
    )


def test_frames_that_google_writes_give_their_message_however_they_are_packed():
    for number in range(3):
        (message,) = read(a_push(wrote(number)), a_memory())

        assert (message.id, message.text, message.by) == ("7692131550615313153", "hi 👋", "contact")
        assert (message.contact.id, message.conversation, message.pending) == (MAYA, TALK, True)
        assert message.at == AT


def test_answers_that_google_writes_give_their_messages():
    found = [[(one.text, one.by) for one in read(an_answer(wrote(number)), Memory())] for number in range(3, 9)]

    assert found == [
        [("one", "contact"), ("two", "member")],
        [("three", "contact")],
        [("four", "contact")],
        [("five", "contact")],
        [("six", "contact")],
        [("seven", "contact")],
    ]


def test_what_is_sent_is_read_although_its_secrets_were_blanked():
    capture = replace(an_answer(wrote(10), "/v1/message/send"), request=wrote(9))
    endpoint = endpoints().find(host=capture.host, method="POST", path=capture.path, via="http")
    assert endpoint is not None

    blanked = endpoint.blanked(capture.request)
    (message,) = read(replace(capture, request=blanked), Memory())

    assert b"invented-token" not in blanked
    assert b"0123456789abcdef" not in blanked
    assert (message.id, message.text, message.by) == ("7692131550615313999", "no", "member")


def test_lz4_blocks_of_the_lz4_library_are_unpacked():
    packed = [base64.b64decode(body) for body in asked()["packed"]]

    assert [lz4_block(body) for body in packed] == BODIES


def test_google_understands_what_the_cases_write():
    understood = asked()["read"]

    assert len(understood) == len(ours()) > 20
    for (name, _, inside, value), document in zip(ours(), understood, strict=True):
        content = value.get("answer", value.get("request", {})) if inside else value
        told = flat(inside or name, content)
        heard = leaves(document["payload"] if inside else document)
        assert told <= heard, f"{sorted(told - heard)} of {name} are missing"


def flat(name: str, value: dict[str, Any]) -> set[str]:
    """Every number and text that a case writes, as text."""
    found: set[str] = set()
    for key, given in value.items():
        kind = SCHEMA[name][key][1]
        for one in given if isinstance(given, list) and kind != "json" else [given]:
            match kind:
                case "int" | "text":
                    found |= {str(one)} if one not in (None, "") else set()
                case "pairs":
                    found |= {said for pair in one.items() for said in pair if said}
                case "json":
                    found.add(json.dumps(one, separators=(",", ":")))
                case _:
                    found |= flat(kind, one)
    return found


def leaves(document: Any) -> set[str]:
    if isinstance(document, dict):
        return set(document) | {leaf for one in document.values() for leaf in leaves(one)}
    if isinstance(document, list):
        return {leaf for one in document for leaf in leaves(one)}
    return {str(int(document)) if isinstance(document, bool) else str(document)}

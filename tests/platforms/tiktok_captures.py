"""Captures of TikTok for tests: one account, one stranger, and what passes between them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from screener.capture import Capture
from screener.events import Event
from screener.platforms import Memory, decode
from tests.platforms.tiktok_writer import answer, frame

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
SAM, MAYA, BO = "7228182569357169786", "7690554696518190302", "6935767451969201256"
TALK = f"0:1:{SAM}:{MAYA}"
WEB, API, SOCKET = "www.tiktok.com", "im-api.tiktok.com", "im-ws.tiktok.com"


def a_memory(*accounts: str) -> Memory:
    memory = Memory()
    memory.kept["accounts"] = {"ids": list(accounts or (SAM,)), "day": "2026-10-02"}
    return memory


def a_page(document: Any, path: str, **more: Any) -> Capture:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    capture = Capture(id="c", at=AT, device="d", host=WEB, path=path, status=200, response=body)
    return replace(capture, **more)


def an_answer(body: dict[str, Any], path: str = "/v1/message/get_by_conversation", **more: Any) -> Capture:
    return a_page(answer({"holder": int(SAM), "body": body}), path, host=API, method="POST", **more)


def a_push(*messages: dict[str, Any], **more: Any) -> Capture:
    body = frame({"answer": {"body": {"push": [{"message": one} for one in messages]}}})
    return a_page(body, "/ws/v2", host=SOCKET, via="websocket", stream="s", status=None, **more)


def a_message(number: int, text: str, *, sender: str = MAYA, **more: Any) -> dict[str, Any]:
    return {
        "conversation": TALK,
        "kind": 1,
        "id": 7692131550615313153 + number,
        "at": int(AT.timestamp() + number) * 1_000_000,
        "sender": int(sender),
        "content": {"aweType": 0, "text": text},
        **more,
    }


def read(capture: Capture, memory: Memory | None = None) -> tuple[list[Event], list[str]]:
    decoded = decode(capture, memory or a_memory())
    assert decoded is not None
    return list(decoded.events), list(decoded.unreadable)

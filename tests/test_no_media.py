"""No picture and no video lies in the home, whichever way it came past: the real tap, spool, decoders and store."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.http import Headers
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from sqlalchemy import select
from wsproto.frame_protocol import Opcode

from addons.tap import Tap
from screener.family import Family
from screener.pipeline import Pipeline
from screener.platforms import endpoints
from screener.reading import Reading
from screener.seal import Seal
from screener.spool import Reader, Writer
from screener.store.casebook import SqlCases
from screener.store.sql import SqlStore
from screener.store.tables import alerts
from tests.make import NOON, RULES

SEAL = Seal(key=b"k" * 32)
API = "discord.com"
CHANNEL = "/api/v9/channels/1210000000000000001/messages"
KIM = {"id": "1100000000000000001", "username": "kim.example"}
MAYA = {"id": "1301234567890123456", "username": "maya.r.example", "global_name": "Maya R."}
BEGINS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "video/mp4": b"\x00\x00\x00\x20ftypisom",
}


@dataclass(kw_only=True)
class Home:
    """The tap, the spool and the screener of one home, without the network between them."""

    folder: Path
    store: SqlStore
    writer: Writer
    reading: Reading
    tap: Tap
    media: list[bytes] = field(default_factory=list)

    def picture(self, kind: str) -> bytes:
        """A picture or video like no other, to be looked for afterwards."""
        self.media.append(secrets.token_bytes(600))
        return BEGINS[kind] + self.media[-1]

    def exchange(
        self,
        method: str,
        path: str,
        answer: bytes,
        kind: str = "application/json",
        *,
        sent: bytes = b"",
        sends: str = "",
    ) -> None:
        flow = tflow.tflow(resp=True)
        flow.client_conn.sni = flow.request.host = API
        flow.client_conn.timestamp_tls_setup = 1.0
        flow.request.scheme, flow.request.method, flow.request.path = "https", method, path
        flow.request.headers = Headers(host=API, **({"content_type": sends} if sends else {}))
        flow.response.headers = Headers(content_type=kind)
        self.tap.requestheaders(flow)
        _passes(flow.request, sent)
        self.tap.responseheaders(flow)
        _passes(flow.response, answer)
        self.tap.response(flow)

    def socket(self, *said: bytes, text: bool = True) -> None:
        flow = tflow.twebsocketflow(messages=False)
        flow.client_conn.sni = flow.request.host = "gateway.discord.gg"
        flow.client_conn.timestamp_tls_setup = 1.0
        flow.request.scheme, flow.request.path = "https", "/?v=9&encoding=json"
        flow.request.headers["host"] = "gateway.discord.gg"
        self.tap.response(flow)
        self.tap.websocket_start(flow)
        for each in said:
            assert flow.websocket is not None
            flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT if text else Opcode.BINARY, False, each))
            self.tap.websocket_message(flow)
        self.tap.websocket_end(flow)

    async def read(self) -> None:
        """Until everything that was copied is followed."""
        assert self.tap.counts["tap_errors"] == 0
        await asyncio.to_thread(self.writer.close)
        while await self.reading.step():
            pass

    def found(self) -> list[int]:
        """The numbers of the pictures that lie in any file of the home, as they are or as base64 has them."""
        held = b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        return [n for n, each in enumerate(self.media) if any(part in held for part in _parts(each))]


def _passes(message: Any, body: bytes) -> None:
    if callable(message.stream):
        for piece in (body[:100], body[100:], b""):
            message.stream(piece)


def _parts(body: bytes) -> list[bytes]:
    """A piece out of its middle, in each of the ways in which base64 can write it."""
    piece = body[300:348]
    written = [base64.b64encode(b"\0" * shift + piece)[4:-4] for shift in range(3)]
    return [piece, *written, *(each.replace(b"+", b"-").replace(b"/", b"_") for each in written)]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    store = await SqlStore.opened(tmp_path / "screener.db", SEAL)
    writer, reader = Writer(tmp_path / "spool.db"), Reader(tmp_path / "spool.db")

    async def tell(step: object) -> None:
        pass

    pipeline = Pipeline(family=Family(), rulebook=RULES, store=store, since=NOON)
    reading = Reading(reader=reader, pipeline=pipeline, tell=tell)
    tap = Tap(writer.offer, endpoints(), lambda device: True)
    yield Home(folder=tmp_path, store=store, writer=writer, reading=reading, tap=tap)
    writer.close()
    reader.close()
    await store.close()


def said(number: int, text: str, *files: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"131000000000000{number:04}", "channel_id": "1210000000000000001", "channel_type": 1, "type": 0,
        "author": MAYA, "content": text, "timestamp": f"2026-10-02T18:{number:02}:00+00:00",
        "attachments": list(files), **more,
    }  # fmt: skip


def attached(home: Home, kind: str) -> dict[str, Any]:
    """An attachment as the platform describes it, here with its very bytes, as previews are sent."""
    body = base64.b64encode(home.picture(kind)).decode()
    return {"id": "1", "content_type": kind, "size": 609, "url": "https://example.com/1", "placeholder": body}


async def test_after_a_talk_with_pictures_and_videos_none_of_their_bytes_lie_in_the_home(home: Home):
    home.exchange("GET", "/api/v9/users/@me", json.dumps(KIM).encode())
    home.exchange("GET", "/api/v9/users/@me/relationships", b"[]")
    home.exchange(
        "GET", "/api/v9/users/@me/channels",
        json.dumps([{"id": "1210000000000000001", "type": 1, "recipients": [MAYA]}]).encode(),
    )  # fmt: skip
    threat = "I recorded everything. pay 300 euros in gift cards or everyone sees it"
    talk = [said(1, "hey, look at me", attached(home, "image/jpeg")), said(2, threat, attached(home, "video/mp4"))]
    home.exchange("GET", CHANNEL, json.dumps(talk[::-1]).encode())
    # The same addresses answer with the things themselves, and the member sends one.
    for kind in BEGINS:
        home.exchange("GET", CHANNEL, home.picture(kind), kind)
    form = b"--x\r\ncontent-type: image/png\r\n\r\n" + home.picture("image/png") + b"\r\n--x--"
    home.exchange("POST", CHANNEL, b"{}", sent=form, sends="multipart/form-data; boundary=x")
    ready = {"op": 0, "t": "READY", "d": {"user": KIM, "session_id": "a", "relationships": [], "private_channels": []}}
    pushed = {"op": 0, "t": "MESSAGE_CREATE", "d": said(3, "", attached(home, "image/png"))}
    home.socket(*(json.dumps(each).encode() for each in (ready, pushed)))
    home.socket(home.picture("image/jpeg"), text=False)
    await home.read()

    async with home.store.engine.connect() as connection:
        case = (await connection.execute(select(alerts.c.id))).scalar_one()
    cases = SqlCases(engine=home.store.engine, seal=SEAL)
    entries = [entry async for entry in cases.entries(case)]
    assert home.reading.reader.depth() == 0
    assert [entry.body["media"] for entry in entries if entry.kind == "message" and entry.body.get("media")] == [
        ["image"],
        ["video"],
        ["image"],
    ]
    opened = b"".join(json.dumps(entry.body).encode() for entry in entries)
    assert not any(part in opened for each in home.media for part in _parts(each))
    assert len(home.media) == 8
    assert home.found() == []


async def test_the_search_finds_what_would_lie_there(home: Home):
    for kind in BEGINS:
        body = home.picture(kind)
        (home.folder / kind.replace("/", ".")).write_bytes(base64.urlsafe_b64encode(b"x" + body))
    (home.folder / "raw").write_bytes(home.picture("video/mp4"))

    assert home.found() == [0, 1, 2, 3]

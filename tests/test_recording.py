"""Recorded traffic gives the frames that live traffic would have given."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http, io
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from screener import recording
from screener.errors import Mistake

INBOX = b'{"data":{"viewer":{}}}'


def graphql_flow(**headers: str) -> http.HTTPFlow:
    flow = tflow.tflow(
        req=http.Request.make(
            "POST",
            "https://www.facebook.com/api/graphql/?a=1",
            b"fb_api_req_friendly_name=X",
            {"cookie": "c_user=100000000000001; xs=secret-token", "authorization": "secret-token", **headers},
        ),
        resp=http.Response.make(200, INBOX, {"content-type": "application/json", "set-cookie": "xs=secret-token"}),
    )
    flow.request.timestamp_start = 1_000.0
    flow.response.timestamp_end = 1_001.0
    return flow


def socket_flow() -> http.HTTPFlow:
    flow = tflow.twebsocketflow()
    flow.request.host, flow.request.path, flow.request.scheme = "gateway.facebook.com", "/ws/realtime", "https"
    flow.request.headers["host"] = "gateway.facebook.com"
    flow.request.timestamp_start = 1_000.5
    flow.websocket.messages = [
        WebSocketMessage(Opcode.BINARY, False, b"\x09", 1_000.7),
        WebSocketMessage(Opcode.BINARY, True, b"\x0a", 1_003.0),
    ]
    return flow


def saved(path: Path, *flows: http.HTTPFlow) -> Path:
    with path.open("wb") as file:
        writer = io.FlowWriter(file)
        for flow in flows:
            writer.add(flow)
    return path


def a_har(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def har_entry(**changes: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-10-02T18:03:00.000Z",
        "time": 12.5,
        "request": {
            "method": "POST",
            "url": "https://www.facebook.com/api/graphql/?a=1",
            "headers": [{"name": "Cookie", "value": "c_user=100000000000001; xs=secret-token"}],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "av=1"},
        },
        "response": {
            "status": 200,
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "Content-Encoding", "value": "br"},
            ],
            "content": {"mimeType": "application/json", "text": INBOX.decode()},
        },
    } | changes


def test_a_flow_file_gives_the_exchanges_in_the_order_in_which_they_passed(tmp_path: Path):
    path = saved(tmp_path / "x.mitm", graphql_flow(), socket_flow())

    frames = recording.load(path).frames

    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    assert [f.body for f in frames if f.kind in ("server", "client", "response")] == [b"\x09", INBOX, b"\x0a"]


def test_only_the_allowed_headers_and_the_account_are_taken_from_a_recording(tmp_path: Path):
    path = saved(tmp_path / "x.mitm", graphql_flow())

    found = recording.load(path)

    opened = found.frames[0].meta
    assert opened["account"] == "100000000000001"
    assert "secret-token" not in repr(found)


def test_a_host_that_is_not_watched_is_left_out(tmp_path: Path):
    flow = graphql_flow()
    flow.request.host = "bank.example"
    flow.request.headers["host"] = "bank.example"

    assert recording.load(saved(tmp_path / "x.mitm", flow)).frames == ()


def test_a_flow_file_cut_in_the_middle_gives_what_came_before_the_cut(tmp_path: Path):
    path = saved(tmp_path / "x.mitm", graphql_flow(), graphql_flow())
    path.write_bytes(path.read_bytes()[:-100])

    found = recording.load(path)

    assert found.cut
    assert [frame.kind for frame in found.frames] == ["open", "request", "head", "response", "close"]


def test_a_har_gives_the_same_frames_and_its_bodies_are_already_unpacked(tmp_path: Path):
    path = tmp_path / "x.har"
    path.write_text(a_har(har_entry()))

    frames = recording.load(path).frames

    assert [frame.kind for frame in frames] == ["open", "request", "head", "response", "close"]
    assert frames[2].meta["headers"] == {"content-type": "application/json"}
    assert (frames[1].body, frames[3].body) == (b"av=1", INBOX)


def test_websocket_messages_of_a_har_are_text_or_base64(tmp_path: Path):
    entry = har_entry(
        request={"method": "GET", "url": "wss://gateway.facebook.com/ws/realtime?x-dgw-uuid=1", "headers": []},
        response={"status": 101, "headers": [], "content": {}},
        _webSocketMessages=[
            {"type": "send", "time": 1790964181.5, "opcode": 1, "data": "words"},
            {"type": "receive", "time": 1790964180.5, "opcode": 2, "data": base64.b64encode(b"\x09\x0a").decode()},
        ],
    )
    path = tmp_path / "x.har"
    path.write_text(a_har(entry))

    frames = [frame for frame in recording.load(path).frames if frame.kind in ("client", "server")]

    assert [(f.kind, f.text, f.body) for f in frames] == [("server", False, b"\x09\x0a"), ("client", True, b"words")]


@pytest.mark.parametrize("kept", [1, 2])
def test_a_har_cut_in_the_middle_gives_the_entries_before_the_cut(tmp_path: Path, kept: int):
    text = a_har(*[har_entry() for _ in range(3)])
    ends = [index for index in range(len(text)) if text.startswith('{"startedDateTime"', index)]
    path = tmp_path / "x.har"
    path.write_text(text[: ends[kept] + 200])

    found = recording.load(path)

    assert found.cut
    assert sum(frame.kind == "open" for frame in found.frames) == kept


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.har", b"not a har"),
        ("x.har", b'{"log": 1}'),
        ("x.har", b"[1]"),
        ("x.mitm", b"not a flow file"),
        ("x.mitm", b""),
    ],
)
def test_a_file_that_is_no_recording_is_named_with_its_mend(tmp_path: Path, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)

    if not content:
        assert recording.load(path).frames == ()
        return
    with pytest.raises(Mistake, match=rf"{name}: .+\. .+"):
        recording.load(path)

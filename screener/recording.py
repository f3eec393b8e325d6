"""Recorded traffic, made into the frames that live traffic would have given: mitmproxy's flow files and HAR."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from screener import platforms
from screener.errors import Mistake
from screener.spool import Frame, allowed
from screener.spool.base import FrameKind

# What a HAR's entry is read as; a browser's file of an afternoon has some 100 MB.
MAX_BYTES = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The frames in the order in which they passed; `cut` when the file ends in the middle."""

    frames: tuple[Frame, ...]
    cut: bool


def load(path: Path) -> Recording:
    """The recording in a file. Raises Mistake when it is no recording at all."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Mistake(f"{path}: this is larger than 2 GB. Record a shorter time.")
        exchanges, cut = (_har if path.suffix == ".har" else _mitm)(path)
    except OSError as why:
        raise Mistake(
            f"{path}: it can't be read ({why.strerror}). Check that the file is there and is yours."
        ) from None
    frames = [frame for n, exchange in enumerate(exchanges) for frame in _frames(f"recorded-{n}", exchange)]
    # Exchanges ran side by side: what was said first is followed first, as it was in life.
    return Recording(frames=tuple(sorted(frames, key=lambda frame: frame.at)), cut=cut)


@dataclass(frozen=True, kw_only=True)
class _Said:
    at: float
    by_client: bool
    is_text: bool
    body: bytes


@dataclass(frozen=True, kw_only=True)
class _Exchange:
    """One request with its answer, or one WebSocket, as either kind of file tells it. Bodies are as on the wire."""

    began: float
    ended: float
    device: str
    method: str
    host: str
    target: str
    request_headers: Mapping[str, str]
    request: bytes
    status: int | None
    response_headers: Mapping[str, str]
    response: bytes
    messages: tuple[_Said, ...] | None
    cut: bool = False


def _frames(stream: str, exchange: _Exchange) -> Iterator[Frame]:
    """The frames that the tap would have copied of this exchange; none if it is not watched."""
    is_socket = exchange.messages is not None
    content_type = _header(exchange.response_headers, "content-type")
    endpoint = platforms.endpoints().watched(
        host=exchange.host,
        method=exchange.method,
        path=exchange.target.partition("?")[0],
        is_socket=is_socket,
        content_type=None if is_socket else content_type,
    )
    if endpoint is None:
        return
    opened = allowed.opening(
        via="websocket" if is_socket else "http",
        device=exchange.device,
        method=exchange.method,
        host=exchange.host,
        target=exchange.target,
        found=exchange.request_headers,
        wanted=endpoint.headers,
        cookie=endpoint.cookie,
        asked=endpoint.query,
    )
    yield Frame(stream=stream, kind="open", at=exchange.began, meta=opened)
    if exchange.request:
        yield Frame(stream=stream, kind="request", at=exchange.began, body=exchange.request)
    head = {"status": exchange.status, "headers": allowed.headers(exchange.response_headers)}
    yield Frame(stream=stream, kind="head", at=exchange.began, meta=head)
    ended = exchange.ended
    for said in exchange.messages or ():
        kind: FrameKind = "client" if said.by_client else "server"
        yield Frame(stream=stream, kind=kind, at=said.at, body=said.body, text=said.is_text)
        ended = max(ended, said.at)
    if exchange.response:
        yield Frame(stream=stream, kind="response", at=ended, body=exchange.response)
    yield Frame(stream=stream, kind="close", at=ended, meta={"cut": True} if exchange.cut else {})


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _mitm(path: Path) -> tuple[list[_Exchange], bool]:
    # mitmproxy takes a second to import; only this kind of file needs it.
    from mitmproxy import http, io
    from mitmproxy.exceptions import FlowReadException

    exchanges: list[_Exchange] = []
    with path.open("rb") as file:
        try:
            for flow in io.FlowReader(file).stream():
                if isinstance(flow, http.HTTPFlow):
                    exchanges.append(_of_flow(flow))
        except FlowReadException:
            if not exchanges and not path.read_bytes()[:1].isdigit():
                raise Mistake(
                    f"{path}: this is not a mitmproxy flow file. Save one with: mitmdump -w FILE.mitm"
                ) from None
            return exchanges, True
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            return exchanges, True  # a flow that parses but is twisted is where the readable part ends
    return exchanges, False


def _of_flow(flow: Any) -> _Exchange:
    request, response = flow.request, flow.response
    messages = None
    if flow.websocket is not None:
        messages = tuple(
            _Said(at=m.timestamp, by_client=m.from_client, is_text=m.is_text, body=m.content)
            for m in flow.websocket.messages
        )
    peer = flow.client_conn.peername
    return _Exchange(
        began=request.timestamp_start,
        ended=(response.timestamp_end or response.timestamp_start) if response else request.timestamp_start,
        device=str(peer[0]) if peer else "",
        method=request.method,
        host=request.pretty_host,
        target=request.path,
        request_headers=dict(request.headers.items()),
        request=request.raw_content or b"",
        status=response.status_code if response else None,
        response_headers=dict(response.headers.items()) if response else {},
        response=(response.raw_content or b"") if response and messages is None else b"",
        messages=messages,
        cut=response is None or flow.error is not None,
    )


def _har(path: Path) -> tuple[list[_Exchange], bool]:
    text = path.read_bytes().decode("utf-8-sig", "replace")
    entries, cut = _entries(text)
    if entries is None:
        raise Mistake(f'{path}: this is not a HAR file. In the browser\'s developer tools choose "Save all as HAR".')
    exchanges = []
    for entry in entries:
        try:
            exchanges.append(_of_entry(entry))
        except (KeyError, TypeError, ValueError, AttributeError):
            cut = True  # an entry that can't be understood is a hole, and is counted as one
    return exchanges, cut


def _entries(text: str) -> tuple[list[Any] | None, bool]:
    """The entries of a HAR; those before the cut where the file ends in the middle."""
    try:
        return list(json.loads(text)["log"]["entries"]), False
    except (KeyError, TypeError):
        return None, False
    except (ValueError, RecursionError):
        pass
    start = text.find('"entries"')
    start = text.find("[", start) + 1 if start >= 0 else 0
    if start == 0:
        return None, False
    decoder, entries = json.JSONDecoder(), []
    while start < len(text):
        while start < len(text) and text[start] in " \t\r\n,":
            start += 1
        try:
            entry, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        entries.append(entry)
    return entries, True


def _of_entry(entry: Mapping[str, Any]) -> _Exchange:
    request, response = entry["request"], entry.get("response") or {}
    began = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    url = urlsplit(request["url"])
    messages = entry.get("_webSocketMessages")
    content = response.get("content") or {}
    body = _body(content.get("text"), content.get("encoding"))
    headers = _pairs(response.get("headers"))
    if content.get("mimeType") and not _header(headers, "content-type"):
        headers["content-type"] = content["mimeType"]
    return _Exchange(
        began=began,
        ended=began + max(float(entry.get("time") or 0), 0) / 1000,
        device=str(entry.get("_clientAddress") or ""),
        method=str(request.get("method") or "GET"),
        host=url.hostname or "",
        target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
        # A HAR's bodies are already unpacked, whatever its headers say.
        request_headers=_unpacked(_pairs(request.get("headers")) | _cookies(request)),
        request=_posted(request.get("postData") or {}),
        status=response.get("status"),
        response_headers=_unpacked(headers),
        response=b"" if messages is not None else body,
        messages=None if messages is None else tuple(_said(message) for message in messages),
    )


def _said(message: Mapping[str, Any]) -> _Said:
    is_text = message.get("opcode") != 2
    return _Said(
        at=float(message["time"]),
        by_client=message.get("type") == "send",
        is_text=is_text,
        body=_body(message.get("data"), None if is_text else "base64"),
    )


def _body(text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str):
        return b""
    return base64.b64decode(text) if encoding == "base64" else text.encode("utf-8", "surrogatepass")


def _posted(posted: Mapping[str, Any]) -> bytes:
    """The body that was sent; some tools list a form's fields and leave the text out."""
    if posted.get("text") is None and posted.get("params"):
        return urlencode([(str(field["name"]), str(field.get("value", ""))) for field in posted["params"]]).encode()
    return _body(posted.get("text"), posted.get("encoding"))


def _pairs(headers: Any) -> dict[str, str]:
    return {str(header["name"]): str(header["value"]) for header in headers or ()}


def _cookies(request: Mapping[str, Any]) -> dict[str, str]:
    """Newer browsers leave the Cookie header out and list the cookies apart."""
    found = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in request.get("cookies") or ())
    return {"cookie": found} if found else {}


def _unpacked(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "content-encoding"}

"""The tap never holds and never alters: real bytes through the real proxy, compared and looked for in the spool."""

import asyncio
import gc
import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from mitmproxy.websocket import WebSocketData

from addons.gate import Gate
from addons.guard import Guard
from addons.tap import Tap
from addons.tee import Copy, Tee
from screener.spool import Frame, Writer, place
from tests.addons.rig import HOST, LONG_TEXT, OTHER, Rig, a_rig


def bodies(frames: list[Frame], kind: str) -> bytes:
    return b"".join(frame.body for frame in frames if frame.kind == kind)


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def everything(client: httpx.AsyncClient, method: str, url: str, **how: Any) -> tuple[Any, ...]:
    """What the client gets to see of an answer: status, version, headers but the date, and the raw body."""
    async with client.stream(method, url, **how) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    headers = [(name, value) for name, value in answer.headers.raw if name.lower() != b"date"]
    return answer.status_code, answer.http_version, headers, raw


@pytest.mark.parametrize("http2", [False, True], ids=["h1", "h2"])
async def test_answers_and_requests_are_the_same_with_and_without_the_tap(tmp_path: Path, http2: bool) -> None:
    # The proxy decrypts and copies HOST; OTHER is the same origin, which it passes through untouched.
    asks: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/json?a=1&b=%20&c", {"headers": {"X-Friendly-Name": "list", "Cookie": "a=1; c_user=100"}}),
        ("GET", "/gzip", {"headers": {"Accept-Encoding": "gzip"}}),
        ("GET", "/chunked", {}),
        ("GET", "/picture", {}),
        ("HEAD", "/json", {}),
        ("POST", "/echo", {"json": {"text": "see you"}}),
        ("POST", "/echo", {"content": gzip.compress(LONG_TEXT), "headers": {"Content-Encoding": "gzip"}}),
    ]

    async with a_rig(tmp_path) as rig:
        seen: dict[str, list[Any]] = {HOST: [], OTHER: []}
        for host, is_decrypted in ((HOST, True), (OTHER, False)):
            async with rig.browser(http2=http2, ours=is_decrypted, origins=not is_decrypted) as client:
                for method, path, how in asks:
                    seen[host].append(await everything(client, method, f"https://{host}{path}", **how))
                streamed = {"content": chunks(b"one", b"two", LONG_TEXT)}
                seen[host].append(await everything(client, "POST", f"https://{host}/echo", **streamed))
        counted = await rig.counters(lambda found: found.get("copied", 0) > 0)
        asked = json.loads(json.dumps(rig.origin.asked, default=lambda b: b.decode("latin-1")).replace(OTHER, HOST))

    assert seen[HOST] == seen[OTHER]
    assert [answer[1] for answer in seen[HOST]] == ["HTTP/2" if http2 else "HTTP/1.1"] * 8
    assert asked[:8] == asked[8:] and len(asked) == 16
    assert counted["decrypted"] == 1


async def test_many_answers_at_once_on_one_connection_are_copied_each_by_itself(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser(http2=True) as client:
            answers = await asyncio.gather(
                *(client.post(f"https://{HOST}/echo", content=b"%d" % n * 30_000) for n in range(20))
            )
        frames = await rig.frames(lambda found: sum(frame.kind == "close" for frame in found) == 20)

    streams = {frame.stream: [f for f in frames if f.stream == frame.stream] for frame in frames}
    assert len(streams) == 20
    assert {answer.content for answer in answers} == {bodies(found, "response") for found in streams.values()}
    assert all(bodies(found, "request") == bodies(found, "response") for found in streams.values())
    assert all([f.kind for f in found].count("close") == 1 for found in streams.values())


async def test_websocket_messages_are_the_same_and_are_copied(tmp_path: Path) -> None:
    said: list[str | bytes] = ["hello", b"\x00\xff", "x" * 200_000, ""]

    async with a_rig(tmp_path) as rig:
        heard = []
        how: dict[str, Any] = {"proxy": rig.proxy, "ssl": rig.trust(origins=False)}
        async with websockets.connect(f"wss://{HOST}/socket?v=9", **how) as line:
            for message in said:
                await line.send(message)
                heard.append(await line.recv())
            await (await line.ping())
            extensions = [extension.name for extension in line.protocol.extensions]
        frames = await rig.frames(lambda found: bool(found) and found[-1].kind == "close")

    assert heard == said
    assert extensions == ["permessage-deflate"]
    assert [frame.kind for frame in frames] == ["open", *["client", "server"] * 4, "close"]
    assert [frame.body for frame in frames if frame.kind == "client"] == [
        message.encode() if isinstance(message, str) else message for message in said
    ]
    assert [frame.text for frame in frames[1::2]][:4] == [True, False, True, True]
    assert (frames[0].meta["via"], frames[0].meta["path"], frames[0].meta["query"]) == ("websocket", "/socket", "v=9")


async def test_mitmproxy_keeps_no_websocket_message(tmp_path: Path) -> None:
    async with (
        a_rig(tmp_path) as rig,
        websockets.connect(f"wss://{HOST}/socket", proxy=rig.proxy, ssl=rig.trust(origins=False)) as line,
    ):
        for _ in range(20):
            await line.send("x" * 1_000)
            await line.recv()
        sockets = [thing for thing in gc.get_objects() if type(thing) is WebSocketData]

        assert sockets
        assert all(not found.messages for found in sockets)


@pytest.mark.parametrize("http2", [False, True], ids=["h1", "h2"])
async def test_the_first_event_arrives_while_the_origin_withholds_the_second(tmp_path: Path, http2: bool) -> None:
    async with a_rig(tmp_path) as rig, rig.browser(http2=http2) as client:
        async with client.stream("GET", f"https://{HOST}/sse") as answer:
            pieces = answer.aiter_raw()
            first = await asyncio.wait_for(anext(pieces), 5)
            was_released = rig.origin.release.is_set()
            rig.origin.release.set()
            rest = b"".join([piece async for piece in pieces])
        frames = await rig.frames(lambda found: bool(found) and found[-1].kind == "close")

    assert (first, was_released, rest) == (b"data: one\n\n", False, b"data: two\n\n")
    assert [frame.body for frame in frames if frame.kind == "response"] == [first, rest]


async def test_what_came_before_an_abort_is_copied_and_the_end_is_told_once(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client, client.stream("GET", f"https://{HOST}/sse") as answer:
            await anext(answer.aiter_raw())
        frames = await rig.frames(lambda found: bool(found) and found[-1].kind == "close")

    assert bodies(frames, "response") == b"data: one\n\n"
    assert [frame.kind for frame in frames] == ["open", "head", "response", "close"]
    assert frames[-1].meta == {"cut": True}


HOOKS = [
    *((Tap, name) for name in ("requestheaders", "responseheaders", "response", "error", "client_disconnected")),
    *((Tap, name) for name in ("websocket_start", "websocket_message", "websocket_end")),
    *((Gate, name) for name in ("tls_clienthello", "tls_established_client", "requestheaders", "client_disconnected")),
    (Guard, "server_connect"),
]


@pytest.mark.parametrize(("kind", "hook"), HOOKS, ids=[f"{kind.__name__}.{hook}" for kind, hook in HOOKS])
async def test_a_hook_that_fails_costs_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type, hook: str
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("injected")

    monkeypatch.setattr(kind, hook, failing)

    async with a_rig(tmp_path) as rig:
        assert await _a_visit(rig) == (LONG_TEXT, b"sent", "said", b"data: one\n\ndata: two\n\n")


@pytest.mark.parametrize(
    ("nth", "fault"),
    [*((nth, RuntimeError) for nth in range(1, 9)), (3, SystemExit), (3, KeyboardInterrupt), (1, MemoryError)],
)
async def test_a_copy_that_fails_at_any_piece_costs_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, fault: type[BaseException]
) -> None:
    calls = 0

    def failing(*_: object) -> bool:
        nonlocal calls
        calls += 1
        if calls >= nth:
            raise fault("injected")
        return True

    monkeypatch.setattr(Writer, "offer", failing)

    async with a_rig(tmp_path) as rig:
        assert await _a_visit(rig) == (LONG_TEXT, b"sent", "said", b"data: one\n\ndata: two\n\n")
    assert calls >= nth


async def _a_visit(rig: Rig) -> tuple[bytes, bytes, str, bytes]:
    """A page, a form, a socket and a stream of events, as the browser gets them."""
    rig.origin.release.set()
    async with rig.browser(origins=True) as client:
        page = (await client.get(f"https://{HOST}/chunked")).content
        form = (await client.post(f"https://{HOST}/echo", content=b"sent")).content
        events = (await client.get(f"https://{HOST}/sse")).content
    async with websockets.connect(f"wss://{HOST}/socket", proxy=rig.proxy, ssl=rig.trust()) as line:
        await line.send("said")
        said = await line.recv()
    assert isinstance(said, str)
    return page, form, said, events


def test_a_tee_returns_every_piece_whatever_the_copy_does() -> None:
    pieces = [b"a", b"b" * 70_000, b""]

    for nth in range(4):
        calls = 0

        def offer(*_: object, nth: int = nth) -> bool:
            nonlocal calls
            calls += 1
            if calls > nth:
                raise SystemExit
            return True

        meta = {"device": "192.0.2.7", "host": HOST}
        tee = Tee(Copy(stream="s", client="c", meta=meta, offer=offer, counts=Counter()), "response")
        assert [tee(piece) for piece in pieces] == pieces


async def test_with_nobody_reading_every_request_is_answered_and_the_sums_are_right(tmp_path: Path) -> None:
    async with a_rig(tmp_path, spool_bytes=400_000) as rig:
        async with rig.browser() as client:
            answers = [await client.get(f"https://{HOST}/n/{n}") for n in range(60)]
        file = place(rig.home)
        counted = await rig.counters(lambda c: c.get("offered", 0) == c.get("written", 0) + c.get("dropped", 0) == 240)
        size = file.stat().st_size

    assert all(answer.content == LONG_TEXT for answer in answers)
    assert counted["offered"] == 240 == counted["written"] + counted["dropped"]
    assert counted["dropped_size"] > 0
    assert size < 1_000_000


async def test_a_body_beyond_the_bound_passes_whole_and_its_copy_is_cut(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client:
            answer = await client.get(f"https://{HOST}/big")
        frames = await rig.frames(lambda found: bool(found) and found[-1].kind == "close")

    assert len(answer.content) == 320 * 65_536
    assert 3_900_000 < len(bodies(frames, "response")) <= 4 * 1024 * 1024
    assert frames[-1].meta == {"cut": True}


async def test_no_token_cookie_or_picture_reaches_the_spool(tmp_path: Path) -> None:
    secret = {"Authorization": "Bearer never-copy-me", "Cookie": "session=never-copy-me; c_user=100000000000042"}

    async with a_rig(tmp_path) as rig:
        for http2 in (False, True):
            async with rig.browser(http2=http2) as client:
                await client.get(f"https://{HOST}/json", headers={**secret, "X-Friendly-Name": "FriendList"})
                await client.post(f"https://{HOST}/echo", headers=secret, json={"token": "blank-this"})
                await client.get(f"https://{HOST}/picture", headers=secret)
                files = {"file": ("a.png", b"never-copy-this-picture", "image/png")}
                await client.post(f"https://{HOST}/upload", headers=secret, files=files)
                await client.get(f"https://{HOST}/not-read", headers=secret)
        async with websockets.connect(
            f"wss://{HOST}/socket", proxy=rig.proxy, ssl=rig.trust(origins=False), additional_headers=secret
        ) as line:
            await line.send('{"token": "blank-this", "text": "hello"}')
            await line.recv()
        frames = await rig.frames(lambda found: {"client", "server"} <= {frame.kind for frame in found})
        raw = b"".join(file.read_bytes() for file in place(rig.home).parent.iterdir() if file.is_file())
        modes = {file.stat().st_mode & 0o777 for file in place(rig.home).parent.glob("spool.db*")}

    opened = [frame.meta for frame in frames if frame.kind == "open"]
    assert {meta["account"] for meta in opened} == {"100000000000042"}
    assert opened[0]["headers"] == {"x-friendly-name": "FriendList"}
    assert [meta["path"] for meta in opened].count("/json") == 2
    assert "/not-read" not in str(opened)
    sent = b"".join(frame.body for frame in frames if frame.kind in ("client", "request"))
    # The simulated platform sends everything back; what counts is what is copied of the browser's words.
    assert b"blank-this" not in sent and sent.count(b"**********") == 3 and b"hello" in sent
    assert b"see you at the match" in raw
    assert b"never-copy" not in raw
    assert modes == {0o600}


async def test_a_secret_that_comes_in_pieces_or_packed_reaches_the_spool_neither(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client:
            pieces = chunks(b'{"text": "hello", "tok', b'en": "blank', b"-this", b'"}')
            await client.post(f"https://{HOST}/echo", content=pieces)
            packed = gzip.compress(b'{"token": "blank-this", "text": "unseen"}')
            await client.post(f"https://{HOST}/echo", content=packed, headers={"Content-Encoding": "gzip"})
        frames = await rig.frames(lambda found: sum(frame.kind == "close" for frame in found) == 2)

    assert [frame.body for frame in frames if frame.kind == "request"] == [b'{"text": "hello", "token": "**********"}']
    assert [frame.meta for frame in frames if frame.kind == "close"] == [{}, {"cut": True}]


@pytest.mark.parametrize(
    ("headers", "is_copied"),
    [
        ({}, True),
        ({"Origin": "https://www.pixelpals.example"}, True),
        ({"Origin": "https://pixelpals.example:443", "Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
        ({"Origin": "https://page.example"}, False),
        ({"Origin": "https://pixelpals.example.page.example"}, False),
        ({"Origin": "http://www.pixelpals.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
async def test_what_a_page_of_somebody_elses_asks_for_passes_and_is_not_copied(
    tmp_path: Path, headers: dict[str, str], is_copied: bool
) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client:
            answer = await client.get(f"https://{HOST}/json", headers=headers)
        how: dict[str, Any] = {"proxy": rig.proxy, "ssl": rig.trust(origins=False), "additional_headers": headers}
        async with websockets.connect(f"wss://{HOST}/socket", **how) as line:
            await line.send("hello")
            echoed = await line.recv()
            if is_copied:
                frames = await rig.frames(lambda found: any(frame.kind == "client" for frame in found))
        if not is_copied:
            counted = await rig.counters(lambda found: found.get("from_elsewhere", 0) == 2)
            frames = await rig.frames()

    assert (answer.content, echoed) == (LONG_TEXT, "hello")
    if is_copied:
        assert {"response", "client"} <= {frame.kind for frame in frames}
    else:
        assert (frames, counted["from_elsewhere"]) == ([], 2)


async def test_nothing_of_a_device_that_is_not_enrolled_is_copied_even_in_plain_http(tmp_path: Path) -> None:
    async with a_rig(tmp_path, enrolled=False) as rig:
        async with rig.browser() as client:
            await client.get(f"http://{HOST}/json")
        counted = await rig.counters()
        frames = await rig.frames()

    assert frames == []
    assert counted.get("copied", 0) == 0


async def test_what_no_certificate_proves_to_come_from_the_platform_is_not_copied(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        async with rig.browser() as client:
            await client.post(f"http://{HOST}/echo", content=b"forged")
            await client.post(f"https://{HOST}/echo", content=b"genuine")
        frames = await rig.frames(lambda found: any(frame.kind == "close" for frame in found))

    assert [frame.body for frame in frames if frame.kind == "request"] == [b"genuine"]


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_a_socket_that_nobody_reads_passes_as_bytes_and_is_never_unpacked(
    tmp_path: Path, compression: str | None
) -> None:
    async with a_rig(tmp_path) as rig:
        how: dict[str, Any] = {"proxy": rig.proxy, "ssl": rig.trust(origins=False), "compression": compression}
        async with websockets.connect(f"wss://{HOST}/nobody-reads-this", **how) as line:
            await line.send("x" * 200_000)
            heard = await line.recv()
            gc.collect()
            gathered = [one for one in gc.get_objects() if type(one) is WebSocketData]
        frames = [frame for _, frame in rig.reader.batch(0, 1_000)]

    assert heard == "x" * 200_000
    assert (gathered, frames) == ([], [])

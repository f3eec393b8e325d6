"""What every request must pass, and what every answer carries."""

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Route

from screener.web.guard import host_name, plain_host
from tests.web.conftest import PASSWORD, Visitors, token_of
from tests.web.memory import MemoryDesk, a_signal, an_alert

PAGES = ("/", "/closed", "/help", "/alerts/a1", "/alerts/none", "/login", "/claim", "/healthz", "/nowhere", "/live/x")


@pytest.mark.parametrize("path", [*PAGES, "/static/live.js", "/static/../base.py", "/static/nothing"])
async def test_every_answer_carries_the_headers(anna: httpx.AsyncClient, desk: MemoryDesk, path: str):
    desk.put(an_alert("a1"))

    answer = await anna.get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "data:" not in policy
    assert "frame-ancestors 'none'" in policy and "require-trusted-types-for 'script'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == ("no-cache" if "/static/" in path and "base" not in path else "no-store")


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_holds_inline_script_or_style_or_looks_elsewhere(
    anna: httpx.AsyncClient, desk: MemoryDesk, path: str
):
    desk.put(an_alert("a1"))

    text = (await anna.get(path)).text.lower()

    assert "<style" not in text and " style=" not in text and " onclick" not in text and " onload" not in text
    assert all(part.startswith(' src="/static/') for part in text.split("<script")[1:])
    assert 'href="http' not in text and 'src="http' not in text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.0.2.8",
        "0.0.0.0",
        "",
        "a@localhost",
        "localhost:x",
    ],
)
async def test_a_foreign_host_name_is_refused(anna: httpx.AsyncClient, host: str):
    answer = await anna.get("/", headers={"Host": host})

    assert answer.status_code == 421
    assert "Overview" not in answer.text


@pytest.mark.parametrize("host", ["screener.example", "SCREENER.example.:8745", "192.0.2.7", "[::1]:8745", "127.0.0.1"])
async def test_a_name_of_ours_is_answered(anna: httpx.AsyncClient, host: str):
    assert (await anna.get("/login", headers={"Host": host})).status_code in (200, 303)


def test_an_address_is_the_same_in_every_spelling():
    assert plain_host("[::1]") == plain_host("0:0:0:0:0:0:0:1") == "::1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost:8745"},
        {"Origin": "http://localhost:8746"},
        {"Origin": "http://localhost:8745", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:8745", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_change_asked_for_by_another_site_is_refused(
    anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk, headers: dict[str, str]
):
    desk.put(an_alert("a1"))
    token = token_of(await anna.get("/"))
    browser = visitor(origin=None)
    browser.cookies = anna.cookies

    answer = await browser.post("/alerts/a1/close", data={"token": token}, headers=headers)

    assert answer.status_code == 403
    assert not desk.did


@pytest.mark.parametrize("token", [None, "", "x", "ÿ\ud800"])
async def test_a_change_without_the_sessions_own_token_is_refused(
    anna: httpx.AsyncClient, desk: MemoryDesk, token: str | None
):
    desk.put(an_alert("a1"))

    body = "" if token is None else b"token=" + token.encode("utf-8", "surrogatepass")
    answer = await anna.post(
        "/alerts/a1/close", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code in (400, 403)
    assert not desk.did


async def test_the_token_of_another_session_does_not_fit(anna: httpx.AsyncClient, visitor: Visitors, desk: MemoryDesk):
    desk.put(an_alert("a1"))
    other = visitor()
    await other.post("/login", data={"name": "anna", "password": PASSWORD})

    answer = await anna.post("/alerts/a1/close", data={"token": token_of(await other.get("/"))})

    assert answer.status_code == 403
    assert not desk.did


async def test_looking_changes_nothing(anna: httpx.AsyncClient, desk: MemoryDesk):
    desk.put(an_alert("a1"))
    await anna.get("/")

    for path in ("/", "/alerts/a1", "/alerts/a1/seen", "/alerts/a1/close", "/alerts/a1/reopen", "/logout", "/closed"):
        await anna.get(path)

    assert not desk.did
    assert desk.all["a1"].state == "new"
    assert (await anna.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=b" for _ in range(100)), "application/x-www-form-urlencoded", 400),
        (b"name=\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 400),
        (b"", "multipart/form-data; boundary=x", 400),
    ],
)
async def test_a_form_that_is_too_big_or_of_another_kind_is_refused(
    anna: httpx.AsyncClient, body: bytes, kind: str, status: int
):
    answer = await anna.post("/login", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status


async def test_a_page_that_breaks_says_so_kindly_and_gives_nothing_away(
    anna: httpx.AsyncClient, desk: MemoryDesk, caplog: pytest.LogCaptureFixture
):
    desk.put(an_alert("a1", signals=(a_signal("Lena said this", "x"),)))

    answer = await anna.get("/alerts/a1")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "Traceback" not in answer.text and "content-security-policy" in answer.headers
    assert "a page failed" in caplog.text and "Lena" not in caplog.text
    assert (await anna.get("/help")).status_code == 200


async def test_a_missing_page_is_explained(anna: httpx.AsyncClient):
    answers = [await anna.get(path) for path in ("/nowhere", "/alerts/none", "/docs", "/openapi.json")]

    assert {answer.status_code for answer in answers} == {404}
    assert all("There is no such page" in answer.text for answer in answers)


def test_no_page_is_open_that_was_not_meant_to_be(app: FastAPI):
    paths = {route.path for route in app.routes if isinstance(route, (APIRoute, Route))}

    assert not {"/docs", "/redoc", "/openapi.json"} & paths


def test_two_host_headers_are_none():
    assert host_name(Headers(raw=[(b"host", b"localhost"), (b"host", b"evil.example")])) == ""

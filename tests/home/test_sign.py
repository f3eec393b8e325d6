"""The sign on each device: in the child's language, with a way to ask for help that no other page can press."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from screener.home import calls, sign
from screener.home.probe import (
    DEVICE_HEADER,
    ENROLLED_HEADER,
    PROBE_HOST,
    RENEW_HEADER,
    RENEW_HOST,
    STOPPED_HEADER,
    TRUST_HEADER,
    Probe,
)

DEVICE = "192.168.1.20"
SAID = sign.Household(
    watchers=("anna", "ben"),
    tell=("anna", "ben"),
    devices={DEVICE: "Kim <b>"},
    lines={"": (sign.Line(name="Helpline", reach="+1 555 0100"),)},
)


async def asked(folder: Path, request: str, body: str = "", **headers: str) -> str:
    """What the page answers, as a browser behind the gate would get it."""
    (folder / "sign.json").write_bytes(SAID.written())
    probe = Probe(folder / "ca.crt", facts=folder / "sign.json", cries=folder / "calls")
    await probe.start()
    try:
        reader, writer = await asyncio.open_connection(*probe.address)
        given = {"host": PROBE_HOST, TRUST_HEADER: "yes", DEVICE_HEADER: DEVICE, "content-length": str(len(body))}
        given |= {ENROLLED_HEADER: "yes"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"{request} HTTP/1.1\r\n{lines}\r\n{body}".encode())
        answer = (await reader.read()).decode()
        writer.close()
        return answer
    finally:
        await probe.close()


def texts(words: Any) -> list[str]:
    return [text for each in words.values() for text in (each if isinstance(each, list) else [each])]


@pytest.mark.parametrize("language", sign.LANGUAGES)
def test_every_language_says_everything_with_the_same_places(language: str) -> None:
    english, other = sign.words("en"), sign.words(language)

    assert list(other) == list(english)
    assert all(texts(other)) and len(texts(other)) == len(texts(english))
    places = [re.findall(r"\{\w+\}", text) for text in texts(other)]
    assert places == [re.findall(r"\{\w+\}", text) for text in texts(english)]


async def test_it_speaks_the_browsers_language_and_says_who_looks_after_it(tmp_path: Path) -> None:
    german = await asked(tmp_path, "GET /", accept_language="de-AT,de;q=0.9,en;q=0.8")
    other = await asked(tmp_path, "GET /", accept_language="ja")

    assert 'lang="de"' in german and "Auf dieses Gerät passt Screener auf" in german and "anna und ben." in german
    assert 'lang="en"' in other and "Kim &lt;b&gt;" in other and "+1 555 0100" in other


@pytest.mark.parametrize(("to", "told"), [("anna", ("anna",)), ("*", ("anna", "ben"))])
async def test_a_press_tells_those_who_were_chosen(tmp_path: Path, to: str, told: tuple[str, ...]) -> None:
    answer = await asked(tmp_path, "POST /help", f"to={to}", origin=f"https://{PROBE_HOST}")

    ((_, call),) = calls.waiting(tmp_path / "calls")
    assert f"Location: https://{PROBE_HOST}/?told=1#help" in answer
    assert (call.device, call.to) == (DEVICE, told)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://www.bank.example"},
        {"origin": f"http://{PROBE_HOST}"},
        {"origin": f"https://{PROBE_HOST}", "sec_fetch_site": "cross-site"},
        {"origin": f"https://{PROBE_HOST}", TRUST_HEADER: "no"},
    ],
)
async def test_no_other_page_can_press(tmp_path: Path, headers: dict[str, str]) -> None:
    answer = await asked(tmp_path, "POST /help", "to=anna", **headers)

    assert answer.startswith("HTTP/1.1 403")
    assert calls.waiting(tmp_path / "calls") == ()


async def test_whom_nobody_knows_can_not_be_told_and_the_page_says_so(tmp_path: Path) -> None:
    answer = await asked(tmp_path, "POST /help", "to=mallory", origin=f"https://{PROBE_HOST}")
    page = await asked(tmp_path, "GET /?told=0")

    assert "told=0" in answer and calls.waiting(tmp_path / "calls") == ()
    assert "It could not be sent." in page


async def test_a_device_that_was_taken_out_is_told_so_and_can_still_ask_for_help(tmp_path: Path) -> None:
    page = await asked(tmp_path, "GET /", **{STOPPED_HEADER: "yes"})

    assert "This device is not looked after" in page and "Tell anna" in page
    assert "is looked after by Screener" not in page


async def test_a_device_that_trusts_and_is_not_looked_after_is_not_told_that_it_is(tmp_path: Path) -> None:
    page = await asked(tmp_path, "GET /", **{ENROLLED_HEADER: "no"})

    assert "This device is not looked after" in page and "Tell anna" in page
    assert "is looked after by Screener" not in page and "stopped Screener" not in page


async def test_a_new_certificate_is_offered_where_one_waits(tmp_path: Path) -> None:
    page = await asked(tmp_path, "GET /", **{RENEW_HEADER: "yes"})

    assert f'href="https://{RENEW_HOST}/"' in page and 'href="/ca.crt"' in page


@pytest.mark.parametrize("written", ["", "{", "[]", '{"watchers": 1}', '{"watchers": [], "tell": [], "devices": 3}'])
async def test_whatever_is_broken_the_sign_is_there(tmp_path: Path, written: str) -> None:
    (tmp_path / "sign.json").write_text(written)

    assert sign.household(tmp_path / "sign.json") == sign.Household()
    assert "This device is looked after" in sign.looked_after("en", sign.Household().of(DEVICE))

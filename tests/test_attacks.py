"""The attacks of docs/attacks.md: that each has its test, and those that belong to no single part."""

import ast
import logging
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.make import NOON, a_contact, a_message
from tests.web.house import KIM, a_bad_story, a_home, a_strange_start

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
MARK = "xq7-marker"
FORGED = f"{MARK}\r\nERROR alert closed by parent\x1b[2J"
ELSEWHERE = f"http://192.0.2.66/{MARK}.png"


def named_tests() -> list[tuple[str, str]]:
    return NAMED.findall((ROOT / "docs" / "attacks.md").read_text(encoding="utf-8"))


def test_every_test_that_is_named_there_is_there():
    missing = [
        f"{file}::{test}"
        for file, test in named_tests()
        if not re.search(rf"def {test or 'test_'}\w*\(", (ROOT / file).read_text(encoding="utf-8"))
    ]

    assert len(named_tests()) > 30
    assert missing == []


async def test_nothing_that_a_stranger_writes_reaches_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    home = await a_home(tmp_path)
    stranger = a_contact(id="100000000000666", name=FORGED, handle=FORGED, bio=FORGED, url=FORGED)
    story = [replace(event, contact=stranger) for event in a_bad_story(KIM)]
    said = replace(a_message(id=f"mid.{FORGED}"), account=story[0].account, contact=stranger, text=FORGED)

    await home.happens(*story, said)
    anna = await home.browser("anna")
    for path in ("/", f"/alerts/{(await home.desk.alerts())[0].id}", f"/search?text={MARK}%0d%0aERROR", f"/{MARK}"):
        await anna.get(path)
    await home.close()

    # The test's own client logs the addresses that it asks for; what counts is what we log.
    ours = [record for record in caplog.records if record.name.partition(".")[0] in ("screener", "addons", "uvicorn")]
    assert [record.getMessage() for record in ours if MARK in record.getMessage()] == []


@contextmanager
def calls() -> Iterator[list[str]]:
    """Every name that is looked up and every connection that is begun meanwhile, by whatever part of the process."""
    made: list[str] = []
    listening = True

    def hear(event: str, args: tuple[object, ...]) -> None:
        if listening and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
            made.append(f"{event} {args[-1] if event == 'socket.connect' else args[0]}")

    sys.addaudithook(hear)
    try:
        yield made
    finally:
        listening = False


async def test_nothing_that_a_stranger_supplies_is_fetched(tmp_path: Path):
    home = await a_home(tmp_path)
    stranger = a_contact(id="100000000000666", name="Maya R.", url=ELSEWHERE, avatar=ELSEWHERE, bio=f"me: {ELSEWHERE}")
    story = [replace(event, contact=stranger) for event in a_bad_story(KIM)]
    link = replace(a_message(id="mid.link"), account=story[0].account, contact=stranger, text=f"look {ELSEWHERE}")
    anna = await home.browser("anna")

    with calls() as heard:
        socket.getaddrinfo("localhost", 80)
    with calls() as made:
        await home.happens(*story, link)
        id = (await home.desk.alerts())[0].id
        pages = [await anna.get(path) for path in ("/", f"/alerts/{id}", f"/alerts/{id}/steps", "/search?text=maya")]
    await home.close()

    assert [page.status_code for page in pages] == [200] * 4
    assert (heard, made) == (["socket.getaddrinfo localhost"], [])
    assert not any(re.search(rf"(src|href)=.[^>]*{MARK}", page.text) for page in pages)


def test_nothing_of_ours_runs_what_it_reads():
    runs = {"eval", "exec", "compile", "__import__"}
    found = []
    for file in sorted([*(ROOT / "screener").rglob("*.py"), *(ROOT / "addons").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in runs:
                found.append(f"{file.name}:{node.lineno} {node.func.id}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                found += [
                    f"{file.name}:{node.lineno} {name}" for name in names if name in ("pickle", "marshal", "shelve")
                ]
            if isinstance(node, ast.keyword) and node.arg == "shell" and getattr(node.value, "value", None) is True:
                found.append(f"{file.name}:{node.lineno} shell")

    assert found == []


async def test_a_flood_of_strangers_does_not_hide_the_one_who_threatens(tmp_path: Path):
    home = await a_home(tmp_path)
    for n in range(150):
        await home.happens(*a_strange_start(KIM, at=NOON - timedelta(minutes=n), contact=f"1000000001{n:05}"))

    await home.happens(*a_bad_story(KIM, at=NOON - timedelta(days=1)))
    page = (await (await home.browser("anna")).get("/")).text
    await home.close()

    assert page.index("Maya R.") < page.index("Sky W.")

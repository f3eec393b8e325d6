"""The example in docs/add-a-platform.md is run: its decoder must give what its case says."""

import re
from pathlib import Path
from typing import Any

import yaml

from screener.platforms.base import Decoder, Memory, Unreadable
from tests.platforms.bodies import Writer
from tests.platforms.cases import capture, differences, shown

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-platform.md").read_text("utf-8")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_decoder_gives_what_its_case_says() -> None:
    names: dict[str, Any] = {}
    exec(example("python"), names)
    decoder: Decoder = names["Pixelpals"]()
    (case,) = yaml.safe_load(example("yaml"))

    one = capture(case["capture"], Writer())
    (endpoint,) = (
        endpoint for endpoint in decoder.endpoints() if endpoint.fits(one.host, one.method, one.path, one.via)
    )
    found = list(endpoint.read(one, Memory()))

    events = [shown(item) for item in found if not isinstance(item, Unreadable)]
    unreadable = [str(item) for item in found if isinstance(item, Unreadable)]
    assert [differences(wanted, event) for wanted, event in zip(case["events"], events, strict=True)] == [[]]
    assert unreadable == case["unreadable"]
    assert endpoint.takes(one.response_headers["content-type"])

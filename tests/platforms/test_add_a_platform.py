"""A platform is begun with one command, and the example in docs/add-a-platform.md gives what its case says."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from screener import scaffold
from screener.cli import app
from screener.errors import Mistake
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


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("screener/platforms", "tests/platforms"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_a_new_platform_begins_with_a_decoder_that_loads_and_a_case_that_fails(checkout: Path) -> None:
    decoder_file, case_file = scaffold.platform("pixelpals", checkout)

    spec = importlib.util.spec_from_file_location("pixelpals", decoder_file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    decoder: Decoder = module.Pixelpals()
    (case,) = yaml.safe_load(case_file.read_text("utf-8"))
    one = capture(case["capture"], Writer())
    (endpoint,) = (each for each in decoder.endpoints() if each.fits(one.host, one.method, one.path, one.via))
    assert list(endpoint.read(one, Memory())) == []
    assert len(case["events"]) == 1
    assert endpoint.takes(one.response_headers["content-type"])


@pytest.mark.parametrize("name", ["", "Pixel", "pixel-pals", "../x", "class", "x" * 40])
def test_a_name_that_can_not_be_a_file_is_refused_and_nothing_is_written(checkout: Path, name: str) -> None:
    with pytest.raises(Mistake, match=r"can't be a name\. Use "):
        scaffold.platform(name, checkout)

    assert [path for path in checkout.rglob("*") if path.is_file()] == []


def test_a_platform_that_is_there_is_not_written_over() -> None:
    result = CliRunner().invoke(app, ["new", "platform", "facebook"])

    assert result.exit_code == 2
    assert "facebook.py: this is there already." in result.stderr

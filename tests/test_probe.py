"""The sign on every looked-after device: what is looked at, who sees what by age, and where one's own page is."""

import asyncio
from pathlib import Path

import pytest

from screener.home.probe import ENROLLED_HEADER, TRUST_HEADER, Probe
from screener.presets import PRESETS


async def page(tmp_path: Path, *, trusts: bool) -> str:
    probe = Probe(tmp_path / "ca.crt")
    await probe.start()
    try:
        reader, writer = await asyncio.open_connection(*probe.address)
        header = f"{ENROLLED_HEADER}: yes\r\n{TRUST_HEADER}: {'yes' if trusts else 'no'}"
        writer.write(f"GET / HTTP/1.1\r\nHost: screener.home.arpa\r\n{header}\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        return " ".join(answer.split())
    finally:
        await probe.close()


async def test_it_says_who_sees_what_at_every_age_and_where_ones_own_page_is(tmp_path: Path):
    text = await page(tmp_path, trusts=True)

    ages = [preset.ages[0] for preset in PRESETS if preset.ages[0]]
    assert [text.index(f"From {age}") for age in ages] == sorted(text.index(f"From {age}") for age in ages)
    assert "“About me” shows you everything" in text
    assert "nobody can switch it off, not even a parent" in text
    assert "What it does not look at" in text and "is kept locked for 30 days" in text


@pytest.mark.parametrize("trusts", [True, False])
async def test_it_has_no_script_and_asks_nothing_of_anybody_else(tmp_path: Path, trusts: bool):
    text = await page(tmp_path, trusts=trusts)

    assert "<script" not in text and "<img" not in text and "<form" not in text
    assert "default-src 'none'" in text

"""Killed at any point while evidence is kept or deleted: the chain is whole, and nothing stands in it twice."""

import asyncio
import sys
from pathlib import Path

import pytest

KILLS = 50


@pytest.mark.parametrize("seed", [1, 2])
async def test_evidence_of_a_process_that_is_killed_again_and_again(tmp_path: Path, seed: int):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.killing", str(tmp_path), str(KILLS), str(seed), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()

    assert process.returncode == 0
    assert out.decode().startswith(f"{KILLS} kills, ")
    assert "every one entered once, every chain whole" in out.decode()

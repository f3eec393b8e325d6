"""What the machines run fails where anything failed or did not run."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("recipe", "status"),
    [
        ("echo all well", 0),
        ("echo 'did not run: tests/test_x.py::test_y (needs root: makes a network namespace)'", 1),
        ("false", 2),
    ],
)
def test_the_machines_fail_where_a_test_fails_or_did_not_run(tmp_path: Path, recipe: str, status: int) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "Makefile").write_text(f"check:\n\t@echo checked\ntest:\n\t@{recipe}\n")

    ran = subprocess.run([tmp_path / ".ci" / "run"], capture_output=True, text=True)

    assert ran.returncode == status, ran.stdout + ran.stderr
    assert "checked" in ran.stdout

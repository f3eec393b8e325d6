"""What can't run here is named at the end, never left out in silence."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534
ALONE = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The suite in the suite needs none of the plugins that are installed, and loads the sooner."""

SUITE = """
import pytest

@pytest.mark.needs_root("makes a network namespace")
def test_of_a_namespace(): pass

def test_of_nothing(): pass

def test_that_gives_up(): pytest.skip("no browser")
"""


def run_suite(folder: Path, *, as_root: bool) -> list[str]:
    (folder / "test_suite.py").write_text(SUITE)
    plugin = folder / "needs.py"
    plugin.write_text((ROOT / "tests" / "needs.py").read_text())
    # A uid is only ours to change as root; everybody else is a plain user already.
    program = f"""
import os, sys
os.geteuid = lambda: {0 if as_root else NOBODY}
import pytest
sys.path.insert(0, {str(folder)!r})
sys.exit(pytest.main(["-p", "needs", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "-q", "."]))
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, env=ALONE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def test_a_plain_user_is_told_which_tests_need_root_and_why(tmp_path: Path) -> None:
    lines = run_suite(tmp_path, as_root=False)

    assert "did not run: test_suite.py::test_of_a_namespace (needs root: makes a network namespace)" in lines
    assert any(line.startswith("1 passed, 2 skipped") for line in lines)


def test_root_runs_them_all(tmp_path: Path) -> None:
    lines = run_suite(tmp_path, as_root=True)

    assert any(line.startswith("2 passed, 1 skipped") for line in lines)


def test_a_skipped_test_is_named_too(tmp_path: Path) -> None:
    lines = run_suite(tmp_path, as_root=True)

    assert [line for line in lines if line.startswith("did not run:")] == [
        "did not run: test_suite.py::test_that_gives_up (no browser)"
    ]

"""Which Python the set-up takes, and what it says where there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import BROKEN, NARROW, NO_VENV, PYTHON, ROOT, TOO_OLD, WORKS, a_machine, a_program, last_line, run


def find_python(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(ROOT / "scripts" / "find-python.sh", env=env)


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3_13=BROKEN, python3=WORKS)

    found = find_python(env)

    assert found.stdout.strip() == PYTHON, found.stderr


def test_a_working_python_behind_a_broken_one_of_the_same_name_is_found(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3_13=BROKEN)
    a_program(tmp_path / "later" / "python3.13", WORKS)

    found = find_python(env | {"PATH": f"{env['PATH']}:{tmp_path}/later"})

    assert found.stdout.strip() == PYTHON, found.stderr


def test_the_versions_folder_of_pyenv_is_searched(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3=TOO_OLD)
    a_program(tmp_path / "pyenv" / "versions" / "3.13.1" / "bin" / "python", WORKS)

    found = find_python(env | {"PYENV_ROOT": str(tmp_path / "pyenv")})

    assert found.stdout.strip() == PYTHON, found.stderr


def test_a_missing_venv_module_is_named_with_its_package(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3_13=NO_VENV, apt_get="exit 1")
    (tmp_path / "programs" / "apt.get").rename(tmp_path / "programs" / "apt-get")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"

    found = find_python(env)

    assert found.returncode == 1
    assert last_line(found) == (
        f"{tmp_path}/programs/python3.13: can't make a virtual environment, its venv module is missing. "
        f"Run: apt install {version}."
    )


def test_a_missing_venv_module_of_one_python_does_not_hide_a_whole_one(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3_13=NO_VENV, python3=WORKS)

    found = find_python(env)

    assert found.stdout.strip() == PYTHON, found.stderr


def test_where_every_python_is_too_old_uv_is_asked_and_its_failure_is_told(tmp_path: Path) -> None:
    env = a_machine(tmp_path, python3=TOO_OLD, uv='[ "$2" = find ] || echo "error: no route to host" >&2; exit 2')

    found = find_python(env)

    assert found.returncode == 1
    assert last_line(found) == (
        "Python: 3.13 or newer is not here, and uv could not fetch it (error: no route to host). "
        "Install Python 3.13 with its venv module, or name one in SCREENER_PYTHON."
    )


def test_the_python_that_uv_fetched_is_taken(tmp_path: Path) -> None:
    fetched = a_program(tmp_path / "fetched" / "python3.13", WORKS)
    uv = f'[ "$2" = install ] && exec touch {tmp_path}/done; [ -e {tmp_path}/done ] && echo {fetched}'
    env = a_machine(tmp_path, python3=TOO_OLD, uv=uv)

    found = find_python(env)

    assert found.stdout.strip() == PYTHON, found.stderr


def test_no_python_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    env = a_machine(tmp_path)

    found = find_python(env)

    assert found.returncode == 1
    assert found.stderr.strip() == (
        "Python: none was found. Install Python 3.13 with its venv module, or name one in SCREENER_PYTHON."
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (TOO_OLD, "is Python 3.11. Name one of 3.13 or newer."),
        (NARROW, "is a 32-bit Python. Name a 64-bit one."),
        (BROKEN, "does not run. Name a working Python 3.13 or newer."),
    ],
)
def test_a_named_python_that_will_not_do_is_refused_and_no_other_taken(tmp_path: Path, script: str, said: str) -> None:
    env = a_machine(tmp_path, python3=WORKS)
    named = a_program(tmp_path / "named", script)

    found = find_python(env | {"SCREENER_PYTHON": str(named)})

    assert found.returncode == 1
    assert found.stderr.strip() == f"SCREENER_PYTHON: {named} {said}"

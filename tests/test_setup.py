"""The set-up: it installs what is pinned, does nothing twice, mends a broken environment, and says what is missing."""

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import NOBODY, ROOT, WORKS, a_machine, last_line, run

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = '''
"""Just enough of a build backend to install a project of one module without fetching anything."""
import os, zipfile

def build_editable(folder, settings=None, metadata=None):
    with zipfile.ZipFile(f"{folder}/screener-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("screener.pth", os.getcwd())
        wheel.writestr("screener-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: screener\\nVersion: 1\\n")
        wheel.writestr("screener-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr("screener-1.dist-info/entry_points.txt", "[console_scripts]\\nscreener = screener:main\\n")
        wheel.writestr("screener-1.dist-info/RECORD", "")
    return "screener-1-py3-none-any.whl"
'''


def a_wheel(folder: Path, name: str) -> str:
    """Puts a package of nothing into the folder and gives the line that pins it."""
    path = folder / f"{name}-1-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {
            f"{name}.py": "",
            f"{name}-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            f"{name}-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record.append(f"{file},sha256={digest},{len(text)}\n")
            wheel.writestr(file, text)
        wheel.writestr(f"{name}-1.dist-info/RECORD", "".join(record))
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def a_project(folder: Path) -> Path:
    project = folder / "a project"
    shutil.copytree(ROOT / "scripts", project / "scripts")
    (project / "wheels").mkdir()
    (project / "requirements.lock").write_text(a_wheel(project / "wheels", "needed"))
    (project / "requirements-dev.lock").write_text(
        (project / "requirements.lock").read_text() + a_wheel(project / "wheels", "tested")
    )
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "backend.py").write_text(BACKEND)
    (project / "screener.py").write_text("def main(): print('here')\n")
    return project


def set_up(project: Path, kind: str = "run", **env: str) -> subprocess.CompletedProcess[str]:
    machine = project.parent / "machine"
    base = a_machine(machine, python3=WORKS) if not machine.exists() else {}
    base = base or {"PATH": f"{machine}/programs:{machine}/tools", "HOME": str(machine), "PIP_CONFIG_FILE": "/dev/null"}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (project / "wheels").as_uri()}
    return run(project / "scripts" / "setup.sh", kind, env=base | offline | env)


def installed(project: Path) -> set[str]:
    return {path.stem for path in project.glob(".venv/lib/python3*/site-packages/*.py")} & {"needed", "tested"}


def answer(project: Path) -> str:
    return subprocess.run([project / ".venv" / "bin" / "screener"], capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was set up once, from a path with a space in it. A test leaves it as whole as it found it."""
    project = a_project(tmp_path_factory.mktemp("setup"))
    ran = set_up(project)
    assert ran.returncode == 0, ran.stderr
    return project


def test_after_the_set_up_the_command_answers(project: Path) -> None:
    assert answer(project) == "here"
    assert "needed" in installed(project)


def test_a_second_set_up_touches_nothing_and_says_nothing(project: Path) -> None:
    set_up(project)
    log = project / ".venv" / "setup.log"
    before = log.stat().st_mtime_ns

    again = set_up(project)

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert log.stat().st_mtime_ns == before


def test_a_set_up_to_run_keeps_what_the_tests_need(project: Path) -> None:
    set_up(project, "test")
    log = project / ".venv" / "setup.log"
    before = log.stat().st_mtime_ns

    set_up(project, "run")

    assert installed(project) == {"needed", "tested"}
    assert log.stat().st_mtime_ns == before


def test_a_changed_lock_is_installed(project: Path) -> None:
    set_up(project)
    with (project / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")

    ran = set_up(project)

    assert f"Installing what {project}/requirements.lock pins (1)" in ran.stderr
    assert ran.returncode == 0


def test_a_file_that_is_not_the_pinned_one_is_refused_and_the_next_set_up_starts_over(project: Path) -> None:
    lock = project / "requirements.lock"
    good = lock.read_text()
    lock.write_text(good.replace("needed==1", "tested==1"))
    shutil.rmtree(project / ".venv")

    refused = set_up(project)
    lock.write_text(good)
    mended = set_up(project)

    assert last_line(refused) == (
        f"{lock}: a downloaded file is not the one that was pinned. "
        "Try again; if it stays so, don't use it and report it."
    )
    assert mended.returncode == 0
    assert answer(project) == "here"


def test_a_half_made_environment_is_made_again(project: Path) -> None:
    (project / ".venv" / ".made-at").unlink()

    ran = set_up(project)

    assert f"Making {project}/.venv" in ran.stderr
    assert answer(project) == "here"


def test_an_environment_whose_python_is_gone_is_made_again(project: Path) -> None:
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").symlink_to("/nonexistent/python")

    set_up(project)

    assert answer(project) == "here"


def test_a_project_that_was_moved_gets_a_new_environment(project: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(project, moved, symlinks=True)

    set_up(moved)

    assert str(moved) in (moved / ".venv" / "bin" / "screener").read_text()
    assert answer(moved) == "here"


def test_a_file_where_the_environment_should_be_is_named(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    (project / ".venv").write_text("")

    ran = set_up(project)

    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        f"{project}/.venv: is in the way, and is not a folder. Move it elsewhere and run again."
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike those of the test runner."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_may_not_be_written_is_named(open_folder: Path) -> None:
    project = a_project(open_folder)
    project.chmod(0o555)
    env = a_machine(open_folder / "machine")

    # Nothing is read-only to root, so root looks with the eyes of a plain user.
    ran = run(project / "scripts" / "setup.sh", env=env, user=NOBODY if os.geteuid() == 0 else None)
    project.chmod(0o755)

    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        f"{project}/.venv: can't be written. Copy the project to a folder of your own and run it there."
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "{folder}: the disk is full. Free about 1 GB and run again.",
        ),
        (
            "  error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory\n"
            "  ERROR: Failed building wheel for zstandard\n"
            "ERROR: Failed to build installable wheels for some pyproject.toml based projects (zstandard)",
            "zstandard: has no ready-made build for this machine, and there is no compiler to make one. "
            "Run: apt install build-essential python3-dev (or your system's like), then again.",
        ),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(Temporary failure in name resolution)'\n"
            "ERROR: No matching distribution found for rich==14\n[notice] A new release of pip is available",
            "requirements.lock: the packages can't be downloaded (ERROR: No matching distribution found for rich==14). "
            "Check the network and pip's settings (pip config list), then run again.",
        ),
        (
            "Collecting rich\nERROR: something nobody thought of.\n",
            "{folder}/requirements.lock: the installation failed (ERROR: something nobody thought of). "
            "The whole story is in {folder}/setup.log.",
        ),
    ],
)
def test_pages_of_an_installer_become_one_line_with_a_mend(tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "setup.log").write_text(words)
    program = '. "$1"; explain "$2" "$3"'
    files = (ROOT / "scripts" / "install.sh", tmp_path / "setup.log", tmp_path / "requirements.lock")

    ran = subprocess.run(["sh", "-c", program, "sh", *map(str, files)], capture_output=True, text=True)

    assert ran.returncode == 1
    assert ran.stderr.strip() == said.format(folder=tmp_path)

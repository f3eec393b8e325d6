"""What the package brings: units that systemd takes, shut as far as they can be, and scripts that a shell reads."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
UNITS = sorted((PACKAGING / "systemd").glob("*.service"))
SCRIPTS = sorted(
    script for pattern in ("openrc/*", "procd/*", "debian/*", "*.sh") for script in PACKAGING.glob(pattern)
)
INSTALLED = "/usr/lib/screener/bin/"
# systemd's own scale: 0 is shut, 10 is open, and "OK" ends below 5. The router's needs root to write for dnsmasq.
MOST_OPEN = {"screener": 2.0, "screener-heartbeat": 2.0, "screener-router": 3.0}


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.fail("systemd-analyze: not found. Run: sh scripts/test-setup.sh")
    return found


def test_systemd_has_no_word_to_say_about_the_units(tmp_path: Path, analyze: str):
    for unit in UNITS:
        # Where the programs lie while nothing is installed.
        text = unit.read_text().replace(INSTALLED, f"{Path(sys.executable).parent}/")
        (tmp_path / unit.name).write_text(text)

    ran = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS)], capture_output=True, text=True
    )

    ours = [line for line in ran.stderr.splitlines() if "screener" in line]
    assert (ran.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_is_shut_as_far_as_it_can_be(unit: Path, analyze: str):
    ran = subprocess.run([analyze, "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True)

    found = re.search(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    assert found and float(found[1]) <= MOST_OPEN[unit.stem]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}-{script.name}")
def test_a_shell_reads_each_script(script: Path):
    assert subprocess.run(["sh", "-n", script], capture_output=True).returncode == 0
    assert script.stat().st_mode & 0o111


def test_every_unit_and_script_runs_what_there_is():
    texts = [path.read_text() for path in (*UNITS, *SCRIPTS)]

    modules = {name for text in texts for name in re.findall(r"-m (screener[\w.]+)", text)}

    assert modules == {"screener.home.heartbeat"}
    assert all((ROOT / f"{name.replace('.', '/')}.py").exists() for name in modules)

"""Pretended machines: a search path with the plain tools of a system and just the programs a test asks for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]
NOBODY = 65534
TOOLS = (
    *("awk", "cat", "cksum", "cut", "dirname", "env", "find", "grep", "id", "mkdir", "mktemp", "rm", "sed", "sh"),
    *("tail", "touch"),
)

WORKS = f'exec {PYTHON} "$@"'
BROKEN = 'echo "python3.13: command not found" >&2; exit 127'
# The real interpreter, which believes one thing about itself that is not so. $3 is what the script asks it to run.
BELIEVES = f"""
if [ "$2" = -c ]; then exec {PYTHON} -I -c 'import struct, sys; BELIEF; exec(sys.argv[1])' "$3"; fi
exec {PYTHON} "$@"
"""
TOO_OLD = BELIEVES.replace("BELIEF", "sys.version_info = (3, 11, 2)")
NO_VENV = BELIEVES.replace("BELIEF", 'sys.modules["ensurepip"] = None')
NARROW = BELIEVES.replace("BELIEF", "struct.calcsize = lambda shape: 4")


def a_program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def a_machine(folder: Path, **programs: str) -> dict[str, str]:
    """The environment of a machine with the plain tools of a system and the programs given, and nothing else."""
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool}: was not found. Install it."
        (folder / "tools").mkdir(parents=True, exist_ok=True)
        (folder / "tools" / tool).symlink_to(found)
    for name, script in programs.items():
        a_program(folder / "programs" / name.replace("_", "."), script)
    return {
        "PATH": f"{folder}/programs:{folder}/tools",
        "HOME": str(folder / "nobody-home"),
        "PIP_CONFIG_FILE": "/dev/null",
    }


def run(script: Path, *words: str, env: dict[str, str], user: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, *words], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, user=user
    )


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    return ran.stderr.strip().splitlines()[-1]

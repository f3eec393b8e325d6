"""The Python of an independent client library, each in an environment of its own, made when first asked for."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def client_python(name: str) -> Path:
    """The Python of tests/clients/NAME; what can't be installed fails with the reason."""
    made = subprocess.run(
        ["sh", ROOT / "scripts" / "client-setup.sh", name], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if made.returncode != 0:
        raise RuntimeError(made.stderr.strip().splitlines()[-1])
    return Path(made.stdout.strip())

"""The locks: everything pinned by hash, no address anywhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted([*ROOT.glob("*.lock"), *ROOT.glob("tests/clients/*/*.lock")])


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", lock.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_pins_everything_by_hash_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()

    unpinned = [
        name for name in pins(lock) if not re.search(rf"^{re.escape(name)}==[^\n]*\\\n +--hash=sha256:", text, re.M)
    ]

    assert pins(lock)
    assert not unpinned
    assert "://" not in text


def test_the_lock_of_the_tests_holds_that_of_a_run() -> None:
    run_pins, test_pins = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")

    assert run_pins.items() <= test_pins.items()

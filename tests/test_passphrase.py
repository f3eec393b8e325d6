"""Behind a passphrase the key lies nowhere in the home; every start needs it, and only one process gets it."""

import os
import sys
from pathlib import Path

import pytest

from screener.errors import Mistake
from screener.home.folder import Home
from screener.home.passphrase import ASKED, locked, unlocked
from screener.supervise import Child, Supervisor

WORDS = "four words in a row"
PRINTS = "import os; print('ready', os.environ.get('SCREENER_PASSPHRASE', '-').replace(' ', '_'))"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(folder=tmp_path / "home")
    home.made()
    return home


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_locked_key_is_found_again_with_the_passphrase_alone(home: Home, monkeypatch: pytest.MonkeyPatch):
    key = home.seal_key()

    home.lock(WORDS)

    assert home.is_locked
    assert key not in everything_in(home.folder)
    assert home.seal_key(WORDS) == key
    with pytest.raises(Mistake, match=f"the key is locked. Give the passphrase in {ASKED}"):
        home.seal_key()
    with pytest.raises(Mistake, match="the passphrase is another one"):
        home.seal_key("four words in a ro")
    monkeypatch.setenv(ASKED, WORDS)
    assert home.seal_key() == key


def test_a_home_with_a_locked_key_gets_no_other_one(home: Home):
    key = home.seal_key()
    home.lock(WORDS)

    home.made()

    assert home.seal_key(WORDS) == key


def test_an_unlocked_key_lies_in_its_file_again(home: Home):
    key = home.seal_key()
    home.lock(WORDS)

    home.unlock(WORDS)

    assert (home.is_locked, home.seal_key()) == (False, key)
    assert (home.folder / "seal.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Mistake, match="there is no locked key"):
        home.unlock(WORDS)


def test_a_short_passphrase_changes_nothing(home: Home):
    key = home.seal_key()

    with pytest.raises(Mistake, match="too short"):
        home.lock("short")

    assert (home.is_locked, home.seal_key()) == (False, key)


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"[]",
        b'{"argon2id": [1, 1]}',
        b'{"argon2id": [99999999, 1], "salt": "AAAAAAAAAAAA", "nonce": "AAAAAAAAAAAAAAAA", "key": ""}',
    ],
)
def test_a_damaged_file_is_named_with_its_mend(home: Home, kept: bytes):
    home.lock(WORDS)
    (home.folder / "seal.locked").write_bytes(kept)

    with pytest.raises(Mistake, match=r"seal\.locked: this file is damaged\. Put it back"):
        home.seal_key(WORDS)


def test_the_same_letters_from_another_keyboard_open_it():
    kept = locked(b"k" * 32, "café im Garten")

    assert unlocked(kept, "cafe\u0301 im Garten") == b"k" * 32


async def test_only_the_screener_gets_the_passphrase_and_never_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(ASKED, "from the environment")
    supervisor = Supervisor(tmp_path, passphrase=WORDS)
    said = []

    for child in (supervisor.proxy, supervisor.screener):
        printing = Child(name=child.name, command=(sys.executable, "-c", PRINTS), secrets=child.secrets)
        await printing.start()
        said.append(printing.words)
        await printing.ended()

    assert said == [["-"], [WORDS.replace(" ", "_")]]
    assert WORDS not in repr(supervisor.screener)
    assert ASKED in os.environ

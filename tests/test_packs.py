"""A pack is taken only when somebody we trust signed exactly it, it is newer, and its own examples hold."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from screener.errors import Mistake
from screener.home.folder import Home
from screener.packs import archive, signing
from screener.packs.about import number
from screener.packs.installed import Installed, build
from tests.test_own_rules import HELLO, THREAT
from tests.test_rulebook import RULE, a_folder

ABOUT = "name: screener\nversion: {version}\ndate: 2026-11-30\nneeds: 0.1.0\n"


def yes(offer: object) -> bool:
    return True


def a_key(folder: Path, name: str) -> Path:
    key = Ed25519PrivateKey.generate()
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-private.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}-public.pem").write_bytes(public)
    return path


def rules_of(folder: Path, version: str, **more: str) -> Path:
    folder.mkdir(parents=True)
    files = {
        "pack.yaml": ABOUT.format(version=version),
        "lists/money.yaml": "title: Money\nsays: Demands money.\n",
        "lists/en/money.yaml": "phrases: [pay me, send the money]\n",
        "pressure/asks-for-money.yaml": THREAT,
        "isolate/says-hello.yaml": HELLO,
    }
    return a_folder(folder, **(files | more))


class House:
    """A home that trusts one key, and the one who holds it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = a_key(folder / "keys", "ours")
        self.home = Home(folder=folder / "home")
        self.home.trusted_keys.mkdir(parents=True)
        shutil.copy(folder / "keys" / "ours-public.pem", self.home.trusted_keys)
        self.shipped = rules_of(folder / "shipped", "1.0.0")
        self.installed = Installed(self.home, self.shipped)

    def pack(self, version: str, key: Path | None = None, **more: str) -> Path:
        rules = rules_of(self.folder / f"of-{version}-{len(more)}-{time.monotonic_ns()}", version, **more)
        out = self.folder / f"{version}.zip"
        build(rules, key or self.key, out)
        return out

    def version(self) -> str:
        return next(pack.about.version for pack in self.installed.list() if pack.in_force)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_signed_newer_pack_shows_what_it_changes_and_is_in_force_once_accepted(house: House):
    file = house.pack("1.1.0", **{"isolate/says-hello.yaml": HELLO.replace("points: 20", "points: 9")})
    shown: list[str] = []

    def no(offer) -> bool:
        shown.extend(map(str, offer.changes))
        return False

    refused = house.installed.take(file, no)
    before = house.version()
    taken = house.installed.take(file, yes)

    assert refused is None and before == "1.0.0"
    assert shown == ['"Says hello" weighs 9 instead of 20.']
    assert taken is not None and house.version() == "1.1.0"
    assert "points: 9" in (house.installed.base() / "isolate/says-hello.yaml").read_text()


def test_the_same_rules_give_the_same_bytes(house: House):
    build(house.shipped, house.key, house.folder / "one.zip")
    build(house.shipped, house.key, house.folder / "two.zip")

    assert (house.folder / "one.zip").read_bytes() == (house.folder / "two.zip").read_bytes()


def test_a_step_back_gives_what_was_before_and_stays_there_though_the_program_is_updated(house: House):
    house.installed.take(house.pack("1.1.0"), yes)
    house.installed.take(house.pack("1.2.0"), yes)

    back = [house.installed.rollback().version for _ in range(2)]
    (house.shipped / "pack.yaml").write_text(ABOUT.format(version="1.9.0"))
    after_update = house.version()
    house.installed.unpin()

    assert back == ["1.1.0", "1.0.0"]
    assert after_update == "1.0.0"
    assert house.version() == "1.9.0"
    with pytest.raises(Mistake, match="there is nothing to go back to"):
        house.installed.rollback()


def test_a_pinned_version_stays_and_takes_no_pack_until_it_is_unpinned(house: House):
    house.installed.take(house.pack("1.1.0"), yes)
    house.installed.pin("1.0.0")
    newer = house.pack("1.2.0")

    with pytest.raises(Mistake, match=r"pinned at 1\.0\.0\. Run first: screener rules pack unpin"):
        house.installed.take(newer, yes)
    with pytest.raises(Mistake, match=r'"3\.0" is not here\. Name one of: 1\.1\.0, 1\.0\.0\.'):
        house.installed.pin("3.0")
    assert house.version() == "1.0.0"

    house.installed.unpin()
    house.installed.take(newer, yes)
    assert house.version() == "1.2.0"


@pytest.mark.parametrize("version", ["0.9.0", "1.0.0", "1.0.0.0"])
def test_what_is_not_newer_is_refused(house: House, version: str):
    with pytest.raises(Mistake, match=r"is not newer than 1\.0\.0"):
        house.installed.take(house.pack(version), yes)


def test_after_a_step_back_an_old_pack_does_not_pass_for_a_new_one(house: House):
    house.installed.take(house.pack("1.5.0"), yes)
    house.installed.rollback()
    house.installed.unpin()

    with pytest.raises(Mistake, match=r"version 1\.4\.0 is not newer than 1\.5\.0"):
        house.installed.take(house.pack("1.4.0"), yes)


def test_a_stranger_s_key_is_refused_by_its_name(house: House):
    other = a_key(house.folder / "keys", "other")

    with pytest.raises(Mistake, match=r'signed with a key that is not trusted here \("[0-9a-f]{16}"\)'):
        house.installed.take(house.pack("1.1.0", key=other), yes)


def test_a_pack_of_other_rules_or_for_a_later_program_is_refused(house: House):
    other = ABOUT.format(version="1.1.0").replace("name: screener", "name: others")
    later = ABOUT.format(version="1.1.0").replace("needs: 0.1.0", "needs: 99.0.0")

    with pytest.raises(Mistake, match='these are the rules of "others"'):
        house.installed.take(house.pack("1.1.0", **{"pack.yaml": other}), yes)
    with pytest.raises(Mistake, match=r"these rules need Screener 99\.0\.0"):
        house.installed.take(house.pack("1.1.0", **{"pack.yaml": later}), yes)


def remade(file: Path, change: Callable[[dict[str, bytes]], object], attributes: int = stat.S_IFREG | 0o644) -> Path:
    """The same zip with something else in it, as somebody without the key could make it."""
    with zipfile.ZipFile(file) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    change(files)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = attributes << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, text)
    return file


ATTACKS: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "a rule is weakened": (
        lambda files: files.update({"pressure/asks-for-money.yaml": THREAT.replace("90", "1").encode()}),
        "asks-for-money.yaml was changed after it was signed",
    ),
    "a rule is taken out": (lambda files: files.pop("pressure/asks-for-money.yaml"), "asks-for-money.yaml is missing"),
    "a rule is put in": (
        lambda files: files.update({"approach/more.yaml": RULE.encode()}),
        "approach/more.yaml is in it and was not signed",
    ),
    "the list of files is changed": (
        lambda files: files.update({signing.MANIFEST: files[signing.MANIFEST].replace(b"1.1.0", b"1.1.1")}),
        "the signature is not right",
    ),
    "the signature is gone": (lambda files: files.pop(signing.SIGNATURE), "the signature is not right"),
    "the signature is noise": (lambda files: files.update({signing.SIGNATURE: b"\xff*"}), "can't be read"),
    "the list of files is noise": (lambda files: files.update({signing.MANIFEST: b"[" * 9_000}), "can't be read"),
    "a way up": (lambda files: files.update({"../../config.yaml": b"x"}), "is no name for a file of rules"),
    "an absolute path": (lambda files: files.update({"/etc/cron.d/x": b"x"}), "is no name for a file of rules"),
    "a drive": (lambda files: files.update({"C:\\x.yaml": b"x"}), "is no name for a file of rules"),
    "a hidden file": (lambda files: files.update({"lists/.x.yaml": b"x"}), "is no name for a file of rules"),
    "one name in two spellings": (lambda files: files.update({"Levels.yaml": b"x"}), "is in it twice"),
    "a bomb": (lambda files: files.update({"lists/en/x.yaml": b"x" * 3_000_000}), "unpacks to more than is allowed"),
    "too many files": (lambda files: files.update({f"a/{n}.yaml": b"" for n in range(5_100)}), "more than 5000 files"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_done_to_a_pack_it_is_refused_and_nothing_changes(house: House, attack: str):
    change, told = ATTACKS[attack]
    file = remade(house.pack("1.1.0"), change)
    before = sorted(path for path in house.folder.rglob("*"))

    with pytest.raises(Mistake, match=told) as why:
        house.installed.take(file, yes)

    assert "\n" not in str(why.value) and str(why.value).startswith(str(file))
    assert sorted(path for path in house.folder.rglob("*")) == before
    assert house.version() == "1.0.0"


@pytest.mark.parametrize("kind", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFDIR | 0o755])
def test_links_pipes_and_folders_in_a_pack_are_refused(house: House, kind: int):
    file = remade(house.pack("1.1.0"), lambda files: None, attributes=kind)

    with pytest.raises(Mistake, match="is a link or no file at all"):
        house.installed.take(file, yes)


@pytest.mark.parametrize("text", [b"", b"PK", b"no zip at all" * 100, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_file_is_refused(house: House, text: bytes):
    file = house.folder / "x.zip"
    file.write_bytes(text)

    with pytest.raises(Mistake, match=r"Get the file again|is missing|can't be read"):
        house.installed.take(file, yes)


def test_a_name_with_something_hidden_behind_its_end_is_refused(house: House):
    file = remade(house.pack("1.1.0"), lambda files: files.update({"levels.yaml-.txt": b"x"}))
    file.write_bytes(file.read_bytes().replace(b"levels.yaml-.txt", b"levels.yaml\0.txt"))

    with pytest.raises(Mistake, match=r"is no name for a file of rules|is in it twice|no zip file"):
        house.installed.take(file, yes)


def test_a_pack_whose_examples_fail_can_not_be_made_and_is_not_taken(house: House):
    broken = {"isolate/says-hello.yaml": HELLO.replace('{text: "hello"}', '{text: "our secret"}')}
    rules = rules_of(house.folder / "broken", "1.1.0", **broken)
    with pytest.raises(Mistake, match="this example should stay quiet and alerts"):
        build(rules, house.key, house.folder / "broken.zip")

    # Somebody with the key can sign it all the same.
    files = {path.relative_to(rules).as_posix(): path.read_bytes() for path in rules.rglob("*.yaml")}
    listed, sealed = signing.manifest(files, {"version": "1.1.0"}, signing.private_key(house.key))
    archive.write(house.folder / "broken.zip", {**files, signing.MANIFEST: listed, signing.SIGNATURE: sealed})
    with pytest.raises(Mistake, match="its own examples fail, so it is not taken"):
        house.installed.take(house.folder / "broken.zip", yes)
    assert house.version() == "1.0.0"


def test_the_familys_rules_stay_and_what_they_no_longer_fit_is_said_before(house: House):
    house.home.rules.mkdir(parents=True)
    overrides = house.home.rules / "overrides.yaml"
    overrides.write_text("rules: {says-hello: {points: 3}}\n")
    rules = rules_of(house.folder / "without", "1.1.0")
    (rules / "isolate/says-hello.yaml").unlink()
    build(rules, house.key, house.folder / "without.zip")
    offers = []

    house.installed.take(house.folder / "without.zip", lambda offer: offers.append(offer) or True)

    assert [str(each) for each in offers[0].changes] == ['The rule "Says hello" is not there any more.']
    assert offers[0].disagreements[0].startswith('home/rules/overrides.yaml:1: "says-hello" is not a rule.')
    assert overrides.read_text() == "rules: {says-hello: {points: 3}}\n"


def test_rules_that_are_gone_from_the_home_are_stood_in_for_and_that_is_said(house: House):
    house.installed.take(house.pack("1.1.0"), yes)
    shutil.rmtree(house.installed.base())

    assert house.installed.base() == house.shipped
    assert "packs/1.1.0: these rules are not there any more" in (house.installed.trouble() or "")


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"version": "../..", "before": []}', b'{"version": 3, "before": 1}']
)
def test_a_damaged_note_of_what_is_in_force_leaves_the_shipped_rules(house: House, text: bytes):
    (house.home.folder / "packs").mkdir()
    (house.home.folder / "packs" / "in-force.json").write_bytes(text)

    assert house.installed.base() == house.shipped


TAKE = """\
import sys, pathlib
from screener.home.folder import Home
from screener.packs.installed import Installed
folder = pathlib.Path(sys.argv[1])
print("ready", flush=True)
Installed(Home(folder=folder / "home"), folder / "shipped" / "rules").take(folder / "1.1.0.zip", lambda offer: True)
print("done", flush=True)
"""


def test_an_import_that_is_killed_at_any_moment_leaves_one_whole_set_of_rules_in_force(house: House):
    many = {f"approach/more-{n}.yaml": RULE.replace("new-account", f"more-{n}") for n in range(40)}
    house.pack("1.1.0", **many)
    found = set()
    whole = _killed(house.folder, None)

    for step in range(12):
        shutil.rmtree(house.home.folder / "packs", ignore_errors=True)
        _killed(house.folder, whole * step / 11)
        base = house.installed.base()
        files = len(list(base.rglob("*.yaml")))
        found.add((house.version(), files))

    ours = len(list(house.shipped.rglob("*.yaml")))
    assert found <= {("1.0.0", ours), ("1.1.0", ours + 40)}
    assert ("1.0.0", ours) in found
    assert house.installed.take(house.pack("1.2.0"), yes) is not None


def _killed(folder: Path, after: float | None) -> float:
    """Runs an import, and kills it after so many seconds; says how long it ran."""
    process = subprocess.Popen([sys.executable, "-c", TAKE, str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    began = time.monotonic()
    if after is None:
        assert process.stdout.readline() == b"done\n"
    else:
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()
    return time.monotonic() - began


def test_a_key_that_is_none_is_told(house: House):
    (house.folder / "x.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")

    with pytest.raises(Mistake, match="this is no Ed25519 key without a password"):
        build(house.shipped, house.folder / "x.pem", house.folder / "x.zip")


def test_versions_are_compared_by_their_numbers():
    assert number("1.10") > number("1.9.9") > number("1.9")
    assert number("2.0.0") == number("2")

"""This computer is set up at one press and taken out without a trace; others by scripts that do the same."""

import hashlib
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener.errors import Mistake
from screener.home import authority, pc
from screener.home.folder import Home
from screener.home.scripts import SYSTEMS, nickname, script
from screener.platforms import endpoints
from tests.home.thief import a_folder

PAC = "http://127.0.0.1:8788/proxy.pac"
PREFS = 'user_pref("browser.startup.page", 3);\nuser_pref("network.proxy.type", 5);\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = a_folder(tmp_path / "screener")
    authority.ensure(home, endpoints())
    return home


def a_user(folder: Path) -> Path:
    """Somebody with a Firefox that has been used, and a store of other programs' certificates."""
    user = folder / "user"
    profile = user / ".mozilla/firefox/abc.default"
    profile.mkdir(parents=True)
    (profile / "prefs.js").write_text(PREFS)
    (profile / "user.js").write_text('user_pref("mine", 1);\n')
    (user / ".pki/nssdb").mkdir(parents=True)
    for store in (user / ".pki/nssdb", profile):
        subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
    return user


def stores(user: Path) -> Mapping[str, str]:
    """What each store of certificates lists."""
    return {
        str(db.parent.relative_to(user)): subprocess.run(
            ["certutil", "-d", f"sql:{db.parent}", "-L"], capture_output=True, text=True, check=True
        ).stdout
        for db in sorted(user.rglob("cert9.db"))
    }


def files(user: Path) -> Mapping[str, str]:
    """Every file and folder with what is in it; stores of certificates are compared by what they list."""
    return {
        str(path.relative_to(user)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(user.rglob("*"))
        if path.name not in ("cert9.db", "key4.db")
    }


def test_what_is_put_is_taken_out_without_a_trace(home: Home, tmp_path: Path) -> None:
    user = a_user(tmp_path)
    before = (files(user), stores(user))

    put = pc.set_up(home, PAC, user=user)
    during, written = stores(user), (user / ".mozilla/firefox/abc.default/user.js").read_text()
    there = pc.left_over(put)
    pc.taken_out(home)

    name = nickname(home.certificate.read_bytes())
    assert all(name in listed for listed in during.values()) and len(during) == 2
    assert f'user_pref("network.proxy.autoconfig_url", "{PAC}")' in written
    assert there == put
    assert (files(user), stores(user)) == before
    assert pc.left_over(put) == ()
    assert pc.placed(home) == ()


def test_prefs_that_firefox_took_over_are_put_back_as_they_were(home: Home, tmp_path: Path) -> None:
    user = a_user(tmp_path)
    prefs = user / ".mozilla/firefox/abc.default/prefs.js"
    put = pc.set_up(home, PAC, user=user)
    prefs.write_text(
        'user_pref("browser.startup.page", 3);\n'
        f'user_pref("network.proxy.autoconfig_url", "{PAC}");\nuser_pref("network.proxy.type", 2);\n'
    )

    pc.taken_out(home)

    assert prefs.read_text() == PREFS
    assert pc.left_over(put) == ()


def test_somebody_without_any_store_gets_one_and_is_left_with_none(home: Home, tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()

    put = pc.set_up(home, PAC, user=user)
    during = list(stores(user))
    pc.taken_out(home)

    assert during == [".pki/nssdb"]
    assert list(user.iterdir()) == []
    assert pc.left_over(put) == ()


def test_setting_up_twice_puts_everything_once(home: Home, tmp_path: Path) -> None:
    user = a_user(tmp_path)
    before = (files(user), stores(user))

    first, second = pc.set_up(home, PAC, user=user), pc.set_up(home, PAC, user=user)
    pc.taken_out(home)

    assert first == second
    assert (files(user), stores(user)) == before


def test_stopped_halfway_what_was_put_is_known(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = a_user(tmp_path)
    before = (files(user), stores(user))
    (user / ".mozilla/firefox/abc.default/user.js").chmod(0o400)
    monkeypatch.setitem(pc.DO, "prefs", lambda *_: (_ for _ in ()).throw(Mistake("the disk is full. Make room.")))

    with pytest.raises(Mistake):
        pc.set_up(home, PAC, user=user)
    known = [entry.kind for entry in pc.placed(home)]
    pc.taken_out(home)

    assert known == ["nss", "nss", "prefs"]
    assert (files(user), stores(user)) == before


@pytest.mark.parametrize("more", ["", "[Something else]\n"])
def test_a_file_of_kde_that_was_made_goes_again_unless_more_stands_in_it(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    user, tools = tmp_path / "user", tmp_path / "kde"
    user.mkdir()
    tools.mkdir()
    (tools / "kreadconfig5").write_text("#!/bin/sh\n")
    (tools / "kwriteconfig5").write_text('#!/bin/sh\nmkdir -p "$HOME/.config" && : >>"$HOME/.config/kioslaverc"\n')
    for tool in tools.iterdir():
        tool.chmod(0o700)
    for name, value in (("HOME", user), ("PATH", f"{tools}:{os.environ['PATH']}"), ("GSETTINGS_BACKEND", "memory")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(pc, "_kde", lambda how: str(tools / f"k{how}config5"))

    put = pc.set_up(home, PAC)
    file = user / ".config/kioslaverc"
    during = file.exists()
    file.write_text(more)
    pc.taken_out(home)

    assert "kde" in {entry.kind for entry in put} and during
    assert file.exists() == bool(more)


def without_desktop(user: Path, folder: Path) -> dict[str, str]:
    """No desktop of the machine that runs the tests is touched."""
    tools = folder / "tools"
    tools.mkdir()
    for tool in ("sh", "certutil", "mkdir", "cat", "rm", "rmdir", "sed", "grep", "printf"):
        (tools / tool).symlink_to(Path("/usr/bin") / tool)
    return {"HOME": str(user), "PATH": str(tools)}


def test_the_script_for_linux_does_the_same_and_undoes_it(home: Home, tmp_path: Path) -> None:
    user = a_user(tmp_path)
    before = (files(user), stores(user))
    found = script("linux", pac=PAC, certificate=home.certificate.read_bytes())
    file = tmp_path / found.name
    file.write_text(found.text)
    environment = without_desktop(user, tmp_path)

    done = subprocess.run(["/bin/sh", file], env=environment, capture_output=True, text=True, check=True)
    during = stores(user)
    subprocess.run(["/bin/sh", file, "undo"], env=environment, capture_output=True, text=True, check=True)
    after = (files(user), stores(user))

    name = nickname(home.certificate.read_bytes())
    assert "https://screener.home.arpa/" in done.stdout
    assert all(name in listed for listed in during.values()) and len(during) == 2
    assert after == before


def test_the_script_leaves_somebody_without_any_store_with_none(home: Home, tmp_path: Path) -> None:
    user, file = tmp_path / "user", tmp_path / "script.sh"
    user.mkdir()
    file.write_text(script("linux", pac=PAC, certificate=home.certificate.read_bytes()).text)
    environment = without_desktop(user, tmp_path)

    for _ in range(2):
        subprocess.run(["/bin/sh", file], env=environment, capture_output=True, check=True)
    during = list(stores(user))
    subprocess.run(["/bin/sh", file, "undo"], env=environment, capture_output=True, check=True)

    assert during == [".pki/nssdb"]
    assert list(user.iterdir()) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_script_holds_the_address_and_the_certificate_and_nothing_unfilled(home: Home, system: str) -> None:
    certificate = home.certificate.read_bytes()

    found = script(system, pac=PAC, certificate=certificate)

    assert PAC in found.text and certificate.decode() in found.text
    assert "@@" not in found.text
    assert found.name in found.text


@pytest.mark.parametrize(
    "address", ["http://a';rm -rf /;'/proxy.pac", "javascript:alert(1)", "http://a b/proxy.pac", "http://x/other"]
)
def test_an_address_that_could_end_the_quotes_is_refused(home: Home, address: str) -> None:
    with pytest.raises(ValueError, match="PAC"):
        script("linux", pac=address, certificate=home.certificate.read_bytes())


def test_shell_scripts_are_read_without_a_mistake(home: Home, tmp_path: Path) -> None:
    for system in ("linux", "macos"):
        file = tmp_path / system
        file.write_text(script(system, pac=PAC, certificate=home.certificate.read_bytes()).text)
        assert subprocess.run(["/bin/sh", "-n", file], env=dict(os.environ), check=False).returncode == 0


def test_a_certificate_is_named_so_that_the_old_and_the_new_are_told_apart(home: Home) -> None:
    old = nickname(home.certificate.read_bytes())
    authority.rotate(home, authority.domains(endpoints()), datetime.now(UTC))

    assert nickname(home.certificate.read_bytes()) != old

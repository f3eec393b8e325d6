"""Sets up the computer that Screener runs on: its browsers' proxy and trust; all it puts is written down and undone.

Each thing put is an entry of a ledger before it is put, so that whatever stops us halfway can still be taken out.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from screener.errors import Mistake
from screener.home.folder import Home, write_private
from screener.home.scripts import nickname

STORES = (".pki/nssdb", "snap/chromium/current/.pki/nssdb")
PROFILES = (
    ".mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
)
GNOME = "org.gnome.system.proxy"
KDE = ("--file", "kioslaverc", "--group", "Proxy Settings", "--key")
TYPE, ADDRESS = "network.proxy.type", "network.proxy.autoconfig_url"
PATIENCE_SECONDS = 20


SAID: Mapping[str, str] = {
    "nss": "the family certificate in {where}",
    "nssdb": "the browsers' store of certificates {where}, which was made for it",
    "prefs": "the proxy address in {where}/user.js and prefs.js",
    "gnome": "the proxy address in GNOME's network settings",
    "kde": "the proxy address in KDE's network settings",
}
"""What is put on a computer, in words."""


@dataclass(frozen=True, kw_only=True)
class Put:
    """One thing that was put somewhere. `before` is what was there, to be put back."""

    kind: str
    where: str
    what: str = ""
    before: dict[str, str | None] = field(default_factory=dict)

    def said(self) -> str:
        """In words, for whoever wants to know before it is taken out."""
        return SAID.get(self.kind, f"{self.kind} {{where}}").format(where=self.where)


def ledger(home: Home) -> Path:
    return home.folder / "placed.json"


def placed(home: Home) -> tuple[Put, ...]:
    """What lies where. Raises Mistake when the ledger is damaged: then it can't be said what is to be taken out."""
    try:
        return tuple(Put(**each) for each in json.loads(ledger(home).read_bytes()))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError):
        raise Mistake(f"{ledger(home)}: this list is damaged. Put it back from a backup.") from None


def set_up(home: Home, pac: str, *, user: Path | None = None) -> tuple[Put, ...]:
    """Puts everything for the user whose home folder is given. Raises Mistake when a tool for it is missing."""
    user = user or Path.home()
    if shutil.which("certutil") is None:
        raise Mistake("certutil is missing, with which browsers are given a certificate. Install libnss3-tools.")
    taken_out(home)
    try:
        name = nickname(home.certificate.read_bytes())
    except OSError:
        raise Mistake(f"{home.certificate}: there is no certificate yet. Start Screener first: screener up") from None
    put: list[Put] = []
    for entry in _plan(user, name):
        put.append(entry)
        write_private(ledger(home), json.dumps([asdict(each) for each in put], indent=1).encode())
        DO[entry.kind](entry, pac, home.certificate)
    return tuple(put)


def taken_out(home: Home) -> tuple[Put, ...]:
    """Takes everything out again, the last first; says what that was."""
    entries = placed(home)
    for entry in reversed(entries):
        UNDO[entry.kind](entry)
    ledger(home).unlink(missing_ok=True)
    return entries


def left_over(entries: tuple[Put, ...]) -> tuple[Put, ...]:
    """Those that are still there: the proof of a clean end."""
    return tuple(entry for entry in entries if IS_THERE[entry.kind](entry))


def _plan(user: Path, name: str) -> Iterator[Put]:
    first = user / STORES[0]
    if not (first / "cert9.db").exists():
        yield Put(kind="nssdb", where=str(first), what=str(_first_missing(first)))
    for store in STORES:
        if store == STORES[0] or (user / store / "cert9.db").exists():
            yield Put(kind="nss", where=str(user / store), what=name)
    for base in PROFILES:
        for prefs in sorted((user / base).glob("*/prefs.js")):
            yield Put(kind="nss", where=str(prefs.parent), what=name)
            yield Put(kind="prefs", where=str(prefs.parent), before=_prefs(prefs))
    # An address of the desktop is that of whoever is logged in, not of somebody else's folder.
    if user == Path.home():
        if shutil.which("gsettings") and _said("gsettings", "writable", GNOME, "mode").strip() == "true":
            keys = ("mode", "autoconfig-url")
            yield Put(kind="gnome", where=GNOME, before={k: _said("gsettings", "get", GNOME, k).strip() for k in keys})
        if _kde("read"):
            keys = ("ProxyType", "Proxy Config Script")
            made = "" if _kioslaverc().exists() else str(_kioslaverc())
            yield Put(
                kind="kde",
                where="kioslaverc",
                what=made,
                before={k: _said(_kde("read"), *KDE, k).strip() for k in keys},
            )


def _make_store(entry: Put, pac: str, certificate: Path) -> None:
    Path(entry.where).mkdir(mode=0o700, parents=True, exist_ok=True)
    _must("certutil", "-d", f"sql:{entry.where}", "-N", "--empty-password")


def _drop_store(entry: Put) -> None:
    store, made = Path(entry.where), Path(entry.what)
    if _nicknames(store):
        return  # Others keep certificates there by now.
    for file in ("cert9.db", "key4.db", "pkcs11.txt"):
        (store / file).unlink(missing_ok=True)
    while store != made.parent and store.is_relative_to(made):
        with suppress(OSError):
            store.rmdir()
        store = store.parent


def _trust(entry: Put, pac: str, certificate: Path) -> None:
    _must("certutil", "-d", f"sql:{entry.where}", "-A", "-t", "C,,", "-n", entry.what, "-i", str(certificate))


def _distrust(entry: Put) -> None:
    if _trusts(entry):
        _must("certutil", "-d", f"sql:{entry.where}", "-D", "-n", entry.what)


def _trusts(entry: Put) -> bool:
    return entry.what in _nicknames(Path(entry.where))


def _nicknames(store: Path) -> frozenset[str]:
    """What the certificates in a store are called: its list has a name and three marks of trust a line."""
    said = _said("certutil", "-d", f"sql:{store}", "-L") if (store / "cert9.db").exists() else ""
    return frozenset(re.findall(r"^(.*\S)\s+[A-Za-z]*,[A-Za-z]*,[A-Za-z]*\s*$", said, re.MULTILINE))


def _set_prefs(entry: Put, pac: str, certificate: Path) -> None:
    lines = [f'user_pref("{TYPE}", 2); // screener', f'user_pref("{ADDRESS}", {json.dumps(pac)}); // screener']
    file = Path(entry.where) / "user.js"
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(before + "\n".join(lines) + "\n", "utf-8")


def _reset_prefs(entry: Put) -> None:
    """Firefox copies user.js into prefs.js when it starts, so both are put back."""
    file = Path(entry.where) / "user.js"
    if file.exists():
        kept = [line for line in file.read_text("utf-8").splitlines(keepends=True) if "// screener" not in line]
        file.write_text("".join(kept), "utf-8") if kept else file.unlink()
    prefs = Path(entry.where) / "prefs.js"
    if prefs.exists() and _prefs(prefs) != entry.before:
        ours = (f'user_pref("{TYPE}",', f'user_pref("{ADDRESS}",')
        kept = [line for line in prefs.read_text("utf-8").splitlines(keepends=True) if not line.startswith(ours)]
        kept += [f'user_pref("{key}", {value});\n' for key, value in entry.before.items() if value is not None]
        prefs.write_text("".join(kept), "utf-8")


def _has_prefs(entry: Put) -> bool:
    files = [Path(entry.where) / name for name in ("user.js", "prefs.js")]
    marked = any("// screener" in file.read_text("utf-8") for file in files if file.exists())
    return marked or (files[1].exists() and _prefs(files[1]) != entry.before)


def _prefs(file: Path) -> dict[str, str | None]:
    text = file.read_text("utf-8", "replace")
    found = {key: re.search(rf'^user_pref\("{re.escape(key)}", (.*)\);', text, re.MULTILINE) for key in (TYPE, ADDRESS)}
    return {key: match and match[1] for key, match in found.items()}


def _set_gnome(entry: Put, pac: str, certificate: Path) -> None:
    _must("gsettings", "set", GNOME, "autoconfig-url", pac)
    _must("gsettings", "set", GNOME, "mode", "auto")


def _reset_gnome(entry: Put) -> None:
    for key, value in entry.before.items():
        _must("gsettings", "set", GNOME, key, value or "''")


def _has_gnome(entry: Put) -> bool:
    return any(_said("gsettings", "get", GNOME, key).strip() != value for key, value in entry.before.items())


def _set_kde(entry: Put, pac: str, certificate: Path) -> None:
    _must(_kde("write"), *KDE, "Proxy Config Script", pac)
    _must(_kde("write"), *KDE, "ProxyType", "2")


def _reset_kde(entry: Put) -> None:
    for key, value in entry.before.items():
        _must(_kde("write"), *KDE, key, *([value] if value else ["--delete"]))
    # The file that came with it goes again, unless something else is written in it by now.
    if entry.what and Path(entry.what).is_file() and not Path(entry.what).read_bytes().strip():
        Path(entry.what).unlink()


def _has_kde(entry: Put) -> bool:
    return any(_said(_kde("read"), *KDE, key).strip() != (value or "") for key, value in entry.before.items())


def _kioslaverc() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kioslaverc"


def _kde(how: str) -> str:
    return next((tool for n in (6, 5) if (tool := shutil.which(f"k{how}config{n}"))), "")


def _first_missing(folder: Path) -> Path:
    """The uppermost folder that is to be made."""
    while not folder.parent.exists():
        folder = folder.parent
    return folder


def _run(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    # Each command is one of those above; no shell reads what is given to them.
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603


def _said(*command: str) -> str:
    try:
        return _run(command).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _must(*command: str) -> None:
    try:
        done = _run(command)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Mistake(f"{command[0]}: it could not be run ({type(why).__name__}). Install it again.") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Mistake(f"{command[0]}: {last[:200]}. Close the browsers, and try again.")


DO: dict[str, Callable[[Put, str, Path], Any]] = {
    "nssdb": _make_store,
    "nss": _trust,
    "prefs": _set_prefs,
    "gnome": _set_gnome,
    "kde": _set_kde,
}
UNDO: dict[str, Callable[[Put], Any]] = {
    "nssdb": _drop_store,
    "nss": _distrust,
    "prefs": _reset_prefs,
    "gnome": _reset_gnome,
    "kde": _reset_kde,
}
IS_THERE: dict[str, Callable[[Put], bool]] = {
    "nssdb": lambda entry: Path(entry.where).exists() and not _nicknames(Path(entry.where)),
    "nss": _trusts,
    "prefs": _has_prefs,
    "gnome": _has_gnome,
    "kde": _has_kde,
}

"""Puts the router's rules and names in place and takes them away again, whole each time, however often it is asked."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from screener.errors import Mistake
from screener.home.router.names import MARK
from screener.home.router.ruleset import TABLE, Router, ruleset

FILE = "screener.conf"
STATE = Path("/run/screener/heartbeat.json")
NFT_SECONDS = 10
RESTART_SECONDS = 30
# Whose machine it is shows in what is there; the first that fits is asked.
RESTARTS: tuple[tuple[Path, tuple[str, ...]], ...] = (
    (Path("/run/systemd/system"), ("systemctl", "try-restart", "dnsmasq")),
    (Path("/run/openrc"), ("rc-service", "--ifstarted", "dnsmasq", "restart")),
    (Path("/etc/init.d/dnsmasq"), ("/etc/init.d/dnsmasq", "restart")),
)
COUNTER = re.compile(r"counter (\w+) \{\s*packets (\d+)")


@dataclass(frozen=True, kw_only=True)
class Status:
    """How it stands on this router."""

    rules: bool
    names: bool
    beating: bool
    devices: int = 0
    addresses: int = 0
    led: int = 0
    entered: int = 0
    quic_refused: int = 0


def on(router: Router, names: str, folder: Path) -> list[str]:
    """Puts both in place; says what there was to do. Raises Mistake, and then nothing is left half done."""
    _check(folder)
    file = folder / FILE
    if file.exists() and not file.read_text("utf-8").startswith(MARK):
        raise Mistake(f"{file}: this file is not Screener's. Move it elsewhere, and try again.")
    _nft(ruleset(router))
    said = [f"rules: table inet {TABLE} is in place"]
    if file.exists() and file.read_text("utf-8") == names:
        return [*said, f"{file}: is as it should be"]
    try:
        file.write_text(names, "utf-8")
        file.chmod(0o644)
    except OSError as why:
        _nft(_away())
        raise Mistake(f"{file}: can't be written ({why.strerror}). Run this as root.") from None
    return [*said, f"{file}: written", _restart()]


def off(folder: Path) -> list[str]:
    """Takes away all that `on` put anywhere. Raises Mistake."""
    said = []
    if "table" in _nft(f"list table inet {TABLE}", may_fail=True):
        _nft(_away())
        said.append(f"rules: table inet {TABLE} is gone; every new connection goes direct")
    file = folder / FILE
    try:
        if file.exists() and file.read_text("utf-8").startswith(MARK):
            file.unlink()
            said += [f"{file}: removed", _restart()]
    except OSError as why:
        raise Mistake(f"{file}: can't be removed ({why.strerror}). Run this as root.") from None
    return said or ["nothing of Screener was in place"]


def status(folder: Path, state: str) -> Status:
    """What is in place; `state` is what the heartbeat says of itself."""
    listed = _nft(f"list table inet {TABLE}", may_fail=True)
    file = folder / FILE
    counters = {name: int(packets) for name, packets in COUNTER.findall(listed)}
    return Status(
        rules="chain arrive" in listed,
        names=file.exists() and file.read_text("utf-8", "replace").startswith(MARK),
        beating=state == "alive",
        devices=_held("enrolled", listed),
        addresses=_held("watched4", listed) + _held("watched6", listed),
        led=counters.get("arrived", 0),
        entered=counters.get("entered", 0),
        quic_refused=counters.get("quic", 0),
    )


def heard(path: Path = STATE) -> dict[str, object]:
    """What the heartbeat said last; empty where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _held(name: str, listed: str) -> int:
    found = re.search(rf"set {name} \{{[^}}]*?elements = \{{([^}}]*)\}}", listed)
    return len(found[1].split(",")) if found else 0


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise Mistake(
            f"{folder}: there is no such folder. Install dnsmasq, or name its folder as router.dnsmasq in config.yaml."
        )
    if shutil.which("dnsmasq"):
        told = _ran(("dnsmasq", "--version"), RESTART_SECONDS)
        if "no-nftset" in told or " nftset" not in told:
            raise Mistake("dnsmasq: this one can't fill nftables' sets. Install dnsmasq 2.87 or newer, with nftset.")


def _away() -> str:
    return f"table inet {TABLE}\ndelete table inet {TABLE}\n"


def _nft(script: str, *, may_fail: bool = False) -> str:
    if not shutil.which("nft"):
        raise Mistake("nft: was not found, and a router needs it. Run: apt install nftables")
    try:
        ran = subprocess.run(
            ["nft", "-f", "-"],  # noqa: S607
            input=script,
            capture_output=True,
            text=True,
            timeout=NFT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Mistake(f"nft: it did not answer within {NFT_SECONDS} seconds. Is the machine very busy?") from None
    if ran.returncode and not may_fail:
        why = next((line for line in ran.stderr.splitlines() if "rror" in line), "it gave no reason")
        if "permitted" in why:
            raise Mistake("nft: only root may change the rules. Run this as root.")
        raise Mistake(f"nft: it refused the rules ({why.strip()[:160]}). Report this with what nft --version prints.")
    return ran.stdout


def _restart() -> str:
    for there, command in RESTARTS:
        if there.exists() and shutil.which(command[0]):
            _ran(command, RESTART_SECONDS)
            return f"dnsmasq: asked to start again ({' '.join(command)})"
    return "dnsmasq: restart it yourself, so that it reads the file"


def _ran(command: Sequence[str], seconds: int) -> str:
    try:
        return subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=seconds, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""

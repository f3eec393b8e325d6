"""The packs of one home: which rules are in force, and how others are taken, pinned and given back."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from screener.errors import Mistake
from screener.home.folder import Home, write_private
from screener.packs import archive, signing
from screener.packs.about import FILE, VERSION, About, about, number, read_about
from screener.resources import shipped
from screener.rulebook import Library
from screener.rulebook.differences import Difference, between

STATE = "in-force.json"
INCOMING = ".incoming-"
FORGOTTEN_AFTER = 3600.0
MOST_BEFORE = 4

type Accept = Callable[["Offer"], bool]


@dataclass(frozen=True, kw_only=True)
class State:
    """Which version is in force; None for what came with the program. `before` are those before it, in order."""

    version: str | None = None
    pinned: bool = False
    before: tuple[str, ...] = ()
    highest: str = "0.0"
    """The newest that was ever taken, so that an old one is not passed off as new after a step back."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A pack that is sound, before it is taken: what it would change, and what the family's own rules would say."""

    about: About
    now: About
    changes: tuple[Difference, ...]
    disagreements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One version that can be chosen."""

    about: About
    folder: Path
    in_force: bool
    pinned: bool
    came_with_program: bool


class Installed:
    """`own` are the shipped rules; a home that has taken no pack judges by them."""

    def __init__(self, home: Home, own: Path | None = None) -> None:
        self._home = home
        self._own = own or shipped("rules")
        self._folder = home.folder / "packs"

    def base(self) -> Path:
        """The folder of the rules in force. A program that came with newer ones than were taken uses those, unless a
        version is pinned. Asked often: it reads one small file.
        """
        state = self._state()
        if state.version is None:
            return self._own
        folder = self._folder / state.version
        if not (folder / "levels.yaml").is_file():
            return self._own
        if not state.pinned and number(about(self._own).version) > number(state.version):
            return self._own
        return folder

    def trouble(self) -> str | None:
        """What is wrong with the rules that were chosen, if the program's own stand in for them."""
        version = self._state().version
        if version is None or (self._folder / version / "levels.yaml").is_file():
            return None
        return (
            f"packs/{version}: these rules are not there any more, so those that came with the program are used. "
            "Import the pack again, or run: screener rules pack rollback"
        )

    def list(self) -> list[Pack]:
        """Every version that is here, the newest first."""
        state, base = self._state(), self.base()
        folders = [path.parent for path in sorted(self._folder.glob(f"[0-9]*/{FILE}"))]
        found = [
            Pack(
                about=about(folder),
                folder=folder,
                in_force=folder == base,
                pinned=state.pinned and folder == base,
                came_with_program=folder == self._own,
            )
            for folder in (self._own, *folders)
        ]
        return sorted(found, key=lambda each: number(each.about.version), reverse=True)

    def take(self, file: Path, accept: Accept) -> About | None:
        """Takes the rules of a pack, if it is sound and `accept` says so; None where it does not. Raises Mistake.

        Until the very last step, which happens whole or not at all, what was in force stays in force.
        """
        self._tidy()
        files = archive.opened(file)
        listed = signing.verified(
            files.pop(signing.MANIFEST, b""),
            files.pop(signing.SIGNATURE, b""),
            signing.trusted_keys(self._home.trusted_keys),
            file=str(file),
        )
        signing.check(files, listed["files"], file=str(file))
        new = read_about(files.get(FILE, b""), f"{file}:{FILE}")
        state = self._state()
        now = about(self.base())
        self._refuse(new, now, state, file)
        incoming = self._folder / f"{INCOMING}{secrets.token_hex(8)}"
        try:
            _written(incoming, files)
            offer = self._offer(incoming, new, now, file)
            if not accept(offer):
                return None
            if self.base() == self._own:
                self._copy_own(now)
            self._place(incoming, new.version)
        except OSError as error:
            raise Mistake(
                f"{self._folder}: it can't be written ({error.strerror}). Make room or give it to me."
            ) from None
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        before = (*state.before, now.version)[-MOST_BEFORE:]
        self._set(State(version=new.version, before=before, highest=new.version))
        self._prune({new.version, *before})
        return new

    def pin(self, version: str) -> About:
        """Stays with one version until told otherwise, whatever an update brings. Raises Mistake."""
        pack = next((each for each in self.list() if each.about.version == version), None)
        if pack is None:
            here = ", ".join(dict.fromkeys(each.about.version for each in self.list()))
            raise Mistake(f'screener rules pack pin: "{version[:40]}" is not here. Name one of: {here}.')
        state, now = self._state(), about(self.base()).version
        if pack.came_with_program:
            self._copy_own(pack.about)
        before = state.before if version == now else (*state.before, now)[-MOST_BEFORE:]
        self._set(replace(state, version=version, pinned=True, before=before))
        return pack.about

    def unpin(self) -> About:
        """Lets updates come again."""
        self._set(replace(self._state(), pinned=False))
        return about(self.base())

    def rollback(self) -> About:
        """Back to what was in force before, and pinned there: else the newer one would come back. Raises Mistake."""
        state = self._state()
        for place in range(len(state.before) - 1, -1, -1):
            version = state.before[place]
            if (self._folder / version / "levels.yaml").is_file():
                self._set(replace(state, version=version, pinned=True, before=state.before[:place]))
                return about(self._folder / version)
        raise Mistake(
            "screener rules pack rollback: there is nothing to go back to. screener rules pack list shows all."
        )

    def _refuse(self, new: About, now: About, state: State, file: Path) -> None:
        if new.name != now.name:
            raise Mistake(
                f'{file}: these are the rules of "{new.name}", and here are those of "{now.name}". Get those.'
            )
        if not new.is_understood:
            raise Mistake(f"{file}: these rules need Screener {new.needs}. Update Screener first.")
        if state.pinned:
            raise Mistake(f"{file}: the rules are pinned at {now.version}. Run first: screener rules pack unpin")
        newest = max((now.version, state.highest), key=number)
        if number(new.version) <= number(newest):
            raise Mistake(
                f"{file}: version {new.version} is not newer than {newest}, which was here already. "
                "To go back, run: screener rules pack rollback"
            )

    def _offer(self, folder: Path, new: About, now: About, file: Path) -> Offer:
        offered = Library(folder, self._home.rules)
        plain = offered.shipped()
        if plain.mistakes:
            told = "\n".join(f"{file}: {each.partition('/')[2]}" for each in plain.mistakes[:20])
            raise Mistake(f"{told}\n{file}: its own examples fail, so it is not taken. Tell whoever made it.")
        there = Library(self.base(), self._home.rules)
        before, mine = set(there.read().mistakes), offered.tried({}).mistakes
        return Offer(
            about=new,
            now=now,
            changes=between(there.shipped(), plain),
            disagreements=tuple(each for each in mine if each not in before),
        )

    def _copy_own(self, own: About) -> None:
        """The rules that came with the program, kept: an update would take them away."""
        incoming = self._folder / f"{INCOMING}{secrets.token_hex(8)}"
        if not (self._folder / own.version / "levels.yaml").is_file():
            shutil.copytree(self._own, incoming)
            self._place(incoming, own.version)

    def _place(self, incoming: Path, version: str) -> None:
        place = self._folder / version
        # Something half there from before; what is in force is never of this version.
        shutil.rmtree(place, ignore_errors=True)
        os.sync()
        incoming.replace(place)

    def _state(self) -> State:
        try:
            kept: dict[str, Any] = json.loads((self._folder / STATE).read_bytes())
            state = State(**{**kept, "before": tuple(map(str, kept["before"]))})
            return state if state.version is None or VERSION.fullmatch(state.version) else State()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return State()

    def _set(self, state: State) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._folder / STATE, json.dumps(asdict(state)).encode())

    def _prune(self, wanted: set[str]) -> None:
        for path in self._folder.glob("[0-9]*"):
            if path.name not in wanted:
                shutil.rmtree(path, ignore_errors=True)

    def _tidy(self) -> None:
        """What an import that was killed left behind."""
        for path in self._folder.glob(f"{INCOMING}*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > FORGOTTEN_AFTER:
                    shutil.rmtree(path, ignore_errors=True)


def build(folder: Path, key: Path, out: Path) -> About:
    """Makes a signed pack of a folder of rules. Raises Mistake where the rules have a mistake."""
    what = about(folder)
    book = Library(folder).read()
    if book.mistakes:
        raise Mistake("\n".join([*book.mistakes, f"{folder}: a pack is made of sound rules only. Mend these first."]))
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
        if path.is_file() and not path.is_symlink()
    }
    said = {"name": what.name, "version": what.version, "date": what.date.isoformat(), "needs": what.needs}
    listed, signature = signing.manifest(files, said, signing.private_key(key))
    archive.write(out, {**files, signing.MANIFEST: listed, signing.SIGNATURE: signature})
    return what


def _written(folder: Path, files: dict[str, bytes]) -> None:
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def told(offer: Offer) -> Sequence[str]:
    """An offer, line by line."""
    lines = [f"{offer.about.name} {offer.about.version} of {offer.about.date} instead of {offer.now.version}:"]
    lines += [f"  {each}" for each in offer.changes] or ["  Nothing that is judged by changes."]
    lines += [f"  Your own rules: {each}" for each in offer.disagreements]
    return lines

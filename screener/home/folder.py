"""The one folder in which everything of the family lies: settings, database, keys."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from screener.errors import Mistake
from screener.home import enrolment
from screener.home import passphrase as passphrases
from screener.resources import HERE, checkout

SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where things lie in it; `made` makes the folder and what it must hold."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def database(self) -> Path:
        return self.folder / "screener.db"

    @property
    def rules(self) -> Path:
        """The family's own rules and overrides, over those that came with the program."""
        return self.folder / "rules"

    @property
    def good_rules(self) -> Path:
        """The last version without a mistake of each file of rules."""
        return self.folder / "rules-last-good"

    @property
    def trusted_keys(self) -> Path:
        """Public keys of those whose packs of rules this family takes."""
        return self.folder / "trusted-keys"

    @property
    def enrolled(self) -> Path:
        return self.folder / "enrolled.json"

    @property
    def revoked(self) -> Path:
        """Until when each device was taken out; the dashboard writes it, the proxy reads it."""
        return self.folder / "revoked.json"

    @property
    def sign(self) -> Path:
        """What the sign on looked-after devices says of this family."""
        return self.folder / "sign.json"

    @property
    def calls(self) -> Path:
        """The folder of calls for help that nobody took up yet."""
        return self.folder / "calls"

    @property
    def ca(self) -> Path:
        """The folder of the family's certificate authority; the proxy makes it on its first start."""
        return self.folder / "ca"

    @property
    def ca_before(self) -> Path:
        """The authority before the last renewal; there while a device still trusts that one alone."""
        return self.folder / "ca-before"

    @property
    def certificate(self) -> Path:
        """The certificate that devices are to trust, by the name that mitmproxy gives it."""
        return self.ca / "mitmproxy-ca-cert.pem"

    @property
    def evidence_key(self) -> Path:
        """The key that evidence is signed with; made when the first is looked at."""
        return self.folder / "evidence.key"

    @classmethod
    def chosen(cls, named: Path | None = None) -> "Home":
        """The folder that was named, else SCREENER_HOME, else `home` in a checkout, else `~/.screener`."""
        if named is None and os.environ.get("SCREENER_HOME"):
            named = Path(os.environ["SCREENER_HOME"])
        if named is None:
            here = checkout()
            named = here / "home" if here else Path.home() / ".screener"
        return cls(folder=named.resolve())

    def made(self) -> bool:
        """Makes the folder, private, with settings and a secret; says whether this is the first run. Raises Mistake."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            first = not self.settings.exists()
            if first:
                write_private(self.settings, _example().encode())
            for key in (self._secret, self._seal):
                # A link to a medium that is not put in is no reason to make another key: nothing would open any more.
                if not key.exists() and not key.is_symlink() and not (key == self._seal and self.is_locked):
                    write_private(key, secrets.token_bytes(SECRET_BYTES))
        except OSError as why:
            raise Mistake(
                f"{self.folder}: this folder can't be written ({why.strerror}). Give it to the user who runs Screener,"
                " or name another with --home."
            ) from None
        return first

    def enrolled_devices(self) -> frozenset[str]:
        """The devices that proved on the probe page that they trust our certificate, and were not taken out since."""
        return enrolment.enrolled(self.folder)

    def secret(self) -> bytes:
        """The key that log-ins are signed with. Raises Mistake when it was damaged."""
        found = self._secret.read_bytes()
        if len(found) < SECRET_BYTES:
            raise Mistake(f"{self._secret}: this key is damaged. Delete it; everybody will have to log in again.")
        return found

    @property
    def is_locked(self) -> bool:
        """Whether the sealing key lies behind a passphrase."""
        return self._locked.exists() and not self._seal.exists()

    def lock(self, passphrase: str) -> None:
        """Puts the sealing key behind a passphrase. Raises Mistake."""
        key = self.seal_key()
        if self._seal.is_symlink():
            raise Mistake(f"{self._seal}: this key lies elsewhere. Copy it here in place of the link, then lock it.")
        try:
            write_private(self._locked, passphrases.locked(key, passphrase))
        except ValueError as why:
            raise Mistake(f"passphrase: {why}") from None
        if self._opened(passphrase) == key:
            with self._seal.open("r+b") as file:
                file.write(bytes(len(key)))
                file.flush()
                os.fsync(file.fileno())
            self._seal.unlink()

    def unlock(self, passphrase: str) -> None:
        """Puts the sealing key into a file again. Raises Mistake."""
        write_private(self._seal, self._opened(passphrase))
        self._locked.unlink()

    def _opened(self, passphrase: str) -> bytes:
        if not self._locked.exists():
            raise Mistake(f"{self._locked}: there is no locked key here. Lock one with `screener key lock`.")
        try:
            key = passphrases.unlocked(self._locked.read_bytes(), passphrase)
        except ValueError:
            raise Mistake(f"{self._locked}: this file is damaged. Put it back from a backup.") from None
        if key is None:
            raise Mistake(f"{self._locked}: the passphrase is another one. Try again.")
        return key

    def seal_key(self, passphrase: str | None = None) -> bytes:
        """The key that texts, addresses and codes are sealed with; behind a passphrase, that one or the one in the
        environment opens it. Raises Mistake when it is missing or damaged.
        """
        if self.is_locked:
            given = passphrase or os.environ.get(passphrases.ASKED)
            if not given:
                raise Mistake(f"{self._locked}: the key is locked. Give the passphrase in {passphrases.ASKED}.")
            return self._opened(given)
        found = self._seal.read_bytes() if self._seal.exists() else b""
        if len(found) != SECRET_BYTES:
            raise Mistake(
                f"{self._seal}: this key is missing or damaged. Put it back from a backup; without it, what was sealed "
                "can't be read again. To do without, delete the file, and start again."
            )
        return found

    @property
    def _secret(self) -> Path:
        return self.folder / "secret.key"

    @property
    def _locked(self) -> Path:
        return self.folder / "seal.locked"

    @property
    def _seal(self) -> Path:
        return self.folder / "seal.key"


def _example() -> str:
    for place in (HERE.parent / "config.example.yaml", HERE / "_shipped" / "config.example.yaml"):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    raise Mistake("config.example.yaml: this file is missing from the installation. Install Screener again.")


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and for our eyes only from the first byte on."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)

"""The key with which this home signs its evidence: made here on first use, and never leaving the home folder."""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from screener.errors import Mistake
from screener.home.folder import write_private

KEY_BYTES = 32


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in that file, made if there is none. Raises Mistake when it is damaged or can't be written."""
    try:
        if not path.exists():
            write_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
        raw = path.read_bytes()
    except OSError as why:
        raise Mistake(
            f"{path}: this key can't be read or written ({why.strerror}). Give it back to yourself."
        ) from None
    if len(raw) != KEY_BYTES:
        raise Mistake(f"{path}: this key is damaged. Put it back from a backup, or delete it to sign with a new one.")
    return Ed25519PrivateKey.from_private_bytes(raw)


def public(key: Ed25519PrivateKey) -> bytes:
    """The half with which anybody can check a signature."""
    return key.public_key().public_bytes_raw()


def fingerprint(public_key: bytes) -> str:
    """What a key is known again by when it is read aloud or compared on paper."""
    marks = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(marks[at : at + 4] for at in range(0, 32, 4))

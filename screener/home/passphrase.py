"""Locks a key with a passphrase, so that whoever has the home folder has nothing without it."""

import base64
import json
import secrets
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

ASKED = "SCREENER_PASSPHRASE"
"""Where a passphrase may stand in the environment, in place of being typed."""
SHORTEST = 12
# Half a second and 64 MB for each try, on a small machine some three; a file that asks for far more is not ours.
MEMORY_KIB, ROUNDS = 65_536, 3
MOST_MEMORY_KIB, MOST_ROUNDS = 1_048_576, 20
SALT_BYTES = 16
ABOUT = b"screener seal key 1"


def locked(key: bytes, passphrase: str) -> bytes:
    """The key, locked. Raises ValueError for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise ValueError(f"this passphrase is too short. Take at least {SHORTEST} letters, such as four words.")
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(12)
    lock = _lock(passphrase, salt, MEMORY_KIB, ROUNDS)
    parts = {"salt": salt, "nonce": nonce, "key": ChaCha20Poly1305(lock).encrypt(nonce, key, ABOUT)}
    kept = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"argon2id": [MEMORY_KIB, ROUNDS], **kept}).encode()


def unlocked(kept: bytes, passphrase: str) -> bytes | None:
    """The key; None where the passphrase is another one. Raises ValueError where the file is damaged."""
    try:
        read = json.loads(kept)
        memory, rounds = (int(each) for each in read["argon2id"])
        salt, nonce, key = (base64.b64decode(read[name], validate=True) for name in ("salt", "nonce", "key"))
        if not (8 <= memory <= MOST_MEMORY_KIB and 1 <= rounds <= MOST_ROUNDS and len(salt) >= 8 and len(nonce) == 12):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("this file is damaged") from None
    try:
        return ChaCha20Poly1305(_lock(passphrase, salt, memory, rounds)).decrypt(nonce, key, ABOUT)
    except InvalidTag:
        return None


def _lock(passphrase: str, salt: bytes, memory: int, rounds: int) -> bytes:
    # Another keyboard may write the same letters otherwise.
    plain = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(plain, salt, time_cost=rounds, memory_cost=memory, parallelism=1, hash_len=32, type=Type.ID)

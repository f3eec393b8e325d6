"""Seals small secrets at rest with a key that lies in the home folder, beside and not inside the database.

It keeps what was written from whoever gets hold of the database alone, such as a backup of it; who has the whole folder
has the key as well.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`about` ties what is sealed to its place: moved to another row, it opens no more."""

    key: bytes = field(repr=False)

    def closed(self, text: str, *, about: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = text.encode("utf-8", "surrogatepass")
        return nonce + ChaCha20Poly1305(self.key).encrypt(nonce, plain, about.encode("utf-8", "surrogatepass"))

    def opened(self, sealed: bytes, *, about: str) -> str | None:
        """The text, or None where it was sealed with another key, for another place, or was changed."""
        try:
            plain = ChaCha20Poly1305(self.key).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode("utf-8", "surrogatepass")
            )
        except (InvalidTag, ValueError):
            return None
        return plain.decode("utf-8", "surrogatepass")

    def mark(self, code: str, *, about: str) -> str:
        """What a one-time code is known again by without keeping it; nobody can try codes on it without the key."""
        key = hmac.new(self.key, b"mark", hashlib.sha256).digest()
        return hmac.new(key, f"{about}\0{code}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

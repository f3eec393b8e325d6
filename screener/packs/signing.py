"""Who made a pack: a list of its files with their hashes, signed with a key that this home trusts."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from screener.errors import Mistake

OFFICIAL: tuple[str, ...] = ()
"""Public keys in PEM that every copy of this program trusts. There is none yet: docs/packs.md says what that means."""

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FORMAT = 1
MOST_KEYS = 50
MOST_KEY_BYTES = 4_096
NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm)


def key_id(key: Ed25519PublicKey) -> str:
    """By which people tell keys apart."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def manifest(files: Mapping[str, bytes], about: Mapping[str, str], key: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    """The list of the files, and its signature."""
    listed = {
        "format": FORMAT,
        "key": key_id(key.public_key()),
        **about,
        "files": {place: hashlib.sha256(text).hexdigest() for place, text in sorted(files.items())},
    }
    text = json.dumps(listed, indent=1, ensure_ascii=True).encode() + b"\n"
    return text, base64.b64encode(key.sign(text)) + b"\n"


def verified(text: bytes, signature: bytes, trusted: Iterable[Ed25519PublicKey], *, file: str) -> dict[str, Any]:
    """What a signed list says. Raises Mistake where nobody whom this home trusts has signed exactly this."""
    keys = {key_id(key): key for key in trusted}
    try:
        sealed = base64.b64decode(signature.strip(), validate=True)
        claimed = json.loads(text)
        name = claimed["key"]
    except (ValueError, binascii.Error, KeyError, TypeError, RecursionError):
        raise Mistake(f"{file}: its list of files or its signature can't be read. Get the file again.") from None
    if not isinstance(name, str) or name not in keys:
        raise Mistake(
            f'{file}: it is signed with a key that is not trusted here ("{str(name)[:16]}"). '
            "If you know whose it is, put its public key into the folder trusted-keys of the home folder."
        )
    try:
        keys[name].verify(sealed, text)
    except InvalidSignature:
        raise Mistake(f"{file}: the signature is not right, so somebody changed it. Get the file again.") from None
    if claimed.get("format") != FORMAT or not isinstance(claimed.get("files"), dict):
        raise Mistake(f"{file}: this program does not know packs of this kind. Update Screener.")
    return dict(claimed)


def check(files: Mapping[str, bytes], listed: Mapping[str, Any], *, file: str) -> None:
    """Raises Mistake unless these are exactly the files of a signed list."""
    for place in sorted(files.keys() | listed.keys()):
        if place not in files:
            raise Mistake(f"{file}: {place} is missing in it. Get the file again.")
        if place not in listed:
            raise Mistake(f"{file}: {place} is in it and was not signed. Get the file again.")
        if hashlib.sha256(files[place]).hexdigest() != listed[place]:
            raise Mistake(f"{file}: {place} was changed after it was signed. Get the file again.")


def private_key(path: Path) -> Ed25519PrivateKey:
    """A key to sign with. Raises Mistake."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise Mistake(f"{path}: the key can't be read ({error.strerror}). Name another file.") from None
    except NO_KEY:
        raise Mistake(_no_key(path)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Mistake(_no_key(path))
    return key


def _no_key(path: Path) -> str:
    return f"{path}: this is no Ed25519 key without a password. Make one: openssl genpkey -algorithm ed25519"


def trusted_keys(folder: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys of the program, and those that the family put into its folder. Raises Mistake at one that is broken."""
    found = [_public(text.encode(), "the program") for text in OFFICIAL]
    for path in sorted(folder.glob("*.pem"))[:MOST_KEYS]:
        try:
            with path.open("rb") as file:
                text = file.read(MOST_KEY_BYTES)
        except OSError as error:
            raise Mistake(f"{path}: the key can't be read ({error.strerror}). Mend or remove it.") from None
        found.append(_public(text, str(path)))
    return tuple(found)


def _public(text: bytes, where: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(text)
    except NO_KEY:
        raise Mistake(f"{where}: this is no public Ed25519 key in PEM. Mend or remove it.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Mistake(f"{where}: this is no public Ed25519 key in PEM. Mend or remove it.")
    return key

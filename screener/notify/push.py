"""Notices to a browser (Web Push): sealed for that browser alone, and signed as ours for the service that brings them.

Formats: RFC 8030 (delivery), RFC 8188 and 8291 (encryption), RFC 8292 (who sends it).
"""

import base64
import http.client
import json
import secrets
import ssl
from dataclasses import asdict, dataclass, field
from typing import Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from screener.levels import LevelName
from screener.notify.base import NOT_TAKEN, SENT, Note, Outcome, later
from screener.notify.mail import of_network
from screener.notify.ntfy import outcome

# The browsers' own services. A browser names the address, and whoever is logged in could name any: no other is asked.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
SCHEMA = "webpush:"
SECONDS = 10.0
DAY = 86_400
HOURS_SIGNED = 12 * 3600
RECORD = 4096
LONGEST_ENDPOINT = 700
URGENCY: dict[LevelName | None, str] = {"look": "normal", "talk": "normal", "act": "high"}

WRONG = later("This browser gave an address that can’t be used. Try another browser, or another way.")
GONE = Outcome(words=later("This browser takes no more notices. Remove it, and add it again from that browser."))


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a browser gives to whoever may send to it: where, its public key, and a secret shared with it.

    `key` is our own, 32 bytes, by which the service knows that it is always the same who sends. All but `endpoint` in
    base64url.
    """

    endpoint: str
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    key: str = field(repr=False)

    @classmethod
    def checked(cls, endpoint: str, p256dh: str, auth: str, *, key: bytes) -> Self:
        """Raises ValueError in plain words."""
        address = urlsplit(endpoint)
        host = address.hostname or ""
        known = any(host == each or host.endswith(f".{each}") for each in SERVICES)
        plain = len(endpoint) <= LONGEST_ENDPOINT and endpoint.isascii() and endpoint.isprintable()
        if not known or address.scheme != "https" or address.port not in (None, 443) or not plain or " " in endpoint:
            raise ValueError(WRONG)
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unlettered(p256dh))
        except ValueError:
            raise ValueError(WRONG) from None
        if len(unlettered(auth)) != 16:
            raise ValueError(WRONG)
        return cls(endpoint=endpoint, p256dh=p256dh, auth=auth, key=lettered(key))

    @property
    def url(self) -> str:
        """As the address of a channel."""
        return SCHEMA + json.dumps(asdict(self))

    @classmethod
    def of(cls, url: str) -> Self:
        return cls(**json.loads(url.removeprefix(SCHEMA)))


def own_key(secret: bytes) -> bytes:
    """Our key for all browsers, from the home's own secret: the same after every start."""
    derived = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"screener web push").derive(secret)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
    return (int.from_bytes(derived) % (order - 1) + 1).to_bytes(32)


def public_half(key: bytes) -> str:
    """What a browser must be told before it gives an address."""
    return lettered(_point(_private(key).public_key()))


def send(
    url: str, note: Note, *, now: float, trust: ssl.SSLContext | None = None, server: str | None = None
) -> Outcome:
    """`server` stands in for the service in tests: host and port."""
    subscription = Subscription.of(url)
    address = urlsplit(subscription.endpoint)
    body = encrypted(subscription, content(note))
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(DAY),
        "Urgency": URGENCY.get(note.level, "normal"),
        # What is sent again takes the place of what still waits there.
        "Topic": note.id[:32],
        "Authorization": signed(subscription, now=now),
    }
    context = trust or ssl.create_default_context()
    connection = http.client.HTTPSConnection(server or address.netloc, timeout=SECONDS, context=context)
    try:
        connection.request("POST", address.path + (f"?{address.query}" if address.query else ""), body, headers)
        status = connection.getresponse().status
    except http.client.HTTPException:
        return NOT_TAKEN
    except OSError as why:
        return of_network(why)
    finally:
        connection.close()
    if status in (404, 410):
        return GONE
    return SENT if status in (200, 201, 202, 204) else outcome(status)


def content(note: Note) -> bytes:
    """What the browser shows: only what every notice says, see words.py."""
    return json.dumps({"title": note.title, "body": note.body, "id": note.id, "level": note.level}).encode()


def encrypted(
    subscription: Subscription, plain: bytes, *, ephemeral: bytes | None = None, salt: bytes | None = None
) -> bytes:
    """One record, as RFC 8291 says. The ephemeral key and the salt are drawn anew for each, but for its test vector."""
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unlettered(subscription.p256dh))
    ours = _private(ephemeral) if ephemeral else ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(16)
    sender, theirs = _point(ours.public_key()), _point(receiver)
    shared = ours.exchange(ec.ECDH(), receiver)
    secret = _derived(shared, unlettered(subscription.auth), b"WebPush: info\0" + theirs + sender, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4) + bytes([len(sender)]) + sender
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def signed(subscription: Subscription, *, now: float) -> str:
    """The header by which a service knows us, good for half a day: a token signed with our key (RFC 8292)."""
    address, key = urlsplit(subscription.endpoint), unlettered(subscription.key)
    claims = {
        "aud": f"https://{address.netloc}",
        "exp": int(now) + HOURS_SIGNED,
        # Some services insist on an address to complain to. It must not say whose home this is.
        "sub": "https://screener.home.arpa/",
    }
    parts = [lettered(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)]
    signature = _private(key).sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    token = ".".join([*parts, lettered(r.to_bytes(32) + s.to_bytes(32))])
    return f"vapid t={token}, k={public_half(key)}"


def lettered(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def unlettered(text: str) -> bytes:
    """Raises ValueError."""
    if len(text) > 200:
        raise ValueError("too long")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=about).derive(secret)


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key), ec.SECP256R1())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

"""Web push: locked as the standard says, signed as ours, sent nowhere but to the browsers' own services."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from screener.demo import certificates
from screener.notify.base import NOT_TRUSTED, Note
from screener.notify.push import GONE, WRONG, Subscription, encrypted, own_key, public_half, send, unlettered
from tests.notify.rig import LINK, NOON

KEY = own_key(b"a secret of this home, for tests")
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc:def"
NOTE = Note(id="0" * 32, title="Someone should look at Screener.", body="Act now.", link=LINK, at=NOON, level="act")

# The example of RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RECEIVERS_OWN = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDERS_OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def a_subscription(endpoint: str = ENDPOINT) -> Subscription:
    return Subscription.checked(endpoint, RECEIVER, AUTH, key=KEY)


def opened(body: bytes) -> bytes:
    """What the browser of the example makes of a body, written after RFC 8188 and 8291 once more."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    private = ec.derive_private_key(int.from_bytes(unlettered(RECEIVERS_OWN)), ec.SECP256R1())
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))

    def derived(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=about).derive(secret)

    secret = derived(shared, unlettered(AUTH), b"WebPush: info\0" + unlettered(RECEIVER) + sender, 32)
    key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\x02")


def test_the_example_of_the_standard_is_locked_to_the_letter():
    made = encrypted(a_subscription(), PLAIN, ephemeral=unlettered(SENDERS_OWN), salt=unlettered(SALT))

    assert base64.urlsafe_b64encode(made).decode().rstrip("=") == BODY
    assert opened(made) == PLAIN


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8788/x",
        "https://fcm.googleapis.com.example.net/x",
        "https://evilfcm.googleapis.com.example/x",
        "https://user@127.0.0.1/x",
        "https://192.168.1.1/x",
        "https://fcm.googleapis.com/x\r\nHost: evil",
        "https://fcm.googleapis.com/" + "x" * 700,
        "",
    ],
)
def test_no_other_place_is_ever_asked(endpoint: str):
    with pytest.raises(ValueError, match=WRONG):
        a_subscription(endpoint)


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("", AUTH), (RECEIVER[:-4], AUTH), (RECEIVER, "c2hvcnQ"), ("ä" * 87, AUTH)]
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str):
    with pytest.raises(ValueError, match=WRONG):
        Subscription.checked(ENDPOINT, p256dh, auth, key=KEY)


def test_nothing_of_it_shows_where_it_is_printed():
    assert not [secret for secret in (RECEIVER, AUTH, a_subscription().key) if secret in repr(a_subscription())]


@dataclass(kw_only=True)
class Service:
    """A browser's service on loopback: notes what it is given, and answers with `status`."""

    status: int = 201
    port: int = 0
    given: list[tuple[dict[str, str], str, bytes]] = field(default_factory=list)


@contextmanager
def a_service(folder: Path, service: Service) -> Iterator[ssl.SSLContext]:
    """Gives whom to trust."""
    made = certificates.made(folder / "service", ("fcm.googleapis.com",))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.given.append((dict(self.headers), self.path, body))
            self.send_response(service.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        service.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        trust = ssl.create_default_context(cafile=str(made.authority))
        trust.check_hostname = False  # it is reached by its number here
        try:
            yield trust
        finally:
            server.shutdown()
            thread.join()


def test_a_note_arrives_locked_urgent_and_signed(tmp_path: Path):
    service, now = Service(), NOON.timestamp()

    with a_service(tmp_path, service) as trust:
        came = send(a_subscription().url, NOTE, now=now, trust=trust, server=f"127.0.0.1:{service.port}")

    ((headers, path, body),) = service.given
    assert came.well and path == "/fcm/send/abc:def"
    assert (headers["Content-Encoding"], headers["Urgency"], headers["Topic"]) == ("aes128gcm", "high", NOTE.id)
    assert json.loads(opened(body)) == {"title": NOTE.title, "body": NOTE.body, "id": NOTE.id, "level": "act"}
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    raw = unlettered(signature)
    signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unlettered(key))
    signer.verify(
        encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])),
        f"{head}.{claims}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert key == public_half(KEY) and said["aud"] == "https://fcm.googleapis.com"
    assert now < said["exp"] <= now + timedelta(hours=24).total_seconds()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_told_of_as_such(tmp_path: Path, status: int):
    service = Service(status=status)

    with a_service(tmp_path, service) as trust:
        came = send(a_subscription().url, NOTE, now=0, trust=trust, server=f"127.0.0.1:{service.port}")

    assert came == GONE


def test_a_service_that_proves_nothing_is_not_told(tmp_path: Path):
    service = Service()

    with a_service(tmp_path, service):
        came = send(a_subscription().url, NOTE, now=0, server=f"127.0.0.1:{service.port}")

    assert (came, service.given) == (NOT_TRUSTED, [])


def test_the_homes_key_is_the_same_after_every_start_and_another_in_every_home():
    assert own_key(b"one") == own_key(b"one") != own_key(b"two")
    assert len(unlettered(public_half(own_key(b"one")))) == 65

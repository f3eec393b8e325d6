"""A time-stamp (RFC 3161): somebody outside says when the chain ended so, and learns nothing but a digest of that.

Only who asks for it gets one. The answer is bounded in time and size, no other address is followed, and whatever goes
wrong is said and stops nothing. Who signed the stamp is for the police to check, with the certificate of its maker.
"""

import asyncio
import contextlib
import hashlib
import http.client
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from urllib.parse import SplitResult, urlsplit

from screener.evidence.der import FIRST, INTEGER, OCTETS, OID, SEQUENCE, TIME, inside, number, values, written
from screener.languages import later

SECONDS = 20.0
MOST_BYTES = 64 * 1024
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
SHA512 = bytes.fromhex("608648016503040203")
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
STAMPED = bytes.fromhex("2a864886f70d0109100104")
NULL, TRUE = b"\x05\x00", b"\x01\x01\xff"
GRANTED = (0, 1)

NO_ANSWER = later("it did not answer in time")
SHUT = later("it can’t be reached from here")
ELSEWHERE = later("it sent us on to another address, which is never followed")
IN_TROUBLE = later("it answered with an error")
NO_STAMP = later("what it answered is no time-stamp")
REFUSED = later("it refused to give one")
OTHER = later("its time-stamp is for something else")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What came of asking `server`: its whole answer and the time that it says, or `why` there is none."""

    server: str
    answer: bytes = b""
    at: datetime | None = None
    why: str = ""


class _Wrong(Exception):
    """There is no stamp; the sentence says why."""


async def asked(url: str, statement: bytes) -> Stamp:
    """The time-stamp of a service for a statement. `url` is one that `config.service` let through."""
    address = urlsplit(url)
    server, nonce = address.hostname or "", secrets.randbits(63)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    ended = Event()
    connection = kind(server, address.port, timeout=SECONDS)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await asyncio.to_thread(_answer, connection, address, request(statement, nonce), ended)
        return Stamp(server=server, answer=answer, at=checked(answer, statement, nonce))
    except _Wrong as why:
        return Stamp(server=server, why=str(why))
    except TimeoutError:
        return Stamp(server=server, why=NO_ANSWER)
    except http.client.HTTPException:
        return Stamp(server=server, why=IN_TROUBLE)
    except (OSError, UnicodeError):  # a name that no address book can hold
        return Stamp(server=server, why=SHUT)
    finally:
        ended.set()
        # A service that never ends what it says of its answer would keep its thread for as long.
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()


def _answer(connection: http.client.HTTPConnection, address: SplitResult, query: bytes, ended: Event) -> bytes:
    connection.connect()
    if ended.is_set():  # nobody waits any more
        raise _Wrong(NO_ANSWER)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection.request("POST", path, query, {"Content-Type": QUERY, "Accept": REPLY, "User-Agent": "Screener"})
    answer = connection.getresponse()
    if 300 <= answer.status < 400:
        raise _Wrong(ELSEWHERE)
    if answer.status != http.client.OK:
        raise _Wrong(IN_TROUBLE)
    whole, until = b"", time.monotonic() + SECONDS
    while piece := answer.read1(MOST_BYTES):
        whole += piece
        if len(whole) > MOST_BYTES:
            raise _Wrong(NO_STAMP)
        if time.monotonic() > until:
            raise _Wrong(NO_ANSWER)
    return whole


def request(statement: bytes, nonce: int) -> bytes:
    """All that leaves the house: a digest of 64 bytes, a random number, and that the certificate is wanted as well."""
    digest = written(OCTETS, hashlib.sha512(statement).digest())
    imprint = written(SEQUENCE, written(SEQUENCE, written(OID, SHA512), NULL), digest)
    return written(SEQUENCE, number(1), imprint, number(nonce), TRUE)


def checked(answer: bytes, statement: bytes, nonce: int) -> datetime:
    """The time that an answer says. Raises _Wrong where it is no stamp, or one for something else."""
    try:
        status, *token = values(inside(answer, SEQUENCE))
        if int.from_bytes(inside(status[1], INTEGER)) not in GRANTED:
            raise _Wrong(REFUSED)
        kind, content = values(token[0][1])
        signed = list(values(inside(content[1], SEQUENCE)))
        what, told = values(signed[2][1])
        if (kind, what) != ((OID, SIGNED_DATA), (OID, STAMPED)):
            raise _Wrong(NO_STAMP)
        fields = list(values(inside(told[1], OCTETS, SEQUENCE)))
        algorithm, digest = values(fields[2][1])
        same = inside(algorithm[1], OID) == SHA512 and digest == (OCTETS, hashlib.sha512(statement).digest())
        # The nonce is the one number after the time: before it stand at most how exact it is, and whether in order.
        nonces = [int.from_bytes(raw) for tag, raw in fields[5:] if tag == INTEGER]
        if not same or nonces != [nonce]:
            raise _Wrong(OTHER)
        if content[0] != FIRST or told[0] != FIRST or fields[4][0] != TIME:
            raise _Wrong(NO_STAMP)
        return datetime.strptime(fields[4][1].decode("ascii")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (ValueError, IndexError):
        raise _Wrong(NO_STAMP) from None

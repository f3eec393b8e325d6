"""Makes a bag of a case: who it is, what happened, how it was kept, and what proves that nothing was changed."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from screener import __version__
from screener.errors import Mistake
from screener.evidence import bag, keys, machine, pdf, timestamp, verify
from screener.evidence.gathered import Gathered, gathered
from screener.evidence.report import Cover, report
from screener.evidence.telling import utc
from screener.home.passphrase import SHORTEST
from screener.kept import Case, Cases
from screener.languages import LANGUAGES, speaker

MOST_SEALED = 64 * 1024 * 1024
"""A sealed bag is made in memory, so it may be no larger."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How somebody wants it. `by` is who; `passphrase` seals it with age, so that nobody reads it on its way;
    `language` is that of the report, while everything for programs stays English; `time_stamp` is the address of who is
    asked for one, and nobody is where it is empty.
    """

    by: str = ""
    passphrase: str = ""
    with_pdf: bool = False
    language: str = "en"
    time_stamp: str = ""


@dataclass(frozen=True, kw_only=True)
class Bag:
    """A bag to be: what it is called, and its bytes piece by piece. Only what came whole, to its end, is evidence.
    `stamp` is what came of asking for a time-stamp, where that was wished.
    """

    name: str
    found: Gathered
    stamp: timestamp.Stamp | None = None
    pieces: AsyncIterator[bytes]


async def exported(cases: Cases, case: Case, key: Ed25519PrivateKey, *, wish: Wish, now: datetime) -> Bag:
    """The bag of a case as it is now. Raises Mistake where it can't be made as wished."""
    if wish.passphrase and len(wish.passphrase) < SHORTEST:
        raise Mistake(f"passphrase: too short. Take at least {SHORTEST} letters, such as four words.")
    if wish.language not in LANGUAGES:
        raise Mistake(f"language: {wish.language[:20]!r} is none of ours. Write one of: {', '.join(LANGUAGES)}.")
    found = await gathered(cases, case, hold=True)
    folder = f"screener-evidence-{''.join(letter for letter in case.id if letter.isalnum())[:16]}-{now:%Y%m%d-%H%M%S}"
    stamp = await timestamp.asked(wish.time_stamp, _end(found)) if wish.time_stamp else None
    pieces = bag.packed(await _contents(cases, found, key, wish=wish, now=now, folder=folder, stamp=stamp))
    if wish.passphrase:
        pieces, folder = _sealed(pieces, wish.passphrase), folder + ".zip.age"
        return Bag(name=folder, found=found, pieces=pieces, stamp=stamp)
    return Bag(name=f"{folder}.zip", found=found, pieces=pieces, stamp=stamp)


def _end(found: Gathered) -> bytes:
    """How the chain ends, as it is signed and stamped."""
    case = found.case.id.encode("utf-8", "backslashreplace")
    return b"screener evidence 1\ncase %b\nentries %d\nhead %b\n" % (case, found.count, found.head.hex().encode())


async def _contents(
    cases: Cases,
    found: Gathered,
    key: Ed25519PrivateKey,
    *,
    wish: Wish,
    now: datetime,
    folder: str,
    stamp: timestamp.Stamp | None,
) -> bag.Contents:
    public = keys.public(key)
    mark = keys.fingerprint(public)
    say = speaker(wish.language)
    cover = Cover(made=now, by=wish.by, fingerprint=mark, say=say, language=wish.language, stamp=stamp)
    payload = [
        bag.File(name="report.html", content=lambda: report(cases, found, cover)),
        bag.File(name="case.json", content=lambda: machine.case_json(cases, found, made=now)),
        bag.File(name=machine.SCHEMA, content=machine.schema),
        bag.File(name="timeline.csv", content=lambda: machine.timeline(cases, found)),
        bag.File(name="chain.jsonl", content=lambda: machine.chain_lines(cases, found)),
    ]
    if wish.with_pdf:
        payload.insert(1, bag.whole("report.pdf", await pdf.pdf(cases, found, cover)))
    if stamp is not None and stamp.answer:
        payload += [bag.whole("head.txt", _end(found)), bag.whole("head.tsr", stamp.answer)]

    def signed(manifests: dict[str, str]) -> bytes:
        format_, _, end = _end(found).partition(b"\n")
        tags = "".join(f"{digest}  {bag.TAGS.format(kind=kind)}\n" for kind, digest in manifests.items())
        message = b"%b\n%b%bkey %b\n" % (format_, tags.encode(), end, public.hex().encode())
        return message + f"signature {key.sign(message).hex()}\n".encode()

    return bag.Contents(
        folder=folder,
        at=now.astimezone(UTC),
        payload=payload,
        tags=[
            bag.whole("verify.py", _verifier()),
            bag.whole("README.txt", _readme(mark, found, stamp)),
        ],
        info=(
            ("Bagging-Date", f"{now.astimezone(UTC):%Y-%m-%d}"),
            ("Bag-Software-Agent", f"Screener {__version__}"),
            ("External-Identifier", found.case.id),
            (
                "External-Description",
                f"Evidence about the account {found.case.contact.id} on {found.case.contact.platform}",
            ),
            ("Screener-Made", utc(now)),
            ("Screener-Report-Language", wish.language),
            ("Screener-Key", mark),
            ("Screener-Head", found.head.hex()),
            *([("Screener-Time-Stamp", in_short(stamp))] if stamp is not None else []),
        ),
        signed=signed,
    )


def in_short(stamp: timestamp.Stamp) -> str:
    """What came of asking for a time-stamp, as programs and the user of the command read it."""
    return f"{utc(stamp.at)} by {stamp.server}" if stamp.at else f"none; asked of {stamp.server}, and {stamp.why}"


def _readme(mark: str, found: Gathered, stamp: timestamp.Stamp | None) -> bytes:
    told = ""
    if stamp is not None:
        told = STAMPED.format(server=stamp.server) if stamp.at else f"Time-stamp: {in_short(stamp)}.\n"
    return README.format(fingerprint=mark, head=found.head.hex(), stamp=told).encode()


def _verifier() -> bytes:
    return Path(verify.__file__).read_bytes()


README = """Evidence kept by Screener on a family's own machine.

data/report.html     the report: open it with any browser, and print it if you like
data/report.pdf      the same as PDF, where it was asked for
data/case.json       the same for programs; data/case.schema.json says what is in it
data/timeline.csv    the timeline as a table
data/chain.jsonl     every entry as it was kept, each linked to the one before

To check that nothing was changed, on any machine with Python 3, without the internet:

    python3 verify.py

The key of the machine that made it has the fingerprint {fingerprint}.
The chain ends with {head}.
Compare both with what the family's own dashboard shows, or with what was noted on paper.
{stamp}There are no pictures, videos or sounds in here; none were ever kept.
"""


STAMPED = """
data/head.tsr is a time-stamp (RFC 3161) of {server} for data/head.txt, in which the end of the chain stands. To check
it, take the root certificate of that service from its own pages, as root.pem:

    openssl ts -verify -data data/head.txt -in data/head.tsr -CAfile root.pem

"""


async def written(made: Bag, place: Path, *, progress: Callable[[int], None] = lambda count: None) -> Path:
    """Writes a bag to a file, which is there whole or not at all. Raises Mistake where it can't be written."""
    half = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            async for piece in made.pieces:
                file.write(piece)
                progress(len(piece))
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        half.replace(place)
        _settle(place.parent)
    except OSError as why:
        raise Mistake(f"{place}: this file can't be written ({why.strerror}). Name another with --to.") from None
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return place


def _settle(folder: Path) -> None:
    """The new name reaches the disk too, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def _sealed(pieces: AsyncIterator[bytes], passphrase: str) -> AsyncIterator[bytes]:
    """All of it as one age file, that the `age` program and others open."""
    whole = bytearray()
    async for piece in pieces:
        whole += piece
        if len(whole) > MOST_SEALED:
            most = MOST_SEALED // (1024 * 1024)
            raise Mistake(
                f"evidence: larger than {most} MB, so it can't be sealed. Export it without a passphrase, onto a disk "
                "that is."
            )
    # Only few need it, and some small machines have no build of it.
    try:
        import pyrage
    except ImportError:
        raise Mistake("passphrase: nothing here can seal with one. Export it without, onto a disk that is.") from None
    sealed = await asyncio.to_thread(pyrage.passphrase.encrypt, bytes(whole), passphrase)
    for at in range(0, len(sealed), bag.PIECE):
        yield sealed[at : at + bag.PIECE]

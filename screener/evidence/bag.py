"""Packs files into a BagIt bag (RFC 8493), as a zip that comes piece by piece and never lies in memory as a whole."""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

KINDS = ("sha256", "sha512")
PIECE = 64 * 1024
LEVEL = 3
"""How hard zlib tries: half the time of its own choice, for a tenth more bytes."""
TAGS = "tagmanifest-{kind}.txt"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, kw_only=True)
class File:
    """One file to be: `content` begins anew with every call."""

    name: str
    content: Callable[[], AsyncIterator[bytes]]


def whole(name: str, content: bytes) -> File:
    """A file that is small enough to be at hand."""

    async def once() -> AsyncIterator[bytes]:
        yield content

    return File(name=name, content=once)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into one bag. `info` stands in bag-info.txt; `signed` makes signature.txt of the digests of both
    manifests of tags, by kind.
    """

    folder: str
    at: datetime
    payload: Sequence[File]
    tags: Sequence[File]
    info: Sequence[tuple[str, str]]
    signed: Callable[[dict[str, str]], bytes]


@dataclass(kw_only=True)
class _Outlet:
    """Takes what the zip writes until it is fetched; it can't go back, so nothing needs to be kept."""

    pieces: list[bytes] = field(default_factory=list)
    waiting: int = 0

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        self.waiting += len(piece)
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind it."""

    def fetched(self) -> bytes:
        found, self.pieces, self.waiting = b"".join(self.pieces), [], 0
        return found


@dataclass(kw_only=True)
class _Digests:
    """Of every file written so far, by name: one digest of each kind."""

    files: dict[str, dict[str, str]] = field(default_factory=dict)
    payload_bytes: int = 0

    def manifest(self, kind: str, *, payload: bool) -> bytes:
        lines = (
            f"{digests[kind]}  {name}\n"
            for name, digests in sorted(self.files.items())
            if name.startswith("data/") == payload and not name.startswith("tagmanifest-")
        )
        return "".join(lines).encode()


async def packed(contents: Contents) -> AsyncIterator[bytes]:
    """The bytes of the zip, in order. The signature comes last: what breaks off before it is no evidence."""
    outlet, digests = _Outlet(), _Digests()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # it only writes

        async def added(file: File) -> AsyncIterator[bytes]:
            async for piece in _added(archive, outlet, contents, digests, file):
                yield piece

        for file in contents.payload:
            async for piece in added(File(name=f"data/{file.name}", content=file.content)):
                yield piece
        tags = [whole("bagit.txt", BAGIT), whole("bag-info.txt", _info(contents, digests)), *contents.tags]
        for file in [*tags, *(whole(f"manifest-{kind}.txt", digests.manifest(kind, payload=True)) for kind in KINDS)]:
            async for piece in added(file):
                yield piece
        last = {TAGS.format(kind=kind): digests.manifest(kind, payload=False) for kind in KINDS}
        own = {kind: hashlib.new(kind, last[TAGS.format(kind=kind)]).hexdigest() for kind in KINDS}
        last["signature.txt"] = contents.signed(own)
        for name, content in last.items():
            async for piece in added(whole(name, content)):
                yield piece
    yield outlet.fetched()


async def _added(
    archive: zipfile.ZipFile, outlet: _Outlet, contents: Contents, digests: _Digests, file: File
) -> AsyncIterator[bytes]:
    place = zipfile.ZipInfo(f"{contents.folder}/{file.name}", contents.at.timetuple()[:6])
    place.compress_type, place.compress_level, place.external_attr = zipfile.ZIP_DEFLATED, LEVEL, 0o644 << 16
    hashes = {kind: hashlib.new(kind) for kind in KINDS}
    size = 0
    with archive.open(place, "w", force_zip64=True) as entry:
        async for piece in file.content():
            for each in hashes.values():
                each.update(piece)
            size += len(piece)
            entry.write(piece)
            if outlet.waiting >= PIECE:
                yield outlet.fetched()
    digests.files[file.name] = {kind: each.hexdigest() for kind, each in hashes.items()}
    digests.payload_bytes += size


def _info(contents: Contents, digests: _Digests) -> bytes:
    """What stands in bag-info.txt; a value is one line, whatever it was made of."""
    counted = ("Payload-Oxum", f"{digests.payload_bytes}.{len(digests.files)}")
    lines = (f"{name}: {' '.join(value.split())}" for name, value in (*contents.info, counted))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")

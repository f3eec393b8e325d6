"""Checks a bag of evidence: python3 verify.py [BAG.zip or its folder]. It needs Python 3.9 and nothing else.
It names every file and every entry that is not as it was when the bag was signed; it is short, so that one can read it.
"""

# fmt: off
import json, re, sys, zipfile  # noqa: E401, I001
from hashlib import new, sha256, sha512
from pathlib import Path

P, ORDER, MOST = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, 2 * 1024**3
TOP = re.compile(r"signature\.txt|tagmanifest-sha(256|512)\.txt")
D = -121665 * pow(121666, -1, P) % P  # the curve of Ed25519: RFC 8032
SIGNED = re.compile(
    rb"(screener evidence 1\n([0-9a-f]{64})  tagmanifest-sha256\.txt\n([0-9a-f]{128})  tagmanifest-sha512\.txt\n"
    rb"case ([^\n]+)\nentries ([0-9]{1,15})\nhead ([0-9a-f]{64})\nkey ([0-9a-f]{64})\n)signature ([0-9a-f]{128})\n")

def plus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    k = D * a[0] * b[0] * a[1] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + k, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, P) % P
def times(n: int, a: tuple[int, int]) -> tuple[int, int]:
    return plus(times(n >> 1, plus(a, a)), a if n & 1 else (0, 1)) if n else (0, 1)
def point(raw: bytes) -> tuple[int, int]:
    y = int.from_bytes(raw, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == raw[31] >> 7 else P - x), y
def is_signed(message: bytes, key: bytes, signature: bytes) -> bool:
    h, s = (int.from_bytes(raw, "little") for raw in (sha512(signature[:32] + key + message).digest(), signature[32:]))
    left, right = times(s, point(b"X" + b"f" * 31)), plus(point(signature[:32]), times(h % ORDER, point(key)))
    return s < ORDER and left == right

def read(path: Path) -> dict[str, bytes]:  # what can't be unpacked, or is there twice, is empty
    packed = None if path.is_dir() else zipfile.ZipFile(path)
    there = [] if packed else [each for each in path.rglob("*") if each.is_file()]
    listed = packed.infolist() if packed else []
    if sum([each.stat().st_size for each in there] + [each.file_size for each in listed]) > MOST:
        raise ValueError("it is over 2 GB, which no bag of Screener is")
    files = {each.relative_to(path).as_posix(): each.read_bytes() for each in there}
    for each in listed:
        name = each.filename.partition("/")[2]
        try:  # never more than it says; what is not deflated could unpack to more than that
            good = name not in files and each.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            files[name] = packed.open(each).read(each.file_size) if packed and good else b""
        except Exception:  # however it is broken
            files[name] = b""
    return files

def chain(seal: re.Match[bytes], lines: list[bytes]) -> list[str]:
    before, last, bare, found = sha256(b"screener evidence 1\0" + seal[4]).hexdigest(), 0, set[int](), list[str]()
    for place, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            link, salt, body, number = entry.pop("link"), entry.pop("salt"), entry.pop("body"), entry["number"] + 0
            head, told = (json.dumps(each, sort_keys=True, separators=(",", ":")).encode() for each in (entry, body))
            if number != last + 1:
                found.append(f"entry {number} comes after entry {last}: one was removed, added or moved")
            if sha256(bytes.fromhex(before) + head).hexdigest() != link:
                found.append(f"entry {number} was changed, or does not follow the one that it followed")
            if body is None:
                bare.add(number)
            elif sha256(bytes.fromhex(salt) + told).hexdigest() != entry["digest"]:
                found.append(f"entry {number}: what it says was changed")
            elif entry["kind"] == "erased":
                bare -= {n for a, b in body["entries"] for n in bare if a <= n <= b}
            before, last = link, number
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.append(f"line {place} is no entry")
    found += [f"entry {n} says no more, and none says why" for n in sorted(bare)]
    if (last, before) != (int(seal[5]), seal[6].decode()):
        found.append(f"it ends with entry {last}, and was signed with {int(seal[5])}")
    return [f"data/chain.jsonl: {each}" for each in found]

def wrongs(files: dict[str, bytes]) -> list[str]:
    """Everything that is wrong with a bag; nothing where it is whole."""
    seal = SIGNED.fullmatch(files.get("signature.txt", b""))
    good = seal and is_signed(seal[1], *(bytes.fromhex(seal[part].decode()) for part in (7, 8)))
    found = [] if good else ["signature.txt: was changed"]
    for part, kind in ((2, "sha256"), (3, "sha512")):
        above = seal[part].decode() if seal else None
        for manifest, inside in ((f"tagmanifest-{kind}.txt", False), (f"manifest-{kind}.txt", True)):
            raw = files.get(manifest, b"")
            if above is not None and new(kind, raw).hexdigest() != above:
                found.append(f"{manifest}: was changed")
                break
            listed = dict(line.partition("  ")[::-2] for line in raw.decode("utf-8", "replace").splitlines())
            for n in sorted({n for n in files if n.startswith("data/") == inside and not TOP.fullmatch(n)} | {*listed}):
                if new(kind, files.get(n, b"")).hexdigest() != listed.get(n):
                    found.append(f"{n}: was changed" if n in files and n in listed else f"{n}: is missing or was added")
            above = listed.get(f"manifest-{kind}.txt", "")
    found += chain(seal, files.get("data/chain.jsonl", b"").splitlines()) if seal else []
    end = b"screener evidence 1\ncase %b\nentries %b\nhead %b\n" % seal.group(4, 5, 6) if seal else b""
    found += ["data/head.txt: names another end of the chain"] if files.get("data/head.txt", end) != end else []
    return [ascii(each)[1:-1] for each in dict.fromkeys(found)]  # a name can hold what a terminal obeys
if __name__ == "__main__":
    bag = read(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).resolve().parent)
    wrong = wrongs(bag)
    print("\n".join(wrong[:20]) or f"Whole: {len(bag)} files. Signed with {bag['signature.txt'].split()[-3].decode()}")
    sys.exit(bool(wrong))

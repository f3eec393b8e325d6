"""What each of 300 mistakes in a family's own rules costs until it is told: `python -m bench.mistakes`."""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from screener.heuristics import FACTS
from screener.resources import shipped
from screener.rulebook import Library
from screener.rulebook.rule_files import KEYS
from screener.rulebook.shelf import BREAKS

BASELINE = "a sound rule"
AIM_MS = 100.0

SOUND = """\
title: Asks for shoes
id: {name}
status: trial
when: message
if:
  message.by: contact
  contact.known: false
points: 5
because: "{{contact.name}} asked {{member.name}} for shoes."
advice: Ask {{member.name}} about it.
also_innocent: A friend of the same size.
examples:
  alerts:
    - {{message.by: contact, contact.known: false}}
  stays_quiet:
    - {{message.by: contact, contact.known: true}}
"""
WRONG_VALUES = ("[1, 2]", "{a: b}", "-7.5", "yes", "''", "~", "2026-11-30", "!!binary aGVsbG8=")
PATTERNS = (
    "re: (", "re: [a-", "re: a{9999999}", r"re: (a)\1", "re: (?=x)", "re: (?<!x)y", "re: *a", "re: a**",
    r"re: \p{Nope}", "re: (?P<n>a", "re: .*", "re: a|", "re: ", "re: [[:nope:]]", "re: (?i", r"re: \8",
    "re: (((a{100}){100}){100})", "re: [z-a]", "re: (?#x", "re: (?>a)",
)  # fmt: skip
PHRASES = (
    "(a", "a)", "[a", "a]", "(a]", "a|b", "<nobody>", "<", "...", "[a]", "()", "!!!", "a < b", "(a|(b|(c)", "*",
)  # fmt: skip


class Mistake(NamedTuple):
    """Something that somebody could save; `place` is where in the family's folder."""

    name: str
    place: str
    text: bytes


def mistakes() -> list[Mistake]:
    """The same 300 and more each time, no two of one name."""
    found: list[Mistake] = []
    for kind, place, text in _all():
        name = f"m{len(found):03d}"
        made = text.replace("NAME", name) if isinstance(text, str) else text.replace(b"NAME", name.encode())
        raw = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
        found.append(Mistake(f"{name} {kind}", place.replace("NAME", name), raw))
    return found


def _all() -> Iterator[tuple[str, str, str | bytes]]:
    rule = SOUND.format(name="NAME")
    for kind, text in (*_typos(rule), *_types(rule), *_shapes(rule), *_numbers(rule), *_signs(rule), *_traps(rule)):
        yield kind, "isolate/NAME.yaml", text
    for each in (*PATTERNS, *PHRASES):
        yield f"phrase {each}", "lists/en/secrecy.yaml", f"phrases:\n  - sound words here\n  - {json.dumps(each)}\n"
    for kind, text in _overrides():
        yield kind, "overrides.yaml", text


def _typos(rule: str) -> Iterator[tuple[str, str]]:
    for key in KEYS:
        if f"\n{key}:" in f"\n{rule}":
            for wrong in (key[1:], f"{key}{key[-1]}", f"{key[:-2]}{key[-1]}{key[-2]}", key.upper()):
                yield f"key {wrong}", re.sub(rf"(?m)^{key}:", f"{wrong}:", rule, count=1)
            yield f"{key} left out", re.sub(rf"(?ms)^{key}:.*?(?=^\S|\Z)", "", rule, count=1)
    for fact in sorted(FACTS)[:60]:
        wrong = fact[:-1] if fact[:-1] not in FACTS else f"{fact}x"
        yield f"fact {wrong}", rule.replace("contact.known: false", f"{wrong}: 1", 1)
    for written, wrong in (("trial", "trail"), ("message\n", "messages\n"), ("by: contact", "by: stranger")):
        yield f"word {wrong.strip()}", rule.replace(written, wrong, 1)
    for field in ("contact.nam", "contact.account_days", "0", "contact.name!r", "{contact.name}"):
        yield f"field {field}", rule.replace("{contact.name} asked", f"{{{field}}} asked")


def _types(rule: str) -> Iterator[tuple[str, str]]:
    for key in KEYS:
        for wrong in WRONG_VALUES:
            if (
                (key, wrong) != ("points", "-7.5")
                and key != "alone"
                and not (key in ("title", "because", "advice", "also_innocent") and wrong == "yes")
            ):
                yield f"{key}: {wrong}", re.sub(rf"(?ms)^{key}:.*?(?=^\S|\Z)", f"{key}: {wrong}\n", rule, count=1)
    for wrong in ("{below: 3}", "{any: contact}", "{any: []}", "{none: [x]}", "{}", "[contact]", "7", "~"):
        yield f"condition {wrong}", rule.replace("by: contact\n", f"by: {wrong}\n", 1)


def _shapes(rule: str) -> Iterator[tuple[str, str]]:
    for line in ("status: trial", "when: message", "points: 5", "advice: Ask"):
        yield f"indented {line}", rule.replace(line, f"   {line}", 1)
        yield f"tab {line}", rule.replace(line, f"\t{line}", 1)
        yield f"no colon {line}", rule.replace(line, line.replace(":", ""), 1)
        yield f"no space {line}", rule.replace(line, line.replace(": ", ":"), 1)
    for key in KEYS:
        if f"\n{key}:" in f"\n{rule}":
            yield f"{key} twice", f"{rule}{key}: again\n"
    for extra in (
        "'",
        '"',
        "- x",
        "]",
        "}",
        "@",
        "`",
        "%YAML 9",
        "---\na: b",
        "? ",
        "!!python/object/new:os.system [x]",
    ):
        yield f"line {extra}", f"{rule}{extra}\n"
    for whole in ("", "\n\n", "# only words\n", "words", "- a\n- b\n", "7\n", "~\n", "[]", "{}", "''\n"):
        yield f"whole {whole!r}", whole


def _numbers(rule: str) -> Iterator[tuple[str, str]]:
    wrong = (
        "9" * 4_000,
        "9" * 5_000,
        "-" + "9" * 400,
        "1e999",
        ".inf",
        "-.inf",
        ".nan",
        "1001",
        "-101",
        "0x" + "f" * 3_000,
    )
    for number in (*wrong, "1:2:3:4", "1_0_0_0_0", "five", "5,5", "5 points"):
        yield f"points {number[:12]}", rule.replace("points: 5", f"points: {number}", 1)
        yield (
            f"fact {number[:12]}",
            rule.replace("contact.known: false", f"contact.account_days: {{below: {number}, x: 1}}", 1),
        )


def _signs(rule: str) -> Iterator[tuple[str, str | bytes]]:
    for sign in ("\u202e", "\u200b", "\u2028", "\ufeff", "\u0430", "\U0001f642", "\ue000"):
        yield f"key with U+{ord(sign):04X}", rule.replace("points:", f"poi{sign}nts:", 1)
        yield f"status with U+{ord(sign):04X}", rule.replace("trial", f"tri{sign}al", 1)
    yield "half a pair", rule.replace("shoes", "\ud800", 1)
    for raw in (b"\xff", b"\xc3\x28", b"\x00", b"\x80abc", b"\xed\xa0\x80", b"\x1b[2J", b"\x07"):
        yield f"bytes {raw!r}", rule.encode().replace(b"shoes", b"sh" + raw, 1)
    yield "UTF-16", rule.encode("utf-16")
    yield "UTF-32", rule.encode("utf-32")


def _traps(rule: str) -> Iterator[tuple[str, str | bytes]]:
    for opened, closed in (("[", "]"), ("{a: ", "}"), ("[[{a: ", "}]]")):
        yield f"5,000 {opened}", f"{rule}more: " + opened * 5_000 + closed * 5_000
        yield f"5,000 {opened} left open", opened * 5_000
    for each in ("- ", "? ", "a: &a ", "!x ", "'", '"', "|\n ", "[a, ", "{a: b, ", "%", "\t"):
        yield f"5,000 {each!r}", each * 5_000
    yield "ever deeper", "\n".join(f"{' ' * n}a:" for n in range(600))
    bomb = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12))
    yield "alias bomb", f"b0: &b0 [lol]\n{bomb}"
    yield "alias to itself", "a: &a [*a]\n"
    yield "merged keys", "a: &a {points: 5}\nb:\n  <<: *a\n"
    yield "anchor", rule.replace("points: 5", "points: &five 5", 1)
    yield "too large", rule + "#" * (257 * 1024)
    yield "20,001 parts", "a: [" + "b, " * 20_001 + "]"
    yield "9,000 unknown keys", "".join(f"contact.nobody{n}: 1\n" for n in range(9_000))
    yield (
        "9,000 unknown facts",
        rule.replace("  contact.known: false\n", "".join(f"  contact.knwn{n}: 1\n" for n in range(4_500))),
    )
    yield "a key of 200 KB", "k" * 200_000 + ": 1\n"
    yield "a sentence of 200 KB", rule.replace("Ask", "Ask " * 50_000, 1)
    yield (
        "a text of 200 KB",
        rule.replace("    - {message.by: contact, contact.known: false}", f'    - {{text: "{"a@b " * 50_000}"}}'),
    )
    yield (
        "500 examples that fail",
        rule.replace(
            "  stays_quiet:\n", "  stays_quiet:\n" + "    - {message.by: contact, contact.known: false}\n" * 500
        ),
    )


def _overrides() -> Iterator[tuple[str, str]]:
    for part in ("rules", "lists", "levels", "members", "platforms"):
        for wrong in ("[]", "7", "words", "{a: b}", "{a: [b]}", "{a: {b: c}}"):
            yield f"{part}: {wrong}", f"{part}: {wrong}\n"
    for wrong in ("many", "9999", ".nan", "[1]", "{a: 1}"):
        yield f"override points {wrong}", f"rules:\n  late-hours:\n    points: {wrong}\n"
        yield f"override levels {wrong}", f"levels:\n  talk:\n    points: {wrong}\n"
    yield "a rule without an end", "rules: {late-hours: {points: 3}"
    yield "9,000 rules that are none", "rules:\n" + "".join(f"  late-hour{n}: {{points: 1}}\n" for n in range(4_500))
    yield "a member who is nobody", "members:\n  Nobody: {rules: {late-hours: {points: 1}}}\n"
    yield "a phrase that is not there", "lists: {secrecy: {remove: [not there at all]}}\n"
    yield "a bad phrase", "lists:\n  secrecy:\n    add: ['(a']\n"


def measured(*, base: Path | None = None) -> dict[str, Any]:
    """Milliseconds until each is told, over the shipped rules; the baseline is a sound file in the same place."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "home" / "rules"
        own.mkdir(parents=True)
        library = Library(base or shipped("rules"), own, members=["Kim"], platforms=["roblox"])
        library.read()
        sound = [_took(library, f"isolate/s{n}.yaml", SOUND.format(name=f"s{n}").encode())[0] for n in range(50)]
        took = {each.name: _took(library, each.place, each.text) for each in mistakes()}
    slowest = sorted(took.items(), key=lambda pair: -pair[1][0])
    return {
        BASELINE: round(statistics.median(sound), 1),
        "mistakes": len(took),
        "untold": [name for name, (_, told) in took.items() if not told or BREAKS in str(told)],
        "median_ms": round(statistics.median(ms for ms, _ in took.values()), 1),
        "slowest": {name: round(ms, 1) for name, (ms, _) in slowest[:5]},
        "over_aim": sum(ms > AIM_MS for ms, _ in took.values()),
    }


def _took(library: Library, place: str, text: bytes) -> tuple[float, list[str]]:
    began = time.process_time()
    book = library.tried({place: text})
    return (time.process_time() - began) * 1000, book.mistakes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    found = measured()
    if parser.parse_args().json:
        print(json.dumps(found))
        return
    print(f"{found['mistakes']} mistakes, milliseconds of CPU until each is told (aim: none over {AIM_MS:.0f})")
    print(f"  {BASELINE} {found[BASELINE]}   median {found['median_ms']}   over the aim: {found['over_aim']}")
    print("  slowest: " + ", ".join(f"{name} {ms}" for name, ms in found["slowest"].items()))
    for name in found["untold"]:
        print(f"  nothing is said of: {name}")


if __name__ == "__main__":
    main()

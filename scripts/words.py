"""Collects the sentences of the dashboard into its catalogues and compiles them; --check says what is missing or stale.

A catalogue is a plain file, screener/web/languages/CODE/LC_MESSAGES/screener.po; what is compiled lies beside it.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from screener import troubles
from screener.platforms import decoders
from screener.routes import shipped_routes
from screener.rulebook.sentences import sentences_of, sentences_of_lists, shipped_ids

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ROOT / "screener" / "web" / "languages"
CODES = ("es", "fr", "de", "pt", "pl")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "later": None, "plural": (1, 2), "gettext": None, "ngettext": (1, 2)}
PLACES = re.compile(r"%\((\w+)\)s|\{([\w.]+)\}|<(/?\w+)[^>]*>")


def collected() -> Catalog:
    """Every sentence that the dashboard can say, with the files that say it."""
    catalog = Catalog(project="screener", charset="utf-8")
    for folder in ("screener/web", "screener/notify", "screener/evidence"):
        found = extract_from_dir(ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=())
        for file, _line, message, _comments, context in sorted(found, key=lambda each: (each[0], each[1])):
            catalog.add(message, locations=[(f"{folder}/{file}", 0)], context=context)
    for sentence in shipped_routes().sentences():
        catalog.add(sentence, locations=[("routes", 0)])
    for sentence in (*troubles.sentences(), *troubles.parts()):
        catalog.add(sentence, locations=[("screener/troubles.py", 0)])
    for decoder in decoders():
        catalog.add(decoder.unseen, locations=[("screener/platforms", 0)])
    for rule in filter(None, map(sentences_of, shipped_ids())):
        for sentence in (rule.title, rule.because, rule.advice, rule.also_innocent):
            catalog.add(sentence, locations=[("rules", 0)])
    for sentence in sentences_of_lists():
        catalog.add(sentence, locations=[("rules/lists", 0)])
    return catalog


def path_of(code: str) -> Path:
    return LANGUAGES / code / "LC_MESSAGES" / "screener.po"


def read(code: str) -> Catalog:
    path = path_of(code)
    if not path.exists():
        return Catalog(locale=code, project="screener", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code)


def mistakes(code: str, catalog: Catalog) -> list[str]:
    """What is missing, and sentences whose places ("%(name)s", "{count}", "<strong>") differ from the English ones."""
    where, found = path_of(code).relative_to(ROOT), []
    for message in catalog:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[-1]
        forms = [message.string] if isinstance(message.string, str) else list(message.string or [""])
        if message.fuzzy or not all(forms):
            found.append(f"{where}: {english[:60]!r} has no translation. Write one.")
        elif places(forms[-1]) != places(english):
            found.append(f"{where}: {english[:60]!r} keeps other places. Copy them as they are.")
    return found


def places(text: str) -> set[str]:
    # Another language may have to name somebody twice.
    return {found[0] for found in PLACES.finditer(text)}


def written(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, omit_header=False, ignore_obsolete=True, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines()
    dated = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Language-Team", "Report-")
    kept = [line for line in lines if not any(line.startswith(f'"{each}') for each in dated)]
    return ("\n".join(kept).strip() + "\n").encode()


def compiled(catalog: Catalog) -> bytes:
    # The header would hold the time of compiling, and what is compiled twice must be the same.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    check = "--check" in sys.argv[1:]
    wrong = []
    for code in CODES:
        # Collected anew for each: what a catalogue takes over from another it shares with it, translations included.
        catalog, template = read(code), collected()
        catalog.update(template, no_fuzzy_matching=True)
        wrong += mistakes(code, catalog)
        path = path_of(code)
        # What is compiled is what the file says, whoever compiles it.
        text = written(catalog)
        again = read_po(io.BytesIO(text), locale=code)
        for file, content in ((path, text), (path.with_suffix(".mo"), compiled(again))):
            if check and (not file.exists() or file.read_bytes() != content):
                wrong.append(f"{file.relative_to(ROOT)}: not what the dashboard says now. Run: make words")
            elif not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    print("\n".join(wrong) or f"{len(template)} sentences, {len(CODES)} languages, nothing missing")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

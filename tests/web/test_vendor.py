"""Other people's files are the ones we looked at, and come with their licences."""

import hashlib
import re

from screener.web.page import HERE

VENDOR = HERE / "static" / "vendor"


def test_every_vendored_file_has_the_hash_that_was_written_down():
    written = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name not in ("SHA256SUMS", "README.md")
    }

    assert found == written


def test_every_vendored_file_is_named_with_its_version_and_licence():
    readme = (VENDOR / "README.md").read_text()

    for path in VENDOR.glob("*.min.*"):
        row = next(line for line in readme.splitlines() if f"`{path.name}`" in line)
        licence = re.search(r"`(LICENSE\.\w+)`", row)
        assert licence and (VENDOR / licence[1]).exists()
        assert re.search(r"\| \d+\.\d+\.\d+ \|", row)


def test_no_style_or_script_of_ours_asks_for_anything_from_elsewhere():
    for path in (HERE / "static").glob("*.*"):
        text = path.read_text()

        assert "//" not in re.sub(r"http://www\.w3\.org/2000/svg|^\s*//.*$|; // .*$", "", text, flags=re.MULTILINE)
        assert "url(" not in text and "@import" not in text

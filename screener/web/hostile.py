"""Shows a stranger's text so that it can neither break the page nor pretend to be something else."""

import unicodedata

from markupsafe import Markup, escape

from screener.web.tongue import _

MOST_MARKS = 3  # combining marks on one letter; more is never a language, and paints over the lines around it
MARK = "▯"  # stands where something invisible stood
OPEN, CLOSE = Markup("<bdi>"), Markup("</bdi>")
JOINERS = "\u200c\u200d"
LONGEST_JOINED = 16  # a family of four takes eleven; an endless one would be a single letter as wide as a street
# Letters to Unicode, nothing to the eye: used to make an empty-looking name.
BLANKS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def shown(text: object, most: int = 80) -> Markup:
    """The text as HTML: at most `most` letters, what is invisible made visible, and unable to turn its surroundings."""
    raw = str(text)
    if _is_plain(raw, most) and (words := raw.strip()):
        return OPEN + words + CLOSE
    clusters, cut = visible(raw, most)
    if not clusters:
        return Markup('<span class="nothing">{}</span>').format(_("(empty)"))
    inner = escape("".join(clusters) + ("…" if cut else ""))
    if MARK in clusters:
        title = _("Holds invisible characters, shown as {mark}").replace("{mark}", MARK)
        return Markup('<bdi class="tampered" title="{}">{}</bdi>').format(title, inner)
    return OPEN + inner + CLOSE


def clear(text: object, most: int = 80) -> str:
    """The same as plain text, for a title or an attribute."""
    clusters, cut = visible(str(text), most)
    return "".join(clusters) + ("…" if cut else "")


def visible(raw: str, most: int) -> tuple[list[str], bool]:
    """The first letters, each with its marks, and whether there was more."""
    if _is_plain(raw, most):
        return list(raw.strip()), False
    # A letter with its marks is rarely longer than this; past it, nobody reads the rest anyway.
    text = raw[: most * 16]
    clusters: list[str] = []
    marks = 0
    for at, letter in enumerate(text):
        kind = unicodedata.category(letter)
        if letter in JOINERS and joins(text, at) and len(clusters[-1]) < LONGEST_JOINED:
            clusters[-1] += letter
        elif letter in BLANKS or (kind in ("Cc", "Cf", "Cs", "Cn") and not letter.isspace()):
            marks = 0
            # A run of them is one mark, or five hundred would push the name off the page.
            if not clusters or clusters[-1] != MARK:
                clusters.append(MARK)
        elif letter.isspace() or kind in ("Zs", "Zl", "Zp"):
            marks = 0
            if clusters and clusters[-1] != " ":
                clusters.append(" ")
        elif kind in ("Mn", "Me", "Mc") or "\U0001f3fb" <= letter <= "\U0001f3ff":
            marks += 1
            if not clusters:
                clusters.append("◌")
            if marks <= MOST_MARKS:
                clusters[-1] += letter
        elif clusters and clusters[-1].endswith("\u200d"):
            marks = 0
            clusters[-1] += letter
        else:
            marks = 0
            clusters.append(letter)
        if len(clusters) > most:
            return clusters[:most], True
    while clusters and clusters[-1] == " ":
        clusters.pop()
    return clusters, len(raw) > len(text)


def _is_plain(raw: str, most: int) -> bool:
    """Plain letters hide nothing, and most texts are such."""
    return len(raw) <= most and raw.isascii() and raw.isprintable() and "  " not in raw


def joins(text: str, at: int) -> bool:
    """Whether a joiner stands where languages and emoji need one: between two pictures, or two caseless letters."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    return unicodedata.category(before) in ("So", "Sk", "Lo", "Mn", "Mc") and unicodedata.category(after) in (
        "So",
        "Lo",
    )

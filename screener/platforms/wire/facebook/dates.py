"""When somebody joined Facebook, out of the words that its pages show in many languages."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

MOST_LETTERS = 300
FIRST_YEAR = 2004

# How the twelve months begin, a language a line. The longest beginning that fits counts: "marraskuu" is no March.
MONTHS: tuple[str, ...] = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "jän feb mär apr mai jun jul aug sep okt nov dez",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "jan feb maa apr mei jun jul aug sep okt nov dec",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "jan feb mar apr maj jun jul aug sep okt nov dec",
    "jan feb mar apr mai jun jul aug sep okt nov des",
    "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "jan feb mar apr mei jun jul agu sep okt nov des",
    "ian feb mar apr mai iun iul aug sep oct noi dec",
    "jan feb már ápr máj jún júl aug szep okt nov dec",
    "led úno bře dub kvě červen/červn červenec/červenc srp zář říj listop pros",
    "янв фев мар апр май/мая/мае июн июл авг сен окт ноя дек",
    "січ лют бер кві тра чер лип сер вер жов лис гру",
    "ιαν φεβ μαρ απρ μαι ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर/अक्तूबर नवंबर दिसंबर",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
)
# "Facebook" is never translated; with one of these beside it the text tells that somebody joined it.
JOINED: tuple[str, ...] = (
    "joined", "member since", "se unió", "miembro", "entrou", "aderiu", "membro", "rejoint", "inscrit", "membre",
    "beigetreten", "mitglied", "iscritt", "lid ", "lid sinds", "dołącz", "gick med", "medlem", "ble med", "liittyi",
    "katıldı", "bergabung", "tham gia", "присоедин", "зарегистр", "приєдна", "alătur", "înscris", "csatlakoz",
    "připoj", "έγινε μέλος", "انضم", "शामिल", "เข้าร่วม", "加入", "登録", "가입",
)  # fmt: skip


def _folded(text: str) -> str:
    """Without capitals; Greek without its accents, which move in the middle of the months' names."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(unicodedata.normalize("NFD", c)[0] if "ά" <= c <= "ώ" else c for c in plain)


_STARTS = sorted(
    {(_folded(start), n) for line in MONTHS for n, month in enumerate(line.split(), 1) for start in month.split("/")},
    key=lambda each: -len(each[0]),
)
_JOINED = tuple(_folded(words) for words in JOINED)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBERED = re.compile(r"(?<!\d)(\d{1,2})\s?[月월]|tháng\s(\d{1,2})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u097f\u0e00-\u0e7f]*")


def says_joined(text: Any) -> bool:
    """Whether a text tells that somebody joined Facebook, not a group or a firm."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return False
    folded = _folded(text)
    return "facebook" in folded and any(words in folded for words in _JOINED)


def is_about_joining(text: Any) -> bool:
    """Whether a text begins as that sentence: what people write of themselves stands after words of Facebook's."""
    return says_joined(text) and _folded(text).lstrip().startswith((*_JOINED, "facebook"))


def day_in(text: Any, before: datetime) -> datetime | None:
    """The day that a text names; None where it names no month, since a year alone can be a day ago or a year.

    Of a month alone it is the first day: an account must not look younger than it is.
    """
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return None
    folded = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in _folded(text))
    years, month = _YEAR.findall(folded), _month(folded)
    if len(set(years)) != 1 or month is None:
        return None
    days = {int(day) for day in _DAY.findall(_NUMBERED.sub(" ", _YEAR.sub(" ", folded)))}
    try:
        found = datetime(int(years[0]), month, days.pop() if len(days) == 1 else 1, tzinfo=UTC)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR and found <= before else None


def _month(folded: str) -> int | None:
    """The one month that a text names, None where it names two or none."""
    if numbered := _NUMBERED.search(folded):
        number = int(numbered[1] or numbered[2])
        return number if 1 <= number <= 12 else None
    named = {month for word in _WORD.findall(folded)[:60] if (month := _named(word))}
    return named.pop() if len(named) == 1 else None


def _named(word: str) -> int | None:
    # Thai writes no spaces between words.
    is_run_on = "\u0e00" <= word[0] <= "\u0e7f"
    return next((number for start, number in _STARTS if (start in word if is_run_on else word.startswith(start))), None)

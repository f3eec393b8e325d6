"""Where to turn, by country: police, reports about children, removal of pictures, help, money; read from routes/*.yaml.

Everything is shipped and works without a connection. A row says where its facts were seen and when: what nobody has
looked at for a year, or never, is shown with a mark.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from screener import yamlfile
from screener.errors import Mistake
from screener.resources import shipped

Kind = Literal["emergency", "police", "report", "images", "help", "money"]
"""Danger now; the police otherwise; a report for those under 18; pictures taken down; somebody to talk to; money."""

KINDS: tuple[Kind, ...] = ("emergency", "police", "report", "images", "help", "money")
Asked = Literal[
    "id", "names", "handle", "url", "place", "first", "words", "demand", "reach", "elsewhere", "money", "paid"
]
"""What forms ask for: who it is, where and when it was, what was said, how else they are reached, and money."""

ASKS: tuple[Asked, ...] = (
    "id", "names", "handle", "url", "place", "first", "words", "demand", "reach", "elsewhere", "money", "paid",
)  # fmt: skip
ELSEWHERE = "elsewhere"
"""The list for every country that has none of its own."""
FRESH_DAYS = 365
"""A row that was last looked at longer ago may have changed."""
GROWN = 18


def _plain(text: str) -> str:
    if any(letter in text for letter in "<>&%{}\n"):
        raise ValueError(f'"{text[:40]}" has a sign that pages read otherwise. Leave out < > & % and braces.')
    return text


def _phone(number: str) -> str:
    if not re.fullmatch(r"[0-9A-Z+() /-]{2,40}", number):
        raise ValueError(f'"{number[:60]}" is not a phone number. Write digits, in quotes.')
    return number


def _address(address: str) -> str:
    if not re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9/_-]*)?", address):
        raise ValueError(f'"{address[:80]}" is not a plain address. Write one such as "https://stopncii.org".')
    return address


type Words = Annotated[str, Field(min_length=2, max_length=160), AfterValidator(_plain)]


class Row(BaseModel):
    """One place to turn to. `ages` are those it is for; `where` is a part of the country; `place` is how to find or
    use it; `generic` says that the name is words, not a name of its own; `for_parents`, that it is for whoever looks
    after somebody of those ages; `asks` is what it is known to ask for; `checked` is the day when `source` said so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    name: Words
    generic: bool = False
    what: Words
    where: Words | None = None
    ages: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(le=200)]] = (0, 200)
    phone: Annotated[str, AfterValidator(_phone)] | None = None
    address: Annotated[str, AfterValidator(_address)] | None = None
    place: Words | None = None
    for_parents: bool = False
    asks: tuple[Asked, ...] = ()
    source: Annotated[str, Field(min_length=10, max_length=300)]
    checked: date
    status: Literal["seen", "unverified"]

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if not (self.phone or self.address or self.place):
            raise ValueError("this leads nowhere. Give it a phone, an address or a place.")
        if self.ages[0] > self.ages[1]:
            raise ValueError("the first of ages is above the second. Write the lower one first.")
        return self

    def is_for(self, age: int) -> bool:
        """Whether it is meant for somebody of that age."""
        return self.ages[0] <= age <= self.ages[1]

    def is_doubtful(self, today: date) -> bool:
        """Whether it must be looked up before it is relied on: never seen, or not for a year."""
        return self.status == "unverified" or (today - self.checked).days > FRESH_DAYS


class Country(BaseModel):
    """The rows of one country, in the order in which they are shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: Annotated[str, Field(pattern=f"^([A-Z]{{2}}|{ELSEWHERE})$")]
    name: Words
    rows: tuple[Row, ...]

    @model_validator(mode="after")
    def _leaves_nobody_alone(self) -> Self:
        lacking = [
            f'"{kind}" for {whom}'
            for kind in KINDS
            for whom, age in (("a child", 12), ("an adult", 40))
            if not (kind == "report" and age >= GROWN) and not self.of(kind, age=age, own=True)
        ]
        if lacking:
            raise ValueError(f"there is no row of {', of '.join(lacking)}. Add one, or who needs it is left alone.")
        return self

    def of(self, *kinds: Kind, age: int, own: bool = False) -> tuple[Row, ...]:
        """The rows of these kinds for somebody of that age, kind by kind; with `own`, without those for parents."""
        rows = [row for row in self.rows if row.is_for(age) and not (own and row.for_parents)]
        return tuple(row for kind in kinds for row in rows if row.kind == kind)


@dataclass(frozen=True, kw_only=True)
class Routes:
    """All countries, by their two letters, and what serves everywhere else."""

    countries: Mapping[str, Country]

    def of(self, country: str | None) -> Country:
        """The list of a country, else the one for everywhere."""
        return self.countries.get(country or "") or self.countries[ELSEWHERE]

    def has(self, country: str | None) -> bool:
        return country is not None and country in self.countries

    def sentences(self) -> Collection[str]:
        """What the rows say that is translated, as the catalogues need it: each once, names of their own left out."""
        rows = [row for country in self.countries.values() for row in country.rows]
        said = (text for row in rows for text in (row.what, row.where, row.place, row.name if row.generic else ""))
        return tuple(dict.fromkeys(text for text in said if text))


def load(folder: Path) -> Routes:
    """All files of a folder. Raises Mistake with every mistake in every file, one a line."""
    found: dict[str, Country] = {}
    mistakes: list[str] = []
    for path in _files(folder):
        try:
            country = yamlfile.read(path, Country, see="routes/elsewhere.yaml")
        except Mistake as mistake:
            mistakes.append(str(mistake))
            continue
        if country.country != path.stem:
            mistakes.append(f'{path}:1: country is "{country.country}". Call the file {country.country}.yaml.')
        found[country.country] = country
    if not mistakes and ELSEWHERE not in found:
        mistakes.append(f"{folder}: {ELSEWHERE}.yaml is missing. Install Screener again.")
    if mistakes:
        raise Mistake("\n".join(mistakes))
    return Routes(countries=found)


@cache
def shipped_routes() -> Routes:
    """The routes that came with this program."""
    return load(shipped("routes"))


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.yaml"))

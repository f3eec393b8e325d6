"""How complete a case is for a report: what the forms ask for, what of it is there, and how to get the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screener.evidence.gathered import Gathered, Trace
from screener.evidence.telling import here
from screener.languages import later
from screener.routes import ASKS, Asked, Country, Row

MOST_SHOWN = 12

WORDS: Mapping[Asked, tuple[str, str]] = {
    "id": (
        later("The permanent id of the account"),
        later("Open the profile once in a browser at home."),
    ),
    "names": (
        later("Every name it used, with dates"),
        later("Open the profile once in a browser at home."),
    ),
    "handle": (
        later("Its handle or user name"),
        later("Open the profile once in a browser at home."),
    ),
    "url": (
        later("The address of its profile"),
        later("Open the profile once in a browser at home."),
    ),
    "place": (
        later("Where it happened: the platform and the conversation"),
        later("Open the conversation once in a browser at home."),
    ),
    "first": (
        later("When it began, with the time zone"),
        later("Open the conversation once in a browser at home, and scroll to its beginning."),
    ),
    "words": (
        later("What the contact wrote, word for word"),
        later(
            "Open the conversation once in a browser at home. What only an app can show, photograph with another "
            "phone, but never an intimate picture."
        ),
    ),
    "demand": (
        later("The threat or the demand, word for word"),
        later("If there was one that is not in here, photograph it where it stands."),
    ),
    "reach": (
        later("An e-mail address or phone number of the contact"),
        later("If the contact gave one somewhere else, write it on the sheet by hand."),
    ),
    "elsewhere": (
        later("Other accounts and addresses it named"),
        later("If the contact named another account in a call or an app, write it on the sheet by hand."),
    ),
    "money": (
        later("Where money was to go: a transfer number, an account, a wallet, a gift card"),
        later("Fill in the form about money, also if nothing was paid."),
    ),
    "paid": (
        later("What was paid, and when"),
        later("Fill in the form about money, also if nothing was paid."),
    ),
}
PAYS = ("transfer-number", "iban", "wallet", "gift-code", "card", "cash-tag")
REACHES = ("email", "phone")
OF_MONEY: tuple[Asked, ...] = ("money", "paid")
ELSEWHERE = ("skype-id", "handle", "link")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that a form asks for. `found` is what we have of it; nothing where it is still missing."""

    key: Asked
    words: str
    mend: str
    found: tuple[str, ...] = ()

    @property
    def has(self) -> bool:
        return bool(self.found)


@dataclass(frozen=True, kw_only=True)
class Form:
    """One place to report to, and what it asks for. `row` is None for all that any of them asks."""

    row: Row | None
    fields: tuple[Field, ...]

    @property
    def have(self) -> int:
        return sum(field.has for field in self.fields)

    @property
    def of(self) -> int:
        return len(self.fields)

    @property
    def missing(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if not field.has)

    @property
    def is_own(self) -> bool:
        """Whether what is asked is what that place is known to ask, and not what most ask."""
        return self.row is not None and bool(self.row.asks)


def whole_form(found: Gathered) -> Form:
    """All that forms ask for."""
    values = answers(found)
    fields = (Field(key=key, words=WORDS[key][0], mend=WORDS[key][1], found=values[key]) for key in ASKS)
    return Form(row=None, fields=tuple(fields))


def forms(found: Gathered, country: Country, *, age: int) -> tuple[Form, ...]:
    """The places of a country that take a report from or about somebody of that age, each with what it asks for."""
    fields = {field.key: field for field in whole_form(found).fields}
    rows = country.of("report", "police", "money", age=age)
    return tuple(Form(row=row, fields=tuple(fields[key] for key in asked(row))) for row in rows)


def asked(row: Row) -> tuple[Asked, ...]:
    """What a place asks for, as far as that is known; a bank wants to know of money, the others of everything."""
    return row.asks or (OF_MONEY if row.kind == "money" else ASKS)


def answers(found: Gathered) -> Mapping[Asked, tuple[str, ...]]:
    """What the case has to say to each thing that is asked."""
    case, zone = found.case, found.case.member.zone
    first = [here(found.first, zone)] if found.first else []

    def named(kind: str) -> tuple[str, ...]:
        return tuple(
            f"{each.value} ({here(each.first, zone)[:10]} – {here(each.last, zone)[:10]})"
            for each in case.names
            if each.kind == kind
        )[:MOST_SHOWN]

    theirs = [trace for trace in found.traces.values() if trace.by != "member"]
    numbers = [_digits(trace.value) for trace in theirs if trace.kind in PAYS]
    # The number of a transfer looks like one of a phone, too.
    theirs = [t for t in theirs if t.kind != "phone" or not any(_digits(t.value) in each for each in numbers)]
    paid = [payment for payment in found.payments if payment.body.get("rail") != "none"]
    nothing = [NOTHING_PAID for payment in found.payments if payment.body.get("rail") == "none"][:1]
    return {
        "id": (case.contact.id,),
        "names": named("name") or ((case.contact.name,) if case.contact.name else ()),
        "handle": named("handle") or ((case.contact.handle,) if case.contact.handle else ()),
        "url": named("url") or ((case.contact.url,) if case.contact.url else ()),
        "place": tuple([*found.places][:MOST_SHOWN]),
        "first": tuple(first),
        "words": (f"{found.wrote['contact']}",) if found.wrote["contact"] else (),
        "demand": (f"{found.pressed}",) if found.pressed and found.wrote["contact"] else (),
        "reach": _traced(theirs, REACHES),
        "elsewhere": _traced(theirs, ELSEWHERE),
        "money": (*_traced(theirs, PAYS), *(_paid_to(payment.body) for payment in paid), *nothing)[:MOST_SHOWN],
        "paid": (*(_paid(payment.body) for payment in paid if payment.body.get("amount")), *nothing)[:MOST_SHOWN],
    }


NOTHING_PAID = later("Nothing was paid.")


def _traced(traces: Iterable[Trace], kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{each.kind}: {each.value}" for each in traces if each.kind in kinds)[:MOST_SHOWN]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _paid_to(body: Mapping[str, object]) -> str:
    return f"{body.get('rail')}: {body.get('number') or '?'}"


def _paid(body: Mapping[str, object]) -> str:
    return f"{body.get('amount')} {body.get('currency')}, {body.get('at')}"

"""What somebody of the family writes down about money: by which way, under which number, how much, and when."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from screener.languages import later

RAILS: Mapping[str, str] = {
    "transfer": later("Money transfer service, with a transfer number"),
    "bank": later("Bank transfer"),
    "gift-card": later("Gift card"),
    "wallet": later("Digital currency"),
    "card": later("Credit or debit card"),
    "app": later("Payment app"),
    "other": later("Another way"),
    "none": later("Nothing was paid"),
}
LONGEST_NUMBER, LONGEST_NOTE = 120, 300
MOST = Decimal(1_000_000_000)

WRONG_RAIL = later("Choose how it was paid.")
WRONG_NUMBER = later("The number is too long. Keep to 120 letters.")
WRONG_AMOUNT = later("Write the amount in digits, such as 150 or 150.50.")
WRONG_CURRENCY = later("Write the currency in letters, such as EUR, GBP or BTC.")
WRONG_TIME = later("Choose a time that is not in the future.")
LACKING = later("Write down at least a number or an amount.")


class Wrong(ValueError):
    """What was written can't be kept; the sentence says why and what to write."""


def payment(fields: Mapping[str, str], *, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """What a form said, as it is kept. Raises Wrong."""
    rail = fields.get("rail", "")
    if rail not in RAILS:
        raise Wrong(WRONG_RAIL)
    if rail == "none":
        return {"rail": rail}
    number, note = _line(fields.get("number", "")), _line(fields.get("note", ""))[:LONGEST_NOTE]
    if len(number) > LONGEST_NUMBER:
        raise Wrong(WRONG_NUMBER)
    amount, currency = _amount(fields.get("amount", "")), _line(fields.get("currency", "")).upper()
    if not re.fullmatch(r"[A-Z]{2,10}", currency) and (amount or currency):
        raise Wrong(WRONG_CURRENCY)
    if not (number or amount):
        raise Wrong(LACKING)
    found = {
        "rail": rail,
        "number": number,
        "amount": amount,
        "currency": currency,
        "at": _time(fields.get("at", ""), zone, now),
        "note": note,
    }
    return {name: value for name, value in found.items() if value}


def _line(text: str) -> str:
    return " ".join(text.split())


def _amount(text: str) -> str:
    """An amount as it is written where people live: a comma or a point, and neither both nor several."""
    plain = _line(text).replace(" ", "").replace(",", ".")
    if not plain:
        return ""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,8})?", plain):
        raise Wrong(WRONG_AMOUNT)
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise Wrong(WRONG_AMOUNT) from None
    if not 0 < amount <= MOST:
        raise Wrong(WRONG_AMOUNT)
    return f"{amount:f}"


def _time(text: str, zone: ZoneInfo, now: datetime) -> str:
    """The minute that was chosen, with how far it is from UTC where the member lives."""
    if not text.strip():
        return ""
    try:
        at = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
        if at > now + timedelta(days=1) or at.year < 2000:
            raise Wrong(WRONG_TIME)
    except (ValueError, OverflowError):
        raise Wrong(WRONG_TIME) from None
    return at.isoformat(timespec="minutes")

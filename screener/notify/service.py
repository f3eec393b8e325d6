"""Every other service that apprise knows."""

import logging
import re
import threading
from typing import Any

from screener.notify.address import KNOW_ID
from screener.notify.base import NO_SERVER, NOT_TAKEN, REFUSED, SENT, TOO_MANY, Note, Outcome

_SAID = (
    (re.compile(r"unauthori[sz]ed|invalid token|forbidden|\b40[13]\b", re.I), REFUSED),
    (re.compile(r"too many|throttl|\b429\b", re.I), TOO_MANY),
    (re.compile(r"connection error|socket", re.I), NO_SERVER),
)


def send(service: Any, note: Note) -> Outcome:
    """`service` is what apprise made of the address."""
    from apprise import NotifyType

    if type(service).__name__ in KNOW_ID:
        service.headers["Idempotency-Key"] = note.id
    kind = NotifyType.WARNING if note.level == "act" else NotifyType.INFO
    logger, heard = logging.getLogger("apprise"), _Listener()
    logger.addHandler(heard)
    try:
        well = service.notify(title=note.title, body=f"{note.body}\n{note.link}", notify_type=kind)
    finally:
        logger.removeHandler(heard)
    return SENT if well else heard.outcome()


class _Listener(logging.Handler):
    """Hears what apprise says in this thread. Nothing of it is kept: it may hold the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.found: Outcome | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            said = record.getMessage()
            self.found = next((outcome for words, outcome in _SAID if words.search(said)), self.found)

    def outcome(self) -> Outcome:
        return self.found or NOT_TAKEN

"""What is remembered of a Messenger conversation: its kind, its folder, and what rang in it last."""

from datetime import UTC, datetime, timedelta
from typing import Any

from screener.platforms.wire.meta import Place

PENDING = frozenset({"pending", "spam", "other", "e2ee_cutover_pending", "e2ee_cutover_other"})
OPEN = frozenset({"inbox", "e2ee_cutover", "archived"})
FOLDERS = {0: "inbox", 1: "pending", 2: "other", 3: "spam", 4: "archived"}
PAIR, GROUP, ENCRYPTED_PAIR, ENCRYPTED_GROUP = 1, 2, 15, 16
SECRET = frozenset({ENCRYPTED_PAIR, ENCRYPTED_GROUP})
# Accounts have at most fifteen digits, groups sixteen.
ACCOUNT_DIGITS = 15
RINGING = timedelta(minutes=2)
LONGEST_CALL = timedelta(days=1)

type State = dict[str, Any]


def state(place: Place, thread: str) -> State:
    known: State = place.kept.get(f"thread/{place.holder}/{thread}") or {}
    return known


def keep(place: Place, thread: str, state: State) -> None:
    place.kept[f"thread/{place.holder}/{thread}"] = state


def is_pair(place: Place, thread: str, state: State) -> bool:
    """Whether the conversation is known to be with one person."""
    if state.get("type") is not None:
        return state["type"] in (PAIR, ENCRYPTED_PAIR)
    return bool(state.get("pair")) or len(thread) <= ACCOUNT_DIGITS or f"contact/{place.holder}/{thread}" in place.kept


def group(state: State) -> bool | None:
    match state.get("type"):
        case 2 | 16:
            return True
        case 1 | 15:
            return False
    return False if state.get("pair") else None


def pending(state: State) -> bool | None:
    """Whether the platform keeps the conversation apart as coming from a stranger."""
    if state.get("request") or state.get("folder") in PENDING:
        return True
    return False if state.get("folder") in OPEN else None


def ring(place: Place, state: State, id: str) -> str:
    """The id of a call that rings now: signals, the conversation's own row and the call's page all tell of it."""
    now = int(place.at.timestamp())
    if state.get("rang") and abs(now - state.get("rang_at", 0)) <= RINGING.total_seconds():
        return str(state["rang"])
    state |= {"rang": id, "rang_at": now}
    return id


def ended(state: State, at: datetime) -> str | None:
    """The id of the call that was seen ringing and of which a card tells now that it is over."""
    rang, since = state.get("rang"), state.get("rang_at")
    if not rang or (since is not None and at - datetime.fromtimestamp(since, UTC) > LONGEST_CALL):
        return None
    return str(rang)

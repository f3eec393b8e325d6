"""Who is in a conversation, whether it is a group, and whether the platform keeps it apart as a stranger's."""

from collections.abc import Iterator
from typing import Any

from screener.events import Side
from screener.platforms.base import Blocked, Found, FriendRequest, Unreadable, dig, moment, need
from screener.platforms.wire.skype.objects import claim, identity, is_a_person, lowered, rows, words
from screener.platforms.wire.skype.session import Session

MOST_MEMBERS = 50
PAIRS = frozenset({"onetoonechat", "oneonone"})
# The platform's own lists, such as the log of calls, look like conversations.
STREAMS = ("48:", "19:teamsstream_")


def is_a_thread(conversation: str) -> bool:
    """Whether it is kept under a name of its own; older conversations of two are named after the other one."""
    return conversation.startswith("19:")


def is_talk(conversation: str) -> bool:
    return not conversation.startswith(STREAMS)


def is_group(session: Session, own: str, conversation: str) -> bool | None:
    """Whether more than two can speak there, None where neither the name nor an earlier answer says it."""
    if not is_a_thread(conversation):
        return False
    known: bool | None = _state(session, own, conversation).get("group")
    if known is not None:
        return known
    if conversation.endswith("@unq.gbl.spaces"):
        return False
    if session.platform == "skype" or conversation.startswith("19:meeting_"):
        return True
    # Teams keeps a thread for two people as well, and its name does not say so.
    return True if conversation.endswith(("@thread.skype", "@thread.tacv2")) else None


def is_pending(session: Session, own: str, conversation: str) -> bool | None:
    known: bool | None = _state(session, own, conversation).get("pending")
    return known


def other_in(session: Session, own: str | None, conversation: str) -> str | None:
    """The other one of a conversation of two, None where it is a group or nothing said who is in it."""
    if not is_a_thread(conversation):
        return identity(conversation, "conversationLink")
    if own is None:
        return None
    if conversation.endswith("@unq.gbl.spaces"):
        # Its name is made of the two work accounts in it.
        two = [f"orgid:{one}" for one in conversation.removeprefix("19:").partition("@")[0].split("_")]
        others = [one for one in two if one != own]
        return others[0] if len(two) == 2 and len(others) == 1 else None
    state = _state(session, own, conversation)
    people = state.get("with") or []
    return str(people[0]) if len(people) == 1 and _is_pair(conversation, state) else None


def heard(session: Session, own: str, conversation: str, sender: str) -> None:
    """Remembers who speaks in a conversation whose members nobody told."""
    state = _state(session, own, conversation)
    there, spoke = state.get("with") or [], state.get("spoke") or []
    if not is_a_thread(conversation) or sender in (own, *there, *spoke):
        return
    if _is_pair(conversation, state):
        _keep(session, own, conversation, {"with": [*there, sender][-2:]})
    else:
        _keep(session, own, conversation, {"spoke": [*spoke, sender][-MOST_MEMBERS:]})


def others_in(session: Session, own: str, conversation: str, contact: str, by: Side) -> frozenset[str]:
    """Whose earlier messages the writer of a line can quote: everybody in the conversation but the writer."""
    state = _state(session, own, conversation)
    everybody = {own, contact, *(state.get("with") or []), *(state.get("spoke") or [])}
    return frozenset(everybody - {own if by == "member" else contact})


def note(session: Session, row: Any) -> Iterator[Found]:
    """Remembers what a conversation or thread says of itself, and tells whom the platform keeps apart or blocks."""
    row = lowered(row)
    conversation = need(row, "id").rpartition("/")[2]
    if not is_talk(conversation):
        return
    facts = lowered(dig(row, "threadproperties") or dig(row, "properties") or {})
    people = [*_members(row)]
    own = _holder(session, row, facts, conversation, people)
    group = _grouped(row, facts)
    relation = lowered(dig(row, "relationshipstate") or dig(row, "memberproperties", "relationshipState"))
    pending = claim(relation, "inquarantine")
    others = [id for id, _, _ in people if id != own and is_a_person(id)]
    for id, name, _ in people[:MOST_MEMBERS]:
        if id != own and name and is_a_person(id):
            session.learn(own, session.account(id, name))
    news = {"group": group, "pending": pending, "with": others[:MOST_MEMBERS] or None}
    _keep(session, own, conversation, news)
    other = other_in(session, own, conversation)
    if other is None or other == own or not is_a_person(other):
        return
    session.memory.kept[f"pair/{own}/{other}"] = conversation
    yield from _apart(session, own, other, conversation, pending, facts)
    yield from _blocked(session, own, other, dig(relation, "blocktime"))


def decided(session: Session, own: str, contact: str) -> None:
    """The member let the contact in: nothing of theirs is kept apart any more."""
    conversation = session.memory.kept.get(f"pair/{own}/{contact}")
    if conversation:
        _keep(session, own, str(conversation), {"pending": False})


def started(session: Session, members: Any, thread: Any) -> None:
    """Remembers who is in a conversation that the member opens."""
    people = [identity(one, "members.id") for one in rows(members)]
    conversation = need(thread, "value", "threadId")
    own = session.one_of(*people)
    others = [one for one in people if one != own]
    _keep(session, own, conversation, {"with": others[:MOST_MEMBERS], "group": len(others) > 1})


def _apart(
    session: Session, own: str, other: str, conversation: str, pending: bool | None, facts: Any
) -> Iterator[Found]:
    """A conversation that waits until the member lets the stranger in is a request."""
    if pending is not True:
        return
    opened = moment(dig(facts, "createdat"), "ms") or moment(dig(facts, "createdat"), "iso")
    at = opened or session.capture.at
    yield FriendRequest(
        id=f"friend_request:{own}:{other}:{conversation}",
        at=at,
        account=session.account(own),
        contact=session.person(own, other),
        conversation=conversation,
        group=False,
        pending=True,
        history=session.was_before(at),
        capture=session.capture.id,
    )


def _blocked(session: Session, own: str, other: str, since: Any) -> Iterator[Found]:
    at = moment(since, "iso") or moment(since, "ms")
    if at:
        yield Blocked(
            id=f"blocked:{own}:{other}",
            at=at,
            account=session.account(own),
            contact=session.person(own, other),
            history=True,
            capture=session.capture.id,
        )


def _holder(
    session: Session, row: Any, facts: Any, conversation: str, people: list[tuple[str, str | None, bool]]
) -> str:
    """Whose conversation it is: a member marked as oneself, its creator, or the sender of one's own last message."""
    named = session.named()
    if named:
        return named
    told = [id for id, _, is_self in people if is_self]
    if claim(facts, "iscreator") is True and dig(facts, "creator") is not None:
        told.append(identity(facts["creator"], "creator"))
    if claim(row, "islastmessagefromme") is True and dig(row, "lastmessage", "from") is not None:
        told.append(identity(row["lastmessage"]["from"], "from"))
    if told:
        return session.mine(told[0])
    return session.known(conversation=conversation)


def _grouped(row: Any, facts: Any) -> bool | None:
    pair = claim(row, "isoneonone")
    if pair is not None:
        return not pair
    if claim(facts, "uniquerosterthread") is True:
        return False
    kind = (words(facts, "productthreadtype") or "").lower()
    return kind not in PAIRS if kind else None


def _members(row: Any) -> Iterator[tuple[str, str | None, bool]]:
    """Everybody who is named as a member: the id, the name, and whether it is the account holder."""
    for name in ("members", "participants", "consumers"):
        for member in rows(row, name):
            one = lowered(member)
            try:
                id = identity(dig(one, "mri") or dig(one, "id") or dig(one, "userlink"), "members.id")
            except Unreadable:
                continue
            called = words(one, "friendlyname") or words(one, "displayname") or words(one, "name")
            yield id, called, claim(one, "isself") is True or claim(one, "iscurrentuser") is True


def _is_pair(conversation: str, state: dict[str, Any]) -> bool:
    # A "unique roster" is the one thread that these two share.
    return state.get("group") is False or (state.get("group") is None and conversation.startswith("19:uni01_"))


def _state(session: Session, own: str, conversation: str) -> dict[str, Any]:
    found: dict[str, Any] = session.memory.kept.get(f"thread/{own}/{conversation}") or {}
    return found


def _keep(session: Session, own: str, conversation: str, news: dict[str, Any]) -> None:
    state = _state(session, own, conversation)
    session.memory.kept[f"thread/{own}/{conversation}"] = state | {k: v for k, v in news.items() if v is not None}

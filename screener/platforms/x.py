"""X: message requests, messages, calls, followers and profiles from its web pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from screener.capture import parsed
from screener.platforms.base import (
    Accepted,
    Capture,
    Declined,
    Decoder,
    Found,
    Memory,
    Seen,
    Sight,
    Unreadable,
    dig,
    reads,
    socket,
)
from screener.platforms.wire.x import chat, direct, people, sending
from screener.platforms.wire.x.objects import count, is_user, thread, words
from screener.platforms.wire.x.session import Session

PAGES = ("x.com", "twitter.com")
API = (*PAGES, "api.x.com", "api.twitter.com")
SPAM = "untrusted_low_quality"
UNTRUSTED = ("untrusted", SPAM)


def _rest(*paths: str) -> tuple[str, ...]:
    return tuple(f"{before}/{path}.json" for path in paths for before in ("/i/api/1.1", "/1.1"))


def _graphql(*names: str) -> tuple[str, ...]:
    """The number before an operation's name changes with every release of the page."""
    return tuple(f"{before}/*/{name}" for name in names for before in ("/i/api/graphql", "/graphql"))


class X(Decoder):
    name = "x"
    hosts = (*API, "chat-ws.x.com")
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "partly",
        "calls": "partly",
        "profiles": "yes",
        "pending": "yes",
        "account age": "yes",
        "mutual friends": "partly",
    }
    proof = (
        "Two client libraries, twikit and twscrape, ask for the same addresses and understand the same conversations, "
        "followers and persons; message requests, calls and encrypted chats follow what a public bridge describes."
    )
    cookie = "twid"
    query = ("variables", "user_id")
    secrets = (rb'"conversation_token"\s*:\s*"',)
    unseen = (
        "Of X's encrypted chats only that two talk is seen, never what they say, nor their calls; requests that X "
        "holds back as spam are seen once they are opened, and the phone app may refuse to be read at all."
    )

    @reads("GET", *_rest("dm/inbox_initial_state", "dm/inbox_timeline/*", "dm/conversation/*", "dm/user_updates"))
    def inbox(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        document = _answer(capture)
        if document is None:
            return
        steps = capture.path.partition("/dm/")[2].removesuffix(".json").split("/")
        if steps[0] in ("conversation", "inbox_timeline") and len(steps) != 2:
            return
        root = direct.root_of(document)
        # A poll that brings no news leaves it out.
        if root is None and steps != ["user_updates"]:
            raise Unreadable(f"{'conversation_timeline' if steps[0] == 'conversation' else steps[0]} is missing")
        here = thread(steps[1]) if steps[0] == "conversation" else None
        pending = True if steps[-1] in UNTRUSTED else None
        spam = True if steps[-1] == SPAM else None
        yield from direct.told(Session.of(capture, memory), root, pending=pending, spam=spam, here=here)

    @reads("POST", *_rest("dm/new2", "dm/new"))
    def message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _done(capture):
            form = capture.request_body.lstrip()[:1] != b"{"
            asked: Any = capture.form if form else capture.request_json
            answer = _answer(capture)
            if answer is not None or not capture.response:
                yield from sending.sent(Session.of(capture, memory), asked, answer)

    @reads("POST", *_graphql("useSendMessageMutation"))
    def message_sent_newly(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (answer := _answer(capture)) is not None:
            session = Session.of(capture, memory)
            yield from sending.sent_by_mutation(session, _variables(capture.request_json), answer)

    @reads("POST", *_rest("dm/conversation/*/accept", "dm/conversation/*/delete"))
    def request_answered(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _done(capture):
            *_, name, act = capture.path.removesuffix(".json").split("/")
            session, conversation = Session.of(capture, memory), thread(name)
            answer = direct.accepted if act == "accept" else direct.refused
            yield from answer(session, session.whose(conversation), conversation, capture.at)

    @reads("GET", *_rest("friendships/incoming"))
    def follow_requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (document := _answer(capture)) is not None:
            yield from people.requests(Session.of(capture, memory), document)

    @reads("POST", *_rest("friendships/accept", "friendships/deny", "friendships/create", "friendships/destroy"))
    @reads("POST", *_rest("friendships/cancel", "blocks/create"))
    def acts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        answer = _answer(capture) if capture.response else {}
        if not _done(capture) or answer is None:
            return
        session = Session.of(capture, memory)
        contact = people.meant(session, {**capture.arguments, **capture.form}, answer)
        kind, act = capture.path.removesuffix(".json").split("/")[-2:]
        if kind == "blocks":
            yield from people.blocked(session, contact)
        elif act in ("accept", "deny"):
            kind_of_answer = Accepted if act == "accept" else Declined
            yield from people.answered(session, kind_of_answer, contact, told=is_user(answer))
        elif act == "create":
            yield from people.followed(session, contact, answer)
        else:
            yield from people.unfollowed(session, contact)

    @reads("GET", *_graphql("NotificationsTimeline"))
    def notices(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _for_viewer(capture, memory, people.notices)

    @reads("GET", "/i/api/2/notifications/*.json", "/2/notifications/*.json")
    def older_notices(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (document := _answer(capture)) is not None:
            yield from people.older_notices(Session.of(capture, memory), document)

    @reads("GET", *_graphql("Viewer"))
    def viewer(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _for_viewer(capture, memory, lambda session, document: iter(()))

    @reads("GET", *_rest("account/settings", "account/verify_credentials"))
    def own_account(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        document = _answer(capture)
        session = Session.of(capture, memory).held_by(dig(document, "id_str"))
        if session.own is None and (name := words(document, "screen_name")):
            memory.kept["handle"] = name.lower()
        yield from ()

    @reads("GET", *_graphql("UserByScreenName", "UserByRestId", "UsersByRestIds", "UsersByScreenNames"))
    @reads("GET", *_graphql("AboutAccountQuery", "ProfileSpotlightsQuery", "GetUsersByIdsForXChat"))
    @reads("GET", *_rest("users/show", "users/lookup", "dm/permissions"))
    @reads("POST", *_rest("users/lookup"))
    def profiles(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _for_viewer(capture, memory, people.described)

    @reads("GET", *_graphql("Followers", "Following", "BlueVerifiedFollowers"))
    def follower_lists(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _for_viewer(capture, memory, people.described)

    @reads("GET", *_graphql("FollowersYouKnow"))
    def shared_followers(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        asked = parsed(capture.arguments.get("variables", "{}"))
        if (document := _answer(capture)) is not None and dig(asked, "cursor") is None:
            session = Session.of(capture, memory).held_by(people.viewer_of(document))
            yield from people.shared(session, dig(asked, "userId"), people.shared_in(document))

    @reads("GET", *_rest("friends/following/list"))
    def shared_counted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (document := _answer(capture)) is not None:
            number = count(dig(document, "total_count"))
            yield from people.shared(Session.of(capture, memory), capture.arguments.get("user_id"), number)

    @reads("GET", *_graphql("GetInitialXChatPageQuery", "GetInboxPageRequestQuery", "GetConversationPageQuery"))
    @reads("GET", *_graphql("GetInboxPageConversationDataRequestQuery"))
    def chats(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _for_viewer(capture, memory, chat.listed)

    @reads("POST", *_graphql("SendMessageMutation"))
    def chat_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (answer := _answer(capture)) is not None:
            yield from chat.sent(Session.of(capture, memory), answer)

    @socket("/ws", hosts=("chat-ws.x.com",))
    def chat_socket(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if capture.side == "server" and capture.body:
            yield from chat.packet(Session.of(capture, memory), capture.body)


def _done(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answer(capture: Capture) -> Any:
    """The document that was answered, None where there is none or it refuses."""
    if not _done(capture) or not capture.response:
        return None
    document = capture.json
    is_refused = isinstance(dig(document, "errors"), list) and not (isinstance(document, dict) and document.get("data"))
    return None if is_refused else document


def _variables(document: Any) -> Any:
    """What the page put into its question, which may stand in it as text."""
    found = dig(document, "variables")
    return parsed(found) if isinstance(found, str) else found


def _for_viewer(capture: Capture, memory: Memory, read: Callable[[Session, Any], Iterator[Found]]) -> Iterator[Found]:
    """What an answer tells, after for whom it was made."""
    if (document := _answer(capture)) is not None:
        yield from read(Session.of(capture, memory).held_by(people.viewer_of(document)), document)

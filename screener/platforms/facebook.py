"""Facebook and Messenger: friend requests, messages, calls, contacts and profiles from the web pages."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from screener.capture import Capture, parsed
from screener.platforms.base import Decoder, Found, Memory, Seen, Sight, Unreadable, dig, reads, socket
from screener.platforms.wire import deltas, dgw, friending, lightspeed, messenger, mqtt, requeststream
from screener.platforms.wire.documents import documents, found, page_documents, prefetched
from screener.platforms.wire.facebook import calls, older, profiles
from screener.platforms.wire.meta import Place, is_id

PAGES = ("www.facebook.com", "web.facebook.com", "m.facebook.com", "www.messenger.com")
GATEWAYS = ("gateway.facebook.com", "gateway.messenger.com")
BROKERS = ("edge-chat.facebook.com", "edge-chat.messenger.com")

PROGRAMS = ("lightspeed_web_request", "lightspeed_web_request_for_igd")
ROOTS = frozenset({friending.LIST, friending.PUSH, friending.CONFIRMED, *PROGRAMS, *older.ROOTS})
# An answer without any of these is not parsed at all: most are the news feed, and large.
MARKS = tuple(f'"{root}"'.encode() for root in ROOTS | profiles.ROOTS)
# The subscriptions whose answers we read, and the field that each must have.
METHODS = {
    "FBGQLS:FRIEND_REQUEST_RECEIVE_SUBSCRIBE": friending.PUSH,
    "FBGQLS:FRIEND_REQUEST_CONFIRM_SUBSCRIBE": friending.CONFIRMED,
}
METHOD = "x-dgw-app-XRSS-method"
# The browser's name for its question about the list; the list's own name in the answer counts, this one only warns.
_LIST_QUERY = re.compile(r"^FriendingCometFriendRequests")


class Facebook(Decoder):
    name = "facebook"
    hosts = (*PAGES, *GATEWAYS, *BROKERS)
    query = (
        "id", "x-dgw-uuid", "peer_id", "group_thread_id", "thread_type", "has_video", "call_id", "users_to_ring*",
    )  # fmt: skip
    cookie = "c_user"
    headers = ("x-fb-friendly-name",)
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "partly",
        "calls": "yes",
        "profiles": "yes",
        "pending": "yes",
        "account age": "partly",
        "mutual friends": "partly",
    }
    proof = (
        "fbchat, which others wrote, understands what the decoder does in the older bodies: requests, messages, "
        "folders, calls and persons. Apache Thrift writes what the newer sockets carry; their frames, Lightspeed and "
        "the web pages' lists and profiles follow what several programs describe, and no library reads them."
    )
    # The last is the password of a call's own connection, which the browser sends along when it calls.
    secrets = (rb"(?:^|&)(?:fb_dtsg|fb_dtsg_ag|lsd|jazoest)=", rb"a=ice-pwd:")
    unseen = (
        "Most private Messenger chats are encrypted from end to end, so that of them is seen that the two talk, never "
        "the words; when somebody joined, and that no friends are shared, is known only once their profile was opened; "
        "and the phone apps can't be read at all."
    )

    @reads("POST", "/api/graphql/", "/api/graphql", "/api/graphqlbatch/", hosts=PAGES)
    def graphql(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        form = capture.form
        operation = form.get("fb_api_req_friendly_name") or capture.request_headers.get("x-fb-friendly-name", "")
        place = _place(capture, memory).held_by(form.get("av"), form.get("__user"))
        variables = form.get("variables", "")
        if (act := friending.act_of(operation, variables, capture.body)) is not None:
            if not _is_refused(capture):
                yield from friending.acts(place, act, variables)
            return
        if any(mark in capture.body for mark in MARKS):
            owner = profiles.asked_about(variables)
            for document in documents(capture.text):
                yield from _document(place, document, owner)
        is_list = _LIST_QUERY.search(operation) is not None and bool(capture.body)
        if is_list and friending.LIST.encode() not in capture.body and not _is_refused(capture):
            raise Unreadable(f"{friending.LIST} is missing")

    @reads("POST", "/chat/user_info/", "/chat/user_info", hosts=PAGES)
    def chat_users(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        place = _place(capture, memory).held_by(capture.form.get("__user"))
        for document in documents(capture.text):
            yield from profiles.users(place, document)

    # Before the pages by its name, and so looked at before them.
    @reads("GET", "/groupcall/*", "/videocall/*", hosts=PAGES)
    def call_page(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        if capture.status is not None and capture.status >= 300:
            return
        # Any page can open such an address: whose account it is, only the cookie or the answer can tell.
        place = _place(capture, memory)
        if place.account is None:
            place = place.held_by(*map(_page_account, page_documents(capture.text)))
        yield from calls.opened(place, capture.arguments)

    @reads("GET", "*", hosts=PAGES, content=("text/html",))
    def pages(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        if not any(mark in capture.body for mark in MARKS):
            return
        place, blocks = _place(capture, memory), list(page_documents(capture.text))
        if place.account is None:
            place = place.held_by(*map(_page_account, blocks))
        results = [result for block in blocks for result in prefetched(block)]
        owner = profiles.owner(results) or _named_in(capture)
        for result in results:
            yield from _document(place, result, owner)

    @socket("/ws/realtime", "/ws/streamcontroller", hosts=GATEWAYS)
    def realtime(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        place, methods = _place(capture, memory), memory.stream.setdefault("methods", {})
        for frame in dgw.frames(capture.body):
            match frame:
                case dgw.Establish():
                    methods[frame.stream] = str(frame.parameters.get(METHOD, ""))[:200]
                case dgw.End():
                    methods.pop(frame.stream, None)
                case dgw.Content() if capture.side == "server":
                    # A stream whose beginning was missed may be one of ours: its content tells.
                    method = methods.get(frame.stream)
                    if method is None or method in METHODS:
                        yield from _told(_subscribed(place, frame.body, METHODS.get(method or "")))

    @socket("/ws/lightspeed", hosts=GATEWAYS)
    def lightspeed(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        place = _place(capture, memory)
        for frame in dgw.frames(capture.body):
            if isinstance(frame, dgw.Content) and frame.body:
                yield from _told(_lightspeed(place, frame.body, capture.side))

    @socket("/ws/rpsignaling", hosts=GATEWAYS)
    def signalling(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        place = _place(capture, memory)
        for frame in dgw.frames(capture.body):
            if isinstance(frame, dgw.Content) and frame.body:
                yield from _told(calls.signalled(place, frame.body, capture.side))

    @socket("/chat", hosts=BROKERS)
    def broker(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        buffer = memory.stream.setdefault(capture.side, mqtt.Buffer())
        for packet in buffer.packets(capture.body):
            if isinstance(packet, mqtt.Connect):
                memory.stream["account"] = dig(parsed(packet.username), "u") if packet.username else None
            else:
                yield from _told(_published(_place(capture, memory), packet, capture.side))
        # Where the beginning was missed, what waits may be the middle of a packet, and would swallow those after it.
        if memory.late and buffer.waiting and not buffer.is_whole:
            buffer.waiting.clear()
            raise Unreadable("the beginning of the connection was not copied")


def _place(capture: Capture, memory: Memory) -> Place:
    place = Place(account=None, at=capture.at, capture=capture.id, kept=memory.kept)
    # The gateway's own address names the account; anybody can put such a field into the address of a page.
    named = capture.arguments.get("x-dgw-uuid") if capture.via == "websocket" else None
    return place.held_by(capture.account, named, memory.stream.get("account"))


def _document(place: Place, document: Any, owner: str | None = None) -> Iterator[Found]:
    """What one document holds, wherever in it; `owner` is the person whose page it belongs to."""
    if friending.is_elsewhere(document):
        return
    viewers = found(document, frozenset({"viewer"})) if place.account is None else ()
    place = place.held_by(*(dig(viewer, "actor", "id") for _, viewer in viewers))
    # Facts first: what is told of a person belongs to the request that comes in the same breath.
    yield from _told(profiles.told(place, document, owner))
    yield from _told(friending.patched(place, document))
    for name, root in found(document, ROOTS, outside=friending.NOT_INCOMING):
        yield from _told(_root(place, name, root))


def _told(part: Iterable[Found]) -> Iterator[Found]:
    """One part of a capture; where it can't be read, that is told and the next part goes on."""
    try:
        yield from part
    except Unreadable as why:
        yield why


def _root(place: Place, name: str, root: Any) -> Iterator[Found]:
    if name == friending.LIST:
        yield from friending.listed(place, root)
    elif name == friending.PUSH:
        yield from friending.pushed(place, root)
    elif name == friending.CONFIRMED:
        yield from friending.confirmed(place, root)
    elif name == older.LIST:
        yield from older.listed(place, root)
    elif name == older.ONE:
        yield from older.conversation(place, root)
    elif isinstance(program := dig(root, "payload"), str):
        yield from messenger.program(place, program, asked=True)


def _subscribed(place: Place, body: bytes, root: str | None) -> Iterator[Found]:
    for text in requeststream.answers(body):
        for document in documents(text):
            content = dig(document, "data")
            if root and isinstance(content, dict) and content and root not in content:
                yield Unreadable(f"data.{root} is missing")
            yield from _document(place, document)


def _lightspeed(place: Place, body: bytes, side: str) -> Iterator[Found]:
    if side == "client":
        yield from messenger.sent(place, body)
    elif (answer := lightspeed.answer(body)) is not None:
        yield from messenger.program(place, answer.program, asked=answer.asked)


def _published(place: Place, packet: mqtt.Publish, side: str) -> Iterator[Found]:
    match packet.topic, side:
        case ("/ls_resp", "server") | ("/ls_req", "client"):
            yield from _lightspeed(place, packet.body, side)
        case "/t_rtc_multi", _:
            yield from calls.published(place, packet.body, side)
        case "/t_ms", "server":
            yield from deltas.deltas(place, parsed(packet.body))
        case "/legacy_web", "server":
            yield from deltas.notice(place, parsed(packet.body))


def _named_in(capture: Capture) -> str | None:
    """The person whose page is asked for, where its address has a number."""
    named = capture.arguments.get("id") if capture.path == "/profile.php" else capture.path.strip("/").partition("/")[0]
    return str(named) if is_id(named, least=5) else None


def _page_account(block: Any) -> Any:
    """The account that a page was made for, as it tells its own scripts."""
    waiting, steps = [block], 0
    while waiting and steps < 200_000:
        value, steps = waiting.pop(), steps + 1
        if isinstance(value, list):
            if len(value) > 2 and value[0] == "CurrentUserInitialData" and is_id(dig(value, 2, "ACCOUNT_ID")):
                return dig(value, 2, "ACCOUNT_ID")
            waiting += [child for child in value if isinstance(child, list | dict)]
        elif isinstance(value, dict):
            waiting += [child for child in value.values() if isinstance(child, list | dict)]
    return None


def _is_refused(capture: Capture) -> bool:
    """Whether the platform answered that it did not do what was asked; errors come with status 200, too."""
    if capture.status is not None and capture.status >= 400:
        return True
    try:
        return any(
            isinstance(document, dict) and not document.get("data") and ("errors" in document or "error" in document)
            for document in documents(capture.text)
        )
    except Unreadable:
        return False

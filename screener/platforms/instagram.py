"""Instagram and Threads: follow requests, messages, calls and profiles from the web pages and the web API."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from screener.capture import parsed
from screener.platforms.base import (
    Capture,
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
from screener.platforms.wire import dgw, mqtt
from screener.platforms.wire.documents import documents, found, page_documents, prefetched
from screener.platforms.wire.instagram import about, direct, people, sent, slide, sync
from screener.platforms.wire.instagram.session import Session
from screener.platforms.wire.meta import is_id, need_id

PAGES = ("www.instagram.com", "www.threads.com", "www.threads.net")
API = (*PAGES, "i.instagram.com")
GATEWAYS = ("gateway.instagram.com", "gateway.threads.com")

PERSONS = ("user", "fetch__XDTUserDict", "xig_user_from_messaging_user_fbid")
# A person described in passing has none of these: only what a page or a card about the person asks for.
TOLD_OF_A_PERSON = ("follower_count", "edge_followed_by", "biography", "friendship_status")
ROOTS = frozenset({slide.THREAD, slide.DELTAS, people.REQUESTS, people.ACTIVITY})
# An answer without any of these is not parsed at all: most are pictures' lists, and large.
MARKS = tuple(root.encode() for root in (*ROOTS, *PERSONS[1:], *TOLD_OF_A_PERSON[:2]))
STANDING, TARGET = (frozenset({name}) for name in ("friendship_status", "target_user_id"))
# The browser's names for its questions: the answers' own names count, these only warn.
EXPECTED = {
    "PolarisActivityFeedStoriesViewQuery": people.ACTIVITY.encode(),
    "PolarisDirectInboxQuery": b"threads_by_",
    "PolarisDirectMessageRequestQuery": b"threads_by_",
}
PROFILES = tuple(
    f"/api/v1/users/{name}{end}" for name in ("web_profile_info", "*/info", "*/usernameinfo") for end in ("", "/")
)
FOLDERS = {"pending_inbox": True, "spam_inbox": True}
_OWN_NUMBER = re.compile(rb'"IG_USER_EIMU"\s*:\s*"([1-9]\d{4,19})"')


class Instagram(Decoder):
    name = "instagram"
    hosts = (*PAGES, "i.instagram.com", "graphql.instagram.com", *GATEWAYS, "edge-chat.instagram.com")
    cookie = "ds_user_id"
    headers = ("x-fb-friendly-name", "ig-u-ds-user-id")
    secrets = (
        rb"(?:^|&)(?:fb_dtsg|fb_dtsg_ag|lsd|jazoest|_csrftoken)=",
        rb"%22_csrftoken%22%3A(?:%20|\+)?%22",
    )
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "partly",
        "calls": "partly",
        "profiles": "yes",
        "pending": "yes",
        "account age": "partly",
        "mutual friends": "partly",
    }
    proof = (
        "instagrapi, which others wrote, asks for the same addresses and understands the same follow requests, "
        "inboxes, threads, profiles and acts; the live sockets, their slide messages and the activity feed follow "
        "what several programs describe, and no library reads them."
    )
    query = ("x-dgw-uuid", "target_user_id", "params", "appid", "video")
    unseen = (
        "The phone apps of Instagram and Threads can't be read, a follow request is seen only once the browser loads "
        "the list of them, and of encrypted chats only that they exist: what is said in calls is never heard."
    )

    @reads(
        "POST", "/api/graphql", "/api/graphql/", "/graphql/query", "/graphql/query/", "/graphql_www",
        hosts=(*API, "graphql.instagram.com"),
    )  # fmt: skip
    def graphql(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        form = capture.form
        name = form.get("fb_api_req_friendly_name") or capture.request_headers.get("x-fb-friendly-name", "")
        session, variables = Session.of(capture, memory), form.get("variables", "")
        if sent.is_act(name) or people.follow_act(name):
            answers = list(documents(capture.text)) if capture.response else []
            if not any(_refuses(answer) for answer in answers) and _is_done(capture):
                yield from _act(session, name, variables, answers[0] if answers else None)
        elif any(mark in capture.body for mark in MARKS):
            for document in documents(capture.text):
                yield from _document(session, document)
        elif name in EXPECTED and capture.body and EXPECTED[name] not in capture.body:
            is_refused = any(_refuses(document) for document in documents(capture.text))
            if not is_refused:
                raise Unreadable(f"what {name} asked for is missing")

    @reads("GET", "*/friendships/pending", "*/friendships/pending/", "*/friendships/show/*")
    def friendships(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        steps = _below(capture.path, "friendships")
        if not _is_done(capture):
            return
        session, document = Session.of(capture, memory), _answer(capture)
        if steps and steps[0] == "show":
            yield from people.show(session, steps[-1], document)
        elif document is not None:
            if not isinstance(dig(document, "users"), list):
                raise Unreadable("users is missing")
            yield from people.requests(session, document)

    @reads("POST", "/api/v1/friendships/*", "/api/v1/web/friendships/*")
    def friendship_acts(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        if not _is_done(capture):
            return
        session, steps = Session.of(capture, memory), _below(capture.path, "friendships")
        document = _answer(capture) if capture.response else {}
        if steps == ["show_many"]:
            yield from people.show_many(session, dig(document, "friendship_statuses"))
        elif document is not None and len(steps) == 2:
            # The app names the act first, the page the person.
            contact, act = steps if is_id(steps[0]) else (steps[1], steps[0])
            if is_id(contact):
                yield from people.act(session, act, contact, document)

    @reads("GET", "/api/v1/news/inbox", "/api/v1/news/inbox/")
    @reads("POST", "/api/v1/news/inbox", "/api/v1/news/inbox/")
    def activity(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        if _is_done(capture) and (document := _answer(capture)) is not None:
            if not any(part in document for part in people.PARTS):
                raise Unreadable("new_stories is missing")
            yield from people.activity(Session.of(capture, memory), document)

    @reads("GET", "*/direct_v2/*inbox", "*/direct_v2/*inbox/", "*/direct_v2/*threads/*", hosts=API)
    def direct(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        steps = _below(capture.path, "direct_v2")
        if _is_done(capture) and (document := _answer(capture)) is not None:
            place = steps[-1] if steps else ""
            yield from direct.listed(
                Session.of(capture, memory),
                document,
                pending=FOLDERS.get(place),
                is_inbox=place in ("inbox", *FOLDERS),
            )

    @reads("POST", "*/direct_v2/*threads/*", hosts=API)
    def direct_acts(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        steps = _below(capture.path, "direct_v2")
        if not _is_done(capture) or "threads" not in steps:
            return
        session, steps = Session.of(capture, memory), steps[steps.index("threads") + 1 :]
        document = _answer(capture) if capture.response else {}
        if document is None or len(steps) != 2:
            return
        if steps[0] == "broadcast":
            is_video = capture.arguments.get("video") == "1"
            method = "video_attachment" if is_video else steps[1]
            yield from sent.broadcast(session, method, sent.signed(capture.form), document)
        elif steps[1] == "approve":
            slide.accepted(session, steps[0])

    @reads("GET", *PROFILES)
    @reads("POST", *PROFILES)
    def profiles(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        document = _answer(capture) if _is_done(capture) else None
        user = dig(document, "data", "user", default=dig(document, "user"))
        if user is not None:
            yield from people.profile(Session.of(capture, memory), user)

    @reads("POST", "/async/wbloks/fetch", "/async/wbloks/fetch/", *about.PATHS)
    def about(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        form = sent.signed(capture.form)
        app = (capture.arguments.get("appid"), form.get("appid"), *_below(capture.path, "apps"))
        if not _is_done(capture) or not capture.response or not set(app) & set(about.APPS):
            return
        contact = _target(form, capture.arguments)
        for document in documents(capture.text):
            yield from about.about(Session.of(capture, memory), contact, document)

    @reads("GET", "*", hosts=PAGES, content=("text/html",))
    def pages(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        session = Session.of(capture, memory)
        if (number := _OWN_NUMBER.search(capture.body)) and session.place.account:
            session.identify(number[1].decode(), session.own)
        if any(mark in capture.body for mark in MARKS):
            for block in page_documents(capture.text):
                for result in prefetched(block):
                    yield from _document(session, result)

    @socket("/ws/lightspeed", hosts=GATEWAYS)
    def lightspeed(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        session = Session.of(capture, memory)
        for frame in dgw.frames(capture.body):
            if isinstance(frame, dgw.Content) and frame.body and capture.side == "server":
                yield from _told(_deltas(session, sync.deltas(frame.body)))

    @socket("/ws/mqttbypass", hosts=GATEWAYS)
    def bypass(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        session = Session.of(capture, memory)
        for frame in dgw.frames(capture.body):
            if isinstance(frame, dgw.Content) and frame.body and capture.side == "client":
                yield from _told(sent.bypassed(session, frame.body))

    @socket("/chat", hosts=("edge-chat.instagram.com",))
    def broker(self, capture: Capture, memory: Memory) -> Iterable[Found]:
        session, buffer = Session.of(capture, memory), memory.stream.setdefault(capture.side, mqtt.Buffer())
        for packet in buffer.packets(capture.body):
            if isinstance(packet, mqtt.Publish) and capture.side == "client":
                yield from _told(sent.published(session, packet.topic, packet.body))
            elif isinstance(packet, mqtt.Publish) and packet.topic == "/ig_message_sync":
                yield from _told(_deltas(session, sync.plain(packet.body)))
        # Where the beginning was missed, what waits may be the middle of a packet, and would swallow those after it.
        if memory.late and buffer.waiting and not buffer.is_whole:
            buffer.waiting.clear()
            raise Unreadable("the beginning of the connection was not copied")


def _told(part: Iterable[Found]) -> Iterator[Found]:
    """One part of a capture; where it can't be read, that is told and the next part goes on."""
    try:
        yield from part
    except Unreadable as why:
        yield why


def _document(session: Session, document: Any) -> Iterator[Found]:
    """What one answer holds, wherever in it."""
    for name in PERSONS:
        user = dig(document, "data", name)
        if dig(user, "username") is not None and any(dig(user, fact) is not None for fact in TOLD_OF_A_PERSON):
            yield from _told(people.profile(session, user))
    for name, root in found(document, ROOTS):
        match name:
            case slide.THREAD if isinstance(root, dict):
                yield from _told(slide.thread(session, root))
            case slide.DELTAS if isinstance(root, list):
                yield from _deltas(session, root[: sync.MOST_DELTAS])
            case people.REQUESTS:
                yield from people.requests(session, root)
            case people.ACTIVITY:
                yield from people.activity(session, root)


def _deltas(session: Session, changes: Iterable[Any]) -> Iterator[Found]:
    for change in changes:
        # Without it nothing can be read, and that is said once.
        _ = session.own
        yield from _told(slide.delta(session, change))


def _act(session: Session, name: str, variables: str, answer: Any) -> Iterator[Found]:
    if sent.is_act(name):
        yield from sent.acts(session, name, variables, answer)
    elif act := people.follow_act(name):
        chosen = parsed(variables)
        chosen = dig(chosen, "input", default=chosen)
        # Instagram puts the new standing below the act's own name, Threads below the person.
        told = next((value for _, value in found(answer, STANDING) if isinstance(value, dict)), {})
        yield from people.act(session, act, need_id(chosen, "target_user_id"), {"friendship_status": told})


def _below(path: str, name: str) -> list[str]:
    """The steps of an address behind one of them."""
    return [step for step in path.partition(f"/{name}/")[2].split("/") if step]


def _is_done(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answer(capture: Capture) -> Any:
    """What the web API answered; None where it refused, which it also does with status 200. Raises Unreadable."""
    if not capture.response:
        return None
    document = next(documents(capture.text), None)
    if not isinstance(document, dict):
        raise Unreadable("the answer is no object")
    return None if document.get("status") == "fail" else document


def _refuses(answer: Any) -> bool:
    return isinstance(answer, dict) and not answer.get("data") and ("errors" in answer or "error" in answer)


def _target(form: dict[str, Any], arguments: dict[str, str]) -> str:
    """Whose page it is that was asked for. Raises Unreadable."""
    for fields in (form, arguments):
        if is_id(fields.get("target_user_id")):
            return str(fields["target_user_id"])
        if isinstance(fields.get("params"), str):
            told = found(parsed(fields["params"]), TARGET)
            return need_id({"target_user_id": next((value for _, value in told), None)}, "target_user_id")
    return need_id(form, "target_user_id")

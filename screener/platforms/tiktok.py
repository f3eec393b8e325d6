"""TikTok: follow requests, followers, direct messages and profiles from its web app."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

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
    every,
    reads,
    socket,
)
from screener.platforms.wire.documents import page_documents
from screener.platforms.wire.protobuf import Message
from screener.platforms.wire.tiktok import follows, frame, sending, talk
from screener.platforms.wire.tiktok.objects import account_of, identity, is_id, profile_of
from screener.platforms.wire.tiktok.session import WHOSE, Session, sides

WEB = ("www.tiktok.com",)
# The messaging API and its socket have an address in each region.
API = ("im-api.tiktok.com", "im-api-sg.tiktok.com", "im-api-va.tiktok.com", "im-api.us.tiktok.com")
SOCKETS = ("im-ws.tiktok.com", "im-ws-sg.tiktok.com", "im-ws-va.tiktok.com", "im-ws.us.tiktok.com")
PAGE_MARK = b"__DEFAULT_SCOPE__"
MOST_USERS = 500


def _listing(*paths: str) -> tuple[str, ...]:
    return tuple(f"{path}{end}" for path in paths for end in ("/", ""))


class TikTok(Decoder):
    name = "tiktok"
    title = "TikTok"
    hosts = (*WEB, *API, *SOCKETS)
    # In what the browser sends to the messaging API: names and values, and the ticket that signs a message.
    secrets = (
        rb"(?:Web-Sdk-Ms-Token|tt-ticket-guard-client-data)\x12(?s:.{1,2}?)",
        rb"\x3a\x40(?=[0-9a-f]{64})",
    )
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "yes",
        "calls": "no",
        "profiles": "yes",
        "pending": "yes",
        "account age": "yes",
        "mutual friends": "no",
    }
    proof = (
        "Google's protobuf compiler writes and reads the same frames from our own description of them, which proves "
        "the encoding, not that TikTok means by it what we think; no client library reads its messages."
    )
    query = (
        "odinId",
        "type",
        "action_type",
        "block_type",
        "sec_user_id",
        "conversation_id",
        "*_user_id",
        "user_id",
        "target_uid",
        "object_id",
    )
    unseen = (
        "The TikTok app on phones can't be read, only the website: there calls, comments and live streams are not "
        "read, nor what a member writes to a group, and pictures and shared videos are never looked at."
    )

    @socket("/ws/v2", "/ws/v2/", hosts=SOCKETS)
    def live(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        session = Session(capture=capture, memory=memory)
        is_ours = capture.side == "client"
        try:
            found = frame.payload(capture.body, whole=not is_ours)
        except Unreadable as why:
            yield from _once(memory, why)
            return
        if found is None or (is_ours and not sending.is_sending(found)):
            return
        for told in sending.sent(session, found, None) if is_ours else talk.told(session, found):
            if isinstance(told, Unreadable) and str(told) == WHOSE:
                yield from _once(memory, told)
            else:
                yield told

    @reads(
        "POST",
        *_listing(
            "/v*/message/get_by_user_init",
            "/v*/message/get_by_user_combo",
            "/v*/message/get_by_user",
            "/v*/message/get_by_conversation",
            "/v*/stranger/get_conversation_list",
            "/v*/stranger/get_messages",
        ),
        hosts=API,
    )
    def messages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        answer = Message.read(capture.body)
        session = Session(capture=capture, memory=memory, own=talk.holder(answer), listed=True)
        if session.own:
            session.mine(session.own)
        asked = Message.read(capture.request_body, whole=False)
        apart = "/stranger/" in capture.path or asked.number(talk.INBOX) == talk.REQUESTS_INBOX
        yield from talk.told(session, answer, apart=True if apart else None)

    @reads("POST", *_listing("/v*/message/send"), hosts=API)
    def message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _succeeded(capture):
            return
        answer = Message.read(capture.body) if capture.response else None
        session = Session(capture=capture, memory=memory, own=talk.holder(answer) if answer else None)
        if session.own:
            session.mine(session.own)
        yield from sending.sent(session, Message.read(capture.request_body, whole=False), answer)

    @reads("GET", *_listing("/passport/web/account/info", "/passport/token/beat/web"), hosts=WEB)
    def own_account(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture) and dig(capture.json, "message") != "error":
            Session(capture=capture, memory=memory).mine(identity(dig(capture.json, "data"), "user_id_str", "user_id"))
        yield from ()

    @reads("GET", *_listing("/node-webapp/api/common-app-context"), hosts=WEB)
    def own_context(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            _note(capture, memory, capture.json)
        yield from ()

    @reads("GET", "/", "/@*", "/messages*", "/foryou*", "/following*", "/friends*", hosts=WEB, content=("text/html",))
    def pages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture) or PAGE_MARK not in capture.body:
            return
        for document in page_documents(capture.text):
            scope = dig(document, "__DEFAULT_SCOPE__")
            _note(capture, memory, dig(scope, "webapp.app-context"))
            info = dig(scope, "webapp.user-detail", "userInfo")
            if dig(info, "user") is not None:
                yield from _looked_at(Session(capture=capture, memory=memory), info)

    @reads("GET", *_listing("/api/user/detail"), hosts=WEB)
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture) and not _is_refused(capture.json):
            yield from _looked_at(Session(capture=capture, memory=memory), dig(capture.json, "userInfo"))

    @reads("GET", *_listing("/tiktok/v1/im/user/profile"), hosts=WEB)
    def talkers(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        def read(row: Any) -> Iterator[Found]:
            user = dig(row, "im_user_profile", default=row)
            session = Session(capture=capture, memory=memory)
            yield from session.learn(session.whose(), account_of(user, statuses=True), dig(user, "sec_uid"))

        yield from every(_rows(capture, "users"), read)

    @reads("GET", *_listing("/api/im/spotlight/relation"), hosts=WEB)
    def followings(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        def read(user: Any) -> Iterator[Found]:
            session = Session(capture=capture, memory=memory)
            yield from session.learn(session.whose(), account_of(user), dig(user, "sec_uid"))

        yield from every(_rows(capture, "followings"), read)

    @reads("GET", *_listing("/api/user/following/request/list"), hosts=WEB)
    def requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        session = Session(capture=capture, memory=memory, listed=True)
        yield from every(_rows(capture, "request_users"), partial(follows.request, session))

    @reads("GET", *_listing("/api/notice/multi", "/api/inbox/notice_list"), hosts=WEB)
    def notices(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        session = Session(capture=capture, memory=memory, listed=True)
        for group in _rows(capture, "notice_lists"):
            lines = dig(group, "notice_list")
            yield from every(lines[:MOST_USERS] if isinstance(lines, list) else (), partial(follows.notice, session))

    @reads("POST", *_listing("/api/commit/follow/request/approve"), hosts=WEB)
    def request_accepted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _done(capture):
            yield from follows.answered(
                Session(capture=capture, memory=memory), Accepted, _user(capture), told=bool(capture.response)
            )

    @reads("POST", *_listing("/api/commit/follow/request/reject"), hosts=WEB)
    def request_declined(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _done(capture):
            yield from follows.answered(
                Session(capture=capture, memory=memory), Declined, _user(capture), told=bool(capture.response)
            )

    @reads("POST", *_listing("/api/commit/follow/user"), hosts=WEB)
    def followed(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _done(capture):
            act = _argument(capture, "type", "action_type")
            status = dig(capture.json, "follow_status") if capture.response else None
            yield from follows.followed(Session(capture=capture, memory=memory), _user(capture), act, status)

    @reads("POST", *_listing("/api/user/block", "/api/commit/relation/block"), hosts=WEB)
    def contact_blocked(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _done(capture) or _argument(capture, "block_type") == "0":
            return
        session, secret = Session(capture=capture, memory=memory), _argument(capture, "sec_user_id")
        known = session.behind(session.whose(), secret) if secret else None
        yield from follows.blocked(session, known or _user(capture))

    @reads("POST", *_listing("/api/im/stranger/unlimit"), hosts=WEB)
    def talk_accepted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        """The member lets a stranger's conversation in: its messages are no requests from now on."""
        conversation = _argument(capture, "conversation_id")
        if _done(capture) and conversation and sides(conversation):
            session = Session(capture=capture, memory=memory)
            session.apart(session.whose(conversation), conversation, False)
        yield from ()


def _succeeded(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answered(capture: Capture) -> bool:
    return _succeeded(capture) and bool(capture.response)


def _is_refused(document: Any) -> bool:
    """Whether an answer with status 200 says that nothing came of it, such as to somebody who is logged out."""
    codes = [dig(document, name) for name in ("status_code", "statusCode")]
    return any(code not in (None, 0, "0") for code in codes)


def _done(capture: Capture) -> bool:
    """Whether the platform did what the member asked for."""
    return _succeeded(capture) and not (capture.response and _is_refused(capture.json))


def _rows(capture: Capture, name: str) -> list[Any]:
    if not _answered(capture) or _is_refused(capture.json):
        return []
    found = dig(capture.json, name)
    if found is None and isinstance(capture.json, dict) and name in capture.json:
        return []
    if not isinstance(found, list):
        raise Unreadable(f"{name} is missing")
    return found[:MOST_USERS]


def _argument(capture: Capture, *names: str) -> str | None:
    """What an act says of itself, in its form or in its address."""
    places = (capture.form, capture.arguments)
    return next((place[name] for name in names for place in places if place.get(name)), None)


def _user(capture: Capture) -> str:
    """Whom an act is about. Raises Unreadable."""
    names = ("from_user_id", "to_user_id", "user_id", "target_uid", "object_id")
    return identity({name: _argument(capture, name) for name in names}, *names)


def _note(capture: Capture, memory: Memory, context: Any) -> None:
    """Whose the page is, where somebody is logged in."""
    own = dig(context, "user", "uid")
    if is_id(own):
        Session(capture=capture, memory=memory).mine(str(own))


def _looked_at(session: Session, info: Any) -> Iterator[Found]:
    told = profile_of(info)
    try:
        own = session.whose()
    except Unreadable:
        # Whoever isn't logged in looks at profiles, too, and it's nothing to them.
        return
    yield from session.look(own, told, dig(info, "user", "secUid"))


def _once(memory: Memory, why: Unreadable) -> Iterator[Found]:
    """Says it the first time on a connection: what ails the connection would else be said with every message."""
    told = memory.stream.setdefault("told", set())
    if str(why) not in told:
        told.add(str(why))
        yield why

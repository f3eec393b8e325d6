"""TikTok's frames, packed blocks and contents, damaged or hostile, and any bytes at all."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.tiktok.content import content
from screener.platforms.wire.tiktok.frame import lz4_block, payload
from tests.platforms.tiktok_captures import API, BO, MAYA, SAM, SOCKET, TALK, WEB, a_memory, a_page, an_answer, read
from tests.platforms.tiktok_writer import frame, literals, written


@pytest.mark.parametrize("text", ["null", "1", "[1]", '"\\"x\\""', "[" * 10_000, "{", "\ud800", '"' + "9" * 5_000])
def test_content_that_is_no_object_is_unreadable(text: str):
    with pytest.raises(Unreadable):
        content(text.encode("utf-8", "surrogatepass"), 7, None)


def test_an_lz4_block_that_repeats_is_unpacked():
    # Three letters, then nine bytes from three back, then four from one back, then one letter.
    block = b"\x35abc\x03\x00" + b"\x00\x01\x00" + b"\x10!"

    assert lz4_block(block) == b"abc" * 4 + b"cccc" + b"!"
    assert lz4_block(literals(b"x" * 1_000)) == b"x" * 1_000
    assert lz4_block(b"") == b""


@pytest.mark.parametrize(
    "block", ["f0", "50616263", "3061626305", "3061626301", "306162630400", "306162630000", "3f6162630100ff"]
)
def test_a_damaged_lz4_block_is_unreadable(block: str):
    with pytest.raises(Unreadable, match="LZ4"):
        lz4_block(bytes.fromhex(block))


def test_an_lz4_block_that_would_grow_without_end_is_unreadable():
    with pytest.raises(Unreadable, match="more than"):
        lz4_block(b"\x1fa\x01\x00" + b"\xff" * 20_000 + b"\x00")


def test_a_gzip_bomb_in_a_frame_is_unreadable():
    bomb = frame({"encoding": "gzip", "hex": "00" * 3_000_000})

    with pytest.raises(Unreadable, match="unpacks to more"):
        payload(bomb)


PATHS = [
    (WEB, "GET", "/api/user/following/request/list/"),
    (WEB, "GET", "/api/notice/multi/"),
    (WEB, "GET", "/api/user/detail/"),
    (WEB, "GET", "/tiktok/v1/im/user/profile/"),
    (WEB, "GET", "/api/im/spotlight/relation/"),
    (WEB, "GET", "/passport/web/account/info/"),
    (WEB, "GET", "/node-webapp/api/common-app-context"),
    (WEB, "POST", "/api/commit/follow/request/approve/"),
    (WEB, "POST", "/api/commit/follow/user/"),
    (WEB, "POST", "/api/user/block/"),
    (WEB, "POST", "/api/im/stranger/unlimit/"),
    (API, "POST", "/v2/message/get_by_user_init"),
    (API, "POST", "/v1/message/get_by_user_combo"),
    (API, "POST", "/v1/stranger/get_conversation_list"),
    (API, "POST", "/v1/message/send"),
]
KEYS = ["users", "im_user_profile", "request_users", "followings", "notice_lists", "notice_list", "follow", "from_user"]
KEYS += ["uid", "id", "user_id_str", "userInfo", "user", "stats", "followerCount", "status_code", "data", "create_time"]
KEYS += ["avatar_thumb", "uri", "url_list", "nickname", "signature", "follow_status", "nid_str", "follow_request"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([MAYA, int(BO), "0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
bodies = st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode())


@given(
    st.sampled_from(PATHS), bodies, bodies, st.sampled_from(["", "type=1&user_id=7&sec_user_id=x", f"user_id={MAYA}"])
)
def test_any_answer_gives_events_or_unreadable(where: tuple[str, str, str], body: bytes, asked: bytes, query: str):
    host, method, path = where
    memory = a_memory()

    _, unreadable = read(a_page(body, path, host=host, method=method, request=asked, query=query), memory)

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
    json.dumps(memory.kept)


numbers = st.integers(0, 2**64 - 1) | st.sampled_from([int(SAM), int(MAYA), 7692131550615313153])
fields = {
    "conversation": st.sampled_from([TALK, "", "7", f"0:1:{MAYA}:{BO}", "0:1:0:0", f"0:1:{SAM}:{SAM}", "\n"]),
    "kind": numbers,
    "id": numbers,
    "at": numbers,
    "type": numbers,
    "sender": numbers,
    "words": st.text(max_size=20) | json_values.map(json.dumps),
    "tags": st.dictionaries(
        st.sampled_from(["is_stranger", "s:recall_uid", "s:is_recalled", "s:server_message_id", "s:client_message_id"]),
        st.sampled_from(["", "1", "true", MAYA, SAM, "\n", "x" * 500]),
    ),
    "name": st.text(max_size=8),
}


@given(st.fixed_dictionaries({}, optional=fields), st.sampled_from(["push", "history", "stranger_messages", "apart"]))
def test_any_message_gives_events_or_unreadable(message: dict[str, Any], place: str):
    body: dict[str, Any] = {
        "push": {"message": message},
        "apart": {"message": message},
        "history": {"messages": [message]},
        "stranger_messages": {"messages": [message]},
    }

    events, unreadable = read(an_answer({place: body[place]}))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
    assert all(event.contact.id != event.account.id for event in events)


@given(st.binary(max_size=200), st.sampled_from(["", "gzip", "__lz4"]), st.sampled_from(["client", "server"]))
def test_any_frame_gives_events_or_unreadable(body: bytes, encoding: str, side: Any):
    whole = frame({"hex": body.hex()}) if not encoding else written("Frame", {"encoding": encoding, "payload": body})
    capture = a_page(b"", "/ws/v2", host=SOCKET, via="websocket", stream="s", side=side)

    for sent in (body, whole):
        _, unreadable = read(replace(capture, request=sent, response=sent))

        assert not [why for why in unreadable if why.startswith("the decoder failed")]

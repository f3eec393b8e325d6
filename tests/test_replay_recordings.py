"""`screener replay` of recordings: decoded as live traffic is, with the memory that it would have had."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

from tests.test_replay import EVENT_KEYS, rows


def a_socket_har(path: Path, *messages: bytes) -> Path:
    """A browser's record of one gateway connection, compressed as one stream."""
    packer = zlib.compressobj()
    said = [packer.compress(message) + packer.flush(zlib.Z_SYNC_FLUSH) for message in messages]
    return a_har(
        path,
        request={"method": "GET", "url": "wss://gateway.discord.gg/?v=9&encoding=json&compress=zlib-stream"},
        response={"status": 101},
        _webSocketMessages=[
            {"type": "receive", "time": 1790964180.0 + n, "opcode": 2, "data": base64.b64encode(body).decode()}
            for n, body in enumerate(said)
        ],
    )


def a_list_har(path: Path, *contacts: str) -> Path:
    """A browser's record of the list of friend requests."""
    rows = [
        {"id": id, "type": 3, "since": "2026-10-02T17:03:00+00:00", "user": {"id": id, "username": "maya.example"}}
        for id in contacts
    ]
    return a_har(
        path,
        request={"method": "GET", "url": "https://discord.com/api/v9/users/@me/relationships"},
        response={"status": 200, "content": {"mimeType": "application/json", "text": json.dumps(rows)}},
    )


def a_har(path: Path, **entry: Any) -> Path:
    entry = {"startedDateTime": "2026-10-02T18:03:00.000Z", "time": 5, "_clientAddress": "192.0.2.7", **entry}
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return path


def ready(own: str) -> bytes:
    told = {"user": {"id": own, "username": "kim"}, "session_id": "s1", "relationships": [], "private_channels": []}
    return json.dumps({"op": 0, "t": "READY", "s": 1, "d": told}).encode()


def asked(contact: str) -> bytes:
    told = {"type": 3, "id": contact, "user": {"id": contact, "username": "maya.example"}}
    return json.dumps({"op": 0, "t": "RELATIONSHIP_ADD", "s": 2, "d": told}).encode()


KIM, MAYA, ADA = "1301234567890123456", "1401234567890123456", "1401234567890123457"


def test_a_recording_gives_its_events_and_counts_its_captures(tmp_path: Path):
    path = a_socket_har(tmp_path / "x.har", ready(KIM), asked(MAYA))

    request, summary = rows("--events", path)

    assert (request["kind"], request["account_id"], request["contact_id"]) == ("friend_request", KIM, MAYA)
    assert set(request) == EVENT_KEYS
    assert (summary["captures"], summary["events"], summary["unreadable"], summary["gaps"]) == (2, 1, 0, 0)


def test_what_could_not_be_read_is_printed_and_counted(tmp_path: Path):
    path = a_socket_har(tmp_path / "x.har", ready(KIM), b'{"op": 0, "t": "RELATIONSHIP_ADD", "d": {"type": 3}}')

    unreadable, summary = rows("--events", path)

    assert unreadable == {"kind": "unreadable", "platform": "discord", "why": unreadable["why"]}
    assert unreadable["why"]
    assert summary["unreadable"] == 1


def test_a_recording_cut_in_the_middle_counts_one_gap(tmp_path: Path):
    path = a_list_har(tmp_path / "x.har", MAYA)
    path.write_text(path.read_text()[:-3])

    assert rows("--events", path)[-1]["gaps"] == 1


def test_a_connection_of_one_file_does_not_go_on_in_the_next(tmp_path: Path):
    one = a_socket_har(tmp_path / "one.har", ready(KIM), asked(MAYA))
    two = a_socket_har(tmp_path / "two.har", ready(KIM), asked(ADA))

    found = rows("--events", "--together", one, two)

    assert [row.get("contact_id") for row in found if "kind" in row] == [MAYA, ADA]


def test_what_the_decoders_learnt_is_kept_in_the_database_that_is_named(tmp_path: Path):
    first = a_socket_har(tmp_path / "first.har", ready(KIM))
    later = a_list_har(tmp_path / "later.har", MAYA)

    rows("--events", "--store", tmp_path / "kept.db", first)
    request, summary = rows("--events", "--store", tmp_path / "kept.db", later)

    assert (request["kind"], request["account_id"], summary["unreadable"]) == ("friend_request", KIM, 0)

"""Discord's Erlang terms as an independent library writes them, in every compression: the same events as from JSON."""

import json
import subprocess
from typing import Any

import pytest

from screener.platforms import Memory
from tests.clients.environment import ROOT, client_python
from tests.platforms.test_discord import STORY, a_message, a_story, read
from tests.platforms.wire.test_gateway import WRITERS

# A number for an id, as that encoding has room for, and texts that are more than letters.
MORE: list[dict[str, Any]] = [
    *STORY,
    {
        "op": 0,
        "t": "MESSAGE_CREATE",
        "s": 70_000,
        "d": {
            "id": 1310000000000000011,
            "channel_id": 1310000000000000009,
            "channel_type": 1,
            "author": {"id": 1301234567890123456, "avatar": None, "bot": False},
            "content": "naïve — 你好 👋",
            "attachments": [{"content_type": "image/png", "duration_secs": 1.5}],
            "mentions": [],
        },
    },
]


@pytest.fixture(scope="module")
def terms() -> list[bytes]:
    lines = "".join(json.dumps(packet) + "\n" for packet in MORE)
    script = ROOT / "tests" / "clients" / "discord-py" / "terms.py"
    written = subprocess.run(
        [client_python("discord-py"), script], input=lines, capture_output=True, text=True, check=True, timeout=60
    )
    return [bytes.fromhex(line) for line in written.stdout.split()]


@pytest.mark.parametrize("compress", WRITERS)
def test_terms_of_an_independent_writer_give_the_same_events(terms: list[bytes], compress: str) -> None:
    write, query = WRITERS[compress](), "encoding=etf" + (f"&compress={compress}" if compress else "")
    wanted, _ = read(a_story(MORE), Memory())

    packed = (a_message(write(term), minutes=number, query=query) for number, term in enumerate(terms))
    events, unreadable = read(packed, Memory())

    assert all(term[:1] == b"\x83" for term in terms)
    assert events == wanted
    assert len(events) == 6
    assert not unreadable

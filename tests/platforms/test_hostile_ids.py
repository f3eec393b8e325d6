"""What a platform sends as an id or a name can be anything; what comes out can always be written down."""

import json

import pytest

from screener.capture import Capture
from screener.errors import Unreadable
from screener.platforms import Memory, decode
from screener.platforms.base import permanent_id
from tests.make import NOON


@pytest.mark.parametrize("value", [10**4_000, -(10**41), "", " ", "a" * 201, "a\nb", "\ud800", True, 1.5, None, [], {}])
def test_what_can_not_be_an_id_is_refused(value: object):
    with pytest.raises(Unreadable):
        permanent_id(value)


def test_half_a_character_in_our_own_name_does_not_cost_the_event():
    ready = {
        "op": 0,
        "t": "READY",
        "d": {
            "user": {"id": "1301234567890123456", "username": "kim\ud800"},
            "relationships": [{"id": "1401234567890123456", "type": 3}],
        },
    }
    capture = Capture(
        id="c",
        at=NOON,
        device="d",
        host="gateway.discord.gg",
        path="/",
        via="websocket",
        response=json.dumps(ready).encode(),
    )

    decoded = decode(capture, Memory())

    assert decoded is not None
    assert [event.account.name for event in decoded.events] == ["kim\ufffd"]

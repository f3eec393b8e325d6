"""What opens an account is made unreadable before it is copied, and what decoders need is left as it is."""

import json

import pytest

from screener.platforms import endpoints
from tests.platforms.wire.terms import written

TOKEN = "MTMwMTIzNDU2Nzg5MDEyMzQ1Ng.Gxyz12.abcdefghijklmnopqrstuvwxyz_-0123456789"


def blanked(host: str, path: str, via: str, sent: bytes) -> bytes:
    endpoint = endpoints().find(host=host, method="POST" if via == "http" else "GET", path=path, via=via)
    assert endpoint is not None
    return endpoint.blanked(sent)


IDENTIFY = {"op": 2, "d": {"token": TOKEN, "capabilities": 30717, "properties": {"os": "Linux"}}}
RESUME = {"op": 6, "d": {"token": TOKEN, "session_id": "session-1", "seq": 5}}


@pytest.mark.parametrize("document", [IDENTIFY, RESUME])
def test_a_discord_token_is_blanked_and_the_rest_still_reads(document: dict[str, object]):
    sent = json.dumps(document).encode()

    found = blanked("gateway.discord.gg", "/", "websocket", sent)

    assert TOKEN.encode() not in found
    assert len(found) == len(sent)
    read = json.loads(found)
    assert set(read["d"].pop("token")) == {"*"}
    assert read["d"] == {name: value for name, value in document["d"].items() if name != "token"}


def test_a_discord_token_in_erlang_terms_is_blanked():
    sent = written(RESUME)

    found = blanked("gateway.discord.gg", "/", "websocket", sent)

    assert TOKEN.encode() not in found
    assert len(found) == len(sent)
    assert b"session-1" in found


def test_the_tokens_of_a_facebook_form_are_blanked_and_its_fields_stay():
    sent = b"av=100000000000001&fb_dtsg=NAfOsecret%3A12%3A34&lsd=AVsecret_9&fb_api_req_friendly_name=X&variables=%7B%7D"

    found = blanked("www.facebook.com", "/api/graphql/", "http", sent)

    assert b"secret" not in found
    assert b"av=100000000000001" in found
    assert found.endswith(b"&fb_api_req_friendly_name=X&variables=%7B%7D")


def test_what_holds_no_token_is_left_as_it_is():
    sent = b'{"op": 1, "d": 42}'

    assert blanked("gateway.discord.gg", "/", "websocket", sent) == sent

"""RequestStream: the answers to a subscription, as they travel on a gateway stream in Thrift's compact protocol."""

from collections.abc import Iterator
from typing import Any

from screener.platforms.wire.thrift import read_struct

# Field numbers: the union's answer, its list of deltas, a delta's content, the content's bytes.
RESPONSE, DELTAS, CONTENT, BYTES = 5, 2, 4, 1


def answers(body: bytes) -> Iterator[str]:
    """The text of each answer in a message; a message of another kind has none. Raises Unreadable."""
    response = read_struct(body).get(RESPONSE)
    deltas: Any = response.get(DELTAS) if isinstance(response, dict) else None
    for delta in deltas if isinstance(deltas, list) else ():
        content = delta.get(CONTENT) if isinstance(delta, dict) else None
        text = content.get(BYTES) if isinstance(content, dict) else None
        if isinstance(text, bytes):
            yield text.decode("utf-8", "replace")

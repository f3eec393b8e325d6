"""Names a device by its network card, on a router: its addresses change, and IPv6 gives it several at once."""

import time

from mitmproxy import connection

from screener.home.neighbours import Neighbours


class ByCard:
    """Puts the card in the place of the address, before anything else asks who is speaking."""

    def __init__(self, neighbours: Neighbours | None = None) -> None:
        self._neighbours = neighbours or Neighbours(time.monotonic)

    def client_connected(self, client: connection.Client) -> None:
        """Leaves the address where the card isn't known."""
        try:
            address, port = client.peername[:2]
            plain = address.partition("%")[0].removeprefix("::ffff:")
            client.peername = (self._neighbours.named(plain), port)
        except BaseException:  # noqa: S110 - then it keeps its address, is not enrolled, and stays encrypted
            pass

"""Whether the proxy could listen at a place, so that what is in the way is named before anything is started."""

import errno
import socket

from screener.errors import Mistake


def check(host: str, port: int) -> None:
    """Raises Mistake where the proxy can't listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as why:
        if why.errno == errno.EADDRINUSE:
            raise busy(host, port) from None
        raise Mistake(
            f"proxy {host}:{port}: can't listen there ({why.strerror}). Name another host or port in config.yaml."
        ) from None


def busy(host: str, port: int) -> Mistake:
    what = "another program listens there; perhaps Screener runs already"
    return Mistake(f"proxy {host}:{port}: {what}. Stop it, or name another port in config.yaml.")

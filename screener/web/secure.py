"""Where browsers let passkeys work: on pages that nobody could have changed on the way, opened by a name."""

import ipaddress

from starlette.requests import Request

from screener.web.guard import host_name


def works_at(request: Request) -> bool:
    """Whether a passkey can be made and used at the address by which this page was opened."""
    host = host_name(request.headers)
    return not _is_address(host) and (request.url.scheme == "https" or host == "localhost")


def local_twin(request: Request) -> str:
    """The same page of this machine by the name under which it would work; empty where there is none."""
    if request.url.scheme == "http" and host_name(request.headers) in ("127.0.0.1", "::1"):
        return str(request.url.replace(hostname="localhost", query="", fragment=""))
    return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

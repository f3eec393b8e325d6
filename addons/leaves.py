"""The certificates that devices are shown: each names the one host asked for, and is signed by what the device trusts.

mitmproxy's own copies every name of the site's certificate. A device would then refuse them, because the family's
authority may not sign for all of those names; and a browser could send what it has for a sibling host that nobody
watches down a connection that is read.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from mitmproxy import certs
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.options import CONF_BASENAME
from mitmproxy.proxy import context

from addons.tap import device_of
from screener.home.constraints import Permitted, permitted
from screener.home.probe import RENEW_HOST

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
KEY_BITS = 2048


class Leaves(TlsConfig):
    """`is_behind` says whether a device still trusts the authority `before`, and not yet the one in `folder`."""

    def __init__(self, folder: Path, before: Path, is_behind: Callable[[str], bool] = lambda device: False) -> None:
        super().__init__()
        self._now = _Folder(folder)
        self._before = _Folder(before)
        self._is_behind = is_behind

    def configure(self, updated: set[str]) -> None:
        """As mitmproxy does, but whatever it writes beside the key is for our eyes alone."""
        with certs.CertStore.umask_secret():
            super().configure(updated)  # type: ignore[no-untyped-call]

    def permits(self, device: str, host: str) -> bool:
        """Whether a certificate for this host can be signed that this device would take."""
        found = self._of(device, host)
        return found.store is not None and found.permitted.permits(host)

    def get_cert(self, conn_context: context.Context) -> certs.CertStoreEntry:
        """See the module; without a name there is only mitmproxy's way, for plain scripts."""
        host = (conn_context.client.sni or "").rstrip(".").lower()
        store = self._of(device_of(conn_context.client), host).store
        if not host or store is None:
            return super().get_cert(conn_context)
        name = host.encode("idna").decode()
        return store.get_cert(name, [x509.DNSName(name)])

    def _of(self, device: str, host: str) -> "_Folder":
        self._now.look()
        self._before.look()
        behind = self._before.store is not None and host != RENEW_HOST and self._is_behind(device)
        return self._before if behind else self._now


class _Folder:
    """An authority on the disk; it is looked at again when it changed."""

    def __init__(self, folder: Path) -> None:
        self.store: certs.CertStore | None = None
        self.permitted = Permitted(domains=frozenset())
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self._looked_at = float("-inf")

    def look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        try:
            found = (self._folder / f"{CONF_BASENAME}-ca.pem").stat()
            stamp = (found.st_mtime_ns, found.st_ino)
        except FileNotFoundError:
            self.store, self._stamp = None, None
            return
        except OSError:
            return
        if stamp != self._stamp:
            try:
                with certs.CertStore.umask_secret():
                    self.store = certs.CertStore.from_store(self._folder, CONF_BASENAME, KEY_BITS)
                self.permitted = permitted(self.store.default_ca.to_cryptography())
                self._stamp = stamp
            except (OSError, ValueError):
                # What was loaded before goes on; `screener doctor` names the damage.
                log.warning("the family certificate can't be read")

"""Everything a demonstration needs, running: simulated platforms, a home of its own, proxy, screener and dashboard."""

import asyncio
import contextlib
import http.client
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import yaml

from screener.demo.certificates import made
from screener.demo.client import Route, enrolled
from screener.demo.player import Cast, account_of, before
from screener.demo.site import served
from screener.errors import Mistake
from screener.family import Member
from screener.home.folder import Home
from screener.spool import discard
from screener.story import Story
from screener.supervise import Supervisor
from screener.web.sessions import COOKIE

HERE = Path(__file__).parent
STORIES = (HERE / "stories" / "police-1.story.yaml", HERE / "stories" / "police-2.story.yaml")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`port` is where the simulated platforms listen, `authority` whom a browser without the proxy must trust."""

    home: Home
    cast: Cast
    supervisor: Supervisor
    port: int
    authority: Path

    @property
    def trust(self) -> Path:
        """The family's certificate, which the proxy made on its start."""
        return self.home.certificate

    @property
    def route(self) -> Route:
        return Route(proxy_host="127.0.0.1", proxy_port=self.supervisor.proxy_port, trust=self.trust)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the store holds, read beside the screener process."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home.database}?mode=ro", uri=True)) as base:
            return base.execute(query).fetchall()

    def levels(self) -> dict[str, str]:
        """The level of each contact's alert, by the contact's permanent id."""
        query = "select contact, level from alerts join relationships on relationships.id = alerts.relationship"
        return {str(contact): str(level) for contact, level in self.rows(query)}


@contextlib.asynccontextmanager
async def staged(
    stories: Sequence[Story],
    *,
    enrol: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> AsyncIterator[Stage]:
    """Sets the stage for some stories and clears it away.

    Nothing outside a temporary folder is read or written, but for the spool, which goes as well. Raises Mistake.
    """
    folder = _temporary()
    home = Home(folder=folder / "home")
    try:
        home.folder.mkdir(mode=0o700)
        home.settings.write_text(yaml.safe_dump(settings(stories)), encoding="utf-8")
        home.made()
        cast = Cast.new()
        for story in stories:
            for platform, account, contact in before(story):
                cast.site(platform).befriended(account, contact)
        certificates = made(folder / "platforms", cast.names)
        async with served(cast.sites, certificates) as port:
            steer = dict.fromkeys(cast.names, ("127.0.0.1", port))
            supervisor = Supervisor(home.folder, steer=steer, upstream_ca=certificates.authority, say=say)
            try:
                await supervisor.start()
                stage = Stage(home=home, cast=cast, supervisor=supervisor, port=port, authority=certificates.authority)
                if enrol:
                    await enrolled(stage.route)
                yield stage
            finally:
                await supervisor.stop()
    finally:
        await asyncio.to_thread(cleared, home)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def cleared(home: Home) -> None:
    """Deletes the home's folder, and its spool where that lies on a memory disk."""
    with contextlib.suppress(OSError):
        discard(home.folder)
    shutil.rmtree(home.folder, ignore_errors=True)


def _temporary() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="screener-demo-")).resolve()
    except OSError as why:
        raise Mistake(
            f"demo: no temporary folder can be made ({why.strerror}). Name a writable one in TMPDIR."
        ) from None


def settings(stories: Sequence[Story]) -> dict[str, dict[str, object]]:
    """The settings of a family in which every story's member lives, with the accounts they are played with."""
    members: dict[str, Member] = {}
    owned: dict[str, dict[str, set[str]]] = {}
    for story in stories:
        for told in (*story.known, *story.events):
            platform = told.event.contact.platform
            members[told.member.name] = told.member
            mine = owned.setdefault(told.member.name, {}).setdefault(platform, set())
            mine.add(account_of(told.member.name, platform))
    rows = [
        {
            "name": member.name,
            "age": member.age,
            "role": member.role,
            "country": member.country,
            "timezone": member.timezone,
            "accounts": {platform: sorted(ids) for platform, ids in owned[member.name].items()},
        }
        for member in members.values()
    ]
    # Chosen here, because what is started again has to come back under the same address.
    proxy, dashboard = _free_ports(2)
    return {"family": {"members": rows}, "proxy": {"port": proxy}, "dashboard": {"port": dashboard}}


def _free_ports(many: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        tried = [stack.enter_context(socket.socket()) for _ in range(many)]
        for each in tried:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in tried]


def claimed(url: str, code: str, password: str, *, name: str = "parent", member: str = "") -> str:
    """Makes the dashboard's first account, that of `member` where one is given; gives the cookie of its session.

    Raises Mistake when it is refused.
    """
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), int(address.port or 80), timeout=30)
    fields = {"code": code, "name": name, "password": password, "member": member}
    headers = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", "/claim", urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
    except (OSError, http.client.HTTPException) as why:
        raise Mistake(f"{url}: the dashboard doesn't answer ({type(why).__name__}). Start the demo again.") from None
    finally:
        connection.close()
    if not cookie.startswith(COOKIE):
        raise Mistake(f"{url}: the dashboard refused its first account ({answer.status}). Start the demo again.")
    return cookie.partition("=")[2]

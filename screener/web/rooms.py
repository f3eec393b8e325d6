"""The pages that lie on the database itself: each is a room, and all are listed here."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter

from screener.home.folder import Home
from screener.rulebook import Rulebook
from screener.seal import Seal
from screener.store.sql import SqlStore
from screener.web.account import AccountPage
from screener.web.answers import Answers
from screener.web.bulk import Bulk
from screener.web.case import Case
from screener.web.casefile import CaseFiles
from screener.web.code_pages import CodePages
from screener.web.codes import Codes
from screener.web.cries import Cries, CryRoom
from screener.web.deeds import Deeds
from screener.web.desk import SqlDesk
from screener.web.device_pages import DevicePages
from screener.web.devices import Devices
from screener.web.door import Door
from screener.web.excerpt import Excerpts
from screener.web.filters import Filters
from screener.web.join import JoinPages
from screener.web.logins import SqlLogins
from screener.web.me import Me, Openings
from screener.web.notices import Notices
from screener.web.page import Pages
from screener.web.passkey_pages import PasskeyPages
from screener.web.passkeys import Passkeys
from screener.web.people import People
from screener.web.people_pages import PeoplePages
from screener.web.search import Search
from screener.web.setup_pages import SetupPages
from screener.web.steps_page import StepsPage


@dataclass(frozen=True, kw_only=True)
class House:
    """What every room is given. `changed` has the program look again who lives here; `names` are those under which the
    dashboard is opened, `port` is where it is served without TLS, and `beyond` says whether other devices reach it and
    the proxy. `user` is whose browsers are set up on this computer.
    """

    store: SqlStore
    desk: SqlDesk
    seal: Seal
    rulebook: Rulebook
    home: Home
    changed: Callable[[], Awaitable[None]]
    names: tuple[str, ...] = ()
    port: Callable[[], int] = lambda: 0
    beyond: bool = False
    user: Path | None = None


def rooms(house: House) -> Callable[[Door, Pages], Iterable[APIRouter]]:
    """The routers of all rooms."""

    def routers(door: Door, pages: Pages) -> Iterable[APIRouter]:
        engine, desk = house.store.engine, house.desk
        deeds = Deeds(engine=engine)
        yield Case(
            desk=desk,
            door=door,
            pages=pages,
            rulebook=house.rulebook,
            files=CaseFiles(engine=engine),
            deeds=deeds,
            excerpts=Excerpts(engine=engine, seal=house.seal),
            answers=Answers(engine=engine),
            announce=desk.announce,
        ).routes()
        yield Search(desk=desk, door=door, pages=pages, filters=Filters(engine=engine)).routes()
        yield Bulk(desk=desk, door=door, pages=pages, deeds=deeds, announce=desk.announce).routes()
        yield StepsPage(desk=desk, door=door, pages=pages).routes()
        cries = Cries(engine=engine)
        yield CryRoom(cries=cries, desk=desk, door=door, pages=pages).routes()
        yield Me(
            desk=desk,
            door=door,
            pages=pages,
            answers=Answers(engine=engine),
            openings=Openings(engine=engine),
            cries=cries,
        ).routes()
        codes, passkeys = Codes(engine=engine, seal=house.seal), Passkeys(engine=engine)
        people, logins = People(engine=engine, seal=house.seal), SqlLogins(engine=engine)
        yield AccountPage(
            desk=desk, engine=engine, logins=logins, codes=codes, passkeys=passkeys, door=door, pages=pages
        ).routes()
        yield CodePages(codes=codes, door=door, pages=pages).routes()
        yield PasskeyPages(passkeys=passkeys, door=door, pages=pages).routes()
        yield PeoplePages(people=people, desk=desk, door=door, pages=pages).routes()
        yield JoinPages(people=people, desk=desk, door=door, pages=pages).routes()
        devices = Devices(engine=engine)
        yield DevicePages(
            devices=devices,
            desk=desk,
            door=door,
            pages=pages,
            home=house.home,
            changed=house.changed,
            names=house.names,
        ).routes()
        yield SetupPages(
            devices=devices,
            desk=desk,
            door=door,
            pages=pages,
            home=house.home,
            changed=house.changed,
            port=house.port,
            beyond=house.beyond,
            user=house.user,
        ).routes()
        yield Notices(store=house.store, desk=desk, seal=house.seal, door=door, pages=pages).routes()

    return routers

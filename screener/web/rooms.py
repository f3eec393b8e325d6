"""The pages that lie on the database itself: each is a room, and all are listed here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fastapi import APIRouter

from screener.rulebook import Rulebook
from screener.seal import Seal
from screener.store.sql import SqlStore
from screener.web.answers import Answers
from screener.web.bulk import Bulk
from screener.web.case import Case
from screener.web.casefile import CaseFiles
from screener.web.cries import Cries, CryRoom
from screener.web.deeds import Deeds
from screener.web.desk import SqlDesk
from screener.web.door import Door
from screener.web.excerpt import Excerpts
from screener.web.filters import Filters
from screener.web.log_ins import log_ins
from screener.web.me import Me, Openings
from screener.web.next_room import NextRoom
from screener.web.notices import Notices
from screener.web.page import Pages
from screener.web.search import Search


@dataclass(frozen=True, kw_only=True)
class House:
    """What every room is given."""

    store: SqlStore
    desk: SqlDesk
    seal: Seal
    rulebook: Rulebook


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
        yield NextRoom(desk=desk, door=door, pages=pages).routes()
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
        yield from log_ins(engine, desk, house.seal, door, pages)
        yield Notices(store=house.store, desk=desk, seal=house.seal, door=door, pages=pages).routes()

    return routers

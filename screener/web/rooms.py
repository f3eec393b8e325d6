"""The pages that lie on the database itself: each is a room, and all are listed here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fastapi import APIRouter

from screener.seal import Seal
from screener.store.sql import SqlStore
from screener.web.desk import SqlDesk
from screener.web.door import Door
from screener.web.page import Pages


@dataclass(frozen=True, kw_only=True)
class House:
    """What every room is given."""

    store: SqlStore
    desk: SqlDesk
    seal: Seal


def rooms(house: House) -> Callable[[Door, Pages], Iterable[APIRouter]]:
    """The routers of all rooms."""

    def routers(door: Door, pages: Pages) -> Iterable[APIRouter]:
        yield from ()

    return routers

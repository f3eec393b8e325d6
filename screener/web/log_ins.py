"""The pages of log-ins: oneself, codes, passkeys, people, and whoever was invited."""

from collections.abc import Iterable

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.seal import Seal
from screener.web.account import AccountPage
from screener.web.base import Desk
from screener.web.code_pages import CodePages
from screener.web.codes import Codes
from screener.web.door import Door
from screener.web.join import JoinPages
from screener.web.logins import SqlLogins
from screener.web.page import Pages
from screener.web.passkey_pages import PasskeyPages
from screener.web.passkeys import Passkeys
from screener.web.people import People
from screener.web.people_pages import PeoplePages


def log_ins(engine: AsyncEngine, desk: Desk, seal: Seal, door: Door, pages: Pages) -> Iterable[APIRouter]:
    codes, passkeys = Codes(engine=engine, seal=seal), Passkeys(engine=engine)
    people, logins = People(engine=engine, seal=seal), SqlLogins(engine=engine)
    account = AccountPage(
        desk=desk, engine=engine, logins=logins, codes=codes, passkeys=passkeys, door=door, pages=pages
    )
    yield account.routes()
    yield CodePages(codes=codes, door=door, pages=pages).routes()
    yield PasskeyPages(passkeys=passkeys, door=door, pages=pages).routes()
    yield PeoplePages(people=people, desk=desk, door=door, pages=pages).routes()
    yield JoinPages(people=people, desk=desk, door=door, pages=pages).routes()

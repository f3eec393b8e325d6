"""The pages that lie on the database itself: each is a room, and all are listed here."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter

from screener.config import Config
from screener.family import Family
from screener.home.folder import Home
from screener.rulebook import Rulebook
from screener.seal import Seal
from screener.store.casebook import SqlCases
from screener.store.handovers import Handovers
from screener.store.household import Devices
from screener.store.sql import SqlStore
from screener.tuning.tuner import Tuner
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
from screener.web.device_codes import DeviceCodePages, DeviceCodes
from screener.web.device_pages import DevicePages
from screener.web.door import Door
from screener.web.evidence import EvidencePage, Gauge
from screener.web.excerpt import Excerpts
from screener.web.filters import Filters
from screener.web.handing import Handing
from screener.web.hands import Hands
from screener.web.join import JoinPages
from screener.web.knowing import Knowing
from screener.web.logins import SqlLogins
from screener.web.looking import Named
from screener.web.me import Me, Openings
from screener.web.new_rule import NewRule
from screener.web.notices import Notices
from screener.web.page import Pages
from screener.web.passkey_pages import PasskeyPages
from screener.web.passkeys import Passkeys
from screener.web.password_pages import PasswordPages
from screener.web.people import People
from screener.web.people_pages import PeoplePages
from screener.web.quiet import Quiet
from screener.web.reach import Reach
from screener.web.rule_changes import RuleChanges
from screener.web.rule_editor import RuleEditor
from screener.web.rules_page import RulesPage
from screener.web.search import Search
from screener.web.setup_pages import SetupPages
from screener.web.steps_page import StepsPage
from screener.web.trial_pages import TrialPages
from screener.web.trials import Trials
from screener.web.word_pages import WordPages
from screener.web.workbench import Workbench


@dataclass(frozen=True, kw_only=True)
class House:
    """What every room is given.

    `rulebook` gives the one in force, `tuner` changes it. `changed` has the program look again who lives here; `names`
    are those under which the dashboard is opened, `port` is where it is served without TLS, and `reach` says whether
    other devices reach it and the proxy. `time_stamp` is who stamps evidence, if anybody. `user` is whose browsers are
    set up on this computer, `named` says what the proxy calls who is behind an address, and `codes` are those that say
    whose a device will be.
    """

    store: SqlStore
    desk: SqlDesk
    seal: Seal
    rulebook: Callable[[], Rulebook]
    tuner: Tuner
    family: Callable[[], Family]
    evidence_key: Path
    home: Home
    changed: Callable[[], Awaitable[None]]
    names: tuple[str, ...] = ()
    port: Callable[[], int] = lambda: 0
    reach: Reach | None = None
    codes: DeviceCodes = field(default_factory=DeviceCodes)
    time_stamp: str = ""
    user: Path | None = None
    named: Named = str


def rooms(house: House) -> Callable[[Door, Pages], Iterable[APIRouter]]:
    """The routers of all rooms."""

    def routers(door: Door, pages: Pages) -> Iterable[APIRouter]:
        engine, desk = house.store.engine, house.desk
        deeds = Deeds(engine=engine)
        gauge = Gauge(cases=SqlCases(engine=engine, seal=house.seal), desk=desk)
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
            made=house.tuner.of_alert,
            meter=gauge.of,
        ).routes()
        yield EvidencePage(
            engine=engine,
            gauge=gauge,
            desk=desk,
            door=door,
            pages=pages,
            answers=Answers(engine=engine),
            key=house.evidence_key,
            announce=desk.announce,
            time_stamp=house.time_stamp,
        ).routes()
        bench = Workbench(
            desk=desk, door=door, pages=pages, rulebook=house.rulebook, tuner=house.tuner, lives=house.family
        )
        trials = Trials(store=house.store, bench=bench)
        yield RulesPage(bench=bench, trials=trials, engine=engine).routes()
        yield TrialPages(bench=bench, trials=trials, deeds=deeds, announce=desk.announce).routes()
        yield RuleEditor(bench=bench, trials=trials).routes()
        yield RuleChanges(bench=bench).routes()
        yield NewRule(bench=bench, trials=trials).routes()
        yield WordPages(bench=bench, trials=trials).routes()
        yield Knowing(bench=bench, trials=trials, files=CaseFiles(engine=engine)).routes()
        yield Quiet(bench=bench, trials=trials, files=CaseFiles(engine=engine), deeds=deeds).routes()
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
            handovers=Handovers(engine=engine),
            cries=cries,
        ).routes()
        codes, passkeys = Codes(engine=engine, seal=house.seal), Passkeys(engine=engine)
        people, logins = People(engine=engine, seal=house.seal), SqlLogins(engine=engine)
        yield AccountPage(
            desk=desk, engine=engine, logins=logins, codes=codes, passkeys=passkeys, door=door, pages=pages
        ).routes()
        yield PasswordPages(desk=desk, engine=engine, logins=logins, door=door, pages=pages).routes()
        yield CodePages(codes=codes, door=door, pages=pages).routes()
        yield PasskeyPages(passkeys=passkeys, door=door, pages=pages).routes()
        yield PeoplePages(people=people, desk=desk, door=door, pages=pages).routes()
        yield JoinPages(people=people, desk=desk, door=door, pages=pages).routes()
        devices = Devices(engine=engine)
        hands = Hands(devices=devices, desk=desk, clock=door.clock, named=house.named)
        yield DevicePages(
            devices=devices,
            desk=desk,
            door=door,
            pages=pages,
            home=house.home,
            handing=Handing(handovers=Handovers(engine=engine), devices=devices),
            hands=hands,
            changed=house.changed,
            names=house.names,
            named=house.named,
        ).routes()
        reach = house.reach or Reach(home=house.home, settings=Config())
        yield DeviceCodePages(
            codes=house.codes, desk=desk, door=door, pages=pages, reach=reach, port=house.port
        ).routes()
        yield SetupPages(
            devices=devices,
            desk=desk,
            door=door,
            pages=pages,
            home=house.home,
            changed=house.changed,
            port=house.port,
            reach=reach,
            hands=hands,
            codes=house.codes,
            user=house.user,
        ).routes()
        yield Notices(store=house.store, desk=desk, seal=house.seal, door=door, pages=pages).routes()

    return routers

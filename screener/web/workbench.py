"""What the pages about rules share: who may change them, for whom, and the rules as they are in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request

from screener.family import Family, Member
from screener.rulebook import Rulebook
from screener.rulebook.reading import MOST_BYTES
from screener.sight import CHANGES
from screener.tuning.tuner import Tuner
from screener.web.base import Desk, User
from screener.web.door import Door, Visit
from screener.web.pace import Pace
from screener.web.page import Pages
from screener.web.roles import Eyes, eyes_of, open_count

A_MINUTE, CHECKS_A_MINUTE = 30, 150
"""How often one user may have something tried out, and a text looked at while it is typed."""
MOST_FORM = 3 * MOST_BYTES + 4_096
"""A file of rules, with every letter written out as forms do."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """See the module; `rulebook` gives the one in force."""

    desk: Desk
    door: Door
    pages: Pages
    rulebook: Callable[[], Rulebook]
    tuner: Tuner
    lives: Callable[[], Family]
    trying: Pace = field(default_factory=lambda: Pace(most=A_MINUTE))
    checking: Pace = field(default_factory=lambda: Pace(most=CHECKS_A_MINUTE))

    @property
    def family(self) -> Family:
        """Who lives here now."""
        return self.lives()

    async def visit(self, request: Request) -> Visit:
        """Somebody who may tune; to others there is no such page."""
        return _may(await self.door.visit(request))

    async def change(self, request: Request, *, most: int = 16_384) -> tuple[Visit, Mapping[str, str]]:
        visit, fields = await self.door.change(request, most=most)
        return _may(visit), fields

    async def costly(
        self, request: Request, *, most: int = 16_384, pace: Pace | None = None
    ) -> tuple[Visit, Mapping[str, str]]:
        """The same for what takes long; beyond a pace that people keep, the answer is 429."""
        visit, fields = await self.change(request, most=most)
        (pace or self.trying).take(visit.user.id, self.door.clock())
        return visit, fields

    async def eyes(self, visit: Visit) -> Eyes:
        return await eyes_of(self.desk, visit.user, self.door.clock())

    async def values(self, visit: Visit) -> dict[str, object]:
        """What every page of these needs."""
        count = await open_count(self.desk, await self.eyes(visit))
        return {"user": visit.user, "token": visit.token, "count": count}

    def members(self, user: User) -> tuple[Member, ...]:
        """For whom this user may tune: children, and oneself. What is told of other adults is theirs."""
        family = self.family.on(self.door.clock())
        return tuple(member for member in family.members if may_tune_for(user, member))


def may_tune_for(user: User, member: Member) -> bool:
    """Children are tuned for by those who look after them, and every adult by themselves."""
    return member.role == "child" or member.id == user.member


def _may(visit: Visit) -> Visit:
    if visit.user.role not in CHANGES:
        raise HTTPException(403)
    return visit

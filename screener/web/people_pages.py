"""The page of log-ins, for the owner: who there is, as what, and an invitation for somebody new."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.web.again import Refusal, refusal
from screener.web.auth import user_name
from screener.web.base import Desk, User
from screener.web.belongs import named
from screener.web.door import Door, Visit
from screener.web.page import Pages
from screener.web.people import ROLES, People, role_named, roles_for
from screener.web.roles import only_owners
from screener.web.tongue import _


@dataclass(frozen=True, kw_only=True)
class PeoplePages:
    people: People
    desk: Desk
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/people", self.page, methods=["GET"])
        router.add_api_route("/people/invite", self.invite, methods=["POST"])
        router.add_api_route("/people/invitations/{mark}/end", self.take_back, methods=["POST"])
        router.add_api_route("/people/{id}/role", self.change_role, methods=["POST"])
        router.add_api_route("/people/{id}/remove", self.remove, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return await self._show(only_owners(await self.door.visit(request)))

    async def invite(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        only_owners(visit)
        typed = {name: fields.get(name, "") for name in ("name", "role", "member")}
        if why := await self._unfit(request, visit, typed, fields.get("password", "")):
            return await self._show(visit, why, typed)
        name, role, member = user_name(typed["name"]), role_named(typed["role"]), typed["member"] or None
        assert role is not None, "an unknown role is unfit"
        code = await self.people.invite(name, role, member, by=visit.user, now=self.door.clock())
        if code is None:
            wrong = _("This name or this person has a log-in or an invitation already.")
            return await self._show(visit, Refusal(words=wrong, status=409), typed)
        values = {"user": visit.user, "token": visit.token, "code": code, "name": name}
        return self.pages.show("invited.html", values | {"adult": role in ("adult", "parent", "owner") and member})

    async def take_back(self, request: Request, mark: str) -> Response:
        visit, _fields = await self.door.change(request)
        only_owners(visit)
        await self.people.take_back(mark)
        return RedirectResponse("/people", 303)

    async def change_role(self, request: Request, id: str) -> Response:
        visit, fields = await self.door.change(request)
        only_owners(visit)
        user, role = await self._user(id), role_named(fields.get("role", ""))
        if role is None or role not in roles_for(await self.desk.member(user.member)):
            return await self._show(visit, Refusal(words=_("This log-in can’t have that role."), status=400))
        if not await self.people.change_role(id, role):
            return await self._show(visit, _last_owner())
        return RedirectResponse("/people", 303)

    async def remove(self, request: Request, id: str) -> Response:
        visit, _fields = await self.door.change(request)
        only_owners(visit)
        if not await self.people.remove((await self._user(id)).id):
            return await self._show(visit, _last_owner())
        return RedirectResponse("/people", 303)

    async def _unfit(self, request: Request, visit: Visit, typed: dict[str, str], password: str) -> Refusal | None:
        """Why no such invitation can be made."""
        try:
            user_name(typed["name"])
        except ValueError:
            return Refusal(words=_("The name can’t be used. Take 1 to 60 letters, digits or spaces."), status=400)
        member = await self.desk.member(typed["member"])
        if typed["member"] and member is None:
            return Refusal(words=_("This person is not in config.yaml any more."), status=400)
        if typed["role"] not in roles_for(member):
            if member is None:
                words = _("Somebody who is nobody of the family list can be an owner, a parent or a viewer.")
            elif member.role == "child":
                words = _("A child’s own log-in has the role Child.")
            else:
                words = _("An adult’s own log-in has the role Adult, Parent or Owner.")
            return Refusal(words=words, status=400)
        return await refusal(self.door, request, visit.user, password)

    async def _user(self, id: str) -> User:
        found = next((user for user in await self.people.everybody() if user.id == id), None)
        if found is None:
            raise HTTPException(404)
        return found

    async def _show(self, visit: Visit, why: Refusal | None = None, typed: dict[str, str] | None = None) -> Response:
        everybody, now = await self.people.everybody(), self.door.clock()
        invited = await self.people.invited(now)
        members = await self.desk.members()
        taken = {each.member for each in everybody} | {each.member for each in invited}
        values = {
            "user": visit.user,
            "token": visit.token,
            "people": [
                (each, named(each.member, members), roles_for(named(each.member, members))) for each in everybody
            ],
            "invited": [(each, named(each.member, members)) for each in invited],
            "free": [member for member in members if member.id not in taken],
            "roles": ROLES,
            "wrong": why.words if why else "",
            "typed": typed or {"name": "", "role": "", "member": ""},
        }
        return self.pages.show("people.html", values, status=why.status if why else 200)


def _last_owner() -> Refusal:
    return Refusal(words=_("One owner must stay, or nobody could decide any more. Make another one first."), status=409)

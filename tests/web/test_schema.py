"""Every route, asked whatever its schema allows: no answer is an error of ours, and nothing changes without the token.

The dashboard serves no schema, so it is made here, with the fields that our own forms have.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from sqlalchemy import func, select

from screener.store.people import failures, sessions
from screener.store.tables import metadata
from screener.web.guard import HEADERS
from screener.web.page import HERE
from screener.web.sessions import COOKIE
from tests.web.conftest import served, token_of
from tests.web.house import KIM, Home, a_bad_story, a_home, a_strange_start

EXAMPLES = 2
# Never ends; and what ends the log-in that the others need, which is asked last.
ENDLESS, LEAVING = ("/live",), ("/logout", "/account/logins/end")
CHOICES: Mapping[str, list[str]] = {
    "for": ["day", "week", "good", "30"],
    "said": ["know", "unsure", "untrue"],
    "role": ["owner", "parent", "viewer", "child", "adult"],
    "from_level": ["look", "talk", "act", "backup"],
    "rule": ["threatens-to-publish"],
}


# Stand for the ids of alerts until somebody asks, so that all visitors ask the same, which is found only once.
PLACES = ("an-alert", "another-alert")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who asks: with a log-in or without, with its token or without. `ids` are those of the alerts there."""

    at: str
    ids: Mapping[str, str]
    cookie: str = ""
    token: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, case: schemathesis.Case, **headers: str) -> Any:
        body = case.body
        if self.token and isinstance(body, dict):
            body = body | {"token": self.token}
        case = case.operation.Case(
            path_parameters={name: self.ids.get(value, value) for name, value in case.path_parameters.items()},
            headers=case.headers,
            query=case.query,
            body=body,
            media_type=case.media_type,
        )
        cookies = {COOKIE: self.cookie} if self.cookie else {}
        # Each time as if it were the first: what an answer sets is not taken along.
        self.session.cookies.clear()
        return case.call(
            base_url=self.at,
            session=self.session,
            headers={"Origin": self.at, **headers},
            cookies=cookies,
            allow_redirects=False,
            timeout=30,
        )

    def look(self, cases: Iterable[schemathesis.Case]) -> None:
        """Asks, and checks what holds for every answer; a stranger asks by a name that is not ours as well."""
        for case in cases:
            answer = self.ask(case)
            case.validate_response(answer, checks=[not_a_server_error])
            assert {name.lower() for name in HEADERS} <= {name.lower() for name in answer.headers}, case.path
            if not self.cookie:
                assert self.ask(case, Host="evil.example").status_code == 421, case.path


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    await made.happens(*a_bad_story(KIM), *a_strange_start(KIM))
    await made.person("kim", role="child", member=KIM.id)
    yield made
    await made.close()


def schema_of(home: Home) -> Any:
    """The schema that FastAPI makes of the routes, with the forms' fields and with ids that are really there."""
    made = home.app.openapi()
    names = sorted(set(re.findall(r'name="([a-z_]+)"', "".join(page.read_text() for page in pages()))))
    fields = {name: {"anyOf": [{"type": "string"}, {"enum": CHOICES.get(name, ["1"])}]} for name in names}
    form = {"schema": {"type": "object", "properties": fields}}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                parameter["schema"] = {"anyOf": [{"type": "string", "minLength": 1}, {"enum": list(PLACES)}]}
            if method == "post":
                operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": form}}
            elif path == "/search":
                query = [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
                operation["parameters"] = query
    return schemathesis.openapi.from_dict(made)


def pages() -> Iterator[Path]:
    return (HERE / "templates").glob("*.html")


@pytest.fixture(scope="module")
def found() -> list[schemathesis.Case]:
    """What every visitor asks: some cases of every operation, by the first who needs them."""
    return []


def fill(found: list[schemathesis.Case], home: Home) -> None:
    if found:
        return
    operations = [each.ok() for each in schema_of(home).get_all_operations()]
    for operation in operations:
        if operation.path in ENDLESS:
            continue
        # Hypothesis wants a function of its own each time.
        run = given(case=operation.as_strategy())(lambda case: found.append(case))
        settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(run)()
    assert {case.operation.label for case in found} == {
        each.label for each in operations if each.path not in ENDLESS
    }, "every route is asked, by every method it has"


async def everything(home: Home) -> dict[str, list[Any]]:
    """All that the database holds, but for when a browser was last seen and who guessed at a password."""
    found = {}
    async with home.store.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table is not failures:
                columns = [column for column in table.c if column is not sessions.c.last]
                found[table.name] = sorted(map(repr, await connection.execute(select(*columns))))
        assert (await connection.execute(select(func.count()).select_from(sessions))).scalar_one() >= 2
    return found


async def ids_of(home: Home) -> Mapping[str, str]:
    return dict(zip(PLACES, [alert.id for alert in await home.desk.alerts()], strict=True))


async def test_no_route_fails_lets_a_header_out_or_changes_anything_without_the_token(
    home: Home, found: list[schemathesis.Case]
):
    await asyncio.to_thread(fill, found, home)
    cookies = [(await home.browser(name)).cookies[COOKIE] for name in ("anna", "kim")]
    before = await everything(home)
    async with served(home.app) as at:
        ids, once = await ids_of(home), {case.operation.label: case for case in found}.values()
        await asyncio.to_thread(Visitor(at=at, ids=ids).look, once)
        for cookie in cookies:
            await asyncio.to_thread(Visitor(at=at, ids=ids, cookie=cookie).look, found)

    assert await everything(home) == before


@pytest.mark.parametrize("name", ["anna", "kim"])
async def test_with_the_token_no_route_fails_either(home: Home, found: list[schemathesis.Case], name: str):
    await asyncio.to_thread(fill, found, home)
    browser = await home.browser(name)
    async with served(home.app) as at:
        token = token_of(await browser.get("/account"))
        visitor = Visitor(at=at, ids=await ids_of(home), cookie=browser.cookies[COOKIE], token=token)
        codes = set()

        def ask() -> None:
            for case in found:
                if case.path in LEAVING:
                    continue
                answer = visitor.ask(case)
                codes.add((case.method, answer.status_code))
                case.validate_response(answer, checks=[not_a_server_error])

        await asyncio.to_thread(ask)

    # The log-in held to the end: pages were shown, and forms were taken.
    assert {("GET", 200), ("POST", 303)} <= codes

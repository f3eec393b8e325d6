"""Every route, asked whatever its schema allows: no answer is an error of ours, and nothing changes without the token.

The dashboard serves no schema, so it is made here, with the fields that our own forms have.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
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

EXAMPLES = 3
# Never ends; and what ends the log-in that the others need, which is asked last.
ENDLESS, LEAVING = ("/live",), ("/logout", "/account/logins/end")
CHOICES: Mapping[str, list[str]] = {
    "for": ["day", "week", "good", "30"],
    "said": ["know", "unsure", "untrue"],
    "role": ["owner", "parent", "viewer", "child", "adult"],
    "from_level": ["look", "talk", "act", "backup"],
    "rule": ["threatens-to-publish"],
}


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who asks: with a log-in or without, with its token or without."""

    at: str
    cookie: str = ""
    token: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, case: schemathesis.Case, **headers: str) -> Any:
        if self.token and isinstance(case.body, dict):
            case.body["token"] = self.token
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

    def look(self, case: schemathesis.Case) -> None:
        """Asks, and checks what holds for every answer; asks once more by a name that is not ours."""
        answer = self.ask(case)
        case.validate_response(answer, checks=[not_a_server_error])
        assert {name.lower() for name in HEADERS} <= {name.lower() for name in answer.headers}, case.path
        assert self.ask(case, Host="evil.example").status_code == 421, case.path


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    await made.happens(*a_bad_story(KIM), *a_strange_start(KIM))
    await made.person("kim", role="child", member=KIM.id)
    yield made
    await made.close()


def schema_of(home: Home, ids: list[str]) -> Any:
    """The schema that FastAPI makes of the routes, with the forms' fields and with ids that are really there."""
    made = home.app.openapi()
    names = sorted(set(re.findall(r'name="([a-z_]+)"', "".join(page.read_text() for page in pages()))))
    fields = {name: {"anyOf": [{"type": "string"}, {"enum": CHOICES.get(name, ["1"])}]} for name in names}
    form = {"schema": {"type": "object", "properties": fields}}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                parameter["schema"] = {"anyOf": [{"type": "string", "minLength": 1}, {"enum": ids}]}
            if method == "post":
                operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": form}}
            elif path == "/search":
                query = [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
                operation["parameters"] = query
    return schemathesis.openapi.from_dict(made)


def pages() -> Iterator[Path]:
    return (HERE / "templates").glob("*.html")


def asked(schema: Any, check: Callable[[schemathesis.Case], None], *, leaving: bool) -> int:
    """Has the check look at some cases of every operation; says of how many."""
    last = [each.ok() for each in schema.get_all_operations()]
    last = [each for each in last if each.path not in ENDLESS and (leaving or each.path not in LEAVING)]
    for operation in last:
        # Hypothesis wants a function of its own each time.
        run = given(case=operation.as_strategy())(lambda case: check(case))
        settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(run)()
    return len(last)


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


async def test_no_route_fails_lets_a_header_out_or_changes_anything_without_the_token(home: Home):
    ids = [alert.id for alert in await home.desk.alerts()]
    schema = await asyncio.to_thread(schema_of, home, ids)
    cookies = [(await home.browser(name)).cookies[COOKIE] for name in ("anna", "kim")]
    before = await everything(home)
    async with served(home.app) as at:
        for cookie in ("", *cookies):
            visitor = Visitor(at=at, cookie=cookie)
            assert await asyncio.to_thread(asked, schema, visitor.look, leaving=True) > 50

    assert await everything(home) == before


@pytest.mark.parametrize("name", ["anna", "kim"])
async def test_with_the_token_no_route_fails_either(home: Home, name: str):
    ids = [alert.id for alert in await home.desk.alerts()]
    schema = await asyncio.to_thread(schema_of, home, ids)
    browser = await home.browser(name)
    async with served(home.app) as at:
        token = token_of(await browser.get("/account"))
        visitor = Visitor(at=at, cookie=browser.cookies[COOKIE], token=token)
        codes = set()

        def check(case: schemathesis.Case) -> None:
            answer = visitor.ask(case)
            codes.add((case.method, answer.status_code))
            case.validate_response(answer, checks=[not_a_server_error])

        await asyncio.to_thread(asked, schema, check, leaving=False)

    # The log-in held to the end: pages were shown, and forms were taken.
    assert {("GET", 200), ("POST", 303)} <= codes

"""Who may log in: the owner's page, and the way in of whoever was invited."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select

from screener.family import Family
from screener.store.people import channels, invitations, notices, passkeys, sessions, users, wishes
from screener.web.people import roles_for
from screener.web.tries import FREE_FROM_ONE_PLACE
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, KIM, PASSWORD, ROBIN, SASHA, Home, a_bad_story, a_home

THEIR_OWN = "a password of their own"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = token_of(await client.get("/people"))
    return await client.post(path, data={"token": token} | fields)


async def invite(client: httpx.AsyncClient, name: str, role: str = "parent", member: str = "") -> httpx.Response:
    return await post(client, "/people/invite", name=name, role=role, member=member, password=PASSWORD)


def code_of(page: httpx.Response) -> str:
    found = re.search(r'id="invitation"[^>]*>([A-Z0-9-]+)<', page.text)
    assert found, page.text
    return found[1]


async def user_id(home: Home, name: str) -> str:
    user = await home.desk.user(name)
    assert user
    return user.id


async def joined(home: Home, code: str, password: str = THEIR_OWN) -> httpx.AsyncClient:
    client = home.stranger()
    answer = await client.post("/join", data={"code": code, "password": password})
    assert answer.status_code == 303, answer.text
    return client


# ---- who sees the page


@pytest.mark.parametrize("role", ["parent", "viewer", "adult", "child"])
async def test_only_an_owner_finds_the_page_and_its_forms(home: Home, role: str):
    await home.person("ben", role=role, member=ALEX.id if role == "adult" else KIM.id if role == "child" else None)
    ben = await home.browser("ben")
    token = token_of(await ben.get("/account"))
    anna = await user_id(home, "anna")

    answers = [await ben.get("/people")] + [
        await ben.post(path, data={"token": token, "role": "viewer", "name": "x", "password": PASSWORD})
        for path in ("/people/invite", f"/people/{anna}/role", f"/people/{anna}/remove", "/people/invitations/x/end")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert ">People<" not in (await ben.get("/account")).text
    assert (await home.desk.user("anna")) is not None


async def test_the_page_says_who_may_log_in_as_what_and_which_of_the_family_it_is(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    anna = await home.browser("anna")

    page = (await anna.get("/people")).text

    assert "Owner: sees to alerts" in page and "Child: sees what is about themselves" in page
    assert "This is <bdi>Robin</bdi>" in page
    assert f'value="{KIM.id}"' in page and f'value="{ROBIN.id}"' not in page


# ---- the way in


async def test_an_invitation_makes_a_log_in_whose_password_nobody_else_knows(home: Home):
    anna = await home.browser("anna")
    code = code_of(await invite(anna, "Robin", "child", ROBIN.id))
    robin = home.stranger("192.0.2.30")

    welcome = await robin.post("/join", data={"code": code.lower().replace("-", " ")})
    answer = await robin.post("/join", data={"code": code, "password": THEIR_OWN})

    user = await home.desk.user("robin")
    assert user and (user.role, user.member) == ("child", ROBIN.id)
    assert "robin" in welcome.text and "choose a password" in welcome.text
    assert answer.status_code == 303
    assert (await robin.get("/account")).status_code == 200
    assert (await home.stranger().post("/login", data={"name": "robin", "password": THEIR_OWN})).status_code == 303


async def test_an_invitation_works_once(home: Home):
    code = code_of(await invite(await home.browser("anna"), "ben"))
    await joined(home, code)

    again = await home.stranger().post("/join", data={"code": code, "password": "another password"})

    assert again.status_code == 403
    assert (await home.stranger().post("/login", data={"name": "ben", "password": THEIR_OWN})).status_code == 303


async def test_of_many_who_use_one_code_at_once_one_gets_in(home: Home):
    code = code_of(await invite(await home.browser("anna"), "ben"))

    answers = await asyncio.gather(
        *(
            home.stranger(f"192.0.2.{n}").post("/join", data={"code": code, "password": f"password of {n} here"})
            for n in range(5)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403, 403]


async def test_an_invitation_runs_out_after_a_day(home: Home):
    code = code_of(await invite(await home.browser("anna"), "ben"))
    home.clock.later(hours=24)

    answer = await home.stranger().post("/join", data={"code": code, "password": THEIR_OWN})

    assert answer.status_code == 403
    assert await home.desk.user("ben") is None
    assert "ben" not in (await (await home.browser("anna")).get("/people")).text


async def test_an_invitation_that_was_taken_back_is_worth_nothing(home: Home):
    anna = await home.browser("anna")
    code = code_of(await invite(anna, "ben"))
    mark = re.search(r"/people/invitations/([0-9a-f]+)/end", (await anna.get("/people")).text)
    assert mark

    await post(anna, f"/people/invitations/{mark[1]}/end")

    assert (await home.stranger().post("/join", data={"code": code, "password": THEIR_OWN})).status_code == 403


async def test_a_code_is_shown_once_and_never_kept(home: Home):
    anna = await home.browser("anna")

    code = code_of(await invite(anna, "ben"))

    assert code not in (await anna.get("/people")).text
    async with home.store.engine.connect() as connection:
        rows = (await connection.execute(select(invitations))).all()
    assert len(rows) == 1 and code not in str(rows) and code.replace("-", "") not in str(rows)


async def test_a_password_that_is_too_short_costs_the_invited_nothing(home: Home):
    code = code_of(await invite(await home.browser("anna"), "ben"))

    short = await home.stranger().post("/join", data={"code": code, "password": "short"})

    assert short.status_code == 400 and "10 to 1000 characters" in short.text
    await joined(home, code)


async def test_guessing_codes_is_slowed_down(home: Home):
    guesser = home.stranger("192.0.2.60")

    statuses = [
        (await guesser.post("/join", data={"code": f"2222-2222-2222-{n}222"})).status_code
        for n in range(2, FREE_FROM_ONE_PLACE + 4)
    ]

    assert statuses == [403] * FREE_FROM_ONE_PLACE + [429] * 2


async def test_an_invitation_needs_the_owners_password(home: Home):
    anna = await home.browser("anna")

    answer = await post(anna, "/people/invite", name="ben", role="owner", member="", password="a guess of mine")

    assert answer.status_code == 403
    assert "The password is not right" in answer.text
    async with home.store.engine.connect() as connection:
        assert (await connection.execute(select(invitations))).all() == []


# ---- which role


@pytest.mark.parametrize(
    ("role", "member"),
    [
        ("viewer", ALEX.id),
        ("child", ALEX.id),
        ("parent", KIM.id),
        ("adult", SASHA.id),
        ("viewer", KIM.id),
        ("child", ""),
        ("adult", ""),
        ("king", ""),
        ("", ""),
        ("parent", "member:Nobody"),
    ],
)
async def test_a_role_that_does_not_fit_the_person_is_refused(home: Home, role: str, member: str):
    answer = await invite(await home.browser("anna"), "ben", role, member)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("role", "member"),
    [("adult", ALEX.id), ("parent", ALEX.id), ("owner", ALEX.id), ("child", KIM.id), ("viewer", ""), ("owner", "")],
)
async def test_a_role_that_fits_the_person_is_taken(home: Home, role: str, member: str):
    page = await invite(await home.browser("anna"), "ben", role, member)

    await joined(home, code_of(page))
    user = await home.desk.user("ben")
    assert user and (user.role, user.member or "") == (role, member)
    assert ("only that adult sees" in page.text) == (member == ALEX.id)


async def test_an_adults_own_log_in_sees_what_no_owner_sees(home: Home):
    await home.happens(*a_bad_story(ALEX))
    anna = await home.browser("anna")
    alex = await joined(home, code_of(await invite(anna, "alex", "adult", ALEX.id)))

    assert "Maya R." in (await alex.get("/")).text
    assert "Maya R." not in (await anna.get("/")).text


@pytest.mark.parametrize("name", ["anna", " ANNA ", "robin"])
async def test_a_name_is_given_out_once(home: Home, name: str):
    anna = await home.browser("anna")
    await invite(anna, "robin")

    answer = await invite(anna, name)

    assert answer.status_code == 409


async def test_a_member_has_one_log_in(home: Home):
    anna = await home.browser("anna")
    first = await invite(anna, "alex", "adult", ALEX.id)
    while_invited = await invite(anna, "alex two", "adult", ALEX.id)
    await joined(home, code_of(first))

    after = await invite(anna, "alex three", "adult", ALEX.id)

    assert (while_invited.status_code, after.status_code) == (409, 409)


async def test_an_invitation_that_no_longer_fits_the_person_is_refused(tmp_path: Path):
    home = await a_home(tmp_path, family=Family(members=(ROBIN,)))
    code = code_of(await invite(await home.browser("anna"), "robin", "child", ROBIN.id))
    home.desk._family = Family(members=(replace(ROBIN, role="adult", age=18),))

    answer = await home.stranger().post("/join", data={"code": code, "password": THEIR_OWN})

    assert answer.status_code == 403
    await home.close()


@pytest.mark.parametrize("name", ["", " ", "a\x07b", "x" * 61])
async def test_a_name_that_can_not_be_used_is_explained(home: Home, name: str):
    answer = await invite(await home.browser("anna"), name)

    assert answer.status_code == 400
    assert "The name can’t be used" in answer.text


async def test_a_role_is_changed_and_holds_at_once(home: Home):
    await home.person("ben", role="viewer")
    anna, ben = await home.browser("anna"), await home.browser("ben")

    await post(anna, f"/people/{await user_id(home, 'ben')}/role", role="owner")

    assert (await ben.get("/people")).status_code == 200


@pytest.mark.parametrize("role", ["viewer", "child", "nothing", ""])
async def test_an_adults_role_is_never_changed_to_a_lesser_one(home: Home, role: str):
    await home.person("alex", role="adult", member=ALEX.id)
    anna = await home.browser("anna")

    answer = await post(anna, f"/people/{await user_id(home, 'alex')}/role", role=role)

    user = await home.desk.user("alex")
    assert answer.status_code == 400 and user and user.role == "adult"


def test_a_childs_log_in_is_a_childs_and_an_adults_is_no_lesser_one():
    assert roles_for(KIM) == ("child",)
    assert set(roles_for(ALEX)) == {"adult", "parent", "owner"}
    assert set(roles_for(None)) == {"owner", "parent", "viewer"}


# ---- going


async def test_a_removed_users_session_dies_at_once(home: Home):
    await home.person("ben")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    before = (await ben.get("/")).status_code

    await post(anna, f"/people/{await user_id(home, 'ben')}/remove")
    after = (await ben.get("/")).status_code
    await home.person("ben")

    assert (before, after) == (200, 303)
    assert (await ben.get("/")).status_code == 303, "another log-in of the same name is somebody else's"


async def test_with_a_user_goes_all_that_was_theirs(home: Home):
    await home.person("ben")
    anna, _ben = await home.browser("anna"), await home.browser("ben")
    ben = await user_id(home, "ben")
    async with home.store.engine.begin() as connection:
        await connection.execute(
            insert(passkeys).values(id="k", user=ben, public_key=b"", count=0, name="", created=0, last=0)
        )
        await connection.execute(
            insert(channels).values(id="c", user=ben, name="", address=b"", from_level="look", created=0)
        )
        await connection.execute(insert(wishes).values(user=ben))
        await connection.execute(
            insert(notices).values(key="n", channel="c", what="test", made=0, due=0, state="waiting")
        )
        await connection.execute(
            insert(invitations).values(mark="m", name="x", role="viewer", by=ben, created=0, until=2**51)
        )

    answer = await post(anna, f"/people/{ben}/remove")

    assert answer.status_code == 303
    async with home.store.engine.connect() as connection:
        for table in (passkeys, channels, wishes, notices, invitations):
            assert (await connection.execute(select(table))).all() == [], table.name
        assert (await connection.scalars(select(users.c.name))).all() == ["anna"]
        assert len((await connection.execute(select(sessions))).all()) == 1


async def test_the_last_owner_stays_an_owner(home: Home):
    await home.person("ben", role="parent")
    anna = await home.browser("anna")
    id = await user_id(home, "anna")

    demoted = await post(anna, f"/people/{id}/role", role="viewer")
    removed = await post(anna, f"/people/{id}/remove")

    user = await home.desk.user("anna")
    assert (demoted.status_code, removed.status_code) == (409, 409)
    assert "One owner must stay" in demoted.text
    assert user and user.role == "owner"
    assert (await anna.get("/people")).status_code == 200


async def test_two_owners_who_remove_each_other_at_once_leave_one(home: Home):
    await home.person("ben", role="owner")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    ids = [await user_id(home, name) for name in ("ben", "anna")]
    tokens = [token_of(await client.get("/people")) for client in (anna, ben)]

    await asyncio.gather(
        *(
            client.post(f"/people/{id}/remove", data={"token": token})
            for client, id, token in zip((anna, ben), ids, tokens, strict=True)
        )
    )

    async with home.store.engine.connect() as connection:
        assert len((await connection.scalars(select(users.c.name))).all()) == 1


async def test_who_is_not_there_can_neither_be_changed_nor_removed(home: Home):
    anna = await home.browser("anna")

    answers = [await post(anna, f"/people/nobody/{what}", role="viewer") for what in ("role", "remove")]

    assert {answer.status_code for answer in answers} == {404}
    assert home.clock() == NOON

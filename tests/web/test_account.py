"""Where one is logged in, and codes as a second step."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from screener.store.people import recoveries, sessions, users
from screener.store.times import micros, moment
from screener.web import agents, halfway
from screener.web.codes import picture, step_of
from screener.web.halfway import Halfways
from screener.web.logins import MOST as MOST_LOG_INS
from screener.web.once import LIFE, MOST, MOST_OF_ONE, Once
from screener.web.reset import reset
from screener.web.sessions import COOKIE, Sessions
from screener.web.tries import FREE_FROM_ONE_PLACE
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import PASSWORD, SECRET, Clock, Home, a_home

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
# Where another log-in than this one can be ended.
ENDS = re.compile('/account/logins/[^/"]+/end')
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def post(client: httpx.AsyncClient, path: str, page: str = "/account", **fields: str) -> httpx.Response:
    """Sends a form of that page, with its token."""
    token = token_of(await client.get(page))
    return await client.post(path, data={"token": token} | fields)


async def with_codes(home: Home, client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Switches codes on; gives the secret and the codes on paper."""
    begun = await post(client, "/account/codes/begin", "/account/codes", password=PASSWORD)
    secret = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', begun.text)
    assert secret, begun.text
    plain = secret[1].replace(" ", "")
    done = await client.post("/account/codes/on", data={"token": token_of(begun), "code": code(plain, home.clock)})
    assert done.status_code == 200, done.text
    return plain, re.findall(r"<li><code>([A-Z0-9-]+)</code>", done.text)


def code(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock())


async def half_in(home: Home, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser whose password was right and that must give a code."""
    client = home.stranger(peer)
    answer = await client.post("/login", data={"name": "anna", "password": PASSWORD, "next": "/closed"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code")
    return client


# ---- where one is logged in


async def test_ones_log_ins_are_listed_in_words_and_this_one_is_marked(home: Home):
    anna = await home.browser("anna")
    phone = home.stranger("192.0.2.9")
    await phone.post("/login", data={"name": "anna", "password": PASSWORD}, headers={"User-Agent": SAFARI})

    page = (await anna.get("/account")).text

    assert "Safari on iPhone" in page and "192.0.2.9" in page and "this computer" in page
    assert page.count("this one") == 1 and len(ENDS.findall(page)) == 1


async def test_logging_out_there_ends_that_one_at_once_and_no_other(home: Home):
    anna, lost, third = [await home.browser("anna") for _ in range(3)]
    home.clock.later(minutes=5)
    await anna.get("/")
    page = (await anna.get("/account")).text
    own = Sessions(secret=SECRET).read(lost.cookies[COOKIE], home.clock())
    assert own and f"/account/logins/{own.id}/end" in page

    await post(anna, f"/account/logins/{own.id}/end")

    assert (await lost.get("/")).status_code == 303
    assert (await anna.get("/")).status_code == (await third.get("/")).status_code == 200


async def test_nobody_ends_a_log_in_of_somebody_else(home: Home):
    await home.person("ben")
    anna, ben = await home.browser("anna"), await home.browser("ben")
    session = Sessions(secret=SECRET).read(anna.cookies[COOKIE], home.clock())
    assert session

    await post(ben, f"/account/logins/{session.id}/end")

    assert (await anna.get("/")).status_code == 200
    assert session.id not in (await ben.get("/account")).text


async def test_logging_out_ends_this_log_in_and_leaves_the_others(home: Home):
    anna, other = await home.browser("anna"), await home.browser("anna")

    await post(anna, "/logout")

    assert (await anna.get("/")).status_code == 303
    assert (await other.get("/")).status_code == 200


async def test_logging_out_everywhere_ends_all(home: Home):
    anna, other = await home.browser("anna"), await home.browser("anna")
    kept = other.cookies[COOKIE]

    await post(anna, "/account/logins/end")
    thief = home.stranger()
    thief.cookies.set(COOKIE, kept)

    assert {(await client.get("/")).status_code for client in (anna, other, thief)} == {303}


async def test_a_session_that_somebody_planted_does_not_become_the_session_of_who_logs_in(home: Home):
    """Session fixation: the id is made at the log-in, and what was there before is void."""
    await home.person("mallory")
    planted = (await home.browser("mallory")).cookies[COOKIE]
    victim = home.stranger()
    victim.cookies.set(COOKIE, planted)

    answer = await victim.post("/login", data={"name": "anna", "password": PASSWORD})
    attacker = home.stranger()
    attacker.cookies.set(COOKIE, planted)

    assert answer.headers["set-cookie"].startswith(COOKIE) and planted not in answer.headers["set-cookie"]
    assert (await attacker.get("/account")).status_code == 303


async def test_a_log_in_in_the_same_browser_takes_the_place_of_the_one_before(home: Home):
    anna = await home.browser("anna")

    await anna.post("/login", data={"name": "anna", "password": PASSWORD})

    assert ENDS.findall((await anna.get("/account")).text) == []


async def test_after_the_clock_was_set_back_one_can_still_log_in(home: Home):
    for _ in range(MOST_LOG_INS):
        await home.browser("anna")

    home.clock.later(days=-1)
    newest = await home.browser("anna")

    assert (await newest.get("/")).status_code == 200
    async with home.store.engine.connect() as connection:
        assert len((await connection.scalars(select(sessions.c.id))).all()) == MOST_LOG_INS


async def test_when_it_was_last_seen_is_written_at_most_once_a_minute(home: Home):
    anna = await home.browser("anna")

    async def last() -> object:
        async with home.store.engine.connect() as connection:
            return moment((await connection.execute(select(sessions.c.last))).scalar_one())

    await anna.get("/")
    at_once = await last()
    home.clock.later(seconds=50)
    await anna.get("/")
    early = await last()
    home.clock.later(seconds=20)
    await anna.get("/")

    assert at_once == early == NOON
    assert await last() == home.clock()


async def test_log_ins_hold_over_a_restart_and_those_that_ran_out_are_cleared_away(tmp_path: Path):
    first = await a_home(tmp_path)
    cookie = (await first.browser("anna")).cookies[COOKIE]
    await first.store.close()
    again = await a_home(tmp_path)
    anna = again.stranger()
    anna.cookies.set(COOKIE, cookie)

    held = (await anna.get("/")).status_code
    again.clock.later(hours=13)
    ended = (await anna.get("/")).status_code
    await again.browser("anna")

    async with again.store.engine.connect() as connection:
        rows = (await connection.execute(select(sessions.c.id))).all()
    assert (held, ended, len(rows)) == (200, 303, 1)
    await again.close()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8", "A browser"),
        ("<script>alert(1)</script> Android", "A browser on Android"),
        ("Firefox/1", "Firefox"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, words: str):
    assert agents.words(agents.kind(agent)) == words


async def test_nothing_of_what_a_browser_calls_itself_reaches_the_page(home: Home):
    client = home.stranger()
    await client.post(
        "/login", data={"name": "anna", "password": PASSWORD}, headers={"User-Agent": "evil<b>words</b>Linux"}
    )

    page = (await client.get("/account")).text

    assert "A browser on Linux" in page and "evil" not in page


# ---- the password


async def test_a_new_password_ends_every_other_log_in_and_keeps_this_one(home: Home):
    anna, phone = await home.browser("anna"), await home.browser("anna")

    answer = await post(anna, "/account/password", password=PASSWORD, new="three blue boats", again="three blue boats")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account#password")
    assert (await anna.get("/account")).status_code == 200
    assert (await phone.get("/account")).status_code == 303
    assert [
        (await home.stranger().post("/login", data={"name": "anna", "password": typed})).status_code
        for typed in (PASSWORD, "three blue boats")
    ] == [403, 303]


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"password": "wrong one here"}, 403, "The password is not right"),
        ({"again": "three red boats!"}, 400, "not the same"),
        ({"new": "short", "again": "short"}, 400, "10 to 1000 characters"),
        ({"new": "x" * 1001, "again": "x" * 1001}, 400, "10 to 1000 characters"),
    ],
)
async def test_a_new_password_that_will_not_do_changes_nothing(
    home: Home, fields: dict[str, str], status: int, says: str
):
    anna = await home.browser("anna")
    typed = {"password": PASSWORD, "new": "three blue boats", "again": "three blue boats"} | fields

    answer = await post(anna, "/account/password", **typed)

    assert answer.status_code == status and says in answer.text
    assert (await home.stranger().post("/login", data={"name": "anna", "password": PASSWORD})).status_code == 303


async def test_guessing_the_old_password_is_slowed_down_like_a_log_in(home: Home):
    anna = await home.browser("anna")
    new = "three blue boats"

    statuses = [
        (await post(anna, "/account/password", password=f"guess {n} guess", new=new, again=new)).status_code
        for n in range(FREE_FROM_ONE_PLACE + 1)
    ]

    assert statuses == [403] * FREE_FROM_ONE_PLACE + [429]


# ---- codes


async def test_codes_are_switched_on_with_the_password_and_one_code_and_then_asked_for(home: Home):
    anna = await home.browser("anna")

    secret, paper = await with_codes(home, anna)
    home.clock.later(seconds=30)
    client = await half_in(home)
    before = await client.get("/")
    answer = await client.post("/login/code", data={"code": code(secret, home.clock)})

    assert len(set(paper)) == 10
    assert before.status_code == 303 and before.headers["location"].startswith("/login")
    assert (answer.status_code, answer.headers["location"]) == (303, "/closed")
    assert (await client.get("/")).status_code == 200


async def test_codes_stay_off_without_the_password_or_with_a_wrong_code(home: Home):
    anna = await home.browser("anna")

    refused = await post(anna, "/account/codes/begin", "/account/codes", password="not this one")
    begun = await post(anna, "/account/codes/begin", "/account/codes", password=PASSWORD)
    wrong = await anna.post("/account/codes/on", data={"token": token_of(begun), "code": "000000"})
    home.clock.later(minutes=6)
    late = await anna.post("/account/codes/on", data={"token": token_of(begun), "code": "000000"})

    assert (refused.status_code, wrong.status_code, late.status_code) == (403, 403, 400)
    assert "Begin again" in late.text
    assert (await home.browser("anna")).cookies.get(COOKIE)


async def test_a_code_is_good_once(home: Home):
    secret, _paper = await with_codes(home, await home.browser("anna"))
    same = code(secret, home.clock)
    at_once = await (await half_in(home)).post("/login/code", data={"code": same})
    home.clock.later(seconds=30)
    clients = [await half_in(home, peer=f"192.0.2.{n}") for n in range(3)]

    answers = await asyncio.gather(
        *(client.post("/login/code", data={"code": code(secret, home.clock)}) for client in clients)
    )

    assert at_once.status_code == 403, "the code that switched them on is spent"
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403]


async def test_a_code_on_paper_works_once_and_never_again(home: Home):
    _secret, paper = await with_codes(home, await home.browser("anna"))

    first = await (await half_in(home)).post("/login/code", data={"code": paper[3].lower().replace("-", " ")})
    again = await (await half_in(home)).post("/login/code", data={"code": paper[3]})
    third = await half_in(home)
    other = await third.post("/login/code", data={"code": paper[4]})

    assert [answer.status_code for answer in (first, again, other)] == [303, 403, 303]
    assert "8 of your codes on paper are still good" in (await third.get("/account/codes")).text


async def test_new_codes_on_paper_make_the_old_ones_worthless(home: Home):
    anna = await home.browser("anna")
    _secret, old = await with_codes(home, anna)

    page = await post(anna, "/account/codes/paper", "/account/codes", password=PASSWORD)
    new = re.findall(r"<li><code>([A-Z0-9-]+)</code>", page.text)

    assert (await (await half_in(home)).post("/login/code", data={"code": old[0]})).status_code == 403
    assert (await (await half_in(home)).post("/login/code", data={"code": new[0]})).status_code == 303


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("screener.db*"))


async def test_neither_the_secret_nor_a_code_lies_open_in_the_database(home: Home, tmp_path: Path):
    secret, paper = await with_codes(home, await home.browser("anna"))

    async with home.store.engine.connect() as connection:
        sealed = (await connection.execute(select(users.c.codes))).scalar_one()
        marks = (await connection.scalars(select(recoveries.c.mark))).all()

    assert secret.encode() not in sealed and len(marks) == 10
    held = everything_in(tmp_path)
    assert secret.encode() not in held
    assert not any(one.encode() in held or one.replace("-", "").encode() in held for one in paper)


async def test_guessing_codes_is_slowed_down_and_giving_the_password_again_buys_no_more_guesses(home: Home):
    await with_codes(home, await home.browser("anna"))

    statuses = []
    for _ in range(FREE_FROM_ONE_PLACE + 3):
        client = home.stranger()
        answer = await client.post("/login", data={"name": "anna", "password": PASSWORD})
        if answer.status_code == 303:
            answer = await client.post("/login/code", data={"code": "000000"})
        statuses.append(answer.status_code)

    assert statuses.count(403) <= FREE_FROM_ONE_PLACE
    assert statuses[-1] == 429


async def test_counted_tries_survive_a_restart(tmp_path: Path):
    home = await a_home(tmp_path)
    secret, _paper = await with_codes(home, await home.browser("anna"))
    client = await half_in(home)
    for _ in range(FREE_FROM_ONE_PLACE):
        await client.post("/login/code", data={"code": "000000"})
    note = client.cookies[halfway.COOKIE]
    await home.store.close()
    again = await a_home(tmp_path)
    again.clock.later(seconds=10)
    client = again.stranger()
    client.cookies.set(halfway.COOKIE, note)

    answer = await client.post("/login/code", data={"code": code(secret, again.clock)})

    assert answer.status_code == 429
    await again.close()


async def test_logging_in_as_oneself_buys_no_more_guesses_at_somebody_else(home: Home):
    await home.person("robin", role="viewer")

    statuses = []
    for _ in range(2 * FREE_FROM_ONE_PLACE):
        guess = await home.stranger().post("/login", data={"name": "anna", "password": "a guess of mine"})
        statuses.append(guess.status_code)
        await home.stranger().post("/login", data={"name": "robin", "password": PASSWORD})

    assert statuses.count(403) == FREE_FROM_ONE_PLACE
    assert set(statuses[FREE_FROM_ONE_PLACE:]) == {429}


async def test_the_note_between_password_and_code_opens_nothing_and_runs_out(home: Home):
    secret, _paper = await with_codes(home, await home.browser("anna"))
    client = await half_in(home)
    client.cookies.set(COOKIE, client.cookies[halfway.COOKIE])
    as_session = await client.get("/")
    client.cookies.delete(COOKIE)
    home.clock.later(minutes=5)

    late = await client.post("/login/code", data={"code": code(secret, home.clock)})

    assert as_session.status_code == 303
    assert (late.status_code, late.headers["location"]) == (303, "/login")


async def test_a_made_up_note_is_worth_nothing(home: Home):
    secret, _paper = await with_codes(home, await home.browser("anna"))
    user = await home.desk.user("anna")
    assert user
    home.clock.later(seconds=30)

    for note in ("", "x", "e30.e30", "x" * 5000, Halfways(secret=b"y" * 32).cookie(user, "/", home.clock())):
        client = home.stranger()
        client.cookies.set(halfway.COOKIE, note)
        answer = await client.post("/login/code", data={"code": code(secret, home.clock)})

        assert answer.headers["location"] == "/login", note[:20]


async def test_the_second_step_leads_only_to_our_own_pages(home: Home):
    _secret, paper = await with_codes(home, await home.browser("anna"))
    client = home.stranger()
    await client.post("/login", data={"name": "anna", "password": PASSWORD, "next": "https://evil.example/"})

    answer = await client.post("/login/code", data={"code": paper[0], "next": "//evil.example"})

    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/login", "/login/code", "/login/passkey", "/login/passkey/begin", "/join"])
async def test_no_other_site_can_log_somebody_in(home: Home, path: str):
    """Login CSRF: what another page sends is refused before it is read."""
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = await home.stranger().post(path, data={"name": "anna", "password": PASSWORD}, headers=headers)

        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_switching_codes_off_needs_the_password(home: Home):
    anna = await home.browser("anna")
    await with_codes(home, anna)

    refused = await post(anna, "/account/codes/off", "/account/codes", password="not this one")
    still = await home.desk.user("anna")
    await post(anna, "/account/codes/off", "/account/codes", password=PASSWORD)
    user = await home.desk.user("anna")

    assert refused.status_code == 403 and still and still.has_codes
    assert user and not user.has_codes
    assert (await home.browser("anna")).cookies.get(COOKIE)


async def test_when_the_key_is_gone_the_page_says_how_to_go_on(home: Home):
    await with_codes(home, await home.browser("anna"))
    async with home.store.engine.begin() as connection:
        await connection.execute(update(users).values(codes=b"sealed with another key, so nobody can read it"))

    answer = await (await half_in(home)).post("/login/code", data={"code": "123456"})

    assert answer.status_code == 403
    assert "Reset it on the machine" in answer.text


async def test_the_picture_for_the_phone_needs_nothing_that_the_policy_forbids(home: Home):
    drawn = str(picture(pyotp.random_base32(), 'anna"><script>alert(1)</script>'))

    assert drawn.startswith("<svg") and drawn.endswith("</svg>")
    assert "style" not in drawn and "data:" not in drawn and "<script" not in drawn and "href" not in drawn


def test_codes_of_the_step_before_and_after_fit_and_no_others():
    secret = pyotp.random_base32()
    codes = {step: pyotp.TOTP(secret).generate_otp(step) for step in range(8, 13)}
    now = moment(10 * 30 * 1_000_000)

    fitting = [step for step, digits in codes.items() if step_of(secret, digits, now) == step]

    assert micros(now) == 300_000_000
    assert fitting == [9, 10, 11]


def test_what_waits_for_an_answer_is_given_back_once_and_runs_out():
    waiting: Once[str] = Once()
    for n in range(3):
        waiting.put(f"k{n}", f"v{n}", owner="here", now=NOON)

    assert waiting.take("k0", NOON) == "v0" and waiting.take("k0", NOON) is None
    assert waiting.look("k1", NOON) == "v1" and waiting.take("k1", NOON) == "v1"
    assert waiting.take("k2", NOON + LIFE) is None


def test_asking_often_pushes_out_ones_own_and_not_what_waits_for_others():
    waiting: Once[int] = Once()
    waiting.put("mine", 1, owner="anna", now=NOON)

    for n in range(100):
        waiting.put(f"k{n}", n, owner="mallory", now=NOON)
    for n in range(MOST):
        waiting.put(f"m{n}", n, owner=f"one of many {n}", now=NOON)

    assert len([key for key in waiting.kept if key.startswith("k")]) <= MOST_OF_ONE
    assert len(waiting.kept) == MOST


# ---- reset on the machine


async def test_a_reset_password_ends_log_ins_and_leaves_codes_on_unless_told_otherwise(home: Home, tmp_path: Path):
    anna = await home.browser("anna")
    await with_codes(home, anna)

    said = await reset(tmp_path / "screener.db", "anna", "another long password")
    ended = (await anna.get("/")).status_code
    kept = await home.desk.user("anna")
    too = await reset(tmp_path / "screener.db", "anna", "another long password", codes_too=True)
    user = await home.desk.user("anna")

    assert ended == 303 and kept and kept.has_codes and user and not user.has_codes
    assert "--codes-too" in said and "switched off" in too
    async with home.store.engine.connect() as connection:
        assert (await connection.execute(select(sessions.c.id))).all() == []
        assert (await connection.execute(select(recoveries.c.mark))).all() == []

"""Lists and searches: quick, bookmarkable, and silent about what may not be seen."""

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import select, update

from screener.alerts import Alert
from screener.family import Member
from screener.levels import LEVELS
from screener.relationships import Relationship
from screener.rules import Signal
from screener.score import Score
from screener.sight import Sight
from screener.store.base import Recalled
from screener.store.people import filters
from screener.store.tables import alerts
from screener.web.base import User, Wanted
from screener.web.roles import Eyes, sees
from screener.web.search import Asked
from tests.make import NOON, a_contact, a_request
from tests.web.house import ALEX, KIM, ROBIN, SASHA, Home, a_home, a_strange_start

STRANGERS = ("Maya R.", "Sky W.", "Łukasz", "100% Real", "under_score", "Zoë")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def anna(home: Home) -> httpx.AsyncClient:
    return await home.browser("anna")


async def an_alert(home: Home, member: Member, n: int, *, level: str = "talk", pressed: bool = False, days: float = 0,
                   name: str = "", platform: str = "facebook", handle: str | None = None) -> str:  # fmt: skip
    """Puts an alert into the database, as the pipeline would."""
    at = NOON - timedelta(days=days)
    stages = ("approach", "pressure") if pressed else ("approach",)
    contact = a_contact(platform=platform, id=f"9{n:011}", name=name or STRANGERS[n % len(STRANGERS)], handle=handle)
    event = a_request(id=f"r{member.id}{n}", at=at, contact=contact)
    signal = Signal(rule="r", stage="approach", points=20, because="A reason.", advice="", event="e", at=at, file="r:1")
    score = Score(points=50, level=level, stages=stages, signals=(signal,))
    id = f"{member.name}-{n}"
    alert = Alert.opening(id=id, score=score, at=at)
    relationship = Relationship.first(member=member, event=event).after(event)
    async with home.store.transaction() as tx:
        await tx.keep(member, event, Recalled(relationship=relationship, signals=(signal,), alert=alert))
    return id


async def found(browser: httpx.AsyncClient, **asked: str) -> list[str]:
    page = await browser.get(f"/search?{urlencode(asked)}")
    assert page.status_code == 200
    return re.findall(r'id="card-([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("maya", {"Maya R."}),
        ("MAYA  r", {"Maya R."}),
        ("łuk", {"Łukasz"}),
        ("zoë", {"Zoë"}),
        ("%", {"100% Real"}),
        ("_", {"under_score"}),
        ("900000000001", {"Sky W."}),
        ("kim", set(STRANGERS)),
        ("sky.example", {"Sky W."}),
        ("nobody at all", set()),
    ],
)
async def test_text_is_looked_for_in_names_ids_handles_and_members(
    home: Home, anna: httpx.AsyncClient, text: str, names: set[str]
):
    ids = {
        await an_alert(home, KIM, n, handle="sky.example" if name == "Sky W." else None): name
        for n, name in enumerate(STRANGERS)
    }

    assert {ids[id] for id in await found(anna, text=text)} == names


async def test_an_older_name_is_found_too(home: Home, anna: httpx.AsyncClient):
    id = await an_alert(home, KIM, 1, name="Old Name")
    async with home.store.transaction() as tx:
        event = a_request(id="again", at=NOON, contact=a_contact(id="900000000001", name="New Name"))
        before = await tx.recall(KIM, event)
        assert before.relationship is not None
        await tx.keep(KIM, event, replace(before, relationship=before.relationship.after(event)))

    assert await found(anna, text="old name") == await found(anna, text="new name") == [id]


async def test_every_part_of_a_search_narrows_it(home: Home, anna: httpx.AsyncClient):
    await an_alert(home, KIM, 1, level="act", platform="discord", days=1)
    await an_alert(home, KIM, 2, level="talk", days=10)
    await an_alert(home, ROBIN, 3, level="act", pressed=True, days=20)
    async with home.store.engine.begin() as connection:
        await connection.execute(update(alerts).where(alerts.c.id == "Kim-2").values(state="closed"))

    assert await found(anna) == ["Kim-1", "Kim-2", "Robin-3"]
    assert await found(anna, level="act") == ["Kim-1", "Robin-3"]
    assert await found(anna, state="closed") == ["Kim-2"]
    assert await found(anna, state="open") == ["Kim-1", "Robin-3"]
    assert await found(anna, platform="discord") == ["Kim-1"]
    assert await found(anna, member=ROBIN.id) == ["Robin-3"]
    assert await found(anna, **{"from": "2026-09-20", "to": "2026-09-25"}) == ["Kim-2"]
    assert await found(anna, level="act", member=KIM.id, text="sky") == ["Kim-1"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"level": "worst"},
        {"state": "'; DROP TABLE alerts"},
        {"from": "yesterday", "to": "9999-12-31"},
        {"from": "0001-01-01"},
        {"page": "-3"},
        {"page": "²"},
        {"text": "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace")},
        {"text": "x" * 5_000},
        {"nothing": "known"},
    ],
)
async def test_a_search_that_makes_no_sense_still_answers(
    home: Home, anna: httpx.AsyncClient, nonsense: dict[str, str]
):
    await an_alert(home, KIM, 1)

    await found(anna, **nonsense)


async def test_long_lists_come_in_pages(home: Home, anna: httpx.AsyncClient):
    for n in range(53):
        await an_alert(home, KIM, n, days=n)

    first, second = await found(anna), await found(anna, page="2")
    page = (await anna.get("/search?level=talk")).text

    assert [len(first), len(second)] == [50, 3]
    assert not set(first) & set(second)
    assert "53 alerts" in page and 'href="/search?level=talk&amp;page=2"' in page


async def test_what_may_not_be_seen_is_neither_listed_counted_nor_offered(home: Home, anna: httpx.AsyncClient):
    await an_alert(home, ALEX, 1, level="act", platform="discord")
    await an_alert(home, SASHA, 2, level="talk", platform="skype")
    await an_alert(home, ROBIN, 3, level="look")

    page = (await anna.get("/search")).text

    assert "0 alerts" in page and 'id="card-' not in page
    for hidden in ("Alex", "Sasha", "Robin", "discord", "skype", "Discord", "Skype"):
        assert hidden not in page
    for asked in ({"member": ALEX.id}, {"platform": "discord"}, {"text": "alex"}, {"level": "look"}):
        assert await found(anna, **asked) == []


async def test_a_young_person_searches_their_own_alone(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    await an_alert(home, ROBIN, 1, level="look")
    await an_alert(home, KIM, 2, level="act")

    assert await found(await home.browser("robin")) == ["Robin-1"]


@pytest.mark.parametrize("seed", range(6))
async def test_the_database_lets_through_exactly_what_eyes_see(home: Home, seed: int):
    """The list asks sight once for each kind of alert; it must be as if every alert had been asked."""
    lots = random.Random(seed)
    people = (KIM, ROBIN, SASHA, ALEX, Member(id="facebook:77", name="nobody's account"))
    for n in range(60):
        await an_alert(home, lots.choice(people), n, level=lots.choice(LEVELS), pressed=lots.random() < 0.3,
                       days=lots.choice((0, 0.01, 0.02, 0.021, 0.5, 3)))  # fmt: skip
    everybody = [
        User(id="1", name="a", password_hash="", role="owner"),
        User(id="2", name="b", password_hash="", role="viewer"),
        User(id="3", name="c", password_hash="", role="child", member=ROBIN.id),
        User(id="4", name="d", password_hash="", role="adult", member=ALEX.id),
        User(id="5", name="e", password_hash="", role="parent", member=ALEX.id),
    ]
    pages = lots.sample([KIM.id, ROBIN.id, SASHA.id, ALEX.id], 2)

    for user in everybody:
        for sight in ("whole", "hint", "nothing"):
            eyes = Eyes(user=user, now=NOON, has_page=pages.__contains__)
            wanted: Sight = sight
            listed = await home.desk.listed(Wanted(), sees(eyes, wanted), NOON, most=500)

            expected = {alert.id for alert in await home.desk.alerts() if eyes.sight(alert) == sight}
            assert {alert.id for alert in listed.rows} == expected, (user.role, sight)
            assert listed.count == len(expected)


async def test_a_list_is_sorted_as_the_whole_alerts_are(home: Home):
    for n in range(30):
        await an_alert(home, KIM, n, level=LEVELS[n % 3], days=n * 0.7)
    eyes = Eyes(user=User(id="1", name="a", password_hash=""), now=NOON)

    listed = await home.desk.listed(Wanted(), sees(eyes), NOON)

    assert [row.id for row in listed.rows] == [alert.id for alert in await home.desk.alerts(state="open")]
    assert all(row.reasons == 1 and row.contact.names for row in listed.rows)


async def test_a_search_is_kept_under_a_name_opened_by_its_link_and_forgotten(home: Home, anna: httpx.AsyncClient):
    await an_alert(home, KIM, 1, level="act")
    await an_alert(home, KIM, 2, level="talk")
    page = (await anna.get("/search?level=act&text=sky")).text
    token = page.split('name="token" value="', 1)[1].split('"', 1)[0]

    await anna.post("/search/keep", data={"token": token, "name": "Urgent  ones", "level": "act", "text": "sky"})
    kept = (await anna.get("/search")).text
    link = re.search(r'href="(/search\?[^"]+)">\s*<bdi>Urgent ones</bdi>', kept)
    assert link
    opened = await anna.get(link[1].replace("&amp;", "&"))
    await anna.post("/search/forget", data={"token": token, "name": "Urgent ones"})

    assert parse_qs(urlsplit(link[1].replace("&amp;", "&")).query) == {"level": ["act"], "text": ["sky"]}
    assert re.findall(r'id="card-([^"]+)"', opened.text) == ["Kim-1"]
    assert "Urgent ones" not in (await anna.get("/search")).text


async def test_kept_searches_are_ones_own_and_not_without_end(home: Home, anna: httpx.AsyncClient):
    await home.person("ben")
    ben = await home.browser("ben")
    token = (await anna.get("/search")).text.split('name="token" value="', 1)[1].split('"', 1)[0]

    statuses = [
        (await anna.post("/search/keep", data={"token": token, "name": f"n{n}", "level": "act"})).status_code
        for n in range(21)
    ]
    empty = await anna.post("/search/keep", data={"token": token, "name": "  ", "level": "act"})

    assert statuses == [303] * 20 + [400]
    assert empty.status_code == 400 and "Give it a name first." in empty.text
    assert "Your searches" not in (await ben.get("/search")).text
    async with home.store.engine.connect() as connection:
        assert len((await connection.execute(select(filters))).all()) == 20


def test_only_what_can_be_asked_comes_into_an_address():
    asked = Asked.of({"text": " a\n b ", "level": "act", "state": "x", "from": "2026-01-02T03:04", "evil": "1"})

    assert asked.query == "text=a+b&level=act&from=2026-01-02"
    assert Asked.of({name: values[0] for name, values in parse_qs(asked.query).items()}) == asked


async def test_the_pages_of_a_list_are_its_parts_in_order(tmp_path: Path):
    home = await a_home(tmp_path)
    for number in range(7):
        await home.happens(*a_strange_start(contact=f"10000000000080{number}"))
    user = await home.desk.user("anna")
    assert user is not None
    see = sees(Eyes(user=user, now=home.clock()))

    async def part(most: int, skip: int) -> list[str]:
        return [row.id for row in (await home.desk.listed(Wanted(), see, home.clock(), most=most, skip=skip)).rows]

    whole = await part(100, 0)
    parts = [await part(3, skip) for skip in (0, 3, 6, 9)]
    await home.close()

    assert len(whole) == 7
    assert parts == [whole[:3], whole[3:6], whole[6:], []]

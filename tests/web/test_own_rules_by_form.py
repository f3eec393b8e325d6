"""Words and rules of a family's own, by form: tried out before they are saved, written line by line, and taken back."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.make import a_contact, a_message, an_account
from tests.web.house import ALEX, KIM, NOON, Home, a_home, a_strange_start
from tests.web.test_rules import said, token, tried

RULE = {"title": "Talks of our boat", "by": "contact", "words": "the blue boat\nwhere is it moored?", "list": "",
        "points": "60", "stage": "isolate", "whose": ""}  # fmt: skip


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


def own(home: Home, file: str) -> str:
    path = home.folder / "rules" / file
    return path.read_text() if path.exists() else ""


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    return await browser.post(path, data={"token": await token(browser), **fields})


async def saved(browser: httpx.AsyncClient, begun: httpx.Response) -> httpx.Response:
    assert begun.status_code == 303, said(begun)
    await tried(browser, begun)
    return await post(browser, begun.headers["location"])


async def test_words_are_added_to_a_list_only_after_what_they_would_have_done_was_shown(home: Home):
    await home.happens(*a_strange_start(KIM))
    browser = await home.browser("anna")
    asked = {"words": "hey, saw you\n  saw you on my feed ", "language": "en", "kind": "words"}

    begun = await post(browser, "/rules/lists/secrecy/add", **asked)
    trial = said(await tried(browser, begun))
    before = own(home, "overrides.yaml")
    await post(browser, begun.headers["location"])

    assert "“Keep it secret” also hears: hey, saw you · saw you on my feed" in trial
    assert "alerts in the last 30 days" in trial and before == ""
    assert own(home, "overrides.yaml") == (
        'lists:\n  secrecy:\n    add:\n      en:\n        - "hey, saw you"\n        - saw you on my feed\n'
    )
    assert "secrecy" in home.live().listen("hey saw you there")
    assert "+ saw you on my feed" in said(await browser.get("/rules/lists/secrecy"))
    assert "2 of yours" in said(await browser.get("/rules/lists"))


async def test_a_word_that_came_with_the_list_is_not_heard_until_it_is_wanted_again(home: Home):
    browser = await home.browser("anna")
    page = await browser.get("/rules/lists/secrecy")
    phrase = "let's keep this between us"
    assert phrase in said(page)

    await saved(browser, await post(browser, "/rules/lists/secrecy/hush", phrase=phrase))
    quiet = phrase not in _phrases(home)
    shown = said(await browser.get("/rules/lists/secrecy"))
    await saved(browser, await post(browser, "/rules/lists/secrecy/hear", phrase=phrase))

    assert f"− {phrase}" in shown
    assert quiet and phrase in _phrases(home)
    assert own(home, "overrides.yaml") == ""


async def test_comments_and_order_of_the_family_stay_and_each_change_is_taken_back(home: Home):
    mine = "# ours\nlists:\n  secrecy:\n    add: [our thing]   # May\nrules: {late-hours: {points: 2}}\n"
    (home.folder / "rules").mkdir()
    (home.folder / "rules" / "overrides.yaml").write_text(mine)
    await home.live.read()
    browser = await home.browser("anna")

    await saved(
        browser, await post(browser, "/rules/lists/secrecy/add", words="the boat", language="de", kind="begins")
    )
    changed = own(home, "overrides.yaml")
    (made,) = await home.tuner.history()
    await post(browser, f"/rules/changes/{made.id}/undo")

    assert changed == mine.replace("[our thing]", '{any: [our thing], de: ["the boat*"]}')
    assert own(home, "overrides.yaml") == mine
    await saved(browser, await post(browser, "/rules/lists/secrecy/drop", phrase="any our thing"))
    assert own(home, "overrides.yaml") == "# ours\nrules: {late-hours: {points: 2}}\n"


@pytest.mark.parametrize(
    ("name", "way", "fields", "status", "words"),
    [
        ("secrecy", "add", {"words": " !!! ", "kind": "words"}, 400, "no word in it"),
        (
            "secrecy",
            "add",
            {"words": "let's keep this between us", "language": "en", "kind": "written"},
            400,
            "already",
        ),
        ("secrecy", "add", {"words": "\n".join(f"word {n}" for n in range(21))}, 400, "at most 20 lines"),
        ("secrecy", "add", {"words": "w" * 121}, 400, "at most 20 lines"),
        ("secrecy", "add", {"words": "(a", "kind": "written"}, 400, "is not closed"),
        ("secrecy", "add", {"words": "re: .*", "kind": "written"}, 400, "matches every text"),
        ("secrecy", "add", {"words": "a", "language": "xx"}, 400, ""),
        ("secrecy", "hush", {"phrase": "not there"}, 404, ""),
        ("secrecy", "hear", {"phrase": "not there"}, 404, ""),
        ("secrecy", "drop", {"phrase": "any not there"}, 404, ""),
        ("nobody", "add", {"words": "a"}, 404, ""),
        ("threat-to-publish", "hush", {"phrase": "everyone will see"}, 400, ""),
    ],
)
async def test_what_is_no_word_is_refused_as_in_the_file(
    home: Home, name: str, way: str, fields: dict[str, str], status: int, words: str
):
    browser = await home.browser("anna")

    answer = await post(browser, f"/rules/lists/{name}/{way}", **fields)

    assert answer.status_code == status and words in said(answer)
    assert not (home.folder / "rules").exists()


async def test_a_rule_of_ones_own_is_shown_before_it_is_saved_then_tells_and_is_taken_back_whole(home: Home):
    await home.happens(*_talk("100000000000881", "so where is the blue boat of yours"))
    browser = await home.browser("anna")

    begun = await post(browser, "/rules/new", **RULE)
    trial = said(await tried(browser, begun))
    before = [rule.id for rule in home.live().rules if rule.id.startswith("own-")]
    answer = await post(browser, begun.headers["location"])

    assert "A rule of your own, “Talks of our boat”, weighs 60 points – for everybody" in trial
    assert "+1 / −0" in trial and "Sky W." in trial and before == []
    assert answer.headers["location"] == "/rules/of/own-talks-of-our-boat"
    rule = next(rule for rule in home.live().rules if rule.id == "own-talks-of-our-boat")
    assert (rule.stage, rule.points, rule.runs, home.live().mistakes) == ("isolate", 60, True, [])
    assert "Talks of our boat" in said(await browser.get("/rules"))
    history = said(await browser.get("/rules/changes"))
    assert "where is it moored" in history and "title: &quot;" not in history

    (made,) = await home.tuner.history()
    await post(browser, f"/rules/changes/{made.id}/undo")
    assert list((home.folder / "rules").rglob("*.yaml")) == []
    assert "Taken back." in said(await browser.get("/rules/changes"))


async def test_a_rule_for_one_member_counts_for_that_one_alone(home: Home):
    browser = await home.browser("anna")

    await saved(browser, await post(browser, "/rules/new", **RULE | {"words": "", "list": "secrecy", "whose": "Kim"}))

    def runs(member: str) -> bool:
        rules = home.live().of(member, "facebook").rules
        return next(rule.runs for rule in rules if rule.id == "own-talks-of-our-boat")

    assert runs("Kim") and not runs("Robin")
    assert own(home, "lists/own-talks-of-our-boat.yaml") == ""
    (made,) = await home.tuner.history()
    await post(browser, f"/rules/changes/{made.id}/undo")
    assert own(home, "overrides.yaml") == own(home, "isolate/own-talks-of-our-boat.yaml") == ""


@pytest.mark.parametrize("by", ["contact", "member", ""])
async def test_whoever_says_it_the_rule_is_sound_and_hostile_words_are_only_words(home: Home, by: str):
    browser = await home.browser("anna")
    title = '<b>{contact.id}</b>: "x" # {{7*7}} \\'

    begun = await post(browser, "/rules/new", **RULE | {"by": by, "title": title, "words": "{x}: [y] 'z'\n- a"})
    await saved(browser, begun)

    (rule,) = (rule for rule in home.live().rules if rule.id.startswith("own-"))
    assert home.live().mistakes == [] and rule.title == title
    assert "own-b-contact-id-b-x-7-7" in home.live().listen("x y z")
    page = await browser.get(f"/rules/of/{rule.id}")
    assert page.status_code == 200 and "<b>" not in page.text and "49" not in said(page)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": "  "}, "in a few words"),
        ({"title": "x" * 81}, "in a few words"),
        ({"words": ""}, "choose a list"),
        ({"list": "secrecy"}, "not both"),
        ({"words": "", "list": "nobody"}, "choose a list"),
        ({"points": "0"}, "from 1 to 100"),
        ({"points": "101"}, "from 1 to 100"),
        ({"points": "many"}, "from 1 to 100"),
        ({"words": "w" * 121}, "at most 20 lines"),
        ({"stage": "nowhere"}, ""),
        ({"by": "stranger"}, ""),
        ({"whose": "Alex"}, ""),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(home: Home, wrong: dict[str, str], words: str):
    browser = await home.browser("anna")

    answer = await post(browser, "/rules/new", **RULE | wrong)

    assert answer.status_code == 400 and words in said(answer)
    if words and "title" not in wrong:
        assert 'value="Talks of our boat"' in answer.text
    assert not (home.folder / "rules").exists()


async def test_who_goes_back_from_a_trial_finds_what_was_typed(home: Home):
    browser = await home.browser("anna")

    begun = await post(browser, "/rules/new", **RULE)
    back = re.search(r'class="back"><a href="([^"]+)"', (await tried(browser, begun)).text)

    assert back is not None
    assert parse_qs(urlsplit(back[1].replace("&amp;", "&")).query)["title"] == ["Talks of our boat"]
    assert "the blue boat" in (await browser.get(back[1].replace("&amp;", "&"))).text


async def test_only_who_may_tune_adds_words_and_rules(home: Home):
    await home.person("vera", role="viewer")
    await home.person("kim", role="child", member=KIM.id)
    await home.person("alex", role="adult", member=ALEX.id)
    for name in ("vera", "kim", "alex"):
        browser = await home.browser(name)
        for path in ("/rules/new", "/rules/lists", "/rules/lists/secrecy"):
            assert (await browser.get(path)).status_code == 403, (name, path)
        for path in ("/rules/new", *(f"/rules/lists/secrecy/{way}" for way in ("add", "drop", "hush", "hear"))):
            assert (await post(browser, path, **RULE)).status_code == 403, (name, path)


async def test_the_costly_is_done_only_so_often_a_minute(home: Home):
    browser = await home.browser("anna")
    mine = await token(browser)
    empty = {"token": mine, "words": ""}

    codes = [(await browser.post("/rules/lists/secrecy/add", data=empty)).status_code for _ in range(31)]
    others = [
        (await browser.post(path, data={"token": mine})).status_code
        for path in ("/rules/edit", "/rules/new", "/rules/levels", "/rules/of/secrecy")
    ]
    home.clock.later(minutes=2)
    later = (await browser.post("/rules/lists/secrecy/add", data=empty)).status_code

    assert codes == [400] * 30 + [429]
    assert others == [429] * 4
    assert later == 400


def _phrases(home: Home) -> set[str]:
    return {phrase.written for each in home.live().lists if each.name == "secrecy" for phrase in each.phrases}


def _talk(contact: str, text: str) -> list[object]:
    account = an_account(id=KIM.accounts["facebook"][0])
    stranger = a_contact(id=contact, name="Sky W.")
    return [a_message(id=f"mid.${contact}", at=NOON, account=account, contact=stranger, text=text)]

"""What was written opens only for whom it may, only when asked for, and never without a note that the child sees."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from screener.family import Member
from screener.store.people import answers, openings
from screener.store.tables import texts
from screener.store.times import micros
from screener.web.excerpt import LONGEST, Written, around
from tests.make import NOON, a_message, an_account
from tests.web.house import ALEX, KIM, ROBIN, SASHA, Home, a_bad_story, a_home
from tests.web.strings import HOSTILE
from tests.web.test_case import press


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def path_of(home: Home) -> str:
    return f"/alerts/{(await home.desk.alerts())[0].id}"


async def noted(home: Home) -> list[str]:
    async with home.store.engine.connect() as connection:
        return list((await connection.scalars(select(openings.c.by))).all())


async def test_nothing_that_was_written_is_on_the_page_until_it_is_asked_for(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)

    before = (await anna.get(path)).text
    opened = (await press(anna, path, "words", rule="threatens-to-publish")).text

    assert "gift cards" not in before and "Show what was written" in before
    assert "gift cards" in opened and "This is what the stranger wrote:" in opened
    assert "gift cards" not in (await anna.get(path)).text


async def test_who_opened_it_is_noted_and_the_log_says_so(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)

    page = (await press(anna, path, "words", rule="threatens-to-publish")).text

    assert await noted(home) == ["anna"]
    assert "can see that you opened this" in page
    assert "opened what was written" in page.split('class="log"', 1)[1]


async def test_opening_takes_a_form_with_its_token(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)

    without = await anna.post(f"{path}/words", data={"rule": "threatens-to-publish"})
    by_address = await anna.get(f"{path}/words?rule=threatens-to-publish")

    assert (without.status_code, by_address.status_code) == (403, 405)
    assert await noted(home) == []


async def test_while_words_lie_open_the_page_does_not_refresh_itself(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)

    opened = (await press(anna, path, "words", rule="threatens-to-publish")).text

    assert f'hx-get="{path}"' in (await anna.get(path)).text
    assert f'hx-get="{path}"' not in opened


@pytest.mark.parametrize(
    ("member", "events", "opens"),
    [
        (KIM, 4, True),
        (ROBIN, 7, False),
        (ROBIN, 8, True),
        (SASHA, 8, True),
    ],
    ids=["an eleven-year-old's", "a fourteen-year-old's below act", "a fourteen-year-old's on act",
         "a seventeen-year-old's under threat"],
)  # fmt: skip
async def test_how_old_somebody_is_decides_whether_a_parent_may_read(
    home: Home, member: Member, events: int, opens: bool
):
    await home.happens(*a_bad_story(member)[:events])
    anna, path = await home.browser("anna"), await path_of(home)
    rule = (await home.desk.alerts())[0].signals[-1].rule

    page = (await anna.get(path)).text
    answer = await press(anna, path, "words", rule=rule)

    assert ("Show what was written" in page) == opens
    assert answer.status_code == (200 if opens else 403)
    assert len(await noted(home)) == opens


async def test_a_parent_can_ask_and_reads_once_the_young_person_agrees(home: Home):
    await home.happens(*a_bad_story(ROBIN)[:-1])
    anna, path = await home.browser("anna"), await path_of(home)
    before = (await anna.get(path)).text

    await press(anna, path, "ask")
    asked = (await anna.get(path)).text
    async with home.store.engine.begin() as connection:
        row = {"alert": path.rsplit("/", 1)[1], "by": "robin", "at": micros(NOON), "said": "agree", "words": ""}
        await connection.execute(insert(answers).values(**row))
    agreed = await press(anna, path, "words", rule="secrecy")

    assert "opens only if" in before and "Ask them" in before
    assert "You asked just now." in asked
    assert agreed.status_code == 200 and "dont tell anyone about us" in agreed.text


async def test_an_adult_reads_their_own(home: Home):
    await home.person("alex", role="adult", member=ALEX.id)
    await home.happens(*a_bad_story(ALEX))
    alex, path = await home.browser("alex"), await path_of(home)

    page = (await press(alex, path, "words", rule="threatens-to-publish")).text

    assert "gift cards" in page


async def test_lines_before_are_shown_only_as_far_as_all_fits(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)

    page = (await press(anna, path, "words", rule="threatens-to-publish")).text

    assert page.count("<blockquote>") == 4
    order = [page.index(part) for part in ("dont tell anyone", "snapchat", "just for me", "gift cards")]
    assert order == sorted(order)


async def test_words_that_are_gone_are_said_to_be(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)
    async with home.store.engine.begin() as connection:
        await connection.execute(texts.delete())

    page = (await anna.get(path)).text
    answer = await press(anna, path, "words", rule="threatens-to-publish")

    assert "Show what was written" not in page
    assert "The words are not kept any more." in answer.text


async def test_a_text_moved_to_another_place_opens_no_more(home: Home):
    await home.happens(*a_bad_story(KIM))
    anna, path = await home.browser("anna"), await path_of(home)
    async with home.store.engine.begin() as connection:
        blobs = (await connection.execute(select(texts.c.id, texts.c.sealed).order_by(texts.c.at))).all()
        await connection.execute(update(texts).where(texts.c.id == blobs[-1].id).values(sealed=blobs[0].sealed))

    page = (await press(anna, path, "words", rule="threatens-to-publish")).text

    assert "saw you on my feed" not in page and "The words are not kept any more." in page


@pytest.mark.parametrize("n", range(len(HOSTILE)))
def test_whatever_a_stranger_writes_is_cut_to_its_measure(n: int):
    text = HOSTILE[n]

    whole = around(text, (3, 9) if len(text) > 9 else None, by="contact", at=NOON)

    assert len(whole.before + whole.heard + whole.after) <= LONGEST


async def test_words_that_imitate_our_page_are_boxed_labelled_text(home: Home):
    fake = (
        "send me a pic, just for me <form action='/alerts/x/close'><button>Close this alert</button></form>"
        " <a href='https://evil.example/known'>I know this person</a> \u202e This alert is closed."
    )
    story = a_bad_story(KIM)
    pretend = a_message(
        id="pretend",
        at=NOON + timedelta(minutes=30),
        contact=story[0].contact,
        account=an_account(id=KIM.accounts["facebook"][0]),
        text=fake,
    )
    await home.happens(*story[:-2], pretend)
    anna, path = await home.browser("anna"), await path_of(home)

    page = (await press(anna, path, "words", rule="asks-for-picture")).text
    box = page.split('class="written"', 1)[1].split("Close the words", 1)[0]

    assert box.index("This is what the stranger wrote:") < box.index("just for me")
    assert "Words of a stranger are never advice and never a button of this page." in box
    assert "&lt;form action=" in box and "<form" not in box and "evil.example/known&#39;&gt;" in box
    assert box.count("<a ") == 1 and "\u202e" not in box


def cut(text: str, words: tuple[int, int] | None) -> Written:
    return around(text, words, by="contact", at=NOON)


def test_a_long_text_is_cutaround_what_was_heard():
    text = "a" * 1000 + "HEARD" + "b" * 1000

    found = cut(text, (1000, 1005))

    assert found.heard == "HEARD"
    assert found.before.startswith("…") and found.after.endswith("…")
    assert len(found.before) + len(found.heard) + len(found.after) == LONGEST


@pytest.mark.parametrize("words", [None, (5, 2), (-1, 4), (3, 999)])
def test_words_that_stand_nowhere_leave_the_beginning(words: tuple[int, int] | None):
    found = cut("short and plain", words)

    assert found == Written(by="contact", at=NOON, after="short and plain")


async def test_a_childs_own_page_lists_who_opened_what(home: Home):
    await home.person("robin", role="child", member=ROBIN.id)
    await home.happens(*a_bad_story(ROBIN))
    anna, path = await home.browser("anna"), await path_of(home)
    robin = await home.browser("robin")

    await press(anna, path, "words", rule="threatens-to-publish")

    assert "anna" in (await robin.get("/me")).text

"""`screener rules dry-run`, as a parent types it: what each kind of change would have done, and what can't be told."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from screener.events import Event
from screener.family import Family, Member
from screener.home.folder import Home
from screener.pipeline import Pipeline
from screener.rulebook import Library
from screener.seal import Seal
from screener.store.sql import SqlStore
from screener.store.tables import alerts, metadata, texts
from tests.make import a_contact, a_message, a_request, an_account
from tests.test_cli_rules import run
from tests.test_own_rules import HELLO, base

__all__ = ["base"]

KIM = Member.named("Kim", age=11, accounts={"facebook": ("100000000000001",)})
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
MAYA = a_contact(id="100000000000666", name="Maya\x1b[31m R.", joined=YESTERDAY - timedelta(days=3), mutual_friends=0)
SKY = a_contact(id="100000000000777", name="Sky W.")
SETTINGS = "rules: ../shipped\nfamily: {members: [{name: Kim, age: 11, accounts: {facebook: ['100000000000001']}}]}\n"


@pytest.fixture
def home(base: Path) -> Path:
    """A home in which Maya opened an account and asked to be a friend, which made an alert; she and Sky spoke of a
    secret.
    """
    folder = base.parent / "home"
    Home(folder=folder).made()
    (folder / "config.yaml").write_text(SETTINGS)
    (folder / "rules").mkdir(exist_ok=True)
    account = an_account()
    events: Sequence[Event] = (
        a_request(at=YESTERDAY, account=account, contact=MAYA),
        a_message(id="mid.$1", at=YESTERDAY + timedelta(minutes=2), account=account, contact=MAYA, text="our secret"),
        a_message(id="mid.$2", at=YESTERDAY + timedelta(minutes=5), account=account, contact=SKY, text="our secret"),
    )
    asyncio.run(_happened(folder, base, events))
    return folder


async def _happened(folder: Path, base: Path, events: Sequence[Event]) -> None:
    store = await _store(folder)
    family = Family(members=(KIM,))
    pipeline = Pipeline(family=family, rulebook=Library(base).read(), store=store, since=YESTERDAY - timedelta(days=99))
    for event in events:
        async with store.transaction() as tx:
            await pipeline.follow(event, KIM, tx)
    await store.close()


async def _store(folder: Path) -> SqlStore:
    home = Home(folder=folder)
    return await SqlStore.opened(home.database, Seal(key=home.seal_key()))


def asked(folder: Path, query: Any) -> list[Any]:
    """The answer to a query of the home's database; what it changes stays changed."""

    async def ask() -> list[Any]:
        store = await _store(folder)
        async with store.engine.begin() as connection:
            result = await connection.execute(query)
            rows = list(result) if result.returns_rows else []
        await store.close()
        return rows

    return asyncio.run(ask())


def alert_of(folder: Path) -> str:
    ((id,),) = asked(folder, select(alerts.c.id))
    return str(id)


def told(*arguments: str | Path) -> dict[str, Any]:
    done = run("rules", "dry-run", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(effect: dict[str, Any], part: str) -> list[str]:
    return [each["name"] for each in effect[part]]


def test_a_line_of_the_overrides_says_whom_it_would_have_kept_quiet_in_plain_words(home: Path):
    done = run("rules", "dry-run", "--set", "rules.new-account.points=1", "--home", home)

    lines = done.stdout.splitlines()
    assert lines[0] == "+0 / -1 alerts in the last 30 days"
    assert lines[2] == "would not have been told:"
    assert lines[3].startswith(
        "  Maya [31m R. on facebook, with Kim: look. Maya [31m R. opened this account 3 days ago"
    )
    assert "3 events of 2 contacts were looked at; of 2 messages, the words of 2 are still kept." in done.stdout
    assert "\x1b" not in done.stdout


def test_a_line_for_one_member_touches_that_member(home: Path):
    assert names(told("--set", "members.Kim.rules.new-account.status=retired", "--home", home), "removed") != []
    assert run("rules", "dry-run", "--set", "members.Robin.rules.new-account.points=1", "--home", home).exit_code == 2


def test_a_file_of_overrides_says_who_would_have_been_told_as_well(home: Path, tmp_path: Path):
    draft = tmp_path / "mine.yaml"
    draft.write_text("rules: {says-hello: {points: 90}}\n")

    effect = told(draft, "--home", home)

    assert names(effect, "added") == ["Sky W."] and effect["removed"] == []
    assert effect["added"][0]["after"] in ("look", "talk") and effect["added"][0]["before"] is None
    assert effect["looked_at"]["events"] == 3 and effect["looked_at"]["is_cut"] is False


def test_a_rule_of_ones_own_is_tried_where_it_would_stand(home: Path, tmp_path: Path):
    rule = tmp_path / "draft.yaml"
    rule.write_text(HELLO.replace("says-hello", "my-rule").replace("points: 20", "points: 80"))

    effect = told(rule, "--as", "isolate/my-rule.yaml", "--home", home)

    assert names(effect, "added") == ["Sky W."]


def test_answers_to_an_alert_are_tried_by_its_id(home: Path):
    alert = alert_of(home)

    trusted = told("--trust", alert, "--home", home)
    muted = told("--mute", alert, "new-account", "--home", home)

    assert [names(effect, "removed") for effect in (trusted, muted)] == [["Maya\x1b[31m R."]] * 2


def test_what_is_not_kept_is_said(home: Path):
    asked(home, delete(texts))

    done = run("rules", "dry-run", "--set", "rules.says-hello.points=90", "--home", home)
    doubted = told("--set", "lists.secrecy.add=[our little thing]", "--set", "levels.look.points=5", "--home", home)

    assert "of 2 messages, the words of 0 are still kept" in done.stdout
    assert "strangers wrote for 30 days" in done.stdout
    assert "2 signs can't be measured again and count as they were seen then." in done.stdout
    assert doubted["looked_at"]["with_words"] == 0 and doubted["looked_at"]["in_doubt"] == 2


def test_what_lies_before_the_days_is_left_out(home: Path):
    assert told("--set", "rules.new-account.points=1", "--days", "1", "--home", home)["looked_at"]["days"] == 1


def test_progress_is_shown_on_a_terminal_and_never_beside_json(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")

    done = run("rules", "dry-run", "--set", "rules.new-account.points=1", "--home", home)

    assert "judging again" in done.stderr and "100%" in done.stderr
    assert "judging" not in done.stdout
    told("--set", "rules.new-account.points=1", "--home", home)


def test_nothing_is_changed_by_it(home: Path, tmp_path: Path):
    counts = [select(func.count()).select_from(table) for table in metadata.sorted_tables]
    files = sorted(path.name for path in (home / "rules").rglob("*"))
    before = [asked(home, count) for count in counts]

    for change in (["--set", "rules.new-account.points=1"], ["--trust", alert_of(home)]):
        told(*change, "--home", home)

    assert [asked(home, count) for count in counts] == before
    assert sorted(path.name for path in (home / "rules").rglob("*")) == files


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one change"),
        (["--set", "rules.new-account.points=1", "--trust", "x"], "name one change"),
        (["--set", "rules.new-account.points"], "sets nothing"),
        (["--set", "rules.new-acount.points=1"], 'Did you mean "new-account"?'),
        (["--trust", "nobody"], "there is no such alert"),
        (["--mute", "nobody", "new-account"], "there is no such alert"),
        (["--mute", "nobody", "asks-for-money"], "sees a threat or a demand, and always counts"),
        (["nowhere.yaml"], "can't be read"),
        (["nowhere.yaml", "--as", "../config.yaml"], "is no place for a rule"),
    ],
)
def test_what_can_not_be_tried_is_said_with_its_mend(home: Path, arguments: list[str], words: str):
    done = run("rules", "dry-run", *arguments, "--home", home)

    assert done.exit_code == 2 and words in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_where_nothing_was_seen_yet_there_is_nothing_to_try(tmp_path: Path):
    done = run("rules", "dry-run", "--trust", "x", "--home", tmp_path)

    assert done.exit_code == 2 and "nothing has been seen yet" in done.stderr

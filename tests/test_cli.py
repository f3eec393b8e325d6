"""The command says what it can do, and ends with the status and the words that were promised."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from screener import __version__
from screener.cli import app
from screener.errors import Mistake
from screener.resources import HERE, shipped
from screener.store.sql import SqlStore
from screener.web import reset
from screener.web.auth import fits, hashed
from screener.web.desk import SqlDesk

RULES = HERE.parent / "rules"


def run(*arguments: str | Path, typed: str = ""):
    return CliRunner().invoke(app, [*map(str, arguments)], input=typed)


def test_it_says_its_version():
    done = run("--version")

    assert (done.exit_code, done.stdout) == (0, f"screener {__version__}\n")


def test_every_command_explains_itself():
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert command.help or command.get_short_help_str(), name
        assert run(name, "--help").exit_code == 0


def test_the_shipped_rules_have_no_mistake():
    done = run("rules", "check", "--json")

    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert said["mistakes"] == []
    assert said["rules"] >= 20


def test_every_mistake_in_the_rules_is_printed_and_the_status_says_that_there_are_some(tmp_path: Path):
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    for name in ("one", "two"):
        (rules / "approach" / f"{name}.yaml").write_text("title: [")

    done = run("rules", "check", "--rules", rules)

    assert done.exit_code == 1
    assert re.findall(r"approach/(one|two)\.yaml:\d+: .+\. .+\.", done.stdout) == ["one", "two"]
    assert done.stdout.splitlines()[-1].endswith(" rules, 2 mistakes")


def test_a_folder_without_levels_can_not_be_used_and_says_why(tmp_path: Path):
    done = run("rules", "check", "--rules", tmp_path)

    assert done.exit_code == 2
    assert re.search(r"levels\.yaml:1: .+\. .+", done.stderr)
    assert "Traceback" not in done.stderr


def test_a_password_is_not_reset_where_there_is_no_database(tmp_path: Path):
    done = run("reset-password", "kim", "--home", tmp_path, typed="a long new password\na long new password\n")

    assert done.exit_code == 2
    assert "screener.db: there is no database yet" in done.stderr


async def test_a_reset_password_replaces_the_old_one_and_ends_its_sessions(tmp_path: Path):
    path = tmp_path / "screener.db"
    store = await SqlStore.opened(path)
    desk = SqlDesk(store, reader=None)  # type: ignore[arg-type]  # accounts don't need the spool
    await desk.add_user("kim", hashed("the old password"))
    await store.close()

    await reset.reset(path, " Kim ", "the new password")

    store = await SqlStore.opened(path)
    user = await SqlDesk(store, reader=None).user("kim")  # type: ignore[arg-type]
    await store.close()
    assert user is not None
    assert fits("the new password", user.password_hash) and not fits("the old password", user.password_hash)
    assert user.epoch == 1


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [("nobody", "the new password", "nobody: nobody has this name"), ("kim", "short", "password: too short")],
)
async def test_a_reset_that_can_not_be_done_says_why(tmp_path: Path, name: str, password: str, words: str):
    store = await SqlStore.opened(tmp_path / "screener.db")
    await store.close()

    with pytest.raises(Mistake, match=words):
        await reset.reset(tmp_path / "screener.db", name, password)


def test_what_is_shipped_is_found_and_what_is_missing_is_named():
    assert (shipped("rules") / "levels.yaml").is_file()
    with pytest.raises(Mistake, match=r"nowhere: this folder is missing .+\. Install Screener again\."):
        shipped("nowhere")

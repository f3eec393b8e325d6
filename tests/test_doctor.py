"""`screener doctor`: what is wrong is named with its mend, and nothing is called well that is not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screener import doctor, troubles
from screener.cli import app
from screener.home import authority, pc
from screener.home.folder import Home, write_private
from screener.platforms import endpoints
from screener.web.retold import taken_apart

LASTING = ("address", "clock", "computer", "disk", "exposed")
NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(folder=tmp_path / "screener")
    home.made()
    write_private(home.settings, b"proxy: {port: 1}\ndashboard: {port: 1}\n")
    authority.ensure(home, endpoints())
    return home


def trouble(home: Home) -> dict[str, str]:
    return {check.name: f"{check.what} {check.mend}" for check in doctor.examine(home, NOW) if not check.ok}


def test_what_does_not_run_is_named_with_its_mend(home: Home) -> None:
    found = trouble(home)

    assert {"check page", "dashboard", "database", "proxy", "devices"} <= found.keys()
    assert "screener up" in found["dashboard"]
    assert not {"folder", "keys", "certificate", "clock", "disk"} & found.keys()


def test_a_key_that_others_can_read_is_trouble(home: Home) -> None:
    (home.ca / authority.KEY).chmod(0o644)
    home.folder.chmod(0o755)
    (home.folder / "seal.key").chmod(0o644)

    found = trouble(home)

    assert "Others on this computer can read the key" in found["certificate"]
    assert "chmod 700" in found["folder"] and "chmod 600" in found["keys"]


def test_a_key_behind_a_passphrase_is_no_trouble(home: Home) -> None:
    home.lock("five blue boats at sea")

    assert "keys" not in trouble(home)


def test_a_clock_before_the_newest_file_is_wrong(home: Home) -> None:
    home.database.touch()

    checks = doctor.lasting(home, datetime(2025, 2, 1, tzinfo=UTC))

    assert [check.name for check in checks if not check.ok and check.name == "clock"] == ["clock"]


def test_what_somebody_took_out_of_this_computer_by_hand_is_noticed(home: Home, tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    put = pc.set_up(home, "http://127.0.0.1:1/proxy.pac", user=user)
    before = [check.ok for check in doctor.lasting(home, NOW) if check.name == "computer"]
    pc.UNDO["nss"](put[1])

    after = [check for check in doctor.lasting(home, NOW) if check.name == "computer"]

    assert before == [True]
    assert [check.ok for check in after] == [False] and "Set up this computer" in after[0].mend


def test_the_same_is_on_the_dashboard_as_issues(home: Home) -> None:
    (home.ca / authority.KEY).chmod(0o644)

    found = {issue.key: issue for issue in doctor.issues(home, NOW)}

    assert found["authority:open"].severity == "error"
    assert all(issue.mend for issue in found.values())


def test_whatever_lasts_is_one_of_the_sentences_that_every_language_has(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = tmp_path / "user"
    user.mkdir()
    pc.UNDO["nss"](pc.set_up(home, "http://127.0.0.1:1/proxy.pac", user=user)[1])
    home.database.touch()
    write_private(home.settings, b"dashboard: {host: 192.0.2.7}\n")
    monkeypatch.setattr(doctor, "ENOUGH_BYTES", 2**60)

    found = doctor.issues(home, datetime(2025, 2, 1, tzinfo=UTC))
    strange = [
        text
        for issue in found
        for text in (issue.what, issue.mend)
        if all(taken_apart(text, sentence) is None for sentence in troubles.sentences())
    ]

    assert {issue.key for issue in found} >= {f"doctor:{name}" for name in LASTING}
    assert strange == []


def test_the_command_ends_with_a_status_and_prints_json(home: Home) -> None:
    shown = CliRunner().invoke(app, ["doctor", "--home", str(home.folder)])
    listed = CliRunner().invoke(app, ["doctor", "--json", "--home", str(home.folder)])
    rows = [json.loads(line) for line in listed.stdout.splitlines()]

    assert (shown.exit_code, listed.exit_code) == (1, 1)
    assert "trouble" in shown.stdout and "in trouble" in shown.stdout
    assert {"name", "ok", "note", "what", "mend"} == rows[0].keys()


def test_a_mistake_in_the_settings_is_told_by_its_line(home: Home) -> None:
    write_private(home.settings, b"proxy: {prot: 1}\n")

    assert "config.yaml:1" in trouble(home)["settings"]

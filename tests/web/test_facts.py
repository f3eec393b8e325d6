"""What a platform told of a contact is shown with how it is known, and nothing that it did not tell."""

from datetime import UTC, datetime

from screener.web.facts import told
from tests.make import a_contact


def shown(**contact: object) -> dict[str, str]:
    return {fact.label: fact.value for fact in told(a_contact(**contact))}


def test_an_account_that_was_opened_lately_is_shown_with_the_day_on_which_that_was_said():
    said_on = datetime(2026, 10, 2, tzinfo=UTC)

    assert shown(joined_recently=True, joined_recently_at=said_on)["Opened lately"] == "yes, as of 2026-10-02"
    assert shown(joined_recently=False, joined_recently_at=said_on)["Opened lately"] == "no, as of 2026-10-02"
    assert "Opened lately" not in shown()


def test_where_the_day_of_opening_is_known_that_is_shown_alone():
    facts = shown(
        joined_recently=True, joined_recently_at=datetime(2026, 10, 2, tzinfo=UTC), joined=datetime(2026, 9, 1)
    )

    assert facts["Account opened"] == "2026-09-01"
    assert "Opened lately" not in facts

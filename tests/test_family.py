"""Whose an account is, and what is assumed of a member of whom little was said."""

import pytest

from screener.family import Family, Member, timezone_named
from tests.make import a_member, an_account

KIM = a_member(accounts={"facebook": ("100000000000001",)}, devices=("192.0.2.7",))
ROBIN = Member.named("Robin", age=44, devices=("192.0.2.8",))
FAMILY = Family(members=(ROBIN, KIM))


def test_an_account_belongs_to_whom_it_was_given_to_whichever_device_it_is_used_on():
    assert FAMILY.owner(an_account(), device="192.0.2.8") == KIM


def test_an_account_that_was_given_to_nobody_belongs_to_the_owner_of_the_device():
    assert FAMILY.owner(an_account(id="5"), device="192.0.2.8") == ROBIN
    assert FAMILY.owner(an_account(platform="discord"), device="192.0.2.7") == KIM


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"name": "Sam", "handle": "sam.example"}, "Sam"),
        ({"handle": "sam.example"}, "sam.example"),
        ({}, "the facebook account 5"),
    ],
)
def test_whoever_is_not_listed_is_looked_after_under_the_name_of_the_account(known: dict[str, str], name: str):
    member = FAMILY.owner(an_account(id="5", **known), device="192.0.2.99")

    assert (member.id, member.name, member.role, member.age) == ("facebook:5", name, "child", None)


@pytest.mark.parametrize(
    ("age", "role", "expected"),
    [(17, None, "child"), (18, None, "adult"), (None, None, "child"), (44, "parent", "parent"), (20, "child", "child")],
)
def test_whose_role_was_not_said_is_an_adult_from_eighteen_on(age: int | None, role: str | None, expected: str):
    assert Member.named("Kim", age=age, role=role).role == expected  # type: ignore[arg-type]


def test_a_time_zone_that_does_not_exist_is_named_with_the_nearest_that_does():
    assert timezone_named("Europe/London") == "Europe/London"
    with pytest.raises(ValueError, match=r'"Europe/Londn" is not a time zone. Did you mean "Europe/London"\?'):
        timezone_named("Europe/Londn")

"""A family's own folder over the shipped rules: overrides, own rules and own words, for all, a member or a platform."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from screener import rulebook
from screener.family import Family
from screener.pipeline import Pipeline
from screener.rulebook import Library, Rulebook
from screener.store.memory import MemoryStore
from tests.make import NOON, RULES, a_contact, a_member, a_message
from tests.test_rulebook import IDEA, PHRASES, RULE, a_folder

OWN_RULE = RULE.replace("new-account", "my-rule")

THREAT = """\
title: Asks for money
id: asks-for-money
status: stable
when: message
if:
  message.by: contact
  message.says: {any: [money]}
points: 90
alone: true
because: "{contact.name} asked {member.name} for money."
advice: Keep what was written.
also_innocent: A friend who wants their bus fare back.
examples:
  alerts:
    - {text: "pay me now"}
  stays_quiet:
    - {text: "hello"}
"""

HELLO = """\
title: Says hello
id: says-hello
status: stable
when: message
if:
  message.by: contact
  message.says: {any: [secrecy]}
points: 20
because: "{contact.name} spoke of a secret."
advice: Ask about it.
also_innocent: A birthday present.
examples:
  alerts:
    - {text: "our secret"}
  stays_quiet:
    - {text: "hello"}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A small folder of shipped rules, quick to read."""
    folder = a_folder(
        tmp_path,
        **{
            "lists/money.yaml": "title: Money\nsays: Demands money.\n",
            "lists/en/money.yaml": "phrases: [pay me, send the money]\n",
            "pressure/asks-for-money.yaml": THREAT,
            "isolate/says-hello.yaml": HELLO,
        },
    )
    return folder.rename(tmp_path / "shipped")


def own(base: Path, **files: str) -> Path:
    folder = base.parent / "home" / "rules"
    for place, text in files.items():
        path = folder / place.replace("overrides", "overrides.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def read(base: Path, **files: str) -> Rulebook:
    return Library(base, own(base, **files), members=["Kim", "Alex"], platforms=["facebook", "roblox"]).read()


def rule(book: Rulebook, id: str) -> rulebook.book.Rule:
    return next(each for each in book.rules if each.id == id)


def test_nothing_of_ones_own_leaves_everything_as_shipped(base: Path):
    book = Library(base, base.parent / "nowhere").read()

    assert (book.mistakes, book.warnings) == ([], ())
    assert [each.id for each in book.rules] == [each.id for each in rulebook.load(base).rules]


def test_points_and_status_are_changed_by_the_rules_id(base: Path):
    book = read(base, overrides="rules:\n  says-hello: {points: 3}\n  new-account: {status: retired}\n")

    assert book.mistakes == []
    assert rule(book, "says-hello").points == 3
    assert not rule(book, "new-account").runs


def test_words_are_added_and_taken_away_and_both_are_heard_at_once(base: Path):
    book = read(
        base,
        overrides="""\
lists:
  secrecy:
    add: [our little thing]
    remove: ["(our|a) [little] secret"]
  money:
    add: {de: [schick mir geld]}
""",
    )

    assert book.mistakes == []
    assert book.listen("that is our little thing") == {"secrecy"}
    assert book.listen("our secret") == frozenset()
    assert book.listen("Schick mir Geld!") == book.listen("pay me") == {"money"}
    assert next(each for each in book.lists if each.name == "money").languages == ("en", "de")


def test_own_rules_lists_and_groups_of_words_run_beside_the_shipped_ones(base: Path):
    deed = HELLO.replace("says-hello", "asks-deed").replace("[secrecy]", "[my-deed]").replace("our secret", "dance now")
    book = read(
        base,
        **{
            "befriend/mine/deeper/asks-deed.yaml": deed,
            "approach/my-rule.yaml": OWN_RULE,
            "lists/my-deed.yaml": IDEA,
            "lists/en/my-deed.yaml": "phrases: [<deed> now]",
            "lists/en/secrecy.yaml": "phrases: [between us two]",
            "words/en.yaml": "deed: [dance, sing]",
        },
    )

    assert book.mistakes == []
    assert {"asks-deed", "my-rule"} < {each.id for each in book.rules}
    assert rule(book, "asks-deed").stage == "befriend"
    assert book.listen("sing now, between us two") == {"my-deed", "secrecy"}


def test_words_of_ones_own_never_put_a_shipped_rule_aside(base: Path):
    book = read(base, overrides="lists:\n  secrecy: {add: [hello]}\n")

    assert book.mistakes == []
    assert rule(book, "says-hello").runs
    assert book.listen("hello") == {"secrecy"}


MISTAKES = [
    ("overrides", "rules:\n  say-hello: {points: 3}\n", ':2: "say-hello" is not a rule. Did you mean "says-hello"?'),
    ("overrides", "rules:\n  says-hello: {point: 3}\n", ':2: "point" is not something that can be changed here.'),
    ("overrides", "rules:\n  says-hello: {points: 3000}\n", ':2: "points" is a number from -100 to 1000.'),
    ("overrides", "rules:\n  says-hello: {status: of}\n", ':2: "of" is not a status.'),
    ("overrides", "rules:\n  says-hello: {}\n", ":2: nothing is changed here."),
    ("overrides", "rules: [says-hello]\n", ":1: here stand names, each with what is changed."),
    ("overrides", "rule: {}\n", ':1: "rule" is not something that can be changed here. Did you mean "rules"?'),
    ("overrides", "lists:\n  secret: {add: [x]}\n", ':2: "secret" is not a word list. Did you mean "secrecy"?'),
    (
        "overrides",
        "lists:\n  money: {remove: [pay mee]}\n",
        ':2: "pay mee" is not a phrase of money, letter by letter.',
    ),
    ("overrides", "lists:\n  money: {add: {eng: [x]}}\n", ':2: "eng" is not something that can be changed here.'),
    ("overrides", 'lists:\n  money:\n    add:\n      - "(x"\n', ':4: "(" is not closed.'),
    ("overrides", "levels:\n  talk: {point: 3}\n", ':2: "point" is not a key of levels.yaml. Did you mean "points"?'),
    ("overrides", "levels:\n  talk: {points: .nan}\n", ':2: "points" is a number, and not below zero.'),
    ("overrides", "levels:\n  talk: {points: 900}\n", ":1: the levels do not rise."),
    ("overrides", "members:\n  Kym: {rules: {}}\n", ':2: "Kym" is not a member of the family. Did you mean "Kim"?'),
    ("overrides", "members:\n  Kim: {lists: {}}\n", ':2: "lists" is not something that can be changed here.'),
    ("overrides", "platforms:\n  robox: {}\n", ':2: "robox" is not a platform that is read. Did you mean "roblox"?'),
    ("approach/new-account.yaml", RULE, ':2: "new-account" is a rule already, in shipped/approach/new-account.yaml:5.'),
    ("lists/secrecy.yaml", IDEA, ':1: "secrecy" is a shipped list. To add to it, write lists/LANGUAGE/secrecy.yaml.'),
    ("approach/my-rule.yml", OWN_RULE, "my-rule.yml:1: this file is not read. Let its name end in .yaml."),
    ("my-rule.yaml", OWN_RULE, "my-rule.yaml:1: a rule stands in the folder of its stage"),
    ("levels.yaml", "look: 3", 'levels.yaml:1: your own numbers stand under "levels" in overrides.yaml.'),
    ("aproach/my-rule.yaml", OWN_RULE, ':1: "aproach" is not a stage, so the folder holds no rules.'),
    ("lists/xx/money.yaml", PHRASES, ':1: "xx" is not a language that is listened for.'),
]


@pytest.mark.parametrize(("place", "text", "told"), MISTAKES)
def test_a_mistake_of_ones_own_is_told_with_its_line_and_the_shipped_rules_run(
    base: Path, place: str, text: str, told: str
):
    book = read(base, **{place: text, "befriend/sound.yaml": RULE.replace("new-account", "sound")})

    assert any(told in each for each in book.mistakes), book.mistakes
    assert all(each.startswith("home/rules/") for each in book.mistakes)
    assert {"says-hello", "asks-for-money", "sound"} <= {each.id for each in book.rules}


def test_the_sound_lines_of_overrides_count_where_others_are_broken(base: Path):
    book = read(base, overrides="rules:\n  says-hello: {points: 3}\n  nobody: {points: 1}\nlevels: {talk: 3}\n")

    assert len(book.mistakes) > 1
    assert rule(book, "says-hello").points == 3
    assert book.levels == rulebook.load(base).levels


BLIND = [
    (
        "rules:\n  asks-for-money: {status: retired}\n",
        ':2: "asks-for-money" does not run: "Asks for money" is no longer',
    ),
    (
        "rules:\n  asks-for-money: {points: 0}\n",
        ':2: "asks-for-money" weighs nothing: "Asks for money" no longer counts',
    ),
    ("members: {Kim: {rules: {asks-for-money: {status: sandbox}}}}\n", "does not run for Kim"),
    ("platforms: {roblox: {rules: {asks-for-money: {status: sandbox}}}}\n", "does not run on roblox"),
    ("rules:\n  says-hello: {points: -5}\n", ":2: no rule of isolate is left"),
    ("lists:\n  money: {remove: [pay me]}\n", ':2: "pay me" is no longer heard as "money": "Asks for money" may be'),
    ("lists:\n  money: {remove: [pay me, send the money]}\n", ':2: the list "money" has no words left'),
    ("levels: {act: {points: 9999}}\n", ":1: no points can reach act any more"),
    ("members: {Kim: {levels: {act: {stages: 5}}}}\n", "no points can reach act for Kim any more"),
]


@pytest.mark.parametrize(("text", "told"), BLIND)
def test_what_is_no_longer_seen_is_said(base: Path, text: str, told: str):
    book = read(base, overrides=text)

    assert book.mistakes == []
    assert any(told in each for each in book.warnings), book.warnings


def test_a_file_that_becomes_broken_leaves_its_last_good_version_in_force_also_after_a_restart(base: Path):
    good = base.parent / "good"
    folder = own(base, overrides="rules: {says-hello: {points: 3}}", **{"approach/my-rule.yaml": OWN_RULE})
    library = Library(base, folder, good=good)
    library.read()

    own(base, overrides="rules: {says-hello: {points: [", **{"approach/my-rule.yaml": OWN_RULE.replace("35", "many")})
    at_once = library.read()
    restarted = Library(base, folder, good=good).read()

    for book in (at_once, restarted):
        assert [each.partition(": ")[0] for each in book.mistakes] == [
            "home/rules/overrides.yaml:1",
            "home/rules/approach/my-rule.yaml:7",
        ]
        assert book.kept == {"home/rules/overrides.yaml", "home/rules/approach/my-rule.yaml"}
        assert (rule(book, "says-hello").points, rule(book, "my-rule").points) == (3, 35)


def test_a_file_that_is_taken_away_is_gone_and_does_not_come_back_broken(base: Path):
    folder = own(base, **{"approach/my-rule.yaml": OWN_RULE})
    library = Library(base, folder, good=base.parent / "good")
    library.read()

    (folder / "approach/my-rule.yaml").unlink()
    gone = library.read()
    own(base, **{"approach/my-rule.yaml": "title: ["})
    broken = library.read()

    assert "my-rule" not in {each.id for each in gone.rules}
    assert "my-rule" not in {each.id for each in broken.rules}
    assert broken.kept == frozenset()


def test_an_update_of_the_shipped_rules_leaves_the_familys_changes_in_force(base: Path):
    folder = own(base, overrides="rules: {says-hello: {points: 3}}", **{"approach/my-rule.yaml": OWN_RULE})
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    library = Library(base, folder)
    library.read()

    (base / "isolate/says-hello.yaml").write_text(
        HELLO.replace("points: 20", "points: 30").replace("a secret.", "two.")
    )
    (base / "approach/new-account.yaml").write_text(RULE.replace("points: 35", "points: 36"))
    book = library.read()

    assert (rule(book, "says-hello").points, rule(book, "new-account").points) == (3, 36)
    assert rule(book, "says-hello").because.endswith("two.")
    assert rule(book, "my-rule").points == 35
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_what_is_tried_is_kept_nowhere(base: Path):
    library = Library(base, own(base, overrides="rules: {says-hello: {points: 3}}"), good=base.parent / "good")
    library.read()

    tried = library.tried({"overrides.yaml": b"rules: {says-hello: {points: 4}}", "approach/my-rule.yaml": b"["})
    without = library.tried({"overrides.yaml": None})
    after = library.read()

    assert [rule(each, "says-hello").points for each in (tried, without, after)] == [4, 20, 3]
    assert tried.mistakes[0].startswith("home/rules/approach/my-rule.yaml:1: this is not YAML")
    assert (after.mistakes, library.shipped().mistakes) == ([], [])


@pytest.fixture
def followed() -> Iterator[object]:
    """Follows one message of a secret through the real pipeline and gives its score."""

    async def follow(
        book: Rulebook, *, member: str = "Kim", platform: str = "facebook", store: MemoryStore | None = None
    ):
        contact = a_contact(platform=platform, is_stranger=True)
        message = a_message(id=f"m{member}{platform}", contact=contact, by="contact", text="our secret")
        pipeline = Pipeline(family=Family(), rulebook=book, store=MemoryStore(), since=NOON)
        async with pipeline.store.transaction() as tx:
            return await pipeline.follow(message, a_member(id=f"member:{member}", name=member), tx)

    yield follow


async def test_one_member_and_one_platform_are_judged_otherwise_in_the_real_pipeline(base: Path, followed):
    book = read(
        base,
        overrides="""\
levels: {look: {points: 21, stages: 1}}
members:
  Kim:
    rules: {says-hello: {points: 40}}
    platforms:
      roblox: {rules: {says-hello: {points: 10}}}
platforms:
  roblox: {levels: {look: {points: 10}}, rules: {says-hello: {points: 15}}}
""",
    )
    assert book.mistakes == []

    found = {
        (member, platform): (await followed(book, member=member, platform=platform)).alert
        for member in ("Kim", "Alex")
        for platform in ("facebook", "roblox")
    }

    assert {whose: alert.points if alert else None for whose, alert in found.items()} == {
        ("Kim", "facebook"): 44,
        ("Kim", "roblox"): 11,
        ("Alex", "facebook"): 22,
        ("Alex", "roblox"): 16,
    }


async def test_an_override_counts_for_what_was_seen_before_and_can_be_taken_back(base: Path):
    folder = own(base)
    library = Library(base, folder)
    store = MemoryStore()
    contact = a_contact(is_stranger=True)
    member = a_member()

    async def points(n: int, text: str) -> int:
        pipeline = Pipeline(family=Family(), rulebook=library.read(), store=store, since=NOON)
        message = a_message(id=f"m{n}", contact=contact, by="contact", text=text)
        before = await store.recall(member, message)
        async with store.transaction() as tx:
            await pipeline.follow(message, member, tx)
        after = await store.recall(member, message)
        signals = pipeline.rulebook.of(member.name, "facebook").weighed(after.signals)
        assert [each.points for each in after.signals] == [20.0], before
        return round(sum(each.points for each in signals))

    shipped = await points(1, "our secret")
    own(base, overrides="rules: {says-hello: {points: 2}}")
    lowered = await points(2, "hello")
    own(base, overrides="rules: {says-hello: {status: retired}}")
    retired = await points(3, "hello again")
    (folder / "overrides.yaml").unlink()
    back = await points(4, "and again")

    assert (shipped, lowered, retired, back) == (20, 2, 0, 20)


def test_a_custom_folder_that_is_the_familys_own_is_read_once(base: Path):
    book = Library(base, base).read()

    assert book.mistakes == []


def test_the_shipped_rules_take_overrides_of_every_kind(tmp_path: Path):
    text = b"rules: {late-hours: {points: 2}}\nmembers: {Kim: {levels: {windows: {night_begins: 20}}}}\n"
    library = Library(Path(__file__).parent.parent / "rules", tmp_path / "none")

    book = library.tried({"overrides.yaml": text})

    assert book.mistakes == []
    assert book.of("Kim", "facebook").levels.windows.night_begins == 20
    assert book.of("Alex", "facebook") is book
    assert replace(RULES, rules=()).of("Kim", "facebook").rules == ()

"""A rulebook reads what anybody wrote, explains every mistake by its line, and runs what is sound."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener import rulebook
from screener.errors import Mistake
from screener.folding import fold
from screener.relationships import Relationship
from screener.rulebook.lists import Listener, Phrase, why_not
from screener.rulebook.phrases import BadPhrase, pattern
from screener.rulebook.reading import MOST_BYTES
from tests.make import a_contact, a_member, a_moment, a_request

SHIPPED = Path(__file__).parent.parent / "rules"

RULE = """\
title: New account
id: new-account
status: stable
when: friend_request
if:
  contact.account_days: {below: 30}
points: 35
because: "{contact.name} opened this account {contact.account_days} days ago."
advice: Ask {member.name} about it.
also_innocent: A classmate who has only just joined.
examples:
  alerts:
    - {contact.account_days: 3}
  stays_quiet:
    - {contact.account_days: 900}
    - {contact.mutual_friends: 0}
"""

IDEA = """\
title: Secrecy
says: Asks for secrecy.
"""

PHRASES = """\
phrases:
  - (our|a) [little] secret
"""


def a_folder(tmp_path: Path, rule: str = RULE, phrases: str = PHRASES, **more: str) -> Path:
    folder = tmp_path / "rules"
    for place, text in {
        "approach/new-account.yaml": rule,
        "lists/secrecy.yaml": IDEA,
        "lists/en/secrecy.yaml": phrases,
        "levels.yaml": (SHIPPED / "levels.yaml").read_text(),
        **more,
    }.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def mistakes(folder: Path) -> list[str]:
    return rulebook.load(folder).mistakes


def test_a_sound_folder_has_no_mistake_and_its_rule_runs(tmp_path: Path):
    book = rulebook.load(a_folder(tmp_path))
    event = a_request(contact=a_contact(joined=a_request().at))
    relationship = Relationship.first(member=a_member(), event=event).after(event, frozenset())

    signals = book.signals(a_moment(event, relationship))

    assert book.mistakes == []
    assert [(each.rule, each.because, each.file) for each in signals] == [
        ("new-account", "Maya R. opened this account 0 days ago.", "rules/approach/new-account.yaml:5")
    ]


MISTAKES = [
    (
        "contact.account_days: {below",
        "contact.acount_days: {below",
        'rules/approach/new-account.yaml:6: "contact.acount_days" is not a fact. Did you mean "contact.account_days"?',
    ),
    ("{below: 30}", "{bellow: 30}", ':6: "bellow" is not a condition. Did you mean "below"?'),
    ("{below: 30}", "{below: many}", ':6: "below" needs a number. Write below: 5.'),
    ("{below: 30}", "{any: [a]}", ':6: "any" can\'t be asked of contact.account_days, which is a number.'),
    ("{below: 30}", "{}", ":6: nothing is asked of contact.account_days."),
    ("{below: 30}", "yes", ":6: contact.account_days is a number, and True is not."),
    ("id: new-account", "id: other", ':2: the id "other" is not the file\'s name. Write id: new-account.'),
    ("status: stable", "status: stabel", ':3: "stabel" is not a status. Did you mean "stable"?'),
    ("when: friend_request", "when: friend_requests", ':4: "friend_requests" is not a kind of event. Did you mean'),
    ("points: 35", "points: lots", ':7: "points" is a number from -100 to 1000.'),
    ("points: 35", "points: 35\nalone: perhaps", ':8: "alone" is true or false.'),
    ("{contact.account_days} days", "{contact.posts} days", ':8: "because" speaks of {contact.posts}, which "if"'),
    ("{contact.name} opened", "{ opened", ':8: "because" has a bracket that names no fact.'),
    (
        "also_innocent: A",
        "also_inocent: A",
        ':10: "also_inocent" is not a key of a rule. Did you mean "also_innocent"?',
    ),
    ("{contact.account_days: 3}", "{contact.account_days: 300}", ":13: this example should alert and stays quiet."),
    ("{contact.account_days: 900}", "{contact.account_days: 9}", ":15: this example should stay quiet and alerts."),
    ("{contact.mutual_friends: 0}", "{contact.mutual: 0}", ':16: "contact.mutual" is not a fact. Did you mean'),
    ("title: New account\n", "title: New account\ntitle: Twice\n", ':2: "title" stands here twice. Remove one.'),
    ("points: 35", "points: [35", ": this is not YAML"),
    ("points: 35", "points: &a 35", ":7: anchors and aliases are not read here. Write the value out."),
]


@pytest.mark.parametrize(("written", "instead", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_line_and_its_mend(tmp_path: Path, written: str, instead: str, told: str):
    assert written in RULE

    found = mistakes(a_folder(tmp_path, rule=RULE.replace(written, instead, 1)))

    assert any(told in each for each in found), found
    assert all(each.startswith("rules") and each.endswith((".", "?")) for each in found)


def test_all_mistakes_of_all_files_are_told_and_the_sound_rules_run(tmp_path: Path):
    folder = a_folder(
        tmp_path,
        **{
            "befriend/one.yaml": RULE.replace("new-account", "one")
            .replace("points: 35", "points: x")
            .replace("30}", "y}"),
            "befriend/two.yaml": "just words",
            "lists/empty.yaml": "title: Empty\nsays: Nothing.",
            "lists/en/empty.yaml": "phrases: []",
        },
    )

    book = rulebook.load(folder)

    assert [each.partition(". ")[0] for each in book.mistakes] == [
        "rules/lists/empty.yaml:1: the list has no phrase that can be used, so it would never be heard",
        'rules/befriend/one.yaml:6: "below" needs a number',
        'rules/befriend/one.yaml:7: "points" is a number from -100 to 1000',
        "rules/befriend/two.yaml:1: a rule needs the keys title, id, status, when, if, points, alone, because, advice, "
        "also_innocent, examples",
    ]
    assert [rule.id for rule in book.rules] == ["new-account"]


def test_two_rules_of_one_id_are_told(tmp_path: Path):
    folder = a_folder(tmp_path, **{"befriend/new-account.yaml": RULE})

    assert '"new-account" is a rule already, in rules/approach/new-account.yaml:5' in mistakes(folder)[0]


def test_a_folder_that_is_no_stage_holds_no_rules(tmp_path: Path):
    folder = a_folder(tmp_path, **{"aproach/one.yaml": RULE.replace("new-account", "one")})

    assert 'is not a stage, so the folder holds no rules. Did you mean "approach"?' in mistakes(folder)[0]


def test_a_rule_in_the_sandbox_or_retired_does_not_run(tmp_path: Path):
    book = rulebook.load(a_folder(tmp_path, rule=RULE.replace("stable", "sandbox")))
    event = a_request(contact=a_contact(joined=a_request().at))
    relationship = Relationship.first(member=a_member(), event=event).after(event)

    assert book.mistakes == []
    assert book.signals(a_moment(event, relationship)) == ()


def test_an_unknown_word_list_is_told_in_conditions_and_in_examples(tmp_path: Path):
    condition = RULE.replace("contact.account_days: {below: 30}", "message.says: {any: [secresy]}")
    example = RULE.replace("{contact.account_days: 900}", "{message.says: [secresy]}")

    for rule in (condition, example):
        assert '"secresy" is not a word list. Did you mean "secrecy"?' in mistakes(a_folder(tmp_path, rule=rule))[0]


def test_an_example_may_give_a_text(tmp_path: Path):
    rule = (
        RULE.replace("contact.account_days: {below: 30}", "message.says: {any: [secrecy]}")
        .replace("{contact.account_days: 3}", '{text: "our secret"}')
        .replace("{contact.account_days} days", "some days")
    )

    assert mistakes(a_folder(tmp_path, rule=rule)) == []


def test_each_language_has_its_own_phrases_and_groups_and_shares_those_of_any(tmp_path: Path):
    folder = a_folder(
        tmp_path,
        **{
            "lists/de/secrecy.yaml": "phrases: [<mein> geheimnis <zeichen>]",
            "lists/any/secrecy.yaml": "phrases: [top secret]",
            "words/de.yaml": "mein: [unser, ein kleines]",
            "words/any.yaml": "zeichen: [lol, haha]",
        },
    )

    book = rulebook.load(folder)

    assert book.mistakes == []
    assert book.lists[0].languages == ("any", "de", "en")
    for heard in ("Unser Geheimnis, haha", "our secret", "top secret"):
        assert book.listen(heard) == {"secrecy"}
    assert book.listen("our geheimnis") == frozenset()


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        (
            "lists/en/secresy.yaml",
            PHRASES,
            'lists/en/secresy.yaml:1: "secresy" is not an idea in lists/. Did you mean "secrecy"?',
        ),
        ("lists/enn/secrecy.yaml", PHRASES, 'lists/enn/secrecy.yaml:1: "enn" is not a language that is listened for.'),
        ("words/enn.yaml", "you: [you]", 'words/enn.yaml:1: "enn" is not a language that is listened for.'),
        ("words/de.yaml", "you: me", 'words/de.yaml:1: "you" needs a list of words.'),
        (
            "lists/de/secrecy.yaml",
            "phrase: [x]",
            'lists/de/secrecy.yaml:1: "phrase" is not a key of a file of phrases.',
        ),
        ("lists/de/secrecy.yaml", "phrases: x", "lists/de/secrecy.yaml:1: phrases stand in a list."),
        ("lists/secrecy.yaml", f"{IDEA}phrases: [x]", "Move them to lists/LANGUAGE/secrecy.yaml."),
    ],
)
def test_a_file_of_phrases_in_the_wrong_place_is_told(tmp_path: Path, place: str, text: str, told: str):
    found = mistakes(a_folder(tmp_path, **{place: text}))

    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("(our secret", '"(" is not closed'),
        ("our] secret", '"]" closes nothing'),
        ("our | secret", '"|" stands outside brackets'),
        ("<our> secret", '"<our>" is not in words/ for this language'),
        ("...", "the phrase has no word in it"),
        ('"!"', "has no letter or digit in it"),
        ('"re: (?=x)"', "can't be used: invalid perl operator: (?="),
        ('"re: (a)\\\\1"', "can't be used: invalid escape sequence"),
        ('"re: a{2000}"', "can't be used: invalid repetition size"),
        ('"re: x*"', "it matches every text"),
        ('"[our] [secret]"', "it matches every text"),
        ('"(our|[my]) ... [secret]"', "it matches every text"),
        ("17", "17 is not a phrase"),
    ],
)
def test_a_phrase_that_can_not_be_used_is_told_with_its_line(tmp_path: Path, phrase: str, why: str):
    found = mistakes(a_folder(tmp_path, phrases=f"{PHRASES}  - {phrase}\n"))

    assert len(found) == 1
    assert found[0].startswith("rules/lists/en/secrecy.yaml:3: ")
    assert why in found[0]


_WORDS = st.sampled_from(["our", "sécret*", "don't", "...", "<number>", "<begin>", "<whose>"])
_PHRASES = st.recursive(
    _WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"({'|'.join(each)})"),
        inner.map("[{}]".format),
    ),
    max_leaves=8,
)


@given(_PHRASES)
def test_what_is_made_of_words_is_never_refused_by_re2_and_never_matches_every_text(phrase: str):
    words = {"whose": ("my", "[your]", "our own")}
    assert why_not(pattern(f"{phrase} [now] must", words)) is None
    try:
        made = pattern(phrase, words)
    except BadPhrase as error:
        assert "every text" in str(error) or "no word" in str(error)
    else:
        assert why_not(made) is None


@pytest.mark.parametrize(
    ("phrase", "heard", "not_heard"),
    [
        ("our secret", ["it's OUR - secret!"], ["four secret", "our secrets", "our big secret"]),
        ("(our|a) [little] secret", ["a secret", "our little secret"], ["little secret"]),
        ("our ... secret", ["our secret", "our one two three four secret"], ["our 1 2 3 4 5 secret"]),
        ("secret*", ["secrets", "secretly", "secret"], ["a secre"]),
        ("don't tell", ["dont tell", "don't tell", "don’t tell"], ["do not tell"]),
        ("straße", ["STRASSE"], ["strass"]),
        ("où", ["ou", "Où?"], ["oui"]),
        ("pic <end>", ["send a pic"], ["send a pic of it"]),
        ("re: secret [0-9]+ ", ["secret 12"], ["secret twelve"]),
        ("секрет", ["наш секрет!"], ["секреты"]),
    ],
)
def test_a_phrase_is_heard_as_it_is_written(phrase: str, heard: list[str], not_heard: list[str]):
    listener = Listener([Phrase(list="x", pattern=pattern(phrase, {}))])

    assert [text for text in heard if not listener.heard(fold(text))] == []
    assert [text for text in not_heard if listener.heard(fold(text))] == []


def test_groups_of_words_may_use_each_other_but_not_in_a_circle():
    assert pattern("<a>", {"a": ("x", "<b>"), "b": ("y",)}) == " (?:x |(?:y ))"
    with pytest.raises(BadPhrase, match="circle"):
        pattern("<a>", {"a": ("<b>",), "b": ("<a>",)})


def test_lists_too_large_for_their_memory_are_heard_slowly_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    many = "".join(f"  - word{n} ... ... end{n}\n" for n in range(60))
    monkeypatch.setattr("screener.rulebook.lists.SET_MEMORY", 60_000)

    book = rulebook.load(a_folder(tmp_path, phrases=PHRASES + many))

    assert book.listen("this is our secret") == {"secrecy"}
    assert "the word lists are too large together, so hearing is slow" in book.mistakes[0]


def test_an_empty_set_of_lists_is_a_mistake_and_not_silence(tmp_path: Path):
    folder = a_folder(tmp_path)
    (folder / "lists" / "en" / "secrecy.yaml").unlink()

    assert any("nothing that is said is heard" in each for each in mistakes(folder))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: " + "x" * MOST_BYTES, "the file is larger than 256 KB"),
        ("[" * 500 + "]" * 500, "nested more than 12 deep"),
        ("a: &a [x]\nb: *a\n", "anchors and aliases are not read here"),
        ("[" + "a," * 30_000 + "]", "more than 5000 parts"),
        ("", "the file is empty"),
        ("\x00\x01", "not YAML"),
        ("!!python/object/apply:os.getcwd []", "a rule needs the keys"),
        ("a: 2026-99-99", "can't be read. Put it in quotes"),
    ],
)
def test_a_hostile_file_is_refused_and_told(tmp_path: Path, text: str, why: str):
    found = mistakes(a_folder(tmp_path, **{"approach/hostile.yaml": text}))

    assert any(each.startswith("rules/approach/hostile.yaml:") and why in each for each in found), found


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    [
        ("stage_from: 6", "stage_form: 6", '"stage_from" is missing'),
        ("{points: 25, stages: 1}", "{points: 990, stages: 1}", "the levels do not rise"),
        ("approach: 60", "approach: 0", '"approach" must be above zero'),
        ("known: 0.3", "known: -1", '"known" is a number, and not below zero'),
    ],
)
def test_levels_that_can_not_be_used_stop_the_loading_with_their_reason(
    tmp_path: Path, written: str, instead: str, why: str
):
    levels = (SHIPPED / "levels.yaml").read_text()
    assert written in levels

    with pytest.raises(Mistake, match=why):
        rulebook.load(a_folder(tmp_path, **{"levels.yaml": levels.replace(written, instead, 1)}))


def test_a_folder_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(Mistake, match=r"nowhere/levels.yaml:1: the file can't be read"):
        rulebook.load(tmp_path / "nowhere")


def test_patterns_that_hang_other_engines_stay_linear_on_a_long_text():
    evil = ["re:(a+)+$", "re:(a|aa)+$", "re:(.*a){12}b", "re:(a|a?)+b", "re:([a-z]+)*1"]
    listener = Listener([Phrase(list=f"evil-{n}", pattern=pattern(each, {})) for n, each in enumerate(evil)])

    heard = listener.heard(fold("a" * 10_000 + " !"))

    assert heard <= {f"evil-{n}" for n in range(5)}

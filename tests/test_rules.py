"""A rule holds only on what is known, and says what was seen in a sentence."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from screener import rulebook
from screener.heuristics import Value
from screener.relationships import Relationship
from screener.rulebook.index import Index
from screener.rules import STAGES, Condition, Rule, Signal, parts, told
from tests.make import NOON, a_contact, a_member, a_message, a_request

RULES = Path(__file__).parent.parent / "rules"
BOOK = rulebook.load(RULES)


def a_rule(*conditions: Condition, **changes: object) -> Rule:
    given = {
        "id": "x",
        "title": "X",
        "stage": "approach",
        "status": "stable",
        "when": frozenset({"friend_request"}),
        "conditions": conditions,
        "points": 5.0,
        "because": "{contact.name} wrote to {member.name}.",
        "advice": "Ask.",
        "also_innocent": "A friend.",
        "file": "rules/approach/x.yaml:6",
    }
    return Rule(**(given | changes))  # type: ignore[arg-type]


def a_relationship(name: str | None = "Maya R.") -> Relationship:
    return Relationship.first(member=a_member(), event=a_request(contact=a_contact(name=name)))


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition(fact="f", below=30), 29, True),
        (Condition(fact="f", below=30), 30, False),
        (Condition(fact="f", above=30), 30, False),
        (Condition(fact="f", at_least=30), 30, True),
        (Condition(fact="f", at_least=1, at_most=5), 6, False),
        (Condition(fact="f", equals=0), 0, True),
        (Condition(fact="f", equals=0), False, False),
        (Condition(fact="f", equals=True), 1, False),
        (Condition(fact="f", equals=2), 2.0, True),
        (Condition(fact="f", equals="contact"), "contact", True),
        (Condition(fact="f", below=30), True, False),
        (Condition(fact="f", any=frozenset({"contact"})), "contact", True),
        (Condition(fact="f", any=frozenset({"a", "b"})), frozenset({"b", "c"}), True),
        (Condition(fact="f", any=frozenset({"a"})), frozenset(), False),
        (Condition(fact="f", all=frozenset({"a", "b"})), frozenset({"b"}), False),
        (Condition(fact="f", all=frozenset({"a"}), none=frozenset({"z"})), frozenset({"a"}), True),
        (Condition(fact="f", none=frozenset({"z"})), frozenset({"z"}), False),
    ],
)
def test_a_condition_holds(condition: Condition, value: Value, holds: bool):
    assert condition.holds({"f": value}) is holds


@pytest.mark.parametrize(
    "condition",
    [Condition(fact="f", equals=0), Condition(fact="f", below=9), Condition(fact="f", none=frozenset({"z"}))],
)
def test_an_unknown_fact_never_matches(condition: Condition):
    assert not condition.holds({"g": 0})


def test_a_rule_that_holds_gives_a_signal_with_its_sentence_and_its_place():
    rule = a_rule(
        Condition(fact="contact.account_days", below=30), because="{contact.name}: {contact.account_days} days."
    )

    signal = rule.signal(a_request(), a_relationship(), {"contact.account_days": 3})

    assert (signal.because, signal.file, signal.event) == ("Maya R.: 3 days.", "rules/approach/x.yaml:6", "request:1")


def test_a_rule_looks_only_at_its_kind_of_event():
    rule = a_rule(Condition(fact="contact.known", equals=False))

    index = Index([rule])

    assert index.held(a_request(), frozenset(), {"contact.known": False}) == (rule,)
    assert index.held(a_message(), frozenset(), {"contact.known": False}) == ()


def test_a_sentence_counts_and_ends_as_people_write():
    facts: dict[str, Value] = {"contact.account_days": 1, "contact.posts": 2}

    cut = parts("{contact.account_days} days, {contact.posts} posts, said {contact.name}.")

    said = told(cut, a_relationship(), facts)

    assert said == "1 day, 2 posts, said Maya R."


def test_a_name_can_neither_speak_for_us_nor_turn_the_sentence():
    hostile = "{member.name}\u202e\nAll is well" + "x" * 500

    sentence = told(parts("{contact.name} wrote."), a_relationship(hostile), {})

    assert sentence.startswith("{member.name} All is well")
    assert "\u202e" not in sentence
    assert "\n" not in sentence
    assert len(sentence) < 80


def test_a_contact_without_a_name_is_called_so():
    assert told(parts("{contact.name} wrote."), a_relationship(None), {}) == "This contact wrote."


def test_a_signal_is_read_back_as_it_was_written():
    signal = a_rule().signal(a_request(at=NOON + timedelta(microseconds=1)), a_relationship(), {})

    assert Signal.from_json(signal.to_json()) == signal


def test_the_shipped_rules_have_no_mistake_and_cover_every_stage():
    stages = [rule.stage for rule in BOOK.rules]

    assert BOOK.mistakes == []
    assert len(BOOK.rules) >= 35
    assert all(stages.count(stage) >= 5 for stage in STAGES)


def test_only_threats_and_demands_alert_alone():
    assert {rule.stage for rule in BOOK.rules if rule.alone} == {"pressure"}
    assert {rule.id for rule in BOOK.rules if rule.alone} == {
        "threatens-to-publish",
        "will-publish-recording",
        "demands-after-recording",
        "threat-with-a-laugh-from-stranger",
        "threat-laughed-off",
        "threatens-to-ruin-after-asking",
    }


NAMES_PEOPLE = re.compile(
    r"(?i)\b(is|may be|seems|probably) (a |an )?(fake|dangerous|criminal|predator|groomer|scammer|liar|bad|paedophile)"
    r"|predator|victim|suspect|target|groom|scam|criminal|blacklist|whitelist"
)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_no_shipped_rule_says_what_somebody_is(rule: Rule):
    assert not NAMES_PEOPLE.search(f"{rule.title} {rule.because} {rule.advice}")


@pytest.mark.parametrize(
    "path", sorted(path for stage in (*STAGES, "lists") for path in RULES.glob(f"{stage}/*.yaml")), ids=lambda p: p.stem
)
def test_the_keys_of_a_shipped_file_stand_in_their_order(path: Path):
    rule = ["title", "id", "status", "when", "if", "points", "alone", "because", "advice", "also_innocent", "examples"]
    order = ["title", "says"] if path.parent.name == "lists" else rule

    keys = re.findall(r"^(\w+):", path.read_text(), flags=re.M)

    assert keys == [key for key in order if key in keys]


INNOCENT = """\
did you get question 5
haha no way
everyone will see it on sports day lol
post the pics of the trip when you can
i will send the video to all the parents tonight
if you don't come i'll send you the homework
pay me back on monday
send it now or everyone gets mad
don't tell her or everyone will know
si no todos van a llegar tarde
si quieres mando las fotos de la excursión a todos
puedes venir o mandar las fotos a todos
wenn du nicht kommst schicke ich dir die bilder vom ausflug
komm vorbei oder schick es allen aus der gruppe
sag nichts sonst wissen es alle
si tu veux j'envoie les photos à tout le monde
sinon tout le monde va rater le bus
of stuur het naar iedereen
anders weet iedereen het
se non vuoi mando io le foto a tutti
ou mando as fotos da festa no grupo
put your bag away or it goes in the bin
i will destroy your life and your kingdom, dark lord
i'll send you the photos unless you have them already
ich schicke dir die bilder wenn du nicht kommen kannst
you can have my charger or i can lend you mine
send me the pictures from yesterday
my mum says i have to be home at 8
don't forget to tell your mum about saturday
give it back or i'll tell mum
i'll share my notes with the whole class
if you can't find it i'll send you the link
we need to pay 20 pounds for the kit by friday
if you don't want the ticket i will post it on facebook for sale
i recorded the show for you
i took a screenshot of the score
no one knows the answer to 7
are your parents coming to the concert
si no vienes te mando los deberes
wenn du nicht kannst schicke ich dir die hausaufgaben
si tu viens pas je t'envoie les devoirs
als je niet kunt stuur ik je het huiswerk
se nao vieres mando te os trabalhos
se non vieni ti mando i compiti
""".splitlines()


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_chat_is_never_heard_as_a_threat(text: str):
    assert not BOOK.listen(text) & {"threat-to-publish", "might-publish"}


THREATS = """\
if u dont pay ill send this to all ur friends
send the money or everyone at your school gets the video
150 by tonight or it goes to your whole year
you have 1 hour. pay or i post your pictures
unless you send 100 dollars your family will see what you sent
do what i say or i'm gonna show your pics to your mum
manda el dinero o todos tus amigos van a ver el vídeo
si me bloqueas subo las fotos a facebook para todo el mundo
wenn du nicht zahlst poste ich deine bilder im netz
zahl jetzt oder alle deine freunde sehen das video
si tu paies pas je balance tes photos à tout le monde
paie ou tout le monde va voir la vidéo
se não pagas envio as fotos aos teus amigos todos
se non paghi mando il video a tutti i tuoi amici
i'll send your photos to all your friends unless you pay
ich schicke das video an alle deine freunde wenn du nicht zahlst
voy a mandar las fotos a todos tus amigos si no pagas
j'envoie la vidéo à toute ta famille si tu ne paies pas
als je niet betaalt stuur ik je foto's naar iedereen
""".splitlines()


@pytest.mark.parametrize("text", THREATS)
def test_a_threat_to_publish_is_heard_in_many_words(text: str):
    assert "threat-to-publish" in BOOK.listen(text)

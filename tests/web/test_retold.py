"""What was kept in English is said again in the language of who reads, and what is not ours stays as it was written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener import troubles
from screener.home import heartbeat
from screener.home.pc import Put
from screener.relationships import Relationship
from screener.rulebook.sentences import sentences_of, shipped_ids
from screener.rules import FIELD, NAMES, parts, told
from screener.web import tongue
from screener.web.retold import of_issue, of_rule
from tests.make import RULES, a_contact, a_member, an_account

SHIPPED = {rule: sentences for rule in shipped_ids() if (sentences := sentences_of(rule))}
SECRECY = SHIPPED["secrecy"]


@pytest.fixture(autouse=True)
def spanish() -> Iterator[None]:
    tongue.speak_to("es")
    yield
    tongue.speak_to("en")


def said(sentence: str, name: str, value: object = 3) -> str:
    """The sentence as a rule says it of a contact of that name; every fact has that value."""
    relationship = Relationship(member=a_member(), account=an_account(), contact=a_contact(name=name))
    facts = dict.fromkeys(set(FIELD.findall(sentence)) - NAMES, value)
    return told(parts(sentence), relationship, facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Maya", "Maya R.", "a (b)* {member.name} %(x)s \\1", "."])
@pytest.mark.parametrize("value", [1, 3, 2.5])
def test_whatever_a_shipped_rule_says_is_said_in_spanish_with_the_same_names_and_numbers(name: str, value: object):
    for rule, sentences in SHIPPED.items():
        for sentence in (sentences.because, sentences.advice):
            english = said(sentence, name, value)

            again = of_rule(english, rule)

            assert again != english, rule
            assert name.rstrip(".") in again or "{contact.name}" not in sentence
            assert str(value) in again or not set(FIELD.findall(sentence)) - NAMES


def test_the_sentences_are_those_of_the_rules_in_force():
    rules = {rule.id: " ".join(rule.because.split()) for rule in RULES.rules}

    assert rules == {id: each.because for id, each in SHIPPED.items()}


def test_a_contact_without_a_name_has_none_in_any_language():
    assert of_rule(said(SECRECY.because, ""), "secrecy").startswith("Este contacto pidió")


def test_what_a_family_wrote_itself_stays_as_it_was_written():
    assert of_rule("Maya said the word of our dog.", "secrecy") == "Maya said the word of our dog."
    assert of_rule(said(SECRECY.because, "Maya"), "rule-of-our-own") == said(SECRECY.because, "Maya")


def test_an_endless_sentence_is_left_alone():
    assert of_rule("a" * 1_000_000, "secrecy") == "a" * 1_000_000


def test_a_day_in_an_issue_is_written_as_people_write_it():
    what, mend = troubles.words("authority:ends", day="2026-10-05")

    assert of_issue(what) == "El certificado de la familia termina el 5 de octubre de 2026."
    assert of_issue(mend) == "Renuévalo en Dispositivos."
    tongue.speak_to("en")
    assert of_issue(what) == "The family certificate ends on 5 October 2026."


def test_what_stands_in_an_issue_is_said_too():
    what, _ = troubles.words("router:direct", why="it is too slow")
    gone, _ = troubles.words("computer:gone", what=Put(kind="nss", where="/home/anna/.pki").said())

    assert of_issue(what).startswith("En este momento no se lleva nada al proxy: es demasiado lento.")
    assert of_issue(gone) == "Ya no está en este ordenador: el certificado de la familia en /home/anna/.pki."


def test_the_reasons_of_the_heartbeat_are_all_known():
    written = (Path(heartbeat.__file__)).read_text(encoding="utf-8")

    assert tuple(re.findall(r'raise Ill\("([^"]+)"', written)) == troubles.REASONS


def test_an_issue_of_before_stays_as_it_was_kept():
    old = "Since Monday, 5 October, nothing was found."

    assert of_issue(old) == old

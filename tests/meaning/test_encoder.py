"""The encoder and the shipped weights: they tell a talk that goes wrong from one that does not, in two languages."""

import pytest

from screener import meaning
from screener.errors import Mistake
from screener.meaning.base import Meant, Scorer, Turn

AROUND = (0.5, 0.2, 0.0, 0.0, 1.0, *(0.0,) * 14)
GOES_WRONG = {
    "en": ("hey u look way older than 13", "haha thanks", "is anyone sitting near you right now", "no why",
           "good. this is only for the two of us ok", "ok", "take one just for me, not like the ones on your page"),
    "es": ("pareces mucho mayor de lo que dices", "jaja gracias", "hay alguien contigo en tu cuarto?", "no, por que",
           "mejor, esto queda entre tu y yo", "vale", "mandame una solo para mi, no como las de tu perfil"),
}  # fmt: skip
GOES_WELL = {
    "en": ("got the maths homework?", "page 42 i think", "ugh the fractions", "my mum can explain it if you come",
           "ask her if thursday works", "she says yes", "ok i'll bring the book"),
    "es": ("tienes los deberes de mates?", "creo que la pagina 42", "uf las fracciones", "mi madre lo explica",
           "preguntale si puede el jueves", "dice que si", "vale llevo el libro"),
}  # fmt: skip


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    try:
        return meaning.load()
    except Mistake as why:
        pytest.fail(str(why))


def told(scorer: Scorer, texts: tuple[str, ...]) -> Meant:
    meant, lines = Meant(), []
    for number, text in enumerate(("hi", "hey", "how was your day", "ok and yours", *texts)):
        lines.append(("A: " if number % 2 == 0 else "B: ") + text)
        window = "\n".join(lines[-6:])
        turn = Turn(text=text, window=window, by_contact=number % 2 == 0, has_media=False, around=AROUND)
        meant = scorer.heard(meant, turn)
    return meant


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_conversation_that_goes_wrong_drifts_further_than_one_that_does_not(scorer, language: str):
    wrong, well = told(scorer, GOES_WRONG[language]), told(scorer, GOES_WELL[language])

    assert wrong.drift is not None
    assert well.drift is not None
    assert wrong.drift > well.drift + 0.2


@pytest.mark.parametrize("text", ["\0" * 40, "\ud800" * 40, "a" * 100_000, "🔥" * 3_000, "\u202e\u200b" * 300, ""])
def test_hostile_text_is_survived(scorer, text: str):
    turn = Turn(text=text, window=f"A: {text}", by_contact=True, has_media=False, around=AROUND)

    meant = scorer.heard(Meant(), turn)

    assert all(0 <= value <= 1 for value in meant.strongest)

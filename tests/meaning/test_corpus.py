"""What the heads are trained with: every language, every idea, and no story that quality is measured with."""

from collections import Counter
from pathlib import Path

from screener import story
from screener.meaning.base import INDICATORS
from screener.meaning.corpus import dialogues, lines

LANGUAGES = {"en", "es", "de", "fr", "pt", "it", "nl", "pl", "tl", "tr", "ro", "sv"}
STORIES = Path(__file__).parents[1] / "stories" / "read"


def test_every_idea_has_lines_in_every_language_and_as_many_in_all_as_a_head_needs():
    counted = Counter((line.language, line.indicator) for line in lines())

    assert {language for language, _ in counted} == LANGUAGES
    assert min(counted[language, name] for language in LANGUAGES for name in INDICATORS) >= 3
    assert min(counted["en", name] for name in INDICATORS) >= 12
    assert sum(count for (_, name), count in counted.items() if name is None) >= 400


def test_there_are_as_many_innocent_dialogues_as_harmful_ones():
    kinds = Counter(dialogue.is_harmful for dialogue in dialogues())

    assert min(kinds[True], kinds[False]) >= 60


def test_no_line_is_taken_from_a_story_that_quality_is_measured_with():
    told = {
        getattr(each.event, "text", None) for path in STORIES.glob("*.story.yaml") for each in story.load(path).events
    }
    written = [line.text for line in lines()] + [text for each in dialogues() for text, _ in each.said]

    # A greeting or a yes is anybody's.
    assert [text for text in written if text in told and len(text.split()) > 4] == []

"""What people are told of: a rise, and another threat at the highest level, but not every word."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from screener.events import Message
from screener.reading import threatens
from tests.web.house import KIM, a_bad_story, a_home


async def test_another_threat_is_news_although_nothing_can_rise_any_more(tmp_path: Path):
    home = await a_home(tmp_path)
    story = a_bad_story(KIM)
    last = story[-1]
    assert isinstance(last, Message)
    again = replace(last, id="mid.$again", at=last.at + timedelta(minutes=5))
    hello = replace(last, id="mid.$hello", at=last.at + timedelta(minutes=6), text="good night")

    followed = await home.happens(*story, again, hello, again)

    threat, ordinary, known = followed[-3:]
    assert threat is not None and not threat.is_news and threatens(threat)
    assert ordinary is not None and not threatens(ordinary)
    assert known is None
    await home.close()

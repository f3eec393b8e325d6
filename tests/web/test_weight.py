"""A first load is light: a phone at the far end of the house waits for every byte."""

import re
from pathlib import Path

from tests.web.house import KIM, a_bad_story, a_home
from tests.web.test_search import an_alert

MOST_BYTES = 200_000


async def test_a_first_load_of_the_overview_or_of_an_alert_is_light(tmp_path: Path):
    home = await a_home(tmp_path)
    await home.happens(*a_bad_story())
    for n in range(120):
        await an_alert(home, KIM, n)
    anna = await home.browser("anna")

    for path in ("/", "/alerts/Kim-1", "/search"):
        page, seen = await anna.get(path), 0
        for each in [path, *dict.fromkeys(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))]:
            async with anna.stream("GET", each) as answer:
                seen += sum([len(part) async for part in answer.aiter_raw()])

        assert 20_000 < seen <= MOST_BYTES, path
    await home.close()

"""Begins a new platform: a decoder to be filled in, and a case that fails until it is."""

import keyword
import re
from pathlib import Path

from screener.errors import Mistake

ROOT = Path(__file__).resolve().parents[1]

_DECODER = '''\
"""{title}: say in one sentence what is read."""

from collections.abc import Iterator

from screener.platforms.base import Capture, Decoder, Found, Memory, reads


class {title}(Decoder):
    name = "{name}"
    hosts = ("www.{name}.example",)
    sees = {{"requests": "yes"}}
    proof = "Say what besides ourselves knows that it speaks so: a client library, a public description."
    unseen = "Say in one sentence for parents what of it can't be read."

    @reads("GET", "/api/friend-requests", content=("application/json",))
    def friend_requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # Yield a FriendRequest for each row of capture.json; docs/add-a-platform.md shows how.
        yield from ()
'''

_CASES = """\
# What {title} exchanges, and the events that must come of it. Every name, id and text is invented.

- title: A stranger asks
  capture:
    url: https://www.{name}.example/api/friend-requests
    answer_headers: {{content-type: application/json}}
    response:
      json:
        me: {{id: 1}}
        requests: [{{id: r1, sent: "2026-10-02T17:00:00Z", from: {{id: 7, name: Maya}}, mutual: 0}}]
  events:
    - {{kind: friend_request, id: r1, at: "2026-10-02T17:00:00Z", account: "1", contact: {{id: "7", name: Maya}}}}
"""


def platform(name: str, root: Path = ROOT) -> tuple[Path, Path]:
    """Writes the two files of a new platform. Raises Mistake, and then has written neither."""
    if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", name) or keyword.iskeyword(name):
        raise Mistake(f'screener new platform: "{name}" can\'t be a name. Use a word of small letters, as "pixelpals".')
    decoder, cases = root / "screener" / "platforms" / f"{name}.py", root / "tests" / "platforms" / f"{name}.yaml"
    for path in (decoder, cases):
        if not path.parent.is_dir():
            raise Mistake(f"{path.parent}: there is no such folder. Run this in a checkout of Screener.")
        if path.exists() or path.with_suffix("").exists():
            raise Mistake(f"{path}: this is there already. Choose another name, or go on with it.")
    title = name.capitalize()
    decoder.write_text(_DECODER.format(name=name, title=title), encoding="utf-8")
    cases.write_text(_CASES.format(name=name, title=title), encoding="utf-8")
    return decoder, cases

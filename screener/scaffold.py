"""Begins something new: a platform whose case fails until it is filled in, or a rule that does not run until it is."""

import difflib
import keyword
import re
from pathlib import Path

from screener.errors import Mistake
from screener.rules import STAGES

LONGEST_NAME = 60
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


_RULE = """\
# yaml-language-server: $schema={schema}
# Every line here is yours to change; docs/write-a-rule.md and docs/facts.md say with what. Then: screener rules check
title: Say in a few words what is seen
id: {name}
status: sandbox                         # it does not run; write trial when its examples say what you mean
when: message
if:
  message.by: contact
  contact.known: false
points: 3
because: >-
  {{contact.name}} did something that {{member.name}} should hear about.
advice: Ask {{member.name}} about it.
also_innocent: Say when the same thing is innocent.
examples:
  alerts:
    - {{message.by: contact, contact.known: false}}
  stays_quiet:
    - {{message.by: contact, contact.known: true}}
"""


def rule(name: str, stage: str, folder: Path, schema: str) -> Path:
    """Writes a rule that is sound and does not run yet, and beside it what editors complete it by. Raises Mistake."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > LONGEST_NAME:
        raise Mistake(f'screener new rule: "{name[:60]}" can\'t be a name. Use small letters, as "asks-for-shoes".')
    if stage not in STAGES:
        near = difflib.get_close_matches(stage, STAGES, 1)
        mend = f'Did you mean "{near[0]}"?' if near else f"Write one of: {', '.join(STAGES)}."
        raise Mistake(f'screener new rule: "{stage[:60]}" is not a stage. {mend}')
    path, beside = folder / stage / f"{name}.yaml", folder / "schema" / "rule.json"
    if path.exists():
        raise Mistake(f"{path}: this is there already. Choose another name, or go on with it.")
    try:
        for each in (path, beside):
            each.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(schema, encoding="utf-8")
        path.write_text(_RULE.format(name=name, schema="../schema/rule.json"), encoding="utf-8")
    except OSError as why:
        raise Mistake(f"{path}: it can't be written ({why.strerror}). Name another home with --home.") from None
    return path


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

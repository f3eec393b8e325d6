"""The sign on every looked-after device: that Screener is there, what it does, and how to ask for help.

The proxy shows it, whatever else stands still; what it says of this family the screener process writes down for it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from screener import platforms

LANGUAGES = ("en", "es", "fr", "de", "pt", "pl")
EVERYBODY = "*"
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who can be called, and how."""

    name: str
    reach: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is true of this family and this device. `tell` are those who can be told that somebody needs help."""

    watchers: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    member: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Household:
    """The facts of every device: `lines` are by member, since they differ by age and country."""

    watchers: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    devices: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)

    def of(self, device: str) -> Facts:
        """What is to be said on this device; the lines for nobody in particular lie under no name."""
        member = self.devices.get(device, "")
        lines = self.lines.get(member) or self.lines.get("", ())
        return Facts(watchers=self.watchers, tell=self.tell, member=member, lines=lines)

    def written(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


def household(path: Path) -> Household:
    """What was written down; nothing where it can't be read: the sign must be there whatever is broken."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return Household()
        found = json.loads(path.read_bytes())
        return Household(
            watchers=tuple(map(str, found["watchers"])),
            tell=tuple(map(str, found["tell"])),
            devices={str(device): str(member) for device, member in found["devices"].items()},
            lines={
                str(member): tuple(Line(name=str(line["name"]), reach=str(line["reach"])) for line in lines)
                for member, lines in found["lines"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Household()


def looked_after(language: str, facts: Facts, *, new: str = "", told: bool | None = None) -> str:
    """The page on a device that is looked after. `new` is where a new certificate is shown, when one waits."""
    say = words(language)
    who = say["who"].format(names=_names(facts.watchers, say["and"])) if facts.watchers else ""
    parts = [f'<h1 class="good"><span aria-hidden="true">✓</span> {_(say["title"])}</h1>', f"<p>{_(say['lead'])}</p>"]
    if new:
        parts.append(_renewal(say, new))
    if who or facts.member:
        whose = say["whose"].format(name=facts.member) if facts.member else ""
        parts.append(f"<h2>{_(say['who_title'])}</h2><p>{_(who)} {_(whose)}</p>")
    parts.append(_help(say, facts, told))
    looks = say["looks"].format(platforms=_names(_platforms(), say["and"]))
    parts += [
        f"<h2>{_(say['looks_title'])}</h2><ul><li>{_(looks)}</li></ul>",
        f"<h2>{_(say['sees_title'])}</h2>{_list(say['sees'])}",
        f"<h2>{_(say['own_title'])}</h2><p>{_(say['own'])}</p>",
        f"<h2>{_(say['not_title'])}</h2>{_list(say['not'])}",
        f"<h2>{_(say['keeps_title'])}</h2><p>{_(say['keeps'])}</p>",
        f"<h2>{_(say['object_title'])}</h2><p>{_(say['object'])}</p>",
        f"<p>{_(say['fault'])}</p>",
    ]
    return "\n".join(parts)


def not_yet(language: str, *, host: str) -> str:
    """The page on a device of which nothing can be told. Whether a browser trusts us can't be known over plain HTTP, so
    it must be true for one that does, too.
    """
    say = words(language)
    link = f'<a href="https://{host}/">https://{host}/</a>'
    return f"""<h1>{_(say["yet_title"])}</h1>
<p>{_(say["yet_open"]).format(link=link)}</p>
<p>{_(say["yet_warns"])}</p>
<p><a class="step" href="/ca.crt">{_(say["yet_download"])}</a></p>
<ol><li>{_(say["yet_install"])}</li>
<li>{_(say["yet_again"]).format(link=link)}</li></ol>
<p>{_(say["yet_never"])}</p>"""


def stopped(language: str, facts: Facts, told: bool | None = None) -> str:
    """The page on a device that somebody at home took out: help can be asked for all the same."""
    say = words(language)
    return f"<h1>{_(say['stopped_title'])}</h1>\n<p>{_(say['stopped'])}</p>\n{_help(say, facts, told)}"


def missed(language: str, facts: Facts, told: bool | None = None) -> str:
    """The page on a device that trusts us and is not looked after, and nobody at home meant it so."""
    say = words(language)
    return f"<h1>{_(say['stopped_title'])}</h1>\n{_help(say, facts, told)}"


def language_of(accepted: str) -> str:
    """The first of ours that the browser asks for ("de-AT,de;q=0.9")."""
    for part in accepted[:200].split(","):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


@cache
def words(language: str) -> Mapping[str, Any]:
    """The sentences in a language."""
    text = (Path(__file__).parent / "signs" / f"{language}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _help(say: Mapping[str, Any], facts: Facts, told: bool | None) -> str:
    parts = [f'<section id="help"><h2>{_(say["help_title"])}</h2>']
    if told is not None:
        parts.append(f'<p role="status"><strong>{_(say["told" if told else "not_told"])}</strong></p>')
    if facts.tell:
        buttons = [(name, say["tell"].format(name=name)) for name in facts.tell]
        buttons += [(EVERYBODY, say["tell_all"])] if len(facts.tell) > 1 else []
        shown = "".join(f'<button name="to" value="{_(name)}">{_(label)}</button>' for name, label in buttons)
        parts.append(f'<p>{_(say["help"])}</p><form method="post" action="/help">{shown}</form>')
        if len(facts.tell) > 1:
            parts.append(f"<p><small>{_(say['only'])}</small></p>")
    if facts.lines:
        lines = "".join(f"<li><strong>{_(line.name)}</strong> {_(line.reach)}</li>" for line in facts.lines)
        parts.append(f"<p>{_(say['wait'])}</p><h3>{_(say['call_title'])}</h3><ul>{lines}</ul>")
    elif not facts.tell and told is None:
        return ""
    return "".join(parts) + "</section>"


def _renewal(say: Mapping[str, Any], new: str) -> str:
    return (
        f'<section class="new"><h2>{_(say["renew_title"])}</h2><p>{_(say["renew"])}</p>'
        f'<p><a class="step" href="/ca.crt">{_(say["renew_download"])}</a> '
        f'<a class="step" href="https://{new}/">{_(say["renew_show"])}</a></p></section>'
    )


def _(text: str) -> str:
    return escape(text)


def _list(items: list[str]) -> str:
    return "<ul>" + "\n".join(f"<li>{_(item)}</li>" for item in items) + "</ul>"


def _names(names: tuple[str, ...], conjunction: str) -> str:
    *most, last = names
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def _platforms() -> tuple[str, ...]:
    return tuple(sorted(platforms.title(decoder.name) for decoder in platforms.decoders()))

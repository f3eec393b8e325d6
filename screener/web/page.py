"""Turns a template into an answer, with what every page needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from screener import platforms
from screener.web import advice, coverage, hostile, nav, retold, tongue, words
from screener.web.base import User
from screener.web.tongue import later

HERE = Path(__file__).parent

SAID: Mapping[int, tuple[str, str]] = {
    400: (
        later("That did not arrive whole"),
        later("Go back and try again."),
    ),
    403: (
        later("That is not allowed from here"),
        later("Go back to the dashboard, load it again, and try once more."),
    ),
    404: (
        later("There is no such page"),
        later("It may have been cleared away. The front page shows what there is."),
    ),
    405: (
        later("There is no such page"),
        later("The front page shows what there is."),
    ),
    413: (
        later("That was too much at once"),
        later("Go back and try again with less."),
    ),
    421: (
        later("The dashboard does not answer to this address"),
        later(
            "Open it by the address that was printed when it started. To allow another name or address, "
            "add it to dashboard.names in config.yaml."
        ),
    ),
    429: (
        later("Too many tries"),
        later("Wait a little, then try again."),
    ),
    500: (
        later("Something went wrong on our side"),
        later(
            "Nothing is lost: reading and judging go on. Load the page again; if it stays, see what Screener "
            "printed where it was started."
        ),
    ),
    503: (
        later("Very busy at the moment"),
        later("Try again in a minute."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Renders; `clock` is asked for "5 minutes ago"."""

    clock: Callable[[], datetime]
    templates: Environment = field(default_factory=lambda: environment())
    additions: dict[str, list[Callable[[User], Awaitable[Mapping[str, object]]]]] = field(default_factory=dict)

    async def added(self, template: str, user: User) -> dict[str, object]:
        """What rooms put on the page of another, for this user; they say so in `additions`, by the template's name."""
        found: dict[str, object] = {}
        for values in self.additions.get(template, ()):
            found |= await values(user)
        return found

    def show(self, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
        now = self.clock()
        text = self.templates.get_template(template).render(
            **{"here": "", "count": 0} | dict(values), ago=lambda at: words.ago(at, now), language=tongue.language()
        )
        # A name may hold half a character; it must not cost the page.
        return HTMLResponse(text.encode("utf-8", "replace"), status)

    def error(self, status: int, *, mend: str = "") -> HTMLResponse:
        what, usual = SAID.get(status) or (HTTPStatus(status).phrase, later("Go back to the front page."))
        return self.show("error.html", {"what": what, "mend": mend or usual}, status=status)


def sentence(text: str, **values: object) -> Markup:
    """The text translated, as `_` in a template. Jinja's own would take it for HTML, whoever wrote it: what stands in a
    variable may come from the database, and a percent sign in it would cost the page.
    """
    found = escape(tongue._(text))
    return found % values if values else found


def environment() -> Environment:
    made = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(tongue._, tongue.plural_of, newstyle=True)  # type: ignore[attr-defined]
    made.globals["_"] = sentence
    made.filters |= {"shown": hostile.shown, "clear": hostile.clear, "moment": words.moment, "day": words.day}
    made.filters |= {"device": words.device_words, "stage_words": lambda stage: tongue._(words.STAGES[stage][0])}
    made.filters |= {"retold": retold.of_rule, "issue_said": retold.of_issue, "said": retold.one_line}
    made.globals |= {
        "level_words": advice.level_words,
        "STAGES": words.STAGES,
        "statuses": words.STATUSES,
        "ways": nav.ways,
        "platform_title": platforms.title,
        "state_words": coverage.state_words,
        "user": None,
        "token": "",
    }
    return made

"""Turns a template into an answer, with what every page needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from screener import platforms
from screener.web import advice, coverage, hostile, nav, tongue, words

HERE = Path(__file__).parent

SAID: Mapping[int, tuple[str, str]] = {
    400: ("That did not arrive whole", "Go back and try again."),
    403: ("That is not allowed from here", "Go back to the dashboard, load it again, and try once more."),
    404: ("There is no such page", "It may have been cleared away. The front page shows what there is."),
    405: ("There is no such page", "The front page shows what there is."),
    413: ("That was too much at once", "Go back and try again with less."),
    421: (
        "The dashboard does not answer to this address",
        "Open it by the address that was printed when it started. To allow another name or address, add it to"
        " dashboard.names in config.yaml.",
    ),
    429: ("Too many tries", "Wait a little, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing is lost: reading and judging go on. Load the page again; if it stays, see what Screener printed where"
        " it was started.",
    ),
    503: ("Very busy at the moment", "Try again in a minute."),
}


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Renders; `clock` is asked for "5 minutes ago"."""

    clock: Callable[[], datetime]
    templates: Environment = field(default_factory=lambda: environment())

    def show(self, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
        now = self.clock()
        user = values.get("user")
        with tongue.speaking(tongue.chosen(getattr(user, "language", ""), tongue.accepted())):
            text = self.templates.get_template(template).render(
                **{"here": "", "count": 0} | dict(values), ago=lambda at: words.ago(at, now), language=tongue.language()
            )
        # A name may hold half a character; it must not cost the page.
        return HTMLResponse(text.encode("utf-8", "replace"), status)

    def error(self, status: int, *, mend: str = "") -> HTMLResponse:
        what, usual = SAID.get(status) or (HTTPStatus(status).phrase, "Go back to the front page.")
        return self.show("error.html", {"what": what, "mend": mend or usual}, status=status)


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
    made.filters |= {"shown": hostile.shown, "clear": hostile.clear, "moment": words.moment}
    made.filters |= {"device": words.device_words, "stage_words": lambda stage: words.STAGES[stage][0]}
    made.globals |= {
        "level_words": advice.level_words,
        "STAGES": words.STAGES,
        "ways": nav.ways,
        "platform_title": platforms.title,
        "state_words": coverage.state_words,
        "user": None,
        "token": "",
    }
    return made

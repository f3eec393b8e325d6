"""What a browser calls itself, made into words that people know."""

from screener.web.tongue import _

# The first that is found counts: most browsers name those whose guests they once were as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def kind(agent: str) -> str:
    """The browser and what it runs on, as it is kept: "Firefox/Windows", either side empty where it is unknown."""
    return f"{_first(BROWSERS, agent[:1000])}/{_first(SYSTEMS, agent[:1000])}"


def words(kind: str) -> str:
    """The same for people."""
    browser, _slash, system = kind.partition("/")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    if browser:
        return browser
    return _("A browser on {system}").format(system=system) if system else _("A browser")


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in table if mark in agent), "")

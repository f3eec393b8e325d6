"""Which rules a home is judged by: those of its settings or of the newest pack, and the family's own over them."""

from collections.abc import Iterable

from screener import platforms
from screener.config import Config
from screener.home.folder import Home
from screener.packs.installed import Installed
from screener.rulebook import Library


def library_of(home: Home, settings: Config, *, keeps: bool = False, also: Iterable[str] = ()) -> Library:
    """The library of a home. Only the process that judges `keeps` last good versions in it. `also` are the names of
    members whom the settings don't know.
    """
    named = home.folder / settings.rules if settings.rules else None
    return Library(
        named or Installed(home).base,
        home.rules,
        edited=named is not None,
        good=home.good_rules if keeps else None,
        members=[*(member.name for member in settings.household().members), *also],
        platforms=[decoder.name for decoder in platforms.decoders()],
    )

"""How a report came about, and what is not in it and why: the note that belongs to every piece of evidence."""

from screener import __version__
from screener.evidence.gathered import Gathered
from screener.evidence.labels import Say
from screener.evidence.telling import utc
from screener.evidence.timestamp import Stamp
from screener.languages import later

COPIED = later(
    "The program Screener {version} runs on a machine of the family. It copies what the platform and the member’s own "
    "browser say to each other while it passes through that machine, and neither holds, alters nor blocks any of it. "
    "Nobody logged in to the account of the contact, wrote to it, or asked the platform for anything."
)
CLOCKS = later(
    "Times of events are the platform’s own. “Seen here” is the clock of the family’s machine at the moment the copy "
    "was made."
)
APART = later("The platform’s clock was between {least} and {most} milliseconds ahead of it.")
NOT_APART = later("How far the two clocks were apart is not known.")
BEGAN = later("The first event between the two accounts that was seen: {began}.")
LINKED = later(
    "Words were kept encrypted from the moment they were read. Entry after entry is linked by SHA-256: what was kept "
    "can’t be changed, moved or taken out without the chain breaking. Where something was deleted from this evidence, "
    "an entry says so, and its digest stays."
)
SIGNED = later(
    "The signature shows that this bag comes from the machine whose key has the fingerprint on the first page. Whoever "
    "has that whole machine in their hands could make another chain from its beginning; an end of the chain that was "
    "noted on paper earlier shows that nothing before it was changed since."
)
STAMPED = later(
    "A time-stamp (RFC 3161) of {server} says that the chain ended so at {time} at the latest. README.txt says how to "
    "check it."
)
UNSTAMPED = later("A time-stamp was asked of {server}, and there is none:")
MEDIA = later("Pictures, videos and sounds: they are never copied or stored. Messages that had some: {count}.")
ENCRYPTED = later(
    "Messages that are encrypted from end to end, and what only an app shows: they can’t be read. Encrypted messages "
    "that were seen: {count}."
)
WITHOUT = later("Words that were deleted in time, or that came while the family knew the contact. Messages: {count}.")
OUTSIDE = later("What passed outside of this home’s network, or on devices that are not looked after.")
ADDRESS = later("The internet address of the contact: only the platform has it. Ask it by the permanent id.")
BEFORE = later("Of what came before the case was opened, only what had been kept until then. Messages: {count}.")
LEFT_OUT = later("Events from long before that were too many to be kept: {count}.")


def method(found: Gathered, say: Say, stamp: Stamp | None = None) -> list[str]:
    """Who copied what, how, by which clock, and what proves it."""
    clocks = say(NOT_APART)
    if found.offsets:
        clocks = say(APART).replace("{least}", str(found.offsets[0])).replace("{most}", str(found.offsets[1]))
    return [
        say(COPIED).replace("{version}", found.version or __version__),
        f"{say(CLOCKS)} {clocks}",
        *([say(BEGAN).replace("{began}", found.began)] if found.began else []),
        say(LINKED),
        say(SIGNED),
        *([_stamped(stamp, say)] if stamp is not None else []),
    ]


def _stamped(stamp: Stamp, say: Say) -> str:
    if stamp.at is None:
        return f"{say(UNSTAMPED).replace('{server}', stamp.server)} {say(stamp.why)}."
    return say(STAMPED).replace("{time}", utc(stamp.at)).replace("{server}", stamp.server)


def lacking(found: Gathered, say: Say) -> list[str]:
    """What is not here, and why."""
    counted = ((MEDIA, found.media), (ENCRYPTED, found.encrypted), (WITHOUT, found.without))
    words = [say(text).replace("{count}", str(count)) for text, count in counted]
    words += [say(OUTSIDE), say(ADDRESS)]
    some = ((BEFORE, found.before), (LEFT_OUT, found.left_out))
    return words + [say(text).replace("{count}", str(count)) for text, count in some if count]

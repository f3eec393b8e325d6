"""The values in Skype's and Teams' JSON: texts, flags, lists, and how people are named."""

from typing import Any
from urllib.parse import unquote

from screener.platforms.base import Capture, Media, Unreadable, dig, permanent_id

# Nobody has so many in one list that is worth reading.
MOST_ROWS = 500
FILE: Media = "file"
MEDIA: dict[str, Media] = {
    "RichText/UriObject": "image",
    "RichText/Media_Album": "image",
    "RichText/Media_Video": "video",
    "RichText/Media_FlikMsg": "video",
    "Event/SkypeVideoMessage": "video",
    "RichText/Media_AudioMsg": "audio",
    "RichText/Media_GenericFile": "file",
}
# What the platform itself writes about a recording of a call.
RECORDS = frozenset({"RichText/Media_CallRecording", "RichText/Media_LocalRecording", "RichText/Media_CallTranscript"})


def words(thing: Any, *path: str | int) -> str | None:
    """Text that is not empty, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, str) and found else None


def claim(thing: Any, *path: str | int) -> bool | None:
    """True or false where the platform says so, as such or in words, None for anything else."""
    found = dig(thing, *path)
    if isinstance(found, str):
        return {"true": True, "false": False}.get(found.lower())
    return found if isinstance(found, bool) else None


def rows(thing: Any, *path: str | int) -> list[Any]:
    """A list, empty for anything else."""
    found = dig(thing, *path)
    return found[:MOST_ROWS] if isinstance(found, list) else []


def lowered(thing: Any) -> Any:
    """The object with its keys in lower case: which letters are capitals differs from answer to answer."""
    if not isinstance(thing, dict):
        return thing
    return {key.lower(): value for key, value in thing.items() if value is not None}


def the_list(document: Any, *path: str, optional: bool = False) -> list[Any]:
    """The list that an answer is about. Raises Unreadable when it is not there."""
    found = dig(document, *path)
    if found is None and optional and isinstance(document, dict):
        return []
    if not isinstance(found, list):
        raise Unreadable(f"{'.'.join(path) or 'the list'} is missing")
    return found


def identity(value: Any, where: str) -> str:
    """The permanent id in an MRI ("8:live:…"), in an address that ends with one, or in an object that holds one.

    The common prefix "8:" is taken off; other prefixes tell of other networks and stay. Raises Unreadable.
    """
    if isinstance(value, dict):
        value = value.get("id") or value.get("mri")
    if value is None:
        raise Unreadable(f"{where} is missing")
    if isinstance(value, str):
        value = unquote(value.rpartition("/")[2]).removeprefix("8:")
    return permanent_id(value, where)


def is_a_person(id: str) -> bool:
    """Whether the id is not that of a bot (28:), a thread (19:) or one of the platform's own services (48:)."""
    return not id.startswith(("28:", "19:", "48:"))


def country_of(value: str | None) -> str | None:
    return value.upper() if value and len(value) == 2 and value.isascii() and value.isalpha() else None


def succeeded(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def answered(capture: Capture) -> bool:
    return succeeded(capture) and bool(capture.response)
